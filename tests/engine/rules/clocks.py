"""What tests of deadlines share: a calendar, a table of limits, and pauses."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from engine.rules.calendar import Calendar, national
from engine.rules.deadlines import CountySchedule
from engine.values.timing import (
    COUNTY_ZONE,
    Evidence,
    LedgerEvent,
    LedgerKind,
    Limit,
    LimitTable,
    Span,
    Unit,
)

CALENDAR = Calendar(national())


WD, CD, M, H = Unit.WORKING_DAY, Unit.DAY, Unit.MONTH, Unit.HOUR


def limit(key: str, amount: int, unit: Unit, **more: Any) -> Limit:
    return Limit(key, key, Span(amount, unit), None, 0, "", Evidence.DEFAULT, **more)


TABLE = LimitTable(
    (
        limit("TEN", 10, WD),
        limit("TEN", 7, WD, sector="market"),
        limit("OLD", 3, CD, in_force_to=date(2021, 7, 14)),
        limit("OLD", 5, WD, in_force_from=date(2021, 7, 15)),
        limit("PARTY", 3, WD, party=True),
        limit("HALF", 30, CD),
    )
)


SCHEDULE = CountySchedule(CALENDAR, TABLE, date(2026, 3, 2))


def at(text: str) -> datetime:
    """An instant in county time; a day alone is its noon."""
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(12), COUNTY_ZONE)
    return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)


def pause(stopped: str, resumed: str) -> tuple[LedgerEvent, LedgerEvent]:
    return (
        LedgerEvent(LedgerKind.PAUSED, at(stopped)),
        LedgerEvent(LedgerKind.RESUMED, at(resumed)),
    )
