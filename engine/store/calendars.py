"""The county's time-limit table and the calendar layers people maintain."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)
from sqlalchemy.orm import Session

from engine.store import settings
from engine.store.base import Id, Json, metadata
from engine.store.timing import read_span, write_span
from engine.values.process import LegalBasis
from engine.values.timing import CalendarDay, DayKind, Evidence, Limit

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

#: Days a layer above the national calendar says something about.
calendar_days = Table(
    "calendar_days",
    metadata,
    Column("layer", String(40), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(120), nullable=False, default=""),
)


def version(session: Session) -> int:
    """Changes with every change of a limit or a day."""
    found: int = settings.get(session, settings.TIMING_VERSION, 0)
    return found


def all_limits(session: Session) -> tuple[Limit, ...]:
    """Every row of the time-limit table."""
    rows = session.execute(select(limits).order_by(limits.c.key, limits.c.id))
    return tuple(
        Limit(
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
        for row in rows
    )


def replace_limits(session: Session, rows: Sequence[Limit]) -> None:
    """Set the whole table."""
    session.execute(delete(limits))
    if rows:
        session.execute(
            insert(limits),
            [
                {
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
                for row in rows
            ],
        )
    _changed(session)


def days(session: Session) -> tuple[CalendarDay, ...]:
    """Every day of every layer, by layer and day."""
    rows = session.execute(
        select(calendar_days).order_by(calendar_days.c.layer, calendar_days.c.day)
    )
    return tuple(CalendarDay(row.day, DayKind(row.kind), row.name, row.layer) for row in rows)


def replace_days(session: Session, layer: str, rows: Sequence[CalendarDay]) -> None:
    """Set one layer."""
    session.execute(delete(calendar_days).where(calendar_days.c.layer == layer))
    if rows:
        session.execute(
            insert(calendar_days),
            [
                {"layer": layer, "day": row.day, "kind": row.kind.value, "name": row.name}
                for row in rows
            ],
        )
    _changed(session)


def _changed(session: Session) -> None:
    settings.count(session, settings.TIMING_VERSION)
