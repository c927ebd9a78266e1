"""How a deadline stands at an instant: its light, and in words what is left or how late it is.

Warnings look at the unrolled end, lateness at the rolled one (domain E.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from engine.rules.calendar import Calendar, days_between, step
from engine.rules.periods import End, Pause, after, end_of, local_day, passed, start_of
from engine.values.timing import Light, Span, Unit

#: Working days that may be left, at least, when the warning begins.
WARNING_DAYS = 2
#: The warning begins at the latest when one part in so many of the period is left.
WARNING_PART = 5

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Standing:
    """A light with its sentence: a code and the facts that fill it."""

    light: Light
    code: str
    facts: Mapping[str, int] = field(default_factory=dict)


def warning(
    spans: Sequence[Span],
    since: datetime,
    found: End,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
) -> datetime | None:
    """The instant from which no more than 20 % of the period, or two working days, are left.

    Whichever comes first holds, but never before the period starts. Days left are those after
    the present one up to the unrolled end, paused days apart. ``None`` for backward periods.
    """
    if any(span.amount < 0 for span in spans):
        return None
    start = local_day(since)
    total = sum(span.amount for span in spans)
    units = {span.unit for span in spans}
    if units == {Unit.HOUR}:
        early = after(found.due_at, -total * _HOUR / WARNING_PART)
        days = _last_days(found.unrolled, WARNING_DAYS, start, calendar, ())
        return max(since, min(early, start_of(days)))
    if units == {Unit.WORKING_DAY}:
        left = max(WARNING_DAYS, total // WARNING_PART)
        return max(since, start_of(_last_days(found.unrolled, left, start, calendar, pauses)))
    counted = sum(not _paused(day, pauses) for day in days_between(start, found.unrolled))
    part = _last_days(found.unrolled, counted // WARNING_PART, start, None, pauses)
    days = _last_days(found.unrolled, WARNING_DAYS, start, calendar, pauses)
    return max(since, start_of(min(part, days)))


def _last_days(
    last: date, left: int, start: date, calendar: Calendar | None, pauses: Sequence[Pause]
) -> date:
    """The earliest day after which at most ``left`` days count; working days on a calendar."""
    day, seen = last, 0
    while day > start:
        seen += (calendar is None or calendar.is_working(day)) and not _paused(day, pauses)
        if seen > left:
            break
        day = step(day, -1)
    return day


def _paused(day: date, pauses: Sequence[Pause]) -> bool:
    return any(pause.covers(day) for pause in pauses)


def light(
    due_at: datetime | None,
    warn_at: datetime | None,
    now: datetime,
    *,
    paused: bool = False,
    done_at: datetime | None = None,
) -> Light:
    """The colour (domain F). Done to the last microsecond of the due day is done in time."""
    if due_at is None:
        return Light.NONE
    if done_at is not None:
        return Light.BLUE if done_at <= due_at else Light.VIOLET
    if paused:
        return Light.GREY
    if now > due_at:
        return Light.RED
    return Light.YELLOW if warn_at is not None and now >= warn_at else Light.GREEN


def overdue_working_days(due_at: datetime, at: datetime, calendar: Calendar) -> int:
    """Working days after the due day up to and including the day of ``at``; 0 if not overdue.

    0 also on the rest days right after the due day: late, but not yet by a working day.
    """
    return calendar.working_days(local_day(due_at), local_day(at)) if at > due_at else 0


def standing(
    due_at: datetime | None,
    warn_at: datetime | None,
    now: datetime,
    calendar: Calendar,
    *,
    paused_since: datetime | None = None,
    done_at: datetime | None = None,
) -> Standing:
    """The light and its sentence. Codes and their facts:

    ``no_deadline`` · ``done_on_time`` · ``done_late`` and ``overdue`` (days) ·
    ``done_late_same_day`` and ``overdue_today`` (late by less than a working day) · ``paused``
    (days, working days left when the clock stopped) · ``paused_overdue`` · ``due_today`` ·
    ``due_in_days`` (days, working days after today) · ``due_in_calendar_days`` (days, when
    only rest days lie between) · ``due_in_hours`` (hours, minutes; for periods in hours with
    less than two days left).
    """
    colour = light(due_at, warn_at, now, paused=paused_since is not None, done_at=done_at)
    if due_at is None:
        return Standing(colour, "no_deadline")
    if done_at is not None:
        late = overdue_working_days(due_at, done_at, calendar)
        if colour is Light.BLUE:
            return Standing(colour, "done_on_time")
        return (
            Standing(colour, "done_late", {"days": late})
            if late
            else Standing(colour, "done_late_same_day")
        )
    at = paused_since or now
    if at > due_at:
        if paused_since is not None:
            return Standing(colour, "paused_overdue")
        late = overdue_working_days(due_at, now, calendar)
        return (
            Standing(colour, "overdue", {"days": late})
            if late
            else Standing(colour, "overdue_today")
        )
    days = calendar.working_days(local_day(at), local_day(due_at))
    if paused_since is not None:
        return Standing(colour, "paused", {"days": days})
    if due_at != end_of(local_day(due_at)) and passed(now, due_at) < timedelta(days=2):
        hours, rest = divmod(passed(now, due_at), _HOUR)
        return Standing(colour, "due_in_hours", {"hours": hours, "minutes": rest.seconds // 60})
    if local_day(due_at) == local_day(now):
        return Standing(colour, "due_today")
    if days == 0:
        ahead = (local_day(due_at) - local_day(now)).days
        return Standing(colour, "due_in_calendar_days", {"days": ahead})
    return Standing(colour, "due_in_days", {"days": days})
