"""What the worker does: loops that tick, and duties that come back with the calendar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.office import Office
from engine.services import (
    anchors,
    digests,
    health,
    leftovers,
    mail,
    periodic,
    periodic_duties,
    recounting,
    released,
    timers,
    upgrading,
)
from engine.services.periodic import Job, at

Tick = Callable[[Office], int]


@dataclass(frozen=True)
class Loop:
    """One loop. ``tick`` says how much it did."""

    name: str
    tick: Tick
    #: Seconds between ticks.
    every: float
    #: A tick that did at least this much is followed by another at once; 0 never.
    full: int = 0


#: Once a period on all nodes together, by the county's clock.
JOBS = (
    Job("anchor", at(hour=0, minute=0), anchors.daily),
    Job("digest", at(minute="*/15"), digests.duty),
    Job("certificates", at(hour=0, minute=5), released.nightly),
    Job("housekeeping", at(minute=20), lambda work, _: leftovers.forget(work)),
)


def jobs(office: Office) -> tuple[Job, ...]:
    """Everything that is done once a period, the duties of ``periodic.toml`` among it."""
    return (*JOBS, *periodic_duties.jobs(office))


LOOPS = (
    Loop("heartbeat", health.heartbeat, every=10),
    Loop("clock", timers.tick, every=1, full=timers.BATCH),
    Loop("recount", recounting.tick, every=5, full=1),
    Loop("upgrade", upgrading.tick, every=5, full=1),
    Loop("outbox", mail.deliver, every=5, full=1),
    Loop("periodic", lambda office: periodic.tick(office, jobs(office)), every=20),
)
