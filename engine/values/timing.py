"""Spans, time-limit rules and instants: what a deadline is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.values.process import LegalBasis

#: The zone in which people and the law count days. Storage is UTC.
COUNTY_ZONE = ZoneInfo("Asia/Shanghai")


class Unit(StrEnum):
    """Units a period may be counted in (domain E)."""

    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"
    HOUR = "hour"


@dataclass(frozen=True)
class Span:
    """A number of units; negative counts backwards."""

    amount: int
    unit: Unit


@dataclass(frozen=True)
class TimerRule:
    """How a timer's instant was computed, so that it can be computed again and explained.

    Either ``limit`` names a row of the time-limit table or ``span`` gives the period itself, or
    ``lasting`` a length of time to the second (``P3D``), or ``until`` the instant itself.
    ``offset`` counts on from the date so found (``working_days(1, limit("CMP.RECTIFY"))``).
    """

    since: datetime
    limit: str | None = None
    span: Span | None = None
    offset: Span | None = None
    lasting: timedelta | None = None
    until: datetime | None = None
    #: When the token came to wait, if the period is counted from a later day than that.
    armed: datetime | None = None

    @property
    def begun(self) -> datetime:
        """From when on the clock runs: a stop after that holds it, one before does not."""
        return self.since if self.armed is None else min(self.armed, self.since)


class Evidence(StrEnum):
    """How well the legal source of a time limit is known (domain 0.1)."""

    SEEN = "seen"
    SEEN_SECONDARY = "seen_secondary"
    RECALLED = "recalled"
    DEFAULT = "default"


@dataclass(frozen=True)
class Limit:
    """One effective-dated row of the time-limit table (domain B.0)."""

    key: str
    name: str
    span: Span
    extension: Span | None
    extensions_allowed: int
    basis: str
    evidence: Evidence
    #: Sector the row overrides the general value for; ``None`` is the general value.
    sector: str | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    #: Who approves an extension, a role code.
    extension_approver: str | None = None
    #: ``basis`` in parts, law by law.
    sources: tuple[LegalBasis, ...] = ()
    #: The period belongs to a regulated party, not to an agency: the prefecture's own holidays
    #: stop it unless the county switched that off (domain E.9).
    party: bool = False
    #: What the clerk must know beside the number, in Chinese.
    note: str = ""
    name_en: str = ""

    @property
    def statutory(self) -> bool:
        """Whether it may be shown as 法定期限; anything else is 内部时限（可配置）."""
        return self.evidence is Evidence.SEEN


class MeasureKind(StrEnum):
    """What an entry of the table is that is no period."""

    #: A date, or the first working day, of every year.
    YEARLY_DATE = "yearly_date"
    RATE = "rate"
    #: How often at most, and hours or shares at least.
    FREQUENCY = "frequency"
    QUANTITY = "quantity"
    #: Reasons for which a clock stops.
    GROUNDS = "grounds"
    #: Something that must have been done before, or is set by a decision.
    CONDITION = "condition"


@dataclass(frozen=True)
class Measure:
    """An entry of the county's reference (domain B.0) that is no period: no clock counts by it."""

    key: str
    name: str
    name_en: str
    kind: MeasureKind
    value: str
    value_en: str
    sources: tuple[LegalBasis, ...]
    evidence: Evidence
    note: str = ""
    sector: str | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None

    @property
    def statutory(self) -> bool:
        """Whether it may be shown as statutory."""
        return self.evidence is Evidence.SEEN


class DayKind(StrEnum):
    """What a day is in the working calendar."""

    WORKDAY = "workday"
    MAKEUP_WORKDAY = "makeup_workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class CalendarDay:
    """A day as one calendar layer states it."""

    day: date
    kind: DayKind
    name: str = ""
    layer: str = "national"


@dataclass(frozen=True)
class DayLine:
    """One line of the explanation of a due date."""

    day: date
    kind: DayKind
    #: The running count after this day; ``None`` if the day was passed over.
    counted: int | None
    #: Code of the reason: start, counted, makeup, weekend, holiday, paused, rolled, due,
    #: provisional (counted for the time being); base where an offset counts on from a due day.
    reason: str
    name: str = ""
    #: The year of the day is not announced yet.
    provisional: bool = False


@dataclass(frozen=True)
class DueDate:
    """A due date with its arithmetic.

    ``due_at`` is the last microsecond of the due day in the county's zone (民法典 art. 203:
    a period ends at 24:00 of its last day), or the exact instant for periods in hours.
    """

    due_at: datetime
    unrolled: date
    provisional: bool
    rule: TimerRule
    span: Span
    limit: Limit | None
    days: tuple[DayLine, ...] = ()
    #: From this instant on the light is yellow; ``None`` for periods that count
    #: backwards and for instants that count on from a due date.
    warn_at: datetime | None = None

    @property
    def due_on(self) -> date:
        """The due day in the county's zone."""
        return self.due_at.astimezone(COUNTY_ZONE).date()


class LedgerKind(StrEnum):
    """Events in the life of one running deadline."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    RECALCULATED = "recalculated"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class LedgerEvent:
    """One entry of a deadline's ledger; the due date is derived from all of them."""

    kind: LedgerKind
    at: datetime
    #: Units added by an extension.
    span: Span | None = None
    document: str = ""
    reason: str = ""
    approver: str = ""


class Light(StrEnum):
    """Status lights (domain F): always shown with words."""

    NONE = "none"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"
    BLUE = "blue"
    VIOLET = "violet"


class Schedule(Protocol):
    """What the engine asks of the calendar while it runs a case."""

    def instant(self, rule: TimerRule) -> datetime:
        """The instant the rule falls on.

        Raises :class:`engine.errors.Invalid` naming an unknown limit or a span out of bounds.
        """
        ...


@dataclass(frozen=True)
class LimitTable:
    """All rows of the time-limit table, to be asked by key, sector and date."""

    rows: tuple[Limit, ...] = field(default=())
