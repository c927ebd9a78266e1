"""Changes of the calendar, each with how far its counting again has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, Text, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, metadata
from engine.store.cases import RUNNING, cases
from engine.store.timers import timers
from engine.values.running import Json as JsonValue

recounts = Table(
    "recounts",
    metadata,
    Column("id", Id, primary_key=True),
    #: What changed: a calendar layer, completed years, or the switches.
    Column("layer", String(40), nullable=False),
    Column("note", Text, nullable=False),
    #: Each change as [day or year, kind before, kind after, name]; a kind may be null.
    Column("days", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    #: Cases up to this one have been looked at.
    Column("after_case", Id, nullable=False, default=0),
    Column("examined", Integer, nullable=False, default=0),
    Column("moved", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("finished_at", Instant),
)
Index("ix_recounts_unfinished", recounts.c.id, sqlite_where=recounts.c.finished_at.is_(None),
      postgresql_where=recounts.c.finished_at.is_(None))  # fmt: skip


@dataclass(frozen=True)
class RecountRow:
    """A change of the calendar, and how far the cases have been counted again."""

    id: int
    layer: str
    note: str
    days: list[JsonValue]
    at: datetime
    by: str
    after_case: int
    examined: int
    moved: int
    failed: int
    finished_at: datetime | None


def add(session: Session, values: Mapping[str, Any]) -> int:
    """Something changed: every running case is to be looked at."""
    made: int = session.execute(
        insert(recounts).returning(recounts.c.id).values(**values)
    ).scalar_one()
    return made


def first_unfinished(session: Session) -> RecountRow | None:
    """The earliest change whose cases have not all been looked at."""
    row = session.execute(
        select(recounts).where(recounts.c.finished_at.is_(None)).order_by(recounts.c.id).limit(1)
    ).one_or_none()
    return None if row is None else RecountRow(**row._mapping)


def lock(session: Session, recount_id: int) -> RecountRow | None:
    """A change nobody else counts for until this unit of work ends; nothing if somebody does."""
    row = session.execute(
        select(recounts).where(recounts.c.id == recount_id).with_for_update(skip_locked=True)
    ).one_or_none()
    return None if row is None else RecountRow(**row._mapping)


def change(session: Session, recount_id: int, **values: Any) -> None:
    """How far it has come."""
    session.execute(update(recounts).where(recounts.c.id == recount_id).values(**values))


def latest(session: Session, rows: int) -> list[RecountRow]:
    """The last changes, newest first."""
    found = session.execute(select(recounts).order_by(recounts.c.id.desc()).limit(rows))
    return [RecountRow(**row._mapping) for row in found]


def next_cases(session: Session, after: int, rows: int) -> Sequence[int]:
    """Running cases that wait for timers, by id."""
    waiting = select(timers.c.id).where(timers.c.case_id == cases.c.id)
    return list(
        session.scalars(
            select(cases.c.id)
            .where(cases.c.id > after, cases.c.status == RUNNING, waiting.exists())
            .order_by(cases.c.id)
            .limit(rows)
        )
    )
