"""Published definitions: immutable rows with the sources they pin."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

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
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, metadata

definitions = Table(
    "definitions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("process_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    #: Numbering code of its cases.
    Column("number", String(80), nullable=False),
    #: The source among ``definition_sources`` that is the process itself.
    Column("main", String(200), nullable=False),
    Column("checksum", String(64), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("published_at", Instant, nullable=False),
    Column("published_by", String(200), nullable=False),
    #: The first day on which cases start with it; nothing is the day it was published.
    Column("effective_on", Date),
    #: The first day on which none does any more; nothing is never.
    Column("ends_on", Date),
    #: The second person, where it was drawn here.
    Column("reviewed_by", String(200), nullable=False, server_default=""),
    Index(None, "process_id", "version", unique=True),
    Index(None, "process_id", "checksum", unique=True),
)

definition_sources = Table(
    "definition_sources",
    metadata,
    Column("definition_id", ForeignKey(definitions.c.id), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)


@dataclass(frozen=True)
class DefinitionRow:
    """A published version."""

    id: int
    process_id: str
    version: int
    name: str
    number: str
    main: str
    checksum: str
    note: str
    published_at: datetime
    published_by: str
    effective_on: date | None = None
    ends_on: date | None = None
    reviewed_by: str = ""


_ROW = tuple(definitions.c)


def add(
    session: Session,
    *,
    process_id: str,
    name: str,
    number: str,
    main: str,
    checksum: str,
    note: str,
    published_at: datetime,
    published_by: str,
    sources: Mapping[str, bytes],
    effective_on: date | None = None,
    reviewed_by: str = "",
) -> DefinitionRow:
    """Store the next version of a process."""
    newest = session.execute(
        select(func.max(definitions.c.version)).where(definitions.c.process_id == process_id)
    ).scalar()
    values = {
        "process_id": process_id,
        "version": (newest or 0) + 1,
        "name": name,
        "number": number,
        "main": main,
        "checksum": checksum,
        "note": note,
        "published_at": published_at,
        "published_by": published_by,
        "effective_on": effective_on,
        "reviewed_by": reviewed_by,
    }
    row_id = session.execute(
        insert(definitions).returning(definitions.c.id).values(**values)
    ).scalar_one()
    session.execute(
        insert(definition_sources),
        [
            {"definition_id": row_id, "name": source, "content": content}
            for source, content in sources.items()
        ],
    )
    return get(session, row_id)


def get(session: Session, definition_id: int) -> DefinitionRow:
    """The version with this row id, which exists."""
    row = session.execute(select(*_ROW).where(definitions.c.id == definition_id)).one()
    return DefinitionRow(**row._mapping)


def by_checksum(session: Session, process_id: str, checksum: str) -> DefinitionRow | None:
    """The version made of exactly these sources."""
    row = session.execute(
        select(*_ROW).where(
            definitions.c.process_id == process_id, definitions.c.checksum == checksum
        )
    ).one_or_none()
    return None if row is None else DefinitionRow(**row._mapping)


def version(session: Session, process_id: str, number: int) -> DefinitionRow | None:
    """One version of a process."""
    row = session.execute(
        select(*_ROW).where(definitions.c.process_id == process_id, definitions.c.version == number)
    ).one_or_none()
    return None if row is None else DefinitionRow(**row._mapping)


def latest(session: Session) -> list[DefinitionRow]:
    """The newest version of every process, by process id."""
    newest = (
        select(definitions.c.process_id, func.max(definitions.c.version).label("version"))
        .group_by(definitions.c.process_id)
        .subquery()
    )
    rows = session.execute(
        select(*_ROW)
        .join(
            newest,
            (newest.c.process_id == definitions.c.process_id)
            & (newest.c.version == definitions.c.version),
        )
        .order_by(definitions.c.process_id)
    )
    return [DefinitionRow(**row._mapping) for row in rows]


def in_force(session: Session, day: date, process_id: str | None = None) -> list[DefinitionRow]:
    """Of every process, or of one, the version cases start with on a day, by process id."""
    newest = (
        select(definitions.c.process_id, func.max(definitions.c.version).label("version"))
        .where(
            or_(definitions.c.effective_on.is_(None), definitions.c.effective_on <= day),
            or_(definitions.c.ends_on.is_(None), definitions.c.ends_on > day),
        )
        .group_by(definitions.c.process_id)
    )
    if process_id is not None:
        newest = newest.where(definitions.c.process_id == process_id)
    found = newest.subquery()
    rows = session.execute(
        select(*_ROW)
        .join(
            found,
            (found.c.process_id == definitions.c.process_id)
            & (found.c.version == definitions.c.version),
        )
        .order_by(definitions.c.process_id)
    )
    return [DefinitionRow(**row._mapping) for row in rows]


def end(session: Session, definition_ids: Collection[int], day: date) -> None:
    """No case starts with these versions from a day on, where they did not end earlier."""
    session.execute(
        update(definitions)
        .where(
            definitions.c.id.in_(definition_ids),
            or_(definitions.c.ends_on.is_(None), definitions.c.ends_on > day),
        )
        .values(ends_on=day)
    )


def versions(session: Session, process_id: str) -> list[DefinitionRow]:
    """Every version of a process, newest first."""
    rows = session.execute(
        select(*_ROW)
        .where(definitions.c.process_id == process_id)
        .order_by(definitions.c.version.desc())
    )
    return [DefinitionRow(**row._mapping) for row in rows]


def sources(session: Session, definition_id: int) -> dict[str, bytes]:
    """The sources a version pins, by name."""
    rows = session.execute(
        select(definition_sources.c.name, definition_sources.c.content)
        .where(definition_sources.c.definition_id == definition_id)
        .order_by(definition_sources.c.name)
    )
    return {row.name: row.content for row in rows}
