"""ISO 8601 texts of timers: instants, durations and repeating intervals, all bounded."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from engine.bpmn.instants import read_instant
from engine.errors import Broken
from engine.values.timing import COUNTY_ZONE

#: No timer reaches further than this, and no cycle repeats more often or faster.
MAX_SECONDS = 100 * 366 * 86_400
MAX_MONTHS = 1_200
MAX_REPETITIONS = 1_000
MIN_INTERVAL_SECONDS = 60

_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>\d{1,6})W|"
    r"(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,8})M)?"
    r"(?:(?P<seconds>\d{1,10}(?:[.,]\d{1,6})?)S)?)?)"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOOKS_LIKE_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:.*)?")


@dataclass(frozen=True)
class Duration:
    """Months counted in the calendar, and seconds counted exactly."""

    months: int
    seconds: float
    text: str

    def after(self, instant: datetime, times: int = 1) -> datetime:
        """The instant so many durations later; a month without the day ends on its last day."""
        local = instant.astimezone(COUNTY_ZONE)
        ahead = local.month - 1 + self.months * times
        year, month = local.year + ahead // 12, ahead % 12 + 1
        try:
            day = min(local.day, calendar.monthrange(year, month)[1])
            moved = local.replace(year=year, month=month, day=day)
            return moved + timedelta(seconds=self.seconds * times)
        except (ValueError, OverflowError) as error:
            raise Broken("timer.too_far", text=self.text) from error


@dataclass(frozen=True)
class Cycle:
    """A repeating interval: its first occurrence at ``start``, or one interval after it begins."""

    repetitions: int
    interval: Duration
    start: datetime | None = None


def instant(text: str) -> datetime:
    """The instant an ISO text names; a date alone means its end, 24:00 in the county."""
    text = text.strip()
    if _DATE.fullmatch(text):
        return end_of_day(read_instant(text))
    return read_instant(text)


def end_of_day(at: datetime) -> datetime:
    """The last microsecond of an instant's day in the county."""
    return datetime.combine(at.astimezone(COUNTY_ZONE).date(), time.max, COUNTY_ZONE)


def duration(text: str) -> Duration:
    """The duration an ISO text names. Raises :class:`Broken`: negative, zero, absurd or no ISO."""
    text = text.strip()
    if text.startswith(("-", "+")) or "-" in text:
        raise Broken("timer.negative", text=text[:80])
    match = _DURATION.fullmatch(text.upper())
    if match is None:
        raise Broken("timer.not_a_duration", text=text[:80])
    part = {
        name: float((found or "0").replace(",", ".")) for name, found in match.groupdict().items()
    }
    months = int(part["years"] * 12 + part["months"])
    seconds = (
        (part["weeks"] * 7 + part["days"]) * 86_400
        + part["hours"] * 3_600
        + part["minutes"] * 60
        + part["seconds"]
    )
    if months > MAX_MONTHS or seconds > MAX_SECONDS:
        raise Broken("timer.too_far", text=text[:80])
    return Duration(months, seconds, text.upper())


def cycle(text: str) -> Cycle:
    """The repeating interval an ISO text names: ``R3/P1D``, ``R3/2026-02-24T09:00+08:00/P1D``."""
    text = text.strip()
    parts = text.split("/")
    count = re.fullmatch(r"[Rr](\d{0,6})", parts[0])
    if count is None or len(parts) not in (2, 3):
        raise Broken("timer.not_a_cycle", text=text[:80])
    if not count[1]:
        raise Broken("timer.endless_cycle", text=text[:80])
    repetitions = int(count[1])
    if not 1 <= repetitions <= MAX_REPETITIONS:
        raise Broken("timer.repetitions", text=text[:80], maximum=MAX_REPETITIONS)
    *starts, last = parts[1:]
    if not last.upper().startswith("P"):
        raise Broken("timer.not_a_cycle", text=text[:80])
    interval = duration(last)
    if interval.months == 0 and interval.seconds < MIN_INTERVAL_SECONDS:
        raise Broken("timer.interval_too_short", text=text[:80], minimum=MIN_INTERVAL_SECONDS)
    return Cycle(repetitions, interval, instant(starts[0]) if starts else None)


def is_instant(text: str) -> bool:
    """Whether the text is meant as a date or date-time rather than as an expression."""
    return bool(_LOOKS_LIKE_INSTANT.fullmatch(text.strip()))


def is_duration(text: str) -> bool:
    """Whether the text is meant as an ISO duration rather than as an expression."""
    return bool(re.fullmatch(r"[-+]?[Pp][-+0-9.,YMWDTHSymwdths]*", text.strip()))


def is_cycle(text: str) -> bool:
    """Whether the text is meant as an ISO repeating interval rather than as an expression."""
    return bool(re.match(r"[Rr]\d*/", text.strip()))


__all__ = [
    "Cycle",
    "Duration",
    "cycle",
    "duration",
    "end_of_day",
    "instant",
    "is_cycle",
    "is_duration",
    "is_instant",
]
