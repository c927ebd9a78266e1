"""Periodic duties: each period of each is done once, whatever number of nodes there is.

1. The database knows the last period done; what fell due since then is made up for.
2. A unit of work inserts the unique row ``(job, scheduled_for)`` and does the duty. Another node
   that wants the same period waits for the insert, then finds it done.
3. What fails is rolled back, the row included, becomes an incident and is tried again later; a
   node that dies leaves nothing behind, and the next beat of any other does the period.

A duty must be short and may not touch the world: it writes rows (the outbox's among them).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from apscheduler.triggers.cron import CronTrigger

from engine import metrics
from engine.actor import CLOCK
from engine.errors import Conflict, Unavailable
from engine.office import Office
from engine.services import incidents
from engine.store import periodic as store
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

log = logging.getLogger("duban.periodic")

#: What is left to be done once the period is committed, if anything.
Rest = Callable[[], object]
Duty = Callable[[Work, datetime], Rest | None]
#: Which periods are due after the last one done (``None``: none yet), oldest first.
Due = Callable[[Work, datetime | None], list[datetime]]

#: Periods of one job made up for at a beat; the next beat goes on.
MOST = 500
#: How far back the latest period of a job is looked for, shortest first.
_SPANS = tuple(timedelta(days=days) for days in (1 / 24, 1, 8, 32, 367))


class Missed(Enum):
    """What becomes of periods nobody was there to do."""

    #: Each is done, oldest first: a report of every week.
    EACH = "each"
    #: The latest stands for all: cleaning up.
    LATEST = "latest"


@dataclass(frozen=True)
class Job:
    """A periodic duty. It begins with the period it is first seen in."""

    name: str
    when: CronTrigger | Due
    duty: Duty
    missed: Missed = Missed.LATEST


def at(**fields: str | int) -> CronTrigger:
    """Moments of the county's clock: ``at(day_of_week="mon", hour=8)``, ``at(minute="*/10")``."""
    return CronTrigger(timezone=COUNTY_ZONE, **fields)


def tick(office: Office, jobs: Sequence[Job]) -> int:
    """Do what is due; how many periods this node did."""
    return sum(_catch_up(office, job) for job in jobs)


def due(when: CronTrigger, missed: Missed, last: datetime | None, now: datetime) -> list[datetime]:
    """The periods to be done now, oldest first, after the last one done."""
    if last is None or missed is Missed.LATEST:
        latest = _latest(when, now)
        return [] if latest is None or (last is not None and latest <= last) else [latest]
    found = []
    for instant in _from(when, last + timedelta(microseconds=1), now):
        found.append(instant)
        if len(found) == MOST:
            break
    return found


def _catch_up(office: Office, job: Job) -> int:
    with office.read(CLOCK) as work:
        if incidents.job_waits(work, job.name):
            return 0
        last, when = store.last_run(work.session, job.name), job.when
        timed = isinstance(when, CronTrigger)
        wanted = due(when, job.missed, last, work.now) if timed else when(work, last)
    done = 0
    for scheduled_for in wanted:
        if office.stopping.is_set():
            break
        try:
            done += _do(office, job, scheduled_for)
        except (Conflict, Unavailable) as error:
            log.info("periodic duty put off: %s", error.code, extra={"job": job.name})
            break
        except Exception as error:  # one duty must not stop the others
            log.exception("periodic duty failed", extra={"job": job.name})
            with office.begin(CLOCK) as work:
                incidents.record_job(work, job.name, error)
            # The periods of a job keep their order.
            break
    return done


def _do(office: Office, job: Job, scheduled_for: datetime) -> int:
    """One period, unless another node did it; 1 if this one did."""
    with office.begin(CLOCK) as work:
        node = office.settings.node[:120]
        if not store.win(work.session, job.name, scheduled_for, work.now, node):
            return 0
        work.doing = (incidents.job_verb(job.name), None)
        rest = job.duty(work, scheduled_for)
        incidents.settle_job(work, job.name)
        work.measure(metrics.PERIODIC_RUNS, job.name)
    if rest is not None:
        rest()
    log.info(
        "periodic duty done",
        extra={"job": job.name, "scheduled_for": scheduled_for.isoformat()},
    )
    return 1


def _latest(when: CronTrigger, now: datetime) -> datetime | None:
    for span in _SPANS:
        found = None
        for instant in _from(when, now - span, now):
            found = instant
        if found is not None:
            return found
    return None


def _from(when: CronTrigger, start: datetime, end: datetime) -> Iterator[datetime]:
    instant = when.get_next_fire_time(None, start)
    while instant is not None and instant <= end:
        yield instant.astimezone(end.tzinfo)
        instant = when.get_next_fire_time(instant, instant)
