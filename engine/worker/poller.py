"""One loop at work: tick, tick again while there is more, stop when asked."""

from __future__ import annotations

import logging
import threading

from engine.errors import Conflict
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
        while not self._stopping.is_set():
            try:
                ticked = self.loop.tick(self.office)
            except Conflict as error:
                log.info("loop %s: %s", self.loop.name, error)
                return done
            except Exception:  # a loop must survive whatever one tick ran into
                log.exception("loop %s failed", self.loop.name)
                return done
            done += ticked
            if not self.loop.full or ticked < self.loop.full:
                break
        return done
