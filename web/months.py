"""The days of an explanation laid out as months, Monday first."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine.values.calendar_pages import YearDay
from engine.values.timing import DayLine

_WEEKS = Calendar(firstweekday=0)


@dataclass(frozen=True)
class Cell:
    """A day of a month; ``line`` is what the explanation says of it, if anything."""

    day: date
    line: DayLine | None
    #: Belongs to this month; other cells only fill the week.
    own: bool


@dataclass(frozen=True)
class Month:
    """A month in which at least one day of the explanation lies."""

    first: date
    weeks: tuple[tuple[Cell, ...], ...]


def months(lines: Sequence[DayLine]) -> tuple[Month, ...]:
    """The months that the lines touch, in order. The last line about a day is the one shown."""
    said = {line.day: line for line in lines}
    firsts = sorted({day.replace(day=1) for day in said})
    return tuple(
        Month(
            first,
            tuple(
                tuple(Cell(day, said.get(day), day.month == first.month) for day in week)
                for week in _WEEKS.monthdatescalendar(first.year, first.month)
            ),
        )
        for first in firsts
    )


@dataclass(frozen=True)
class YearMonth:
    """A month of the year; days of its neighbours are left out."""

    first: date
    weeks: tuple[tuple[YearDay | None, ...], ...]


def year_months(days: Sequence[YearDay]) -> tuple[YearMonth, ...]:
    """The twelve months of a year."""
    said = {one.day.day: one for one in days}
    year = days[0].day.day.year
    return tuple(
        YearMonth(
            date(year, month, 1),
            tuple(
                tuple(said.get(day) if day.month == month else None for day in week)
                for week in _WEEKS.monthdatescalendar(year, month)
            ),
        )
        for month in range(1, 13)
    )
