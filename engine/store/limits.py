"""The county's time-limit table: effective-dated rows, and who changed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from engine.store import settings
from engine.store.base import Id, Instant, Json, metadata
from engine.store.cases import cases
from engine.store.deadlines import deadlines
from engine.store.timing import read_span, write_span
from engine.values.process import LegalBasis
from engine.values.running import Json as JsonValue
from engine.values.timing import Evidence, Limit

limits = Table(
    "limits",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(80), nullable=False),
    Column("name", String(200), nullable=False),
    Column("span", Json, nullable=False),
    Column("extension", Json),
    Column("extensions_allowed", Integer, nullable=False, default=0),
    Column("extension_approver", String(80)),
    Column("basis", Text, nullable=False),
    Column("evidence", String(20), nullable=False),
    Column("sector", String(80)),
    Column("in_force_from", Date),
    Column("in_force_to", Date),
    #: ``basis`` in parts: [[law, article, text], …].
    Column("sources", Json, nullable=False),
    #: A period of a regulated party: the prefecture's own holidays stop it.
    Column("party", Boolean, nullable=False, default=False),
    Column("note", Text, nullable=False, default=""),
    Column("name_en", String(200), nullable=False, default=""),
    Index(None, "key"),
)

#: What people changed in the table. Rows that were in force stay; they only get an end.
limit_changes = Table(
    "limit_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(80), nullable=False),
    Column("sector", String(80)),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Column("in_force_from", Date, nullable=False),
    Column("note", Text, nullable=False),
    #: The row that held and the row that holds from then on, in a few values; null is none.
    Column("before", Json),
    Column("after", Json),
    Index(None, "key"),
)


@dataclass(frozen=True)
class LimitChange:
    """One change of the table, as its history shows it."""

    key: str
    sector: str | None
    at: datetime
    by: str
    in_force_from: date
    note: str
    before: JsonValue
    after: JsonValue


def every(session: Session) -> tuple[Limit, ...]:
    """Every row of the time-limit table."""
    rows = session.execute(select(limits).order_by(limits.c.key, limits.c.id))
    return tuple(_read(row) for row in rows)


def _read(row: Row[Any]) -> Limit:
    return Limit(
        key=row.key,
        name=row.name,
        span=read_span(row.span),
        extension=read_span(row.extension) if row.extension else None,
        extensions_allowed=row.extensions_allowed,
        basis=row.basis,
        evidence=Evidence(row.evidence),
        sector=row.sector,
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        extension_approver=row.extension_approver,
        sources=tuple(LegalBasis(*source) for source in row.sources),
        party=row.party,
        note=row.note,
        name_en=row.name_en,
    )


def _written(row: Limit) -> dict[str, Any]:
    return {
        "key": row.key,
        "name": row.name,
        "span": write_span(row.span),
        "extension": write_span(row.extension) if row.extension else None,
        "extensions_allowed": row.extensions_allowed,
        "extension_approver": row.extension_approver,
        "basis": row.basis,
        "evidence": row.evidence.value,
        "sector": row.sector,
        "in_force_from": row.in_force_from,
        "in_force_to": row.in_force_to,
        "sources": [[part.law, part.article, part.text] for part in row.sources],
        "party": row.party,
        "note": row.note,
        "name_en": row.name_en,
    }


def replace(session: Session, rows: Sequence[Limit]) -> None:
    """Set the whole table."""
    session.execute(delete(limits))
    if rows:
        session.execute(insert(limits), [_written(row) for row in rows])
    changed(session)


def replace_key(session: Session, key: str, rows: Sequence[Limit]) -> None:
    """Set the rows of one key."""
    session.execute(delete(limits).where(limits.c.key == key))
    if rows:
        session.execute(insert(limits), [_written(row) for row in rows])
    changed(session)


def changed(session: Session) -> None:
    """Let every process read the table again."""
    settings.count(session, settings.TIMING_VERSION)


def add_change(session: Session, change: LimitChange) -> None:
    """Somebody changed the table."""
    session.execute(insert(limit_changes).values(**vars(change)))


def changes(session: Session, key: str | None = None, rows: int = 100) -> list[LimitChange]:
    """Changes of a key, or of all, newest first."""
    columns = [column for column in limit_changes.c if column.name != "id"]
    query = select(*columns).order_by(limit_changes.c.id.desc()).limit(rows)
    if key is not None:
        query = query.where(limit_changes.c.key == key)
    return [LimitChange(**row._mapping) for row in session.execute(query)]


def running(session: Session, key: str, most: int) -> list[tuple[int, str]]:
    """Cases in which a clock of this key runs with their sectors, newest first, at most so many."""
    query = (
        select(cases.c.id, cases.c.sector)
        .join(deadlines, deadlines.c.case_id == cases.c.id)
        .where(deadlines.c.limit_key == key, deadlines.c.ended_at.is_(None))
        .distinct()
        .order_by(cases.c.id.desc())
        .limit(most)
    )
    return [(row.id, row.sector) for row in session.execute(query)]


def running_by_key(session: Session) -> dict[str, int]:
    """How many clocks run by each key."""
    query = (
        select(deadlines.c.limit_key, func.count().label("clocks"))
        .where(deadlines.c.limit_key.isnot(None), deadlines.c.ended_at.is_(None))
        .group_by(deadlines.c.limit_key)
    )
    return {row.limit_key: row.clocks for row in session.execute(query)}
