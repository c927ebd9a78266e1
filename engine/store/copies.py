"""Cases sent to people for their information (抄送)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, String, Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, affected, metadata

copies = Table(
    "copies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("by_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", String(500), nullable=False, default=""),
    Column("read_at", Instant),
    Index(None, "case_id", "person_id", unique=True),
    Index(None, "person_id", "id"),
)


@dataclass(frozen=True)
class CopyRow:
    """A case sent to somebody."""

    id: int
    case_id: int
    person_id: int
    by_id: int
    at: datetime
    note: str
    read_at: datetime | None


def _copy(row: Row[Any]) -> CopyRow:
    return CopyRow(**row._mapping)


def add(session: Session, **values: Any) -> int:
    """Send a case to somebody who has it not yet; its id."""
    made: int = session.execute(insert(copies).values(**values).returning(copies.c.id)).scalar_one()
    return made


def get(session: Session, copy_id: int) -> CopyRow | None:
    """One copy."""
    row = session.execute(select(copies).where(copies.c.id == copy_id)).one_or_none()
    return _copy(row) if row is not None else None


def remove(session: Session, copy_id: int) -> bool:
    """Take back one that was not read."""
    gone = delete(copies).where(copies.c.id == copy_id, copies.c.read_at.is_(None))
    return affected(session.execute(gone)) == 1


def of_case(session: Session, case_id: int) -> list[CopyRow]:
    """Who was sent a case, in order."""
    query = select(copies).where(copies.c.case_id == case_id).order_by(copies.c.id)
    return [_copy(row) for row in session.execute(query)]


def of_person(session: Session, person_id: int, before: int | None, rows: int) -> list[CopyRow]:
    """What a person was sent, newest first, below an id."""
    query = select(copies).where(copies.c.person_id == person_id)
    if before is not None:
        query = query.where(copies.c.id < before)
    return [_copy(row) for row in session.execute(query.order_by(copies.c.id.desc()).limit(rows))]


def unread(session: Session, person_id: int, most: int) -> int:
    """How many a person has not opened, no further than ``most``."""
    some = (
        select(copies.c.id)
        .where(copies.c.person_id == person_id, copies.c.read_at.is_(None))
        .limit(most)
    )
    found: int = session.execute(select(func.count()).select_from(some.subquery())).scalar_one()
    return found


def mark_read(session: Session, person_id: int, case_id: int, at: datetime) -> bool:
    """The person has opened the case; False when they had, or were not sent it."""
    changed = update(copies).where(
        copies.c.person_id == person_id, copies.c.case_id == case_id, copies.c.read_at.is_(None)
    )
    return affected(session.execute(changed.values(read_at=at))) == 1


def concerns(session: Session, case_id: int, people: Sequence[int]) -> bool:
    """Whether a case was sent to somebody."""
    sent = select(copies.c.id).where(copies.c.case_id == case_id, copies.c.person_id.in_(people))
    return bool(session.execute(select(sent.exists())).scalar())
