"""Points in time inside expressions: they know the rule they came from and compare with texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.errors import Broken
from engine.values.timing import COUNTY_ZONE, TimerRule

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?"
)


@dataclass(frozen=True, eq=False)
class Instant:
    """A point in time together with the rule that gave it.

    ``rule`` is ``None`` for ``now()`` and for instants read from the case file. Compares with other
    instants by time, with ISO date-times by time and with ISO dates by its day in the county.
    """

    at: datetime
    rule: TimerRule | None = None

    @property
    def day(self) -> date:
        """The day in the county's zone."""
        return self.at.astimezone(COUNTY_ZONE).date()

    def __str__(self) -> str:
        return self.at.astimezone(COUNTY_ZONE).isoformat()

    def _order(self, other: object) -> int | None:
        """-1, 0 or 1 as this lies before, at or after the other; ``None`` if not comparable."""
        if isinstance(other, Instant):
            return (self.at > other.at) - (self.at < other.at)
        if isinstance(other, str) and _DATE.fullmatch(other):
            day = read_day(other)
            return (self.day > day) - (self.day < day)
        if isinstance(other, str) and _DATETIME.fullmatch(other):
            at = read_instant(other)
            return (self.at > at) - (self.at < at)
        return None

    def __eq__(self, other: object) -> bool:
        return self._order(other) == 0

    def __hash__(self) -> int:
        return hash(self.at)

    def __lt__(self, other: object) -> bool:
        order = self._order(other)
        return NotImplemented if order is None else order < 0

    def __le__(self, other: object) -> bool:
        order = self._order(other)
        return NotImplemented if order is None else order <= 0

    def __gt__(self, other: object) -> bool:
        order = self._order(other)
        return NotImplemented if order is None else order > 0

    def __ge__(self, other: object) -> bool:
        order = self._order(other)
        return NotImplemented if order is None else order >= 0


def read_day(text: str) -> date:
    """The day an ISO date names. Raises :class:`Broken` for a day that does not exist."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Broken("expression.no_such_time", value=text[:40]) from error


def read_instant(text: str) -> datetime:
    """The instant an ISO date-time or date names; without a zone it is the county's.

    A date is the beginning of its day. Raises :class:`Broken` for anything else.
    """
    text = text.strip()
    if _DATE.fullmatch(text):
        return datetime.combine(read_day(text), time(), COUNTY_ZONE)
    if not _DATETIME.fullmatch(text):
        raise Broken("expression.no_such_time", value=text[:40])
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo is not None else at.replace(tzinfo=COUNTY_ZONE)
        at.astimezone(COUNTY_ZONE) - timedelta(days=1)  # Refuses the very ends of the calendar.
    except (ValueError, OverflowError) as error:
        raise Broken("expression.no_such_time", value=text[:40]) from error
    return at
