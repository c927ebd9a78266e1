"""The working calendar: national holidays, the prefecture's own, an administrator's corrections.

A calendar is a pile of layers; the topmost layer that speaks of a day decides. A year that no
layer covers as a whole is *provisional*: its weekdays count as working days for the time being,
and whatever depends on them is marked 暂定 and computed again when the year is announced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from chinese_calendar.constants import Holiday, holidays, workdays

from engine.errors import Invalid
from engine.values.timing import CalendarDay, DayKind

NATIONAL = "national"
#: National notices of years the package does not know yet, entered by the county.
ANNOUNCED = "announced"
LOCAL = "local"
#: An administrator's corrections, above all others.
CORRECTIONS = "corrections"
#: From the lowest to the one that decides.
LAYERS = (NATIONAL, ANNOUNCED, LOCAL, CORRECTIONS)

#: Days outside these years are refused: nothing a county runs reaches them, arithmetic may.
FIRST_YEAR, LAST_YEAR = 1949, 2199

_DAY = timedelta(days=1)
_WORKING = (DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY)
_SATURDAY = 5


@dataclass(frozen=True)
class Layer:
    """The days one source speaks of, and the years it covers as a whole."""

    name: str
    days: Mapping[date, CalendarDay] = field(default_factory=dict)
    years: frozenset[int] = frozenset()


def layer(name: str, days: Iterable[CalendarDay], years: Iterable[int] = ()) -> Layer:
    """A layer made of single days; the last entry for a day holds."""
    return Layer(name, MappingProxyType({day.day: day for day in days}), frozenset(years))


@cache
def national() -> Layer:
    """The State Council's holidays and make-up workdays (国务院办公厅 yearly notices).

    The package's tables are read, never its functions, so it is not asked about a year it does
    not cover. In its tables a make-up workday outranks a holiday of the same date.
    """
    named = {
        day: CalendarDay(day, DayKind.HOLIDAY, _chinese(name), NATIONAL)
        for day, name in holidays.items()
    }
    named |= {
        day: CalendarDay(day, DayKind.MAKEUP_WORKDAY, _chinese(name), NATIONAL)
        for day, name in workdays.items()
    }
    years = range(min(holidays).year, max(holidays).year + 1)
    return Layer(NATIONAL, MappingProxyType(named), frozenset(years))


def _chinese(name: str) -> str:
    return str(Holiday(name).chinese)


class Calendar:
    """Answers what a day is and counts working days. Later layers outrank earlier ones."""

    def __init__(self, *layers: Layer) -> None:
        self.layers = layers
        self._days: dict[date, CalendarDay] = {}
        for one in layers:
            self._days.update(one.days)
        self._years = frozenset().union(*(one.years for one in layers))

    def day(self, day: date) -> CalendarDay:
        """The day with its kind, the name of its holiday and the layer that says so."""
        known = self._days.get(day)
        if known is not None:
            return known
        weekend = day.weekday() >= _SATURDAY
        return CalendarDay(day, DayKind.WEEKEND if weekend else DayKind.WORKDAY, "", "")

    def kind(self, day: date) -> DayKind:
        """Workday, make-up workday, weekend or holiday."""
        return self.day(day).kind

    def is_working(self, day: date) -> bool:
        """Whether offices work; make-up workdays count, days off in lieu do not."""
        known = self._days.get(day)
        return day.weekday() < _SATURDAY if known is None else known.kind in _WORKING

    def provisional(self, when: date | int) -> bool:
        """Whether the year, or the year of the day, is not yet covered by any layer."""
        year = when if isinstance(when, int) else when.year
        return year not in self._years

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        while not self.is_working(day):
            day = step(day, 1)
        return day

    def add_working_days(self, day: date, amount: int) -> date:
        """The ``amount``-th working day after the day, or before it when negative.

        The day itself is never counted; it need not be a working day. Zero gives the day itself
        rolled to a working day (:meth:`next_working_day`).
        """
        if amount == 0:
            return self.next_working_day(day)
        forward = 1 if amount > 0 else -1
        for _ in range(abs(amount)):
            day = step(day, forward)
            while not self.is_working(day):
                day = step(day, forward)
        return day

    def working_days(self, after: date, until: date) -> int:
        """How many working days lie in ``(after, until]``; 0 when ``until`` is not later."""
        return sum(self.is_working(day) for day in days_between(after, until))

    def year(self, year: int) -> tuple[CalendarDay, ...]:
        """Every day of the year in order, as a page shows it."""
        eve, last = date(year, 1, 1) - _DAY, date(year, 12, 31)
        return tuple(self.day(day) for day in days_between(eve, last))


class Switches(NamedTuple):
    """Whether the prefecture's own holidays stop periods (domain E.9), separately for both sides.

    Holidays stop a party's period by default; an agency's they do not, which is stricter.
    """

    local_nonworking_for_party_deadlines: bool = True
    local_nonworking_for_agency_deadlines: bool = False


class CountyCalendars(NamedTuple):
    """The calendar by which agencies' periods are counted, and that for parties' periods."""

    agency: Calendar
    party: Calendar


def county_calendars(
    local: Layer,
    corrections: Iterable[Layer] = (),
    switches: Switches | None = None,
    announced: Layer | None = None,
) -> CountyCalendars:
    """Pile the layers for both sides: national, local where switched on, then corrections."""
    switches = switches or Switches()
    below = (national(),) if announced is None else (national(), announced)
    above = tuple(corrections)
    without, within = Calendar(*below, *above), Calendar(*below, local, *above)
    return CountyCalendars(
        agency=within if switches.local_nonworking_for_agency_deadlines else without,
        party=within if switches.local_nonworking_for_party_deadlines else without,
    )


def step(day: date, days: int) -> date:
    """The day so many calendar days later. Raises ``Invalid("date_out_of_range")``."""
    try:
        moved = day + timedelta(days=days)
    except OverflowError:
        raise Invalid("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR) from None
    if not FIRST_YEAR <= moved.year <= LAST_YEAR:
        raise Invalid("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return moved


def days_between(after: date, until: date) -> Iterator[date]:
    """The days of ``(after, until]`` in order."""
    for offset in range(1, (until - after).days + 1):
        yield after + timedelta(days=offset)
