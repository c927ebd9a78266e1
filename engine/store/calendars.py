"""The calendar layers people maintain."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Date, String, Table, delete, insert, select
from sqlalchemy.orm import Session

from engine.store import settings
from engine.store.base import metadata
from engine.values.timing import CalendarDay, DayKind

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
    changed(session)


def changed(session: Session) -> None:
    """Let every process read the calendar again."""
    settings.count(session, settings.TIMING_VERSION)
