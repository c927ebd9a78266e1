"""Cases: the row a command locks, its state, its path, its bodies, its links."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, insert_missing, metadata
from engine.store.prepared import Prepared
from engine.store.tasks import tasks
from engine.values.running import Json as JsonValue

RUNNING, FINISHED, CANCELLED = "running", "finished", "cancelled"

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(120), nullable=False, unique=True),
    Column("definition_id", ForeignKey("definitions.id"), nullable=False),
    Column("process_id", String(80), nullable=False),
    Column("process_name", String(200), nullable=False),
    Column("title", String(500), nullable=False),
    Column("party", String(500), nullable=False),
    #: Sentence of the public stage the case is in.
    Column("stage", String(120), nullable=False, default=""),
    Column("status", String(12), nullable=False, default=RUNNING),
    #: Body ids by slot.
    Column("slots", Json, nullable=False),
    #: The body the case is about, else the one that handles it; for lists and sector limits.
    Column("body_id", Id),
    Column("body_name", String(200), nullable=False, default=""),
    #: Sector whose own time limits hold for the case.
    Column("sector", String(40), nullable=False, default=""),
    #: The case file: values by field id.
    Column("data", Json, nullable=False),
    #: Message events that wait, as values of :class:`engine.values.running.OpenMessage`.
    Column("messages", Json),
    #: The engine's state as the engine packed it; empty once the case is over.
    Column("state", LargeBinary, nullable=False),
    #: MAC over id, revision and state, keyed from outside the database.
    Column("state_mac", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False),
    #: When the clock must move the case next; null when nothing waits or the clock is stopped.
    Column("wake_at", Instant),
    Column("paused_at", Instant),
    Column("started_at", Instant, nullable=False),
    Column("started_by", Id),
    Column("starter", String(200), nullable=False, default=""),
    Column("finished_at", Instant),
    #: Failed attempts of the clock in a row.
    Column("failures", Integer, nullable=False, default=0),
    #: Length and head of the audit chain, and number of rows in ``passed``.
    Column("audit_seq", Integer, nullable=False, default=0),
    Column("audit_head", LargeBinary, nullable=False, default=b""),
    Column("steps", Integer, nullable=False, default=0),
    #: What takes back the last act of a person (:mod:`engine.services.take_backs`); read only then.
    Column("undo", LargeBinary),
)
Index("ix_cases_due", cases.c.wake_at, sqlite_where=cases.c.wake_at.isnot(None),
      postgresql_where=cases.c.wake_at.isnot(None))  # fmt: skip
Index("ix_cases_started_by", cases.c.started_by, cases.c.id)
Index("ix_cases_definition", cases.c.definition_id, cases.c.status)

#: Last number given out per code and year.
case_numbers = Table(
    "case_numbers",
    metadata,
    Column("code", String(120), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)


@dataclass
class CaseRow:
    """A case as stored."""

    id: int
    number: str
    definition_id: int
    process_id: str
    process_name: str
    title: str
    party: str
    stage: str
    status: str
    slots: dict[str, int]
    body_id: int | None
    body_name: str
    sector: str
    data: dict[str, JsonValue]
    messages: list[dict[str, JsonValue]] | None
    state: bytes
    state_mac: bytes
    revision: int
    wake_at: datetime | None
    paused_at: datetime | None
    started_at: datetime
    started_by: int | None
    starter: str
    finished_at: datetime | None
    failures: int
    audit_seq: int
    audit_head: bytes
    steps: int


#: Columns of a case that lists read: everything but the case file and the state.
BRIEF = (
    cases.c.id,
    cases.c.number,
    cases.c.title,
    cases.c.process_id,
    cases.c.process_name,
    cases.c.party,
    cases.c.status,
    cases.c.stage,
    cases.c.definition_id,
    cases.c.slots,
    cases.c.body_id,
    cases.c.body_name,
    cases.c.paused_at,
    cases.c.started_at,
    cases.c.starter,
    cases.c.started_by,
    cases.c.finished_at,
)


@dataclass(frozen=True)
class BriefRow:
    """A case as lists read it."""

    id: int
    number: str
    title: str
    process_id: str
    process_name: str
    party: str
    status: str
    stage: str
    definition_id: int
    slots: dict[str, int]
    body_id: int | None
    body_name: str
    paused_at: datetime | None
    started_at: datetime
    starter: str
    started_by: int | None
    finished_at: datetime | None


_COLUMNS = tuple(column.name for column in fields(CaseRow))
_ROW = select(*(cases.c[name] for name in _COLUMNS))
_BY_ID = Prepared(_ROW.where(cases.c.id == bindparam("id")))
_LOCKED_BY_ID = Prepared(_ROW.where(cases.c.id == bindparam("id")).with_for_update())
_LOCKED_BY_TASK = Prepared(
    _ROW.join(tasks, tasks.c.case_id == cases.c.id)
    .where(tasks.c.id == bindparam("id"))
    .with_for_update(of=cases)
)
_CLAIM_DUE = Prepared(
    _ROW.where(cases.c.wake_at <= bindparam("now"))
    .order_by(cases.c.wake_at, cases.c.id)
    .limit(bindparam("rows"))
    .with_for_update(skip_locked=True)
)
_CLAIM_ONE_DUE = Prepared(
    _ROW.where(cases.c.id == bindparam("id"), cases.c.wake_at <= bindparam("now")).with_for_update(
        skip_locked=True
    )
)


def get(session: Session, case_id: int) -> CaseRow | None:
    """A case, without locking it."""
    return _row(_BY_ID.first(session, {"id": case_id}))


def lock(session: Session, case_id: int) -> CaseRow | None:
    """A case nobody else can move until this unit of work ends."""
    return _row(_LOCKED_BY_ID.first(session, {"id": case_id}))


def lock_of_task(session: Session, task_id: int) -> CaseRow | None:
    """The case of a task, locked."""
    return _row(_LOCKED_BY_TASK.first(session, {"id": task_id}))


def claim_due(session: Session, now: datetime, rows: int) -> list[CaseRow]:
    """Cases the clock must move, earliest first, locked; those others hold are passed over."""
    found = _CLAIM_DUE.all(session, {"now": now, "rows": rows})
    return [row for each in found if (row := _row(each)) is not None]


def claim_one_due(session: Session, now: datetime, case_id: int) -> CaseRow | None:
    """One case if it is still due and nobody else holds it."""
    return _row(_CLAIM_ONE_DUE.first(session, {"now": now, "id": case_id}))


def brief(session: Session, ids: Iterable[int]) -> dict[int, BriefRow]:
    """Cases as lists read them, by id."""
    rows = session.execute(select(*BRIEF).where(cases.c.id.in_(set(ids))))
    return {row.id: BriefRow(**row._mapping) for row in rows}


def undo_of(session: Session, case_id: int) -> bytes | None:
    """What takes back the last act of a person in a case."""
    found: bytes | None = session.execute(
        select(cases.c.undo).where(cases.c.id == case_id)
    ).scalar_one_or_none()
    return found


def by_number(session: Session, number: str) -> int | None:
    """The id of the case with this number."""
    return session.execute(select(cases.c.id).where(cases.c.number == number)).scalar_one_or_none()


def add(session: Session, row: CaseRow) -> int:
    """Insert a case and give its id. The state is stored with the first :func:`save`."""
    values = {name: value for name, value in vars(row).items() if name != "id"}
    row_id: int = session.execute(insert(cases).returning(cases.c.id).values(**values)).scalar_one()
    return row_id


def save(session: Session, case_id: int, revision: int, values: Mapping[str, Any]) -> None:
    """Write changed columns of a locked case that is at the revision it was read at.

    If it is not, Conflict ``case_moved`` is raised when it is written: by the commit at the latest.
    """
    stored = {**values, "at_id": case_id, "at_revision": revision}
    _SAVE.later(session, stored, counted=True)


_SAVE = Prepared(
    update(cases).where(
        cases.c.id == bindparam("at_id"), cases.c.revision == bindparam("at_revision")
    )
)


def postpone(session: Session, case_id: int, until: datetime | None, failures: int) -> None:
    """Let the clock try again later, without touching what the case is."""
    session.execute(
        update(cases).where(cases.c.id == case_id).values(wake_at=until, failures=failures)
    )


def failures(session: Session, case_id: int) -> int | None:
    """Failed attempts of the clock in a row, however damaged the case is; None without a case."""
    query = select(cases.c.failures).where(cases.c.id == case_id)
    return session.execute(query).scalar_one_or_none()


@dataclass(frozen=True)
class ChainRow:
    """What of a case its audit chain needs, readable however damaged the rest is."""

    audit_seq: int
    audit_head: bytes
    failures: int


def lock_chain(session: Session, case_id: int) -> ChainRow | None:
    """Lock a case to add to its chain only."""
    query = (
        select(cases.c.audit_seq, cases.c.audit_head, cases.c.failures)
        .where(cases.c.id == case_id)
        .with_for_update()
    )
    row = session.execute(query).one_or_none()
    return None if row is None else ChainRow(**row._mapping)


def name(session: Session, case_id: int) -> tuple[str, str, str, str, str] | None:
    """(number, process id, process name, status, stage), however damaged the rest is."""
    query = select(
        cases.c.number,
        cases.c.process_id,
        cases.c.process_name,
        cases.c.status,
        cases.c.stage,
    ).where(cases.c.id == case_id)
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3], row[4])


def set_chain(session: Session, case_id: int, seq: int, head: bytes) -> None:
    """The audit chain of a locked case grew while the case itself stayed as it is."""
    session.execute(
        update(cases).where(cases.c.id == case_id).values(audit_seq=seq, audit_head=head)
    )


def due_ids(session: Session, now: datetime, rows: int) -> list[int]:
    """Ids of cases the clock must move, earliest first."""
    query = select(cases.c.id).where(cases.c.wake_at <= now).order_by(cases.c.wake_at, cases.c.id)
    return list(session.scalars(query.limit(rows)))


def next_number(session: Session, code: str, year: int) -> int:
    """The next number of a code in a year. Numbers of a rolled-back unit of work are not lost."""
    return next_numbers(session, code, year, 1)


def next_numbers(session: Session, code: str, year: int, count: int) -> int:
    """The first of so many numbers of a code in a year."""
    insert_missing(session, case_numbers, code=code, year=year, last=0)
    last: int = session.execute(
        update(case_numbers)
        .where(case_numbers.c.code == code, case_numbers.c.year == year)
        .values(last=case_numbers.c.last + count)
        .returning(case_numbers.c.last)
    ).scalar_one()
    return last - count + 1


def _row(found: tuple[Any, ...] | None) -> CaseRow | None:
    if found is None:
        return None
    row = CaseRow(*found)
    if row.state.startswith(_COMPRESSED_TWICE):
        # Damaged bytes stay as they are: the MAC tells, and whoever reads goes on.
        with suppress(zlib.error):
            row.state = zlib.decompress(row.state)
    return row


#: How states began that this table compressed although the engine had; they are written no more.
_COMPRESSED_TWICE = b"\x78\x9c"
