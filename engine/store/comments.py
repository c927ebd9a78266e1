"""Comments on a case, and who is mentioned in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, Table, Text, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, affected, metadata

comments = Table(
    "comments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("text", Text, nullable=False),
    #: Ids of the people mentioned.
    Column("mentions", Json, nullable=False),
    Column("withdrawn_at", Instant),
    Index(None, "case_id", "id"),
)


@dataclass(frozen=True)
class CommentRow:
    """A comment."""

    id: int
    case_id: int
    person_id: int
    at: datetime
    text: str
    mentions: list[int]
    withdrawn_at: datetime | None


def _comment(row: Row[Any]) -> CommentRow:
    return CommentRow(**row._mapping)


def add(session: Session, **values: Any) -> int:
    """Write a comment; its id."""
    made: int = session.execute(
        insert(comments).values(**values).returning(comments.c.id)
    ).scalar_one()
    return made


def get(session: Session, comment_id: int) -> CommentRow | None:
    """One comment."""
    row = session.execute(select(comments).where(comments.c.id == comment_id)).one_or_none()
    return _comment(row) if row is not None else None


def withdraw(session: Session, comment_id: int, at: datetime) -> bool:
    """It is shown no more; False when it had been withdrawn."""
    changed = update(comments).where(comments.c.id == comment_id, comments.c.withdrawn_at.is_(None))
    return affected(session.execute(changed.values(withdrawn_at=at))) == 1


def of_case(session: Session, case_id: int) -> list[CommentRow]:
    """The comments of a case, oldest first."""
    query = select(comments).where(comments.c.case_id == case_id).order_by(comments.c.id)
    return [_comment(row) for row in session.execute(query)]
