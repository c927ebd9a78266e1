"""What tests of the expression language share: a calendar without holidays, and a value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.bpmn import expressions
from engine.bpmn.expressions import evaluate
from engine.errors import Invalid
from engine.values.timing import COUNTY_ZONE, Span, TimerRule, Unit

NOW = datetime(2026, 2, 13, 1, 30, tzinfo=UTC)


class PlainDays:
    """A schedule in which every day is a working day and every limit is ten days."""

    def instant(self, rule: TimerRule) -> datetime:
        if rule.limit == "NO.SUCH":
            raise Invalid("unknown_limit", key=rule.limit)
        first = rule.span or Span(10, Unit.WORKING_DAY)
        day = rule.since.astimezone(COUNTY_ZONE)
        for span in (first, rule.offset):
            if span is not None and span.unit is Unit.HOUR:
                day += timedelta(hours=span.amount)
            elif span is not None:
                day += timedelta(days=span.amount)
                day = day.replace(hour=23, minute=59, second=59, microsecond=999_999)
        return day


def value(text, /, **names):
    return evaluate(text, names, expressions.functions(NOW, PlainDays()))
