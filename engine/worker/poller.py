"""One loop at work: tick, tick again while there is more, stop when asked."""

from __future__ import annotations

import logging
import threading

from engine import logs, metrics
from engine.clock import seconds
from engine.errors import Conflict, Unavailable
from engine.office import Office
from engine.worker.jobs import Loop

log = logging.getLogger("duban.worker")


class Poller:
    """Runs one loop's ticks; whatever fails is told to the log and tried at the next beat."""

    def __init__(self, office: Office, loop: Loop, stopping: threading.Event) -> None:
        self.office = office
        self.loop = loop
        self._stopping = stopping

    def beat(self) -> int:
        """Tick until a tick was not full; how much was done in all."""
        done = 0
        logs.begin(loop=self.loop.name)
        while not self._stopping.is_set():
            ticked = self._tick()
            if ticked is None:
                return done
            done += ticked
            if not self.loop.full or ticked < self.loop.full:
                break
        return done

    def _tick(self) -> int | None:
        """How much one tick did; ``None`` when it failed."""
        began = seconds()
        try:
            done = self.loop.tick(self.office)
        except (Conflict, Unavailable) as error:
            log.info("tick put off: %s", error.code)
            return None
        except Exception:  # a loop must survive whatever one tick ran into
            log.exception("tick failed")
            self.office.metrics.record(metrics.TICKS_FAILED, 1, self.loop.name)
            return None
        took = seconds() - began
        self.office.metrics.record(metrics.TICK_SECONDS, took, self.loop.name)
        if done:
            log.info("ticked", extra={"done": done, "ms": round(took * 1000, 1)})
        return done
