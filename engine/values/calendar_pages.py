"""What the verbs answer to the page of the working calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.values.people import Verdict
from engine.values.timing import CalendarDay, DayKind


@dataclass(frozen=True)
class YearDay:
    """A day of the year, and what each layer that speaks of it says; the last one decides."""

    day: CalendarDay
    working: bool
    said: tuple[CalendarDay, ...] = ()


@dataclass(frozen=True)
class DayChange:
    """One day, or a whole year, as it was and as it is."""

    #: ISO day, or the number of a year.
    day: str
    before: DayKind | None
    after: DayKind | None
    name: str = ""


@dataclass(frozen=True)
class CalendarChange:
    """A change of the calendar, with how far running cases have been counted again."""

    id: int
    layer: str
    note: str
    at: datetime
    by: str
    days: tuple[DayChange, ...]
    examined: int
    moved: int
    failed: int
    finished_at: datetime | None = None


@dataclass(frozen=True)
class CalendarPage:
    """A year at a glance."""

    year: int
    days: tuple[YearDay, ...]
    provisional: bool
    #: The layers shown, and how many days each has in this year.
    shown: frozenset[str]
    layers: Mapping[str, int]
    working_days: int
    #: Whether the prefecture's holidays stop parties' periods, and agencies'.
    switches: Mapping[str, bool]
    years: tuple[int, ...]
    #: Whether the year was completed by hand and may be opened again.
    completed: bool
    may_edit: Verdict
    changes: tuple[CalendarChange, ...] = ()
    today: date | None = None
    #: Counts the changes; a form sends back the one it was made from.
    revision: int = 0
