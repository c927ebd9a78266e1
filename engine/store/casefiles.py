"""Case files (案卷) that were made: who, of which case, for what, and the hash of the package."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, Row, String, Table, insert, or_, select
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, metadata

case_files = Table(
    "case_files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    #: main, secondary, both
    Column("part", String(20), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Id),
    Column("purpose", String(500), nullable=False, default=""),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("items", Integer, nullable=False),
    #: Its bytes are removed after this; NULL is the archived one, which stays.
    Column("kept_until", Instant),
    #: Made with everything in it, for the archive; otherwise with what its maker may see.
    Column("whole", Boolean, nullable=False),
)


@dataclass(frozen=True)
class CaseFileRow:
    """One package."""

    id: int
    case_id: int
    part: str
    made_at: datetime
    made_by: int | None
    purpose: str
    size: int
    sha256: str
    items: int
    kept_until: datetime | None
    whole: bool


def add(session: Session, **values: Any) -> CaseFileRow:
    """Record a package."""
    return _row(session.execute(insert(case_files).values(**values).returning(*case_files.c)).one())


def find(session: Session, id: int) -> CaseFileRow | None:
    """One package."""
    row = session.execute(select(case_files).where(case_files.c.id == id)).one_or_none()
    return _row(row) if row is not None else None


def of_case(session: Session, case_id: int) -> list[CaseFileRow]:
    """The packages of a case, newest first."""
    query = (
        select(case_files).where(case_files.c.case_id == case_id).order_by(case_files.c.id.desc())
    )
    return [_row(row) for row in session.execute(query)]


def kept(session: Session, hashes: Iterable[str], at: datetime) -> set[str]:
    """Which of these contents are a package that is still kept."""
    query = select(case_files.c.sha256).where(
        case_files.c.sha256.in_(set(hashes)),
        or_(case_files.c.kept_until.is_(None), case_files.c.kept_until >= at),
    )
    return set(session.scalars(query))


def _row(row: Row[Any]) -> CaseFileRow:
    return CaseFileRow(**row._mapping)
