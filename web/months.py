"""The days of an explanation laid out as months, Monday first."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Run:
    """Days one after the other that count, or do not, for one reason."""

    first: date
    last: date
    reason: str
    name: str = ""
    #: The count on the first and on the last of them; nothing if they do not count.
    begins: int | None = None
    ends: int | None = None
    provisional: bool = False


def runs(lines: Sequence[DayLine]) -> tuple[Run, ...]:
    """The days of an explanation in as few sentences as they can be told in."""
    found: list[Run] = []
    for line in lines:
        one = Run(
            line.day,
            line.day,
            line.reason,
            line.name,
            line.counted,
            line.counted,
            line.provisional,
        )
        last = found[-1] if found else None
        if last is not None and _alike(last, one):
            found[-1] = replace(last, last=one.last, ends=one.ends)
        else:
            found.append(one)
    return tuple(found)


def _alike(one: Run, other: Run) -> bool:
    same = (one.reason, one.name, one.provisional) == (other.reason, other.name, other.provisional)
    near = abs((other.first - one.last).days) == 1
    return same and near and (one.begins is None) == (other.begins is None)
