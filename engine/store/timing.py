"""Spans and timer rules as JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.values.timing import Span, TimerRule, Unit


def write_span(span: Span) -> list[object]:
    """A span as JSON."""
    return [span.amount, span.unit.value]


def read_span(stored: list[object]) -> Span:
    """A span from JSON."""
    amount, unit = stored
    return Span(int(str(amount)), Unit(str(unit)))


def write_rule(rule: TimerRule | None) -> list[Any] | None:
    """How an instant was computed, as JSON: [microseconds since 1970, limit, span, offset]."""
    if rule is None:
        return None
    stored = [
        (rule.since - _EPOCH) // _MICROSECOND,
        rule.limit,
        write_span(rule.span) if rule.span else None,
        write_span(rule.offset) if rule.offset else None,
    ]
    while stored[-1] is None:
        stored.pop()
    return stored


def read_rule(stored: list[Any] | None) -> TimerRule | None:
    """How an instant was computed, from JSON."""
    if stored is None:
        return None
    since, limit, span, offset = (*stored, None, None, None)[:4]
    return TimerRule(
        _EPOCH + since * _MICROSECOND,
        limit,
        read_span(span) if span else None,
        read_span(offset) if offset else None,
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
