"""Incidents: what failed, how often it was tried, who put it right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, insert_missing, metadata
from engine.values.running import Json as JsonValue

OPEN, RESOLVED = "open", "resolved"

incidents = Table(
    "incidents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id),
    #: What was being done: clock, complete, start, send, …
    Column("verb", String(40), nullable=False),
    Column("code", String(80), nullable=False),
    Column("facts", Json, nullable=False),
    #: For the administrator: where in the program it happened.
    Column("detail", Text, nullable=False, default=""),
    Column("actor", String(200), nullable=False, default=""),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=1),
    #: When the clock tries again by itself.
    Column("next_at", Instant),
    Column("status", String(12), nullable=False, default=OPEN),
    Column("resolved_at", Instant),
    Column("resolved_by", String(200), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Index(None, "status", "id"),
    Index(None, "case_id", "status"),
)

#: Nightly jobs: the node that inserts the row does the work.
job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String(40), primary_key=True),
    Column("scheduled_for", Date, primary_key=True),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class IncidentRow:
    """Something that failed."""

    id: int
    case_id: int | None
    verb: str
    code: str
    facts: dict[str, JsonValue]
    detail: str
    actor: str
    first_at: datetime
    last_at: datetime
    attempts: int
    next_at: datetime | None
    status: str
    resolved_at: datetime | None
    resolved_by: str
    note: str


def add(session: Session, **values: Any) -> int:
    """Record a first failure."""
    made: int = session.execute(
        insert(incidents).returning(incidents.c.id).values(**values)
    ).scalar_one()
    return made


def change(session: Session, incident_id: int, **values: Any) -> None:
    """Set columns of an incident."""
    session.execute(update(incidents).where(incidents.c.id == incident_id).values(**values))


def get(session: Session, incident_id: int) -> IncidentRow | None:
    """One incident."""
    row = session.execute(
        select(incidents).where(incidents.c.id == incident_id).with_for_update()
    ).one_or_none()
    return None if row is None else IncidentRow(**row._mapping)


def open_of_case(session: Session, case_id: int, verb: str | None = None) -> list[IncidentRow]:
    """What is unresolved in a case, oldest first."""
    query = select(incidents).where(incidents.c.case_id == case_id, incidents.c.status == OPEN)
    if verb is not None:
        query = query.where(incidents.c.verb == verb)
    rows = session.execute(query.order_by(incidents.c.id))
    return [IncidentRow(**row._mapping) for row in rows]


def open_of_verb(session: Session, verb: str) -> list[IncidentRow]:
    """What is unresolved of something done for no single case, oldest first."""
    query = select(incidents).where(
        incidents.c.case_id.is_(None), incidents.c.status == OPEN, incidents.c.verb == verb
    )
    return [IncidentRow(**row._mapping) for row in session.execute(query.order_by(incidents.c.id))]


def listing(session: Session, status: str, before: int | None, rows: int) -> list[IncidentRow]:
    """Incidents of a status, newest first, older than the one with id ``before``."""
    query = select(incidents).where(incidents.c.status == status)
    if before is not None:
        query = query.where(incidents.c.id < before)
    found = session.execute(query.order_by(incidents.c.id.desc()).limit(rows))
    return [IncidentRow(**row._mapping) for row in found]


def count_open(session: Session, most: int) -> int:
    """How many are unresolved, counted no further than ``most``."""
    some = select(incidents.c.id).where(incidents.c.status == OPEN).limit(most).subquery()
    found: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return found


def win_run(session: Session, job: str, scheduled_for: date, at: datetime) -> bool:
    """Whether this node is the one to do a nightly job; the others lose the insert."""
    return insert_missing(session, job_runs, job=job, scheduled_for=scheduled_for, at=at)
