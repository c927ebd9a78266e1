"""Word templates managers put in the place of those that ship, version by version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, affected, metadata

templates = Table(
    "document_templates",
    metadata,
    Column("id", Id, primary_key=True),
    #: Code in the catalogue of document types.
    Column("type", String(60), nullable=False),
    #: From 1; the template that ships has no row and counts as 0.
    Column("version", Integer, nullable=False),
    Column("filename", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("note", String(500), nullable=False, default=""),
    Column("uploaded_at", Instant, nullable=False),
    Column("uploaded_by", Id),
    #: From when documents are made from it; NULL while it is only being looked at.
    Column("effective_at", Instant),
    Column("approved_at", Instant),
    Column("approved_by", Id),
    #: Given up before it came into force.
    Column("withdrawn_at", Instant),
    Column("withdrawn_by", Id),
    UniqueConstraint("type", "version"),
)


@dataclass(frozen=True)
class TemplateRow:
    """One version of a type's template."""

    id: int
    type: str
    version: int
    filename: str
    size: int
    sha256: str
    note: str
    uploaded_at: datetime
    uploaded_by: int | None
    effective_at: datetime | None
    approved_at: datetime | None
    approved_by: int | None
    withdrawn_at: datetime | None
    withdrawn_by: int | None


def _row(row: Row[Any]) -> TemplateRow:
    return TemplateRow(**row._mapping)


def in_force(session: Session, type: str, at: datetime) -> TemplateRow | None:
    """The version documents of a type are made from at an instant; None is the one that ships."""
    query = (
        select(templates)
        .where(
            templates.c.type == type,
            templates.c.withdrawn_at.is_(None),
            templates.c.effective_at <= at,
        )
        .order_by(templates.c.effective_at.desc(), templates.c.version.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return _row(row) if row is not None else None


def of_type(session: Session, type: str) -> list[TemplateRow]:
    """Every version of a type, newest first."""
    query = select(templates).where(templates.c.type == type).order_by(templates.c.version.desc())
    return [_row(row) for row in session.execute(query)]


def every(session: Session) -> list[TemplateRow]:
    """Every version of every type, oldest first."""
    query = select(templates).order_by(templates.c.type, templates.c.version)
    return [_row(row) for row in session.execute(query)]


def find(session: Session, type: str, version: int) -> TemplateRow | None:
    """One version."""
    query = select(templates).where(templates.c.type == type, templates.c.version == version)
    row = session.execute(query).one_or_none()
    return _row(row) if row is not None else None


def add(session: Session, type: str, **values: Any) -> TemplateRow:
    """Record the next version of a type."""
    last = session.execute(
        select(func.max(templates.c.version)).where(templates.c.type == type)
    ).scalar_one()
    made = insert(templates).values(type=type, version=(last or 0) + 1, **values)
    return _row(session.execute(made.returning(*templates.c)).one())


def put_in_force(
    session: Session, id: int, effective_at: datetime, at: datetime, by: int | None
) -> bool:
    """Documents are made from a version from an instant on; False if that was settled already."""
    done = session.execute(
        update(templates)
        .where(
            templates.c.id == id,
            templates.c.effective_at.is_(None),
            templates.c.withdrawn_at.is_(None),
        )
        .values(effective_at=effective_at, approved_at=at, approved_by=by)
    )
    return affected(done) == 1


def withdraw(session: Session, id: int, at: datetime, by: int | None) -> bool:
    """Give up a version that is not in force yet; False if it was, or is given up already."""
    not_yet = templates.c.effective_at.is_(None) | (templates.c.effective_at > at)
    done = session.execute(
        update(templates)
        .where(templates.c.id == id, templates.c.withdrawn_at.is_(None), not_yet)
        .values(withdrawn_at=at, withdrawn_by=by)
    )
    return affected(done) == 1


def kept(session: Session, hashes: Iterable[str]) -> set[str]:
    """Which of these contents are a template."""
    query = select(templates.c.sha256).where(templates.c.sha256.in_(set(hashes)))
    return set(session.scalars(query))
