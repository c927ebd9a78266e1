"""The functions of the safe language: ``functions(now, schedule)`` is its whole vocabulary.

Every count of days is left to the :class:`~engine.values.timing.Schedule`, so that a due date has
one arithmetic only.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.bpmn.instants import Instant, read_instant
from engine.errors import Broken
from engine.values.running import Json
from engine.values.service import served_on
from engine.values.timing import COUNTY_ZONE, Schedule, Span, TimerRule, Unit

#: The largest number of units a single call may count.
MAX_AMOUNT = {Unit.WORKING_DAY: 4_000, Unit.DAY: 15_000, Unit.MONTH: 480, Unit.HOUR: 100_000}

#: Tells "no base given", which means now, from an empty field, which must never silently mean now.
_NOW = object()


class _Calls:
    """The functions that need the clock and the calendar."""

    def __init__(self, now: datetime, schedule: Schedule) -> None:
        self._now = now
        self._schedule = schedule

    def now(self) -> Instant:
        return Instant(self._now)

    def today(self) -> str:
        return self._now.astimezone(COUNTY_ZONE).date().isoformat()

    def limit(self, key: object, since: object = _NOW) -> Instant:
        if not isinstance(key, str) or not key or len(key) > 80:
            raise Broken("expression.limit_key", value=str(key)[:40])
        return self._instant(TimerRule(self._start(since), limit=key))

    def period(self, code: object) -> Instant:
        """Only says at a start event which periodic duty opens cases there; gives no instant."""
        raise Broken("expression.period_elsewhere", value=str(code)[:40])

    def working_days(self, n: object, base: object = _NOW) -> Instant:
        return self._count(n, Unit.WORKING_DAY, base)

    def days(self, n: object, base: object = _NOW) -> Instant:
        return self._count(n, Unit.DAY, base)

    def months(self, n: object, base: object = _NOW) -> Instant:
        return self._count(n, Unit.MONTH, base)

    def hours(self, n: object, base: object = _NOW) -> Instant:
        return self._count(n, Unit.HOUR, base)

    def _start(self, base: object) -> datetime:
        if base is _NOW:
            return self._now
        if isinstance(base, Instant):
            return base.at
        if isinstance(base, str):
            return read_instant(base)
        raise Broken("expression.no_such_time", value="" if base is None else str(base)[:40])

    def _count(self, n: object, unit: Unit, base: object) -> Instant:
        if isinstance(n, bool) or not isinstance(n, int) or abs(n) > MAX_AMOUNT[unit]:
            raise Broken("expression.amount", value=str(n)[:40], maximum=MAX_AMOUNT[unit])
        span = Span(n, unit)
        rule = base.rule if isinstance(base, Instant) else None
        if rule is None:
            return self._instant(TimerRule(self._start(base), span=span))
        if rule.offset is not None:
            # One rule holds a period and one offset; more could not be explained or recomputed.
            raise Broken("expression.nested_periods")
        return self._instant(TimerRule(rule.since, rule.limit, rule.span, span))

    def _instant(self, rule: TimerRule) -> Instant:
        return Instant(self._schedule.instant(rule), rule)


def functions(now: datetime, schedule: Schedule) -> dict[str, Callable[..., Any]]:
    """Everything an expression may call at the instant ``now`` (which must be aware)."""
    calls = _Calls(now, schedule)
    timed: dict[str, Callable[..., Any]] = {
        "now": calls.now,
        "today": calls.today,
        "limit": calls.limit,
        "period": calls.period,
        "working_days": calls.working_days,
        "days": calls.days,
        "months": calls.months,
        "hours": calls.hours,
    }
    return {**timed, **HARMLESS}


def _list(value: object) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    return value


def _service_day(method: object, day: object) -> str:
    """The day a document counts as served: thirty days after a public announcement."""
    if not isinstance(method, str) or not isinstance(day, str):
        raise TypeError("a method and a day are needed")
    return served_on(method, date.fromisoformat(day[:10])).isoformat()


def _total(values: Json) -> Json:
    numbers = _list(values)
    if not all(isinstance(value, (int, float)) for value in numbers):
        raise TypeError("numbers are needed")
    return sum(numbers)


def _extreme(choose: Callable[[list[Json]], Json], *values: Json) -> Json:
    return choose(_list(values[0]) if len(values) == 1 else list(values))


def _least(*values: Json) -> Json:
    return _extreme(min, *values)


def _greatest(*values: Json) -> Json:
    return _extreme(max, *values)


def _round(value: Json, digits: int = 0) -> Json:
    if not isinstance(value, (int, float)) or not isinstance(digits, int) or abs(digits) > 12:
        raise TypeError("a number and at most 12 digits are needed")
    return round(value, digits) if digits else round(value)


def _text(value: Json) -> str:
    return "" if value is None else str(value)


def _integer(value: Json) -> int:
    if not isinstance(value, (int, float, str)) or (isinstance(value, str) and len(value) > 40):
        raise TypeError("a number is needed")
    return int(value)


def _real(value: Json) -> float:
    if not isinstance(value, (int, float, str)) or (isinstance(value, str) and len(value) > 40):
        raise TypeError("a number is needed")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("a finite number is needed")
    return number


def _in_order(values: Json, reverse: bool = False) -> list[Json]:
    return sorted(_list(values), reverse=bool(reverse))


def _contains(container: Json, value: Json) -> bool:
    """Whether the list, text or mapping holds the value; nothing holds nothing."""
    return False if container is None else value in container


def _all_in(values: Json, container: Json) -> bool:
    """Whether every one of the values is in the list."""
    return all(value in _list(container) for value in _list(values))


def _digest(*values: Json) -> str:
    """SHA-256 (hexadecimal) of the values: equal only if every one of them is unchanged."""
    canonical = json.dumps(
        values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _lines(text: Json) -> list[str]:
    """The lines of a text without blank ones and surrounding spaces; nothing has none."""
    if text is not None and not isinstance(text, str):
        raise TypeError("text is needed")
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _draw(values: Json, n: Json, seed: Json) -> list[Json]:
    """``n`` of the values by lot, each value once, as anybody can draw them again.

    The order is that of SHA-256 over the seed, a line feed and the value as JSON: it depends on
    neither the machine nor the order of the list. Fewer values than asked for come all.
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise TypeError("a number of values is needed")
    if not isinstance(seed, str) or not seed.strip():
        raise ValueError("a seed is needed")
    lots: dict[str, Json] = {}
    for value in _list(values):
        told = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        lot = hashlib.sha256(f"{seed.strip()}\n{told}".encode("utf-8", "surrogatepass"))
        lots[lot.hexdigest()] = value
    return [lots[lot] for lot in sorted(lots)[:n]]


#: Functions that need neither clock nor calendar.
HARMLESS: Mapping[str, Callable[..., Any]] = {
    "len": len,
    "min": _least,
    "max": _greatest,
    "sum": _total,
    "any": any,
    "all": all,
    "abs": abs,
    "round": _round,
    "str": _text,
    "int": _integer,
    "float": _real,
    "bool": bool,
    "sorted": _in_order,
    "service_day": _service_day,
    "contains": _contains,
    "all_in": _all_in,
    "digest": _digest,
    "lines": _lines,
    "draw": _draw,
}


@dataclass(frozen=True)
class Signature:
    """How a function may be called: numbers of arguments and the names of its keywords."""

    least: int
    most: int
    keywords: tuple[str, ...] = ()


#: Every function of the language by name.
SIGNATURES: Mapping[str, Signature] = {
    "now": Signature(0, 0),
    "today": Signature(0, 0),
    "limit": Signature(1, 2, ("since",)),
    "period": Signature(1, 1),
    "working_days": Signature(1, 2, ("base",)),
    "days": Signature(1, 2, ("base",)),
    "months": Signature(1, 2, ("base",)),
    "hours": Signature(1, 2, ("base",)),
    "len": Signature(1, 1),
    "min": Signature(1, 20),
    "max": Signature(1, 20),
    "sum": Signature(1, 1),
    "any": Signature(1, 1),
    "all": Signature(1, 1),
    "abs": Signature(1, 1),
    "round": Signature(1, 2, ("digits",)),
    "str": Signature(1, 1),
    "int": Signature(1, 1),
    "float": Signature(1, 1),
    "bool": Signature(1, 1),
    "sorted": Signature(1, 2, ("reverse",)),
    "service_day": Signature(2, 2),
    "contains": Signature(2, 2),
    "all_in": Signature(2, 2),
    "digest": Signature(1, 20),
    "lines": Signature(1, 1),
    "draw": Signature(3, 3, ("seed",)),
}
