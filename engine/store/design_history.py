"""What happened to drafts of procedures, and what was saved of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, metadata
from engine.store.designs import designs

#: Acts that make somebody an author of a draft.
DRAWING = ("opened", "saved", "restored", "rebased", "submitted")

design_history = Table(
    "design_history",
    metadata,
    Column("id", Id, primary_key=True),
    Column("design_id", ForeignKey(designs.c.id), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Column("person_id", Id),
    #: opened, saved, restored, submitted, withdrawn, returned, approved, published, discarded, ...
    Column("act", String(20), nullable=False),
    Column("note", Text, nullable=False, default=""),
    #: The sources as they were saved, packed.
    Column("content", LargeBinary),
    Index(None, "design_id", "id"),
)


@dataclass(frozen=True)
class HistoryRow:
    """One thing that happened to a draft."""

    id: int
    design_id: int
    revision: int
    at: datetime
    by: str
    person_id: int | None
    act: str
    note: str
    #: Whether the sources of that moment were kept.
    kept: bool


_HISTORY = tuple(column for column in design_history.c if column.name != "content")


def tell(session: Session, files: Mapping[str, bytes] | None = None, **values: Any) -> None:
    """Something happened to a draft; ``files`` are kept with it."""
    content = None if files is None else pack(files)
    session.execute(insert(design_history).values(content=content, **values))


def tell_again(session: Session, row_id: int, files: Mapping[str, bytes], **values: Any) -> None:
    """A later save of the same sitting takes the place of the one before."""
    session.execute(
        update(design_history)
        .where(design_history.c.id == row_id)
        .values(content=pack(files), **values)
    )


def history(session: Session, design_id: int) -> list[HistoryRow]:
    """What happened to a draft, newest first."""
    query = (
        select(*_HISTORY, design_history.c.content.is_not(None).label("kept"))
        .where(design_history.c.design_id == design_id)
        .order_by(design_history.c.id.desc())
    )
    return [HistoryRow(**row._mapping) for row in session.execute(query)]


def drawn_by(session: Session, design_id: int) -> frozenset[int]:
    """The people who drew something of a draft, or asked for its review."""
    found = session.execute(
        select(design_history.c.person_id)
        .where(
            design_history.c.design_id == design_id,
            design_history.c.act.in_(DRAWING),
            design_history.c.person_id.is_not(None),
        )
        .distinct()
    ).scalars()
    return frozenset(found)


def kept(session: Session, design_id: int, revision: int) -> dict[str, bytes] | None:
    """The files of a draft as they were at a revision, if they were kept."""
    content = session.execute(
        select(design_history.c.content)
        .where(
            design_history.c.design_id == design_id,
            design_history.c.revision == revision,
            design_history.c.content.is_not(None),
        )
        .order_by(design_history.c.id.desc())
        .limit(1)
    ).scalar()
    return None if content is None else unpack(content)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Files in a tenth of their size; the same files always make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """What was packed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
