"""One unit of work: a session, who acts, and the instant at which all of it happens.

The only place that commits. Everything done inside ``with`` becomes visible at once, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from engine import metrics
from engine.actor import Actor
from engine.clock import seconds
from engine.errors import BadDefinition, Conflict, Forbidden, Invalid, NotFound, Unavailable
from engine.metrics import Metric
from engine.store import prepared
from engine.store import settings as county_settings
from engine.values.timing import COUNTY_ZONE

if TYPE_CHECKING:
    from engine.office import Office


@dataclass
class Work:
    """What every verb takes first."""

    session: Session
    actor: Actor
    #: The instant of this unit of work, aware, in UTC; simulated in a demo whose clock was moved.
    now: datetime
    office: Office
    #: Loops of the worker to wake after the commit.
    wakes: set[str] = field(default_factory=set)
    #: The verb and the case under way, for the record of a failure.
    doing: tuple[str, int | None] = ("command", None)
    #: What services look up once per unit of work, by their own names.
    kept: dict[str, Any] = field(default_factory=dict)
    #: Figures to be told after the commit; without a value it is the time this unit of work took.
    measures: list[tuple[Metric, float | None, tuple[str, ...]]] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day in the county."""
        return self.now.astimezone(COUNTY_ZONE).date()

    def wake(self, loop: str) -> None:
        """Ask a loop of the worker in this process to look at once after the commit."""
        self.wakes.add(loop)

    def measure(self, metric: Metric, *labels: str, value: float = 1) -> None:
        """A figure to be told if this unit of work commits."""
        self.measures.append((metric, value, labels))

    def time(self, metric: Metric, *labels: str) -> None:
        """How long this unit of work took, to be told if it commits."""
        self.measures.append((metric, None, labels))


#: What a unit of work that only reads was doing when it failed.
READING = "reading"


@contextmanager
def begin(office: Office, actor: Actor) -> Iterator[Work]:
    """A unit of work that may write: commits at the end, rolls back on any exception.

    Raises Conflict ``busy`` when the database could not be had within its waiting time, and
    Unavailable when it could not be had at all: then nothing was done, or, if that came in the
    middle of the commit, everything.
    """
    work: Work | None = None
    began = seconds()
    try:
        with _refused_as_busy(), office.sessions.write() as session:
            # SQLite waits for its one write lock here, so the instant is read after it.
            session.connection()
            work = _work(office, actor, session)
            yield work
            session.commit()
    except _REFUSALS as error:
        if isinstance(error, Conflict):
            office.metrics.record(metrics.CONFLICTS, 1, error.code)
        raise
    except Exception as error:  # a person's command that failed must leave a record
        if work is None or actor.person_id is None or office.on_failure is None:
            raise
        raise office.on_failure(work.doing, actor, error) from error
    took = seconds() - began
    for metric, value, labels in work.measures:
        office.metrics.record(metric, took if value is None else value, *labels)
    for loop in work.wakes:
        office.bell.ring(loop)


#: What a command may rightly answer; anything else is a failure of the engine.
_REFUSALS = (NotFound, Forbidden, Conflict, Invalid, BadDefinition, Unavailable)


@contextmanager
def read(office: Office, actor: Actor) -> Iterator[Work]:
    """A unit of work that only reads: takes no lock, and the database refuses any writing.

    Raises Broken for a row that cannot be read, which becomes an incident of its case.
    """
    work: Work | None = None
    try:
        with _refused_as_busy(), office.sessions.read() as session:
            work = _work(office, actor, session)
            yield work
    except JSONDecodeError as error:  # SQLite keeps in a JSON column whatever was written there
        if work is None or actor.person_id is None or office.on_failure is None:
            raise
        raise office.on_failure((READING, work.doing[1]), actor, error) from error


def _work(office: Office, actor: Actor, session: Session) -> Work:
    found = county_settings.at_begin(session)
    # Every process of a demo shares one simulated clock; production never looks for one.
    ahead = found.get(county_settings.CLOCK_OFFSET, 0) if office.settings.demo else 0
    now = office.clock.now() + timedelta(seconds=ahead)
    return Work(session, actor, now, office, kept={"settings": found})


#: PostgreSQL: lock not available (in time), deadlock detected, serialization failure.
_BUSY = ("55P03", "40P01", "40001")
#: PostgreSQL: no connection, too few resources (a full disk among them), shutting or starting up.
_GONE = ("08", "53", "57P", "58")
#: SQLite has no such states; its words are always English.
_SQLITE_GONE = ("unable to open database file", "disk I/O error", "out of memory")


@contextmanager
def _refused_as_busy() -> Iterator[None]:
    try:
        yield
    except PoolExhausted as error:
        raise Conflict("busy") from error
    except DBAPIError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(error: DBAPIError) -> Conflict | Unavailable | None:
    """What a person is told of an error that is nobody's fault; None for a fault of ours."""
    # The server's own words come in its own language; its states do not.
    state = getattr(error.orig, "sqlstate", None) or ""
    words = str(error.orig)
    if state in _BUSY or "database is locked" in words:
        return Conflict("busy")
    if state == "53100" or "database or disk is full" in words:
        return Unavailable("disk_full")
    # A connection that broke off has no state: the server had no time to send one.
    lost = not state and isinstance(error, OperationalError | InterfaceError)
    if hasattr(error.orig, "sqlstate") and (lost or state.startswith(_GONE)):
        return Unavailable("database_unavailable")
    if any(told in words for told in _SQLITE_GONE):
        return Unavailable("database_unavailable")
    return None


@contextmanager
def attempt(work: Work) -> Iterator[None]:
    """A part that can fail alone: on an exception its writes are undone, those before it stay."""
    measured = len(work.measures)
    waiting, part = prepared.part(work.session)
    try:
        with _refused_as_busy():
            yield
    except BaseException:  # whatever ended it, what it wrote and measured did not happen
        del work.measures[measured:]
        waiting.end(part, failed=True)
        raise
    with _refused_as_busy():
        waiting.end(part, failed=False)
