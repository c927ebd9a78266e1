"""Designs: drafts of procedures and their files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, affected, metadata
from engine.store.definitions import definitions

DRAFT, SUBMITTED, APPROVED = "draft", "submitted", "approved"
PUBLISHED, DISCARDED = "published", "discarded"
OPEN = (DRAFT, SUBMITTED, APPROVED)
_OPEN = text(f"state IN ('{DRAFT}', '{SUBMITTED}', '{APPROVED}')")

designs = Table(
    "designs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("process_id", String(80), nullable=False),
    Column("name", String(200), nullable=False),
    #: The source among ``design_sources`` that is the process itself.
    Column("main", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    #: published, empty, imported: what it began from.
    Column("origin", String(20), nullable=False),
    #: The version it changes; nothing for a new procedure.
    Column("base_id", ForeignKey(definitions.c.id)),
    #: Counts the saves; a save names the one it saw.
    Column("revision", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("effective_on", Date),
    Column("submitted_by", String(200), nullable=False, default=""),
    Column("submitted_at", Instant),
    Column("reviewed_by", String(200), nullable=False, default=""),
    Column("reviewed_at", Instant),
    #: What the reviewer said.
    Column("words", Text, nullable=False, default=""),
    #: The version it became.
    Column("definition_id", ForeignKey(definitions.c.id)),
    # One draft of a procedure at a time: who opens it second sees the first.
    Index("ix_designs_open", "process_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(None, "process_id", "id"),
)

design_sources = Table(
    "design_sources",
    metadata,
    Column("design_id", ForeignKey(designs.c.id), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)


@dataclass(frozen=True)
class DesignRow:
    """A draft."""

    id: int
    process_id: str
    name: str
    main: str
    state: str
    origin: str
    base_id: int | None
    revision: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    note: str
    effective_on: date | None
    submitted_by: str
    submitted_at: datetime | None
    reviewed_by: str
    reviewed_at: datetime | None
    words: str
    definition_id: int | None


_ROW = tuple(designs.c)


def add(session: Session, sources: Mapping[str, bytes], **values: Any) -> DesignRow:
    """A new draft with its sources. Another open one of the process must not exist."""
    row_id = session.execute(insert(designs).returning(designs.c.id).values(**values)).scalar_one()
    _put(session, row_id, sources)
    return _one(session, row_id)


def get(session: Session, design_id: int) -> DesignRow | None:
    """The draft with this id."""
    row = session.execute(select(*_ROW).where(designs.c.id == design_id)).one_or_none()
    return None if row is None else DesignRow(**row._mapping)


def _one(session: Session, design_id: int) -> DesignRow:
    row = session.execute(select(*_ROW).where(designs.c.id == design_id)).one()
    return DesignRow(**row._mapping)


def open_of(session: Session, process_id: str) -> DesignRow | None:
    """The draft of a procedure that is neither published nor discarded."""
    row = session.execute(
        select(*_ROW).where(designs.c.process_id == process_id, designs.c.state.in_(OPEN))
    ).one_or_none()
    return None if row is None else DesignRow(**row._mapping)


def every_open(session: Session) -> list[DesignRow]:
    """Every open draft, by process id."""
    rows = session.execute(
        select(*_ROW).where(designs.c.state.in_(OPEN)).order_by(designs.c.process_id)
    )
    return [DesignRow(**row._mapping) for row in rows]


def of_process(session: Session, process_id: str) -> list[DesignRow]:
    """Every draft there ever was of a procedure, newest first."""
    rows = session.execute(
        select(*_ROW).where(designs.c.process_id == process_id).order_by(designs.c.id.desc())
    )
    return [DesignRow(**row._mapping) for row in rows]


def sources(session: Session, design_id: int) -> dict[str, bytes]:
    """The files of a draft, by name."""
    rows = session.execute(
        select(design_sources.c.name, design_sources.c.content)
        .where(design_sources.c.design_id == design_id)
        .order_by(design_sources.c.name)
    )
    return {row.name: row.content for row in rows}


def change(
    session: Session, design_id: int, seen: int, states: Collection[str], **values: Any
) -> bool:
    """Change the row if it still has this revision and one of these states."""
    return bool(
        affected(
            session.execute(
                update(designs)
                .where(
                    designs.c.id == design_id,
                    designs.c.revision == seen,
                    designs.c.state.in_(tuple(states)),
                )
                .values(**values)
            )
        )
    )


def replace_sources(session: Session, design_id: int, files: Mapping[str, bytes]) -> None:
    """The files of a draft are these from now on."""
    session.execute(delete(design_sources).where(design_sources.c.design_id == design_id))
    _put(session, design_id, files)


def _put(session: Session, design_id: int, files: Mapping[str, bytes]) -> None:
    session.execute(
        insert(design_sources),
        [
            {"design_id": design_id, "name": name, "content": content}
            for name, content in files.items()
        ],
    )
