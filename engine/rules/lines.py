"""The days of a period one by one, each with the reason it counted or did not.

The lines replay a period from its start to the end that ``periods.end`` found; a test holds the
two against each other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from engine.rules.calendar import Calendar, days_between, step
from engine.rules.periods import End, Pause, after, count, end_of, local_day, passed, start_of
from engine.values.timing import DayKind, DayLine, Span, Unit

_HOUR = timedelta(hours=1)
_MOMENT = timedelta(microseconds=1)
_OFF = {DayKind.WEEKEND: "weekend", DayKind.HOLIDAY: "holiday"}


def day_lines(
    spans: Sequence[Span],
    since: datetime,
    found: End,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
) -> tuple[DayLine, ...]:
    """From the start day to the due day, in the order they are counted.

    ``counted`` runs in the unit of the period: days for day periods, full months for months,
    full hours by the end of the day for hours. An extension in another unit counts from 1 anew.
    """
    start = local_day(since)
    first = _line(calendar, start, None, "start")
    if spans[0].unit is Unit.HOUR:
        rest = _hours(since, found, calendar, pauses)
    elif found.due < start:
        rest = _backward(spans[0], start, found, calendar)
    elif found.due == start:
        rest = iter((_line(calendar, start, None, "due"),))
    else:
        rest = _forward(spans, start, found, calendar, pauses)
    return (first, *rest)


def _forward(
    spans: Sequence[Span], start: date, found: End, calendar: Calendar, pauses: Sequence[Pause]
) -> Iterator[DayLine]:
    # 1. Each span in turn; an extension in another unit counts on from the unrolled end.
    last = start
    for span in spans:
        until = count(span, last, calendar, pauses)
        yield from _span(span, last, until, found, calendar, pauses)
        last = until
    # 2. What the end was moved over: a stop on the last day, then days without work.
    for day in days_between(last, found.due):
        reason = "due" if day == found.due else "rolled"
        if reason == "rolled" and _paused(day, pauses):
            reason = "paused"
        yield _line(calendar, day, None, reason)


def _span(
    span: Span, start: date, until: date, found: End, calendar: Calendar, pauses: Sequence[Pause]
) -> Iterator[DayLine]:
    months = _months(span, start, calendar, pauses)
    number = 0
    for day in days_between(start, until):
        kind = calendar.kind(day)
        if _paused(day, pauses):
            yield _line(calendar, day, None, "paused")
        elif span.unit is Unit.WORKING_DAY and kind in _OFF:
            yield _line(calendar, day, None, _OFF[kind])
        else:
            number = months(day) if span.unit is Unit.MONTH else number + 1
            yield _line(calendar, day, number, _reason(kind, day, found, calendar))


def _reason(kind: DayKind, day: date, found: End, calendar: Calendar) -> str:
    if day == found.due:
        return "due"
    if day == found.unrolled and kind in _OFF:
        return "rolled"
    if calendar.provisional(day):
        return "provisional"
    return "makeup" if kind is DayKind.MAKEUP_WORKDAY else "counted"


def _backward(span: Span, start: date, found: End, calendar: Calendar) -> Iterator[DayLine]:
    months = _months(span, start, calendar, ())
    number, day = 0, start
    while day > found.due:
        day = step(day, -1)
        kind = calendar.kind(day)
        if span.unit is Unit.WORKING_DAY and kind in _OFF:
            yield _line(calendar, day, None, _OFF[kind])
            continue
        number = months(day) if span.unit is Unit.MONTH else number + 1
        yield _line(calendar, day, number, _reason(kind, day, found, calendar))


def _hours(
    since: datetime, found: End, calendar: Calendar, pauses: Sequence[Pause]
) -> Iterator[DayLine]:
    backward = found.due_at < since
    day, last = local_day(since), local_day(found.due_at)
    while day != last:
        if day != local_day(since):
            edge = start_of(day) if backward else after(end_of(day), _MOMENT)
            still = any(
                pause.paused_at <= start_of(day) and end_of(day) <= pause.resumed_at
                for pause in pauses
            )
            if still:
                yield _line(calendar, day, None, "paused")
            else:
                yield _line(calendar, day, _elapsed(since, edge, pauses) // _HOUR, "counted")
        day = step(day, -1 if backward else 1)
    yield _line(calendar, last, _elapsed(since, found.due_at, pauses) // _HOUR, "due")


def _elapsed(since: datetime, until: datetime, pauses: Sequence[Pause]) -> timedelta:
    if until < since:
        return passed(until, since)
    still = timedelta()
    for pause in pauses:
        stopped = min(max(pause.paused_at, since), until)
        still += max(passed(stopped, min(pause.resumed_at, until)), timedelta())
    return passed(since, until) - still


def _months(
    span: Span, start: date, calendar: Calendar, pauses: Sequence[Pause]
) -> Callable[[date], int]:
    """How many full months have run by the end of a day."""
    if span.unit is not Unit.MONTH:
        return lambda day: 0
    if span.amount < 0:
        back = [
            -count(Span(-number, Unit.MONTH), start, calendar).toordinal()
            for number in range(1, -span.amount + 1)
        ]
        return lambda day: bisect_right(back, -day.toordinal())
    marks = [
        count(Span(number, Unit.MONTH), start, calendar, pauses)
        for number in range(1, span.amount + 1)
    ]
    return lambda day: bisect_right(marks, day)


def _paused(day: date, pauses: Sequence[Pause]) -> bool:
    return any(pause.covers(day) for pause in pauses)


def _line(calendar: Calendar, day: date, counted: int | None, reason: str) -> DayLine:
    known = calendar.day(day)
    return DayLine(day, known.kind, counted, reason, known.name, calendar.provisional(day))
