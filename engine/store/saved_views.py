"""Saved views of the inbox: a name for a set of filters, one's own or shared with a body."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, String, Table, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, affected, metadata

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False, index=True),
    #: The body whose people see it, too.
    Column("body_id", Id, index=True),
    Column("name", String(60), nullable=False),
    #: Parts of the address by name.
    Column("query", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "owner_id", "name", unique=True),
)


@dataclass(frozen=True)
class ViewRow:
    """A saved view."""

    id: int
    owner_id: int
    body_id: int | None
    name: str
    query: dict[str, str]
    at: datetime


def _view(row: Row[Any]) -> ViewRow:
    return ViewRow(**row._mapping)


def add(session: Session, **values: Any) -> int:
    """Save a view; its id."""
    made: int = session.execute(
        insert(saved_views).values(**values).returning(saved_views.c.id)
    ).scalar_one()
    return made


def count(session: Session, owner_id: int) -> int:
    """How many somebody has."""
    query = select(func.count()).where(saved_views.c.owner_id == owner_id)
    found: int = session.execute(query).scalar_one()
    return found


def named(session: Session, owner_id: int, name: str) -> bool:
    """Whether somebody has one of this name."""
    query = select(saved_views.c.id).where(
        saved_views.c.owner_id == owner_id, saved_views.c.name == name
    )
    return session.execute(query).first() is not None


def of_reader(session: Session, person_id: int, bodies: Collection[int]) -> list[ViewRow]:
    """Somebody's own views and those shared with their bodies, by name."""
    query = select(saved_views).where(
        or_(saved_views.c.owner_id == person_id, saved_views.c.body_id.in_(bodies))
    )
    return [
        _view(row) for row in session.execute(query.order_by(saved_views.c.name, saved_views.c.id))
    ]


def remove(session: Session, view_id: int, owner_id: int) -> bool:
    """Forget one of one's own."""
    gone = delete(saved_views).where(
        saved_views.c.id == view_id, saved_views.c.owner_id == owner_id
    )
    return affected(session.execute(gone)) == 1
