"""Acts on many tasks at once, with what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, Text, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, metadata

bulk_acts = Table(
    "bulk_acts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    #: What was asked for: reassign or claim.
    Column("act", String(20), nullable=False),
    #: Who was to get the tasks, and why.
    Column("to_id", Id),
    Column("reason", Text, nullable=False, default=""),
    Column("wanted", Integer, nullable=False),
    #: One for each task handled so far: task, case, number, name, code, facts, rule, basis.
    Column("results", Json, nullable=False),
    Column("ended_at", Instant),
    Index(None, "person_id", "id"),
)


@dataclass(frozen=True)
class BulkRow:
    """An act on many tasks."""

    id: int
    person_id: int
    at: datetime
    act: str
    to_id: int | None
    reason: str
    wanted: int
    results: list[dict[str, Any]]
    ended_at: datetime | None


def add(session: Session, **values: Any) -> int:
    """Begin one; its id."""
    made: int = session.execute(
        insert(bulk_acts).values(**values).returning(bulk_acts.c.id)
    ).scalar_one()
    return made


def change(session: Session, bulk_id: int, **values: Any) -> None:
    """Set columns of one."""
    session.execute(update(bulk_acts).where(bulk_acts.c.id == bulk_id).values(**values))


def get(session: Session, bulk_id: int) -> BulkRow | None:
    """One of them."""
    row = session.execute(select(bulk_acts).where(bulk_acts.c.id == bulk_id)).one_or_none()
    return BulkRow(**row._mapping) if row is not None else None


def of_person(session: Session, person_id: int, rows: int) -> list[BulkRow]:
    """A person's latest, newest first."""
    query = (
        select(bulk_acts)
        .where(bulk_acts.c.person_id == person_id)
        .order_by(bulk_acts.c.id.desc())
        .limit(rows)
    )
    return [BulkRow(**row._mapping) for row in session.execute(query)]
