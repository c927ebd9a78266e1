"""What the bodies published: the text itself, as it was on the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    Row,
    String,
    Table,
    Text,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, affected, metadata
from engine.store.bodies import Body, bodies
from engine.store.registers import like
from engine.values.running import Json as JsonValue

publications = Table(
    "publications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("category", String(60), nullable=False),
    Column("title", String(300), nullable=False),
    Column("number", String(80), nullable=False, default=""),
    Column("body_id", Id, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("published_on", Date, nullable=False),
    Column("published_by", Id),
    #: Last day it is shown; NULL is for good.
    Column("until", Date),
    Column("case_id", Id, index=True),
    Column("document_id", Id),
    #: {"paragraphs": [...], "facts": [[label, words], ...]}
    Column("content", Json, nullable=False),
    #: Everything shown, to be searched.
    Column("words", Text, nullable=False),
    Column("withdrawn_at", Instant),
    Column("withdrawn_by", Id),
    Column("withdrawn_because", String(500), nullable=False, default=""),
    Index("ix_publications_category_id", "category", "id"),
    Index("ix_publications_body_id_id", "body_id", "id"),
)


@dataclass(frozen=True)
class Publication:
    """One published text."""

    id: int
    category: str
    title: str
    number: str
    body_id: int
    published_at: datetime
    published_on: date
    published_by: int | None
    until: date | None
    case_id: int | None
    document_id: int | None
    content: Mapping[str, JsonValue]
    words: str
    withdrawn_at: datetime | None
    withdrawn_by: int | None
    withdrawn_because: str


@dataclass(frozen=True)
class Wanted:
    """What to look for; empty parts do not narrow."""

    category: str = ""
    body_id: int | None = None
    since: date | None = None
    to: date | None = None
    text: str = ""


def add(session: Session, **values: Any) -> int:
    """Publish; the id."""
    made: int = session.execute(
        insert(publications).values(**values).returning(publications.c.id)
    ).scalar_one()
    return made


def find(session: Session, publication_id: int) -> Publication | None:
    """One publication, withdrawn or run out as it may be."""
    row = session.execute(
        select(publications).where(publications.c.id == publication_id)
    ).one_or_none()
    return _publication(row) if row is not None else None


def of_case(session: Session, case_id: int) -> list[Publication]:
    """Everything a case published, taken down or not, oldest first."""
    query = select(publications).where(publications.c.case_id == case_id)
    return [_publication(row) for row in session.execute(query.order_by(publications.c.id))]


def shown(
    session: Session, wanted: Wanted, today: date, before: int | None, rows: int
) -> list[Publication]:
    """What is shown today, newest first, below an id."""
    table = publications.c
    query = select(publications).where(
        table.withdrawn_at.is_(None), or_(table.until.is_(None), table.until >= today)
    )
    if wanted.category:
        query = query.where(table.category == wanted.category)
    if wanted.body_id is not None:
        query = query.where(table.body_id == wanted.body_id)
    if wanted.since is not None:
        query = query.where(table.published_on >= wanted.since)
    if wanted.to is not None:
        query = query.where(table.published_on <= wanted.to)
    for word in wanted.text.split()[:5]:
        query = query.where(table.words.like(like(word), escape="\\"))
    if before is not None:
        query = query.where(table.id < before)
    return [
        _publication(row) for row in session.execute(query.order_by(table.id.desc()).limit(rows))
    ]


def publishers(session: Session) -> list[Body]:
    """The bodies that ever published something."""
    used = select(publications.c.body_id).distinct()
    rows = session.execute(select(bodies).where(bodies.c.id.in_(used)).order_by(bodies.c.id))
    return [Body(**row._mapping) for row in rows]


def withdraw(session: Session, publication_id: int, at: datetime, by: int, because: str) -> bool:
    """Take a publication down; False when it was down already."""
    changed = session.execute(
        update(publications)
        .where(publications.c.id == publication_id, publications.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at, withdrawn_by=by, withdrawn_because=because)
    )
    return affected(changed) == 1


def _publication(row: Row[Any]) -> Publication:
    return Publication(**row._mapping)
