"""How the installation is: what a balancer, a supervisor and whoever watches figures ask."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.actor import CLOCK
from engine.clock import seconds
from engine.errors import Conflict, Unavailable
from engine.office import Office
from engine.store import health as store
from engine.store import incidents, migrations, workers
from engine.store.base import Unreachable

log = logging.getLogger("duban.health")

#: A worker not seen for so long is taken for dead; it says every few seconds that it lives.
SILENCE = timedelta(seconds=60)
#: A case the clock should have moved so long ago says that the workers do not keep up.
BACKLOG = timedelta(minutes=5)
#: Rows of workers that died without a word are kept so long.
REMEMBERED = timedelta(days=1)
#: Rows are counted no further.
MOST = 10_000

#: Seconds an answer is good for.
MOMENT = 1.0

OK = "ok"


@dataclass(frozen=True)
class Check:
    """One thing that must be well. ``code`` is ``ok``, or what is wrong."""

    name: str
    code: str


@dataclass(frozen=True)
class Figures:
    """How much waits. Ages are in seconds; ``None`` when there is nothing."""

    worker_silent: float | None
    clock_late: float
    outbox_waiting: int
    outbox_age: float
    incidents_open: int
    workers: int


class _Recent:
    """The last answer, for a moment: anybody may ask, and asking must not load the database."""

    def __init__(self) -> None:
        self.at = float("-inf")
        self.checks: tuple[Check, ...] = ()


def readiness(office: Office) -> tuple[Check, ...]:
    """What :func:`look` saw at most a moment ago."""
    recent: _Recent = office.kept.get("readiness", _Recent)
    now = seconds()
    if now - recent.at > MOMENT or office.stopping.is_set():
        recent.checks, recent.at = look(office), now
    return recent.checks


def report(office: Office, without: Sequence[str] = ()) -> tuple[bool, dict[str, object]]:
    """Whether all is well but for the checks left out, and what to tell: names and codes only.

    A balancer leaves ``worker`` out: pages are served as well while nobody drives time.
    """
    checks = readiness(office)
    ready = all(check.code == OK for check in checks if check.name not in without)
    return ready, {"ready": ready, "checks": {check.name: check.code for check in checks}}


def look(office: Office) -> tuple[Check, ...]:
    """Whether pages can be served and time is driven: database, migrations, worker."""
    if office.stopping.is_set():
        return (Check("process", "stopping"),)
    try:
        fit = migrations.fit(office.sessions)
        migrated = fit in (migrations.Fit.CURRENT, migrations.Fit.NEWER)
        if not migrated:
            return (Check("database", OK), Check("migrations", fit.value))
        return (Check("database", OK), Check("migrations", OK), Check("worker", _worker(office)))
    except (Unreachable, Unavailable, Conflict) as error:
        log.warning("database not reached", exc_info=error)
        return (Check("database", "unreachable"),)


def figures(office: Office) -> Figures | None:
    """The figures of the moment; ``None`` when the database cannot be reached."""
    try:
        return _figures(office)
    except (Unreachable, Unavailable, Conflict) as error:
        log.warning("database not reached", exc_info=error)
        return None


def heartbeat(office: Office) -> int:
    """Tell the others that the worker of this process lives."""
    now = office.clock.now()
    with office.begin(CLOCK) as work:
        workers.beat(work.session, _id(office), office.settings.node[:120], now)
        workers.forget_unseen(work.session, now - REMEMBERED)
    return 0


def farewell(office: Office) -> None:
    """The worker of this process ends as it should: nobody need miss it."""
    with office.begin(CLOCK) as work:
        workers.forget(work.session, _id(office))


def _id(office: Office) -> str:
    found: str = office.kept.get("worker_id", lambda: secrets.token_hex(16))
    return found


def _worker(office: Office) -> str:
    with office.read(CLOCK) as work:
        seen = workers.last_seen(work.session)
        wake = store.earliest_wake(work.session)
    if seen is None:
        return "none"
    if office.clock.now() - seen > SILENCE:
        return "silent"
    return "late" if _late(wake, work.now) > BACKLOG else OK


def _late(wake: datetime | None, now: datetime) -> timedelta:
    return max(now - wake, timedelta(0)) if wake is not None else timedelta(0)


def _figures(office: Office) -> Figures:
    machine = office.clock.now()
    with office.read(CLOCK) as work:
        seen = workers.last_seen(work.session)
        oldest = store.oldest_undelivered(work.session)
        alive = [one for one in workers.listing(work.session) if machine - one.seen_at <= SILENCE]
        return Figures(
            worker_silent=max((machine - seen).total_seconds(), 0) if seen else None,
            clock_late=_late(store.earliest_wake(work.session), work.now).total_seconds(),
            outbox_waiting=store.undelivered(work.session, MOST),
            outbox_age=_late(oldest, work.now).total_seconds(),
            incidents_open=incidents.count_open(work.session, MOST),
            workers=len(alive),
        )
