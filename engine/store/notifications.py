"""Notices shown to people in the page: a code and its facts, worded when they are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, String, Table, func, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, affected, metadata
from engine.store.prepared import Prepared

notifications = Table(
    "notifications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    #: remind, urge, supervise
    Column("level", String(20), nullable=False),
    #: Code in the catalogue of messages.
    Column("code", String(60), nullable=False),
    Column("facts", Json, nullable=False),
    Column("case_id", Id, index=True),
    Column("case_number", String(80), nullable=False, default=""),
    Column("task_id", Id),
    Column("read_at", Instant),
    Index("ix_notifications_person_id_id", "person_id", "id"),
)
Index(
    "ix_notifications_unread",
    notifications.c.person_id,
    sqlite_where=notifications.c.read_at.is_(None),
    postgresql_where=notifications.c.read_at.is_(None),
)


@dataclass(frozen=True)
class Notification:
    """One notice to one person."""

    id: int
    person_id: int
    at: datetime
    level: str
    code: str
    facts: Mapping[str, str]
    case_id: int | None
    case_number: str
    task_id: int | None
    read_at: datetime | None


def _notification(row: Row[Any]) -> Notification:
    return Notification(**row._mapping)


def add(session: Session, person_ids: Sequence[int], **values: Any) -> None:
    """The same notice to several people."""
    for person_id in person_ids:
        _ADD.later(session, {"person_id": person_id, **values})


_ADD = Prepared(insert(notifications).inline())


def of_person(
    session: Session, person_id: int, before: int | None, rows: int
) -> list[Notification]:
    """A person's notices, newest first, below an id."""
    query = select(notifications).where(notifications.c.person_id == person_id)
    if before is not None:
        query = query.where(notifications.c.id < before)
    query = query.order_by(notifications.c.id.desc()).limit(rows)
    return [_notification(row) for row in session.execute(query)]


def of_case(session: Session, case_id: int) -> list[Notification]:
    """All notices a case gave rise to, oldest first."""
    query = (
        select(notifications).where(notifications.c.case_id == case_id).order_by(notifications.c.id)
    )
    return [_notification(row) for row in session.execute(query)]


def was_told(session: Session, person_id: int, case_id: int, besides: Sequence[str]) -> bool:
    """Whether a person was sent a notice of a case, other than of some codes."""
    told = select(notifications.c.id).where(
        notifications.c.case_id == case_id,
        notifications.c.person_id == person_id,
        notifications.c.code.not_in(besides),
    )
    return bool(session.execute(select(told.exists())).scalar())


def unread(session: Session, person_id: int, limit: int) -> int:
    """How many notices a person has not read, counting no further than ``limit``."""
    some = (
        select(notifications.c.id)
        .where(notifications.c.person_id == person_id, notifications.c.read_at.is_(None))
        .limit(limit)
    )
    found: int = session.execute(select(func.count()).select_from(some.subquery())).scalar_one()
    return found


def unread_since(
    session: Session, person_id: int, since: datetime, rows: int
) -> list[Notification]:
    """A person's unread notices since an instant, newest first."""
    query = (
        select(notifications)
        .where(
            notifications.c.person_id == person_id,
            notifications.c.read_at.is_(None),
            notifications.c.at >= since,
        )
        .order_by(notifications.c.id.desc())
        .limit(rows)
    )
    return [_notification(row) for row in session.execute(query)]


def mark_read(session: Session, person_id: int, ids: Collection[int] | None, at: datetime) -> int:
    """Mark a person's notices as read, or all of them; how many were unread."""
    statement = (
        update(notifications)
        .where(notifications.c.person_id == person_id, notifications.c.read_at.is_(None))
        .values(read_at=at)
    )
    if ids is not None:
        statement = statement.where(notifications.c.id.in_(ids))
    return affected(session.execute(statement))
