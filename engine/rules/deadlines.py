"""Due dates: from a rule to an instant, with the arithmetic that a court could follow.

``due`` answers quickly, ``explain`` answers with every day; both count by ``periods.end``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from engine.errors import Invalid
from engine.rules import limits
from engine.rules.calendar import Calendar
from engine.rules.ledger import add_up, budget
from engine.rules.lights import warning
from engine.rules.lines import day_lines
from engine.rules.periods import End, Pause, end, end_after, local_day, touches_provisional
from engine.values.timing import (
    DayLine,
    DueDate,
    LedgerEvent,
    Limit,
    LimitTable,
    Span,
    TimerRule,
    Unit,
)


def due(span: Span, since: datetime, calendar: Calendar, *, clear: bool = False) -> datetime:
    """The instant a period ends; naive arguments are refused.

    ``clear`` counts a backward period in working days so that the whole number of days lies
    between the due day and the event (domain E.8): one working day earlier.
    """
    return end((clear_of(span) if clear else span,), since, calendar).due_at


def clear_of(span: Span) -> Span:
    """The backward period that leaves its number of days clear; other periods as they are."""
    if span.amount < 0 and span.unit in (Unit.WORKING_DAY, Unit.DAY):
        return Span(span.amount - 1, span.unit)
    return span


@dataclass(frozen=True)
class CountySchedule:
    """The calendar and the time-limit table as one case sees them.

    ``on`` is the date of the case's start event: it decides which rows are in force. ``sector``
    chooses a department's own rule where there is one. Periods that belong to a regulated party
    are counted on ``party_calendar``; without one both sides share the calendar.
    """

    calendar: Calendar
    table: LimitTable
    on: date
    sector: str | None = None
    party_calendar: Calendar | None = None

    def instant(self, rule: TimerRule) -> datetime:
        """The instant the rule falls on (values.timing.Schedule)."""
        return self._found(rule).final.due_at

    def explain(self, rule: TimerRule, ledger: Sequence[LedgerEvent] = ()) -> DueDate:
        """The due date with its days, pauses and extensions taken from the ledger."""
        found = self._found(rule, ledger)
        return DueDate(
            due_at=found.final.due_at,
            unrolled=found.final.unrolled,
            provisional=found.provisional,
            rule=rule,
            span=found.spans[0],
            limit=found.limit,
            days=found.lines(),
            warn_at=found.warn_at(),
        )

    def limit(self, key: str) -> Limit:
        """The row of the table that holds for this case."""
        return limits.find(self.table, key, self.on, self.sector)

    def calendar_for(self, limit: Limit | None) -> Calendar:
        """The calendar by which the limit is counted."""
        if limit is not None and limit.party and self.party_calendar is not None:
            return self.party_calendar
        return self.calendar

    def _found(self, rule: TimerRule, ledger: Sequence[LedgerEvent] = ()) -> _Found:
        if rule.limit is not None and rule.span is not None:
            raise Invalid("timer_rule_ambiguous", limit=rule.limit)
        limit = self.limit(rule.limit) if rule.limit is not None else None
        calendar = self.calendar_for(limit)
        total = add_up(ledger)
        if rule.lasting is not None or rule.until is not None:
            return self._exact(rule, calendar, total.pauses)
        # A rule without limit and span is the instant it counts from.
        span = limit.span if limit is not None else rule.span or Span(0, Unit.HOUR)
        spans = budget(span, total.extensions)
        base = end(spans, rule.since, calendar, total.pauses)
        # A rung after the due date stands still like the deadline itself.
        final = (
            base
            if rule.offset is None
            else end((rule.offset,), base.due_at, calendar, total.pauses)
        )
        return _Found(rule, limit, calendar, spans, total.pauses, base, final)

    def _exact(self, rule: TimerRule, calendar: Calendar, pauses: tuple[Pause, ...]) -> _Found:
        """A length of time to the second; an instant that was named moves with nothing."""
        length = rule.lasting if rule.lasting is not None else timedelta()
        if rule.until is not None:
            pauses = ()
            found = end_after(timedelta(), rule.until)
        else:
            found = end_after(length, rule.since, pauses)
        spans = (Span(length // timedelta(hours=1), Unit.HOUR),)
        return _Found(rule, None, calendar, spans, pauses, found, found)


@dataclass(frozen=True)
class _Found:
    """A rule worked out: what was counted, on what, and where it ended."""

    rule: TimerRule
    limit: Limit | None
    calendar: Calendar
    spans: tuple[Span, ...]
    pauses: tuple[Pause, ...]
    base: End
    final: End

    @property
    def provisional(self) -> bool:
        since = local_day(self.rule.since)
        found = touches_provisional(self.spans, since, self.base, self.calendar)
        if self.rule.offset is None:
            return found
        return found or touches_provisional(
            (self.rule.offset,), self.base.due, self.final, self.calendar
        )

    def warn_at(self) -> datetime | None:
        if self.rule.offset is not None:
            return None
        return warning(self.spans, self.rule.since, self.base, self.calendar, self.pauses)

    def lines(self) -> tuple[DayLine, ...]:
        lines = day_lines(self.spans, self.rule.since, self.base, self.calendar, self.pauses)
        if self.rule.offset is None:
            return lines
        onward = day_lines(
            (self.rule.offset,), self.base.due_at, self.final, self.calendar, self.pauses
        )
        return (*lines[:-1], replace(lines[-1], reason="base"), *onward[1:])


def explain(
    rule: TimerRule,
    table: LimitTable,
    calendar: Calendar,
    ledger: Sequence[LedgerEvent] = (),
    *,
    on: date | None = None,
    sector: str | None = None,
    party_calendar: Calendar | None = None,
) -> DueDate:
    """The due date of a rule with all its days.

    ``on`` is the day whose rows of the table hold, the day the period starts when left out.
    While the clock stands still the answer is the due date that held when it was stopped.
    """
    day = on if on is not None else local_day(rule.since)
    return CountySchedule(calendar, table, day, sector, party_calendar).explain(rule, ledger)
