"""The beat: APScheduler in memory, one job per loop. It knows nothing of what is due."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from engine.clock import SystemClock
from engine.office import Office
from engine.worker.jobs import LOOPS, Loop
from engine.worker.poller import Poller

log = logging.getLogger("duban.worker")


class Ticker:
    """The loops of one process. Any number of processes may run them on one database."""

    def __init__(self, office: Office, loops: Sequence[Loop] = LOOPS) -> None:
        self._office = office
        self._loops = loops
        self._stopping = office.stopping
        # Beats follow the machine, whatever clock the county lives by: APScheduler makes up for
        # every beat between a next run and the machine's now.
        self._machine = SystemClock()
        # Late and missed beats are run once, never dropped; a beat never overtakes itself.
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(max(len(loops), 1))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin; every loop ticks at once."""
        for loop in self._loops:
            poller = Poller(self._office, loop, self._stopping)
            self._scheduler.add_job(
                poller.beat,
                "interval",
                seconds=loop.every,
                id=loop.name,
                next_run_time=self._machine.now(),
            )
            self._office.bell.attach(loop.name, partial(self.wake, loop.name))
        self._scheduler.start()

    def wake(self, name: str) -> None:
        """Let a loop tick now instead of at its next beat."""
        if self._stopping.is_set():
            return
        try:
            self._scheduler.modify_job(name, next_run_time=self._machine.now())
        except JobLookupError:
            log.info("no loop is called %s", name)

    def stop(self) -> None:
        """End: ticks under way finish their batch, no further one begins."""
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
