"""Timers: the instant is computed once, when the token arrives, and kept with its rule.

No clock is read here. A timer is due when the instant the environment gives is not before its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.bpmn import periods
from engine.bpmn.expressions import Instant
from engine.errors import Broken
from engine.values.running import Json
from engine.values.timing import Span, TimerRule, Unit

#: Key of a waiting task's internal data.
TIMER = "timer"

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class TimerText:
    """What a diagram says: ``kind`` is timeDate, timeDuration or timeCycle.

    The text is ISO 8601 as BPMN has it, or an expression that gives an instant or such a text.
    """

    kind: str
    text: str


def start(task: Any, timer: TimerText, scripts: Any) -> dict[str, Json]:
    """What a waiting task keeps of its timer: instant, rule, and how a cycle goes on."""
    since = scripts.now
    value: Any = timer.text.strip()
    if not _is_iso(value):
        value = scripts.evaluate(task, value)
    try:
        return _kept(value, since)
    except Broken as error:
        raise Broken(error.code, **{**error.facts, "element": task.task_spec.element}) from error


def _is_iso(text: str) -> bool:
    return periods.is_instant(text) or periods.is_duration(text) or periods.is_cycle(text)


def _kept(value: Any, since: datetime) -> dict[str, Json]:
    if isinstance(value, Instant):
        rule = value.rule or TimerRule(since, until=value.at)
        if rule.since > since:
            rule = replace(rule, armed=since)
        return _waiting(value.at, rule)
    if not isinstance(value, str):
        raise Broken("timer.not_an_instant", value=str(value)[:80])
    if periods.is_cycle(value):
        cycle = periods.cycle(value)
        first = cycle.start or cycle.interval.after(since)
        rule = _lasting(since, first) if cycle.start is None else TimerRule(since, until=first)
        return {
            **_waiting(first, rule),
            "cycle": {
                "from": told(first),
                "interval": cycle.interval.text,
                "turn": 0,
                "left": cycle.repetitions - 1,
            },
        }
    if periods.is_duration(value):
        at = periods.duration(value).after(since)
        return _waiting(at, _lasting(since, at))
    if not periods.is_instant(value):
        raise Broken("timer.not_an_instant", value=value[:80])
    at = periods.instant(value)
    return _waiting(at, TimerRule(since, until=at))


def _waiting(at: datetime, rule: TimerRule) -> dict[str, Json]:
    return {"at": told(at), "rule": rule_to_json(rule)}


def _lasting(since: datetime, until: datetime) -> TimerRule:
    """A length of time is exact once it is known when it begins, months included."""
    return TimerRule(since, lasting=until.astimezone(UTC) - since.astimezone(UTC))


def next_occurrence(kept: Mapping[str, Any] | None) -> dict[str, Json] | None:
    """The timer of the next turn of a cycle; ``None`` when there is none."""
    if kept is None or "cycle" not in kept or kept["cycle"]["left"] <= 0:
        return None
    cycle = dict(kept["cycle"])
    cycle["turn"] += 1
    cycle["left"] -= 1
    # Counted from the first occurrence, so that months keep their day.
    at = periods.duration(cycle["interval"]).after(read(cycle["from"]), cycle["turn"])
    return {**_waiting(at, _lasting(read(kept["at"]), at)), "cycle": cycle}


def move(kept: Mapping[str, Any], at: datetime) -> dict[str, Json]:
    """The same timer at another instant; the later turns of a cycle move along."""
    moved: dict[str, Json] = {**kept, "at": told(at)}
    if "cycle" in kept:
        moved["cycle"] = {**kept["cycle"], "from": told(at), "turn": 0}
    return moved


def instant(kept: Mapping[str, Any]) -> datetime:
    """When the timer fires."""
    return read(kept["at"])


def stands(kept: Mapping[str, Any], stopped: datetime | None) -> bool:
    """Whether the timer began before the case was stopped, and so stands still."""
    if stopped is None:
        return False
    rule = rule_from_json(kept.get("rule"))
    return rule is None or rule.begun < stopped


def told(at: datetime) -> str:
    """An instant as the state keeps it. Raises :class:`Broken` for one without a zone."""
    if at.tzinfo is None:
        raise Broken("timer.naive_instant", value=at.isoformat())
    return at.astimezone(UTC).isoformat()


def read(text: str) -> datetime:
    """An instant the state kept."""
    return datetime.fromisoformat(text)


def rule_to_json(rule: TimerRule) -> dict[str, Json]:
    """A rule as the state keeps it."""
    kept: dict[str, Json] = {"since": told(rule.since)}
    if rule.limit is not None:
        kept["limit"] = rule.limit
    for name, span in (("span", rule.span), ("offset", rule.offset)):
        if span is not None:
            kept[name] = [span.amount, span.unit.value]
    if rule.lasting is not None:
        kept["lasting"] = rule.lasting // _MICROSECOND
    for name, at in (("until", rule.until), ("armed", rule.armed)):
        if at is not None:
            kept[name] = told(at)
    return kept


def rule_from_json(kept: Mapping[str, Any] | None) -> TimerRule | None:
    """A rule the state kept."""
    if kept is None:
        return None
    return TimerRule(
        since=read(kept["since"]),
        limit=kept.get("limit"),
        span=_span(kept.get("span")),
        offset=_span(kept.get("offset")),
        lasting=kept["lasting"] * _MICROSECOND if "lasting" in kept else None,
        until=read(kept["until"]) if "until" in kept else None,
        armed=read(kept["armed"]) if "armed" in kept else None,
    )


def _span(kept: Any) -> Span | None:
    return None if kept is None else Span(kept[0], Unit(kept[1]))
