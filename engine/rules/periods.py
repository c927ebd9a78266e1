"""Arithmetic of periods: where a number of units ends, counted on a calendar (domain E).

The start day is never counted (民法典 第二百零一条). A pause from day P to day R takes the days
``(P, R]`` out of the count, so that pausing and resuming on one day changes nothing.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.errors import Invalid
from engine.rules.calendar import FIRST_YEAR, LAST_YEAR, Calendar, step
from engine.values.timing import COUNTY_ZONE, Span, Unit

#: The longest period anybody may ask for, fifty years in each unit.
LONGEST = {
    Unit.WORKING_DAY: 12_500,
    Unit.DAY: 18_300,
    Unit.MONTH: 600,
    Unit.HOUR: 438_300,
}

_HOUR = timedelta(hours=1)
_LAST_MOMENT = time(23, 59, 59, 999_999)


@dataclass(frozen=True)
class Pause:
    """The clock stood still between two instants; the days ``(paused, resumed]`` do not count."""

    paused_at: datetime
    resumed_at: datetime

    @property
    def first(self) -> date:
        """Local day on which the clock was stopped; it still counts."""
        return local_day(self.paused_at)

    @property
    def last(self) -> date:
        """Local day on which the clock was started again; the next day counts."""
        return local_day(self.resumed_at)

    def covers(self, day: date) -> bool:
        """Whether the day is taken out of the count."""
        return self.first < day <= self.last


@dataclass(frozen=True)
class End:
    """Where a period ends: its last day as counted, and that day rolled to a working day."""

    unrolled: date
    due: date
    due_at: datetime


def local_day(instant: datetime) -> date:
    """The day in the county's zone. Raises ``Invalid("naive_instant")``."""
    if instant.tzinfo is None:
        raise Invalid("naive_instant", instant=instant.isoformat())
    try:
        day = instant.astimezone(COUNTY_ZONE).date()
    except OverflowError:
        raise Invalid("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR) from None
    return step(day, 0)


def end_of(day: date) -> datetime:
    """24:00 of the day in the county's zone, as its last microsecond (民法典 第二百零三条)."""
    return datetime.combine(day, _LAST_MOMENT, COUNTY_ZONE)


def start_of(day: date) -> datetime:
    """0:00 of the day in the county's zone."""
    return datetime.combine(day, time(), COUNTY_ZONE)


def after(instant: datetime, span: timedelta) -> datetime:
    """So much real time later, in the county's zone, whatever zone the instant came in."""
    return (instant.astimezone(UTC) + span).astimezone(COUNTY_ZONE)


def passed(since: datetime, until: datetime) -> timedelta:
    """The real time between two instants."""
    return until.astimezone(UTC) - since.astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months away, or its last day (民法典 第二百零二条)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def checked(span: Span) -> Span:
    """The span itself. Raises ``Invalid("span_out_of_bounds")`` beyond fifty years."""
    if abs(span.amount) > LONGEST[span.unit]:
        raise Invalid(
            "span_out_of_bounds",
            amount=span.amount,
            unit=span.unit.value,
            longest=LONGEST[span.unit],
        )
    return span


def end(
    spans: Sequence[Span], since: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> End:
    """Where the spans, one after the other, end when they start at ``since``.

    A forward period in working days, days or months ends on a working day; a backward one is
    not rolled, for that would shorten the other side's time. Hours are exact and know no
    holidays. Pauses do not touch a backward period: the event it counts from does not move.
    """
    if any(span.unit is Unit.HOUR for span in spans):
        return _end_in_hours(spans, since, pauses)
    backward = any(span.amount < 0 for span in spans)
    day = local_day(since)
    for span in spans:
        day = count(span, day, calendar, pauses)
    if backward:
        return End(day, day, end_of(day))
    due = calendar.next_working_day(day)
    for pause in pauses:
        # Stopped when all units were used but the last day was not over yet: what was left of
        # that day is given back on the day of resumption.
        if day <= pause.first <= due and pause.first < pause.last:
            day = pause.last
            due = calendar.next_working_day(day)
    return End(day, due, end_of(due))


def count(span: Span, start: date, calendar: Calendar, pauses: Sequence[Pause] = ()) -> date:
    """The day the span ends on, before any rolling. Pauses move forward spans only."""
    checked(span)
    if span.unit is Unit.WORKING_DAY:
        return _working_days(span.amount, start, calendar, pauses)
    if span.unit is Unit.DAY:
        day = step(start, span.amount)
    elif span.unit is Unit.MONTH:
        day = add_months(start, span.amount)
    else:
        raise Invalid("mixed_units", unit=span.unit.value)
    if span.amount > 0:
        for pause in pauses:
            since = max(pause.first, start)
            if since < day and since < pause.last:
                day = step(day, (pause.last - since).days)
    return day


def _working_days(amount: int, start: date, calendar: Calendar, pauses: Sequence[Pause]) -> date:
    if amount == 0:
        return start
    if amount < 0 or not pauses:
        return calendar.add_working_days(start, amount)
    day, left = start, amount
    while left:
        day = step(day, 1)
        if calendar.is_working(day) and not any(pause.covers(day) for pause in pauses):
            left -= 1
    return day


def end_after(length: timedelta, since: datetime, pauses: Sequence[Pause] = ()) -> End:
    """Where an exact length of time ends; a stop gives back every second."""
    local_day(since)
    due_at = after(since, length)
    if length > timedelta():
        for pause in pauses:
            stopped = max(pause.paused_at, since)
            if stopped <= due_at and stopped < pause.resumed_at:
                due_at = after(due_at, passed(stopped, pause.resumed_at))
    day = local_day(due_at)
    return End(day, day, due_at)


def _end_in_hours(spans: Sequence[Span], since: datetime, pauses: Sequence[Pause]) -> End:
    hours = 0
    for span in spans:
        if span.unit is not Unit.HOUR:
            raise Invalid("mixed_units", unit=span.unit.value)
        hours += checked(span).amount
    return end_after(hours * _HOUR, since, pauses)


def touches_provisional(spans: Sequence[Span], since: date, found: End, calendar: Calendar) -> bool:
    """Whether the end depends on a year the calendar does not cover.

    Working days depend on every day they pass over; days and months only on those at the end
    that decide about rolling; hours, and days counted backwards, on none.
    """
    backward = any(span.amount < 0 for span in spans)
    if all(span.unit is Unit.HOUR for span in spans):
        return False
    if all(span.unit is not Unit.WORKING_DAY for span in spans):
        if backward:
            return False
        first, last = found.unrolled, found.due
    elif backward:
        first, last = found.due, step(since, -1)
    else:
        first, last = min(step(since, 1), found.unrolled), found.due
    return any(calendar.provisional(year) for year in range(first.year, last.year + 1))
