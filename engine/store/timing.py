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
    """How an instant was computed, as JSON.

    [since, limit, span, offset, lasting, until, armed]; times are microseconds, from 1970 on.
    """
    if rule is None:
        return None
    stored = [
        _micros(rule.since),
        rule.limit,
        write_span(rule.span) if rule.span else None,
        write_span(rule.offset) if rule.offset else None,
        rule.lasting // _MICROSECOND if rule.lasting is not None else None,
        _micros(rule.until) if rule.until is not None else None,
        _micros(rule.armed) if rule.armed is not None else None,
    ]
    while stored[-1] is None:
        stored.pop()
    return stored


def read_rule(stored: list[Any] | None) -> TimerRule | None:
    """How an instant was computed, from JSON."""
    if stored is None:
        return None
    since, limit, span, offset, lasting, until, armed = (*stored, *[None] * 6)[:7]
    return TimerRule(
        _instant(since),
        limit,
        read_span(span) if span else None,
        read_span(offset) if offset else None,
        lasting * _MICROSECOND if lasting is not None else None,
        _instant(until) if until is not None else None,
        _instant(armed) if armed is not None else None,
    )


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
