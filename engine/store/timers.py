"""Timers a case waits for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, metadata
from engine.store.prepared import Prepared, among, portions
from engine.store.timing import read_rule, write_rule
from engine.values.running import Timer
from engine.values.timing import TimerRule

#: Live timers only: a timer that fired or was cancelled is gone.
timers = Table(
    "timers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("engine_id", String(64), nullable=False),
    Column("element", String(120), nullable=False),
    Column("name", String(200), nullable=False),
    Column("instant", Instant, nullable=False),
    Column("deadline", Boolean, nullable=False),
    Column("interrupting", Boolean, nullable=False),
    #: How the instant was computed, to compute it again; null for a fixed instant.
    Column("rule", Json),
    Index(None, "case_id", "engine_id", unique=True),
)


@dataclass(frozen=True)
class TimerRow:
    """A live timer."""

    id: int
    engine_id: str
    element: str
    name: str
    instant: datetime
    deadline: bool
    rule: TimerRule | None


_COLUMNS = (
    timers.c.id,
    timers.c.engine_id,
    timers.c.element,
    timers.c.name,
    timers.c.instant,
    timers.c.deadline,
    timers.c.rule,
)
_LIVE = Prepared(
    select(*_COLUMNS)
    .where(timers.c.case_id == bindparam("case"))
    .order_by(timers.c.instant, timers.c.id)
)
_LIVE_OF = Prepared(
    select(timers.c.case_id, *_COLUMNS)
    .where(among(timers.c.case_id))
    .order_by(timers.c.instant, timers.c.id)
)
_DELETE = Prepared(delete(timers).where(timers.c.id == bindparam("at_id")))
_ADD = Prepared(insert(timers).inline())
_MOVE = Prepared(update(timers).where(timers.c.id == bindparam("at_id")))


def live(session: Session, case_id: int) -> list[TimerRow]:
    """The timers a case waits for, earliest first."""
    return [_row(*found) for found in _LIVE.all(session, {"case": case_id})]


def live_of(session: Session, case_ids: Iterable[int]) -> dict[int, list[TimerRow]]:
    """The same of several cases."""
    found: dict[int, list[TimerRow]] = {case_id: [] for case_id in case_ids}
    for portion in portions(found):
        for case_id, *row in _LIVE_OF.all(session, portion):
            found[case_id].append(_row(*row))
    return found


def _row(*found: Any) -> TimerRow:
    row_id, engine_id, element, name, instant, deadline, rule = found
    return TimerRow(row_id, engine_id, element, name, instant, deadline, read_rule(rule))


def replace(
    session: Session, case_id: int, stored: Sequence[TimerRow], wanted: Sequence[Timer]
) -> None:
    """Make the live timers of a case those the engine waits for, touching only what changed."""
    known = {row.engine_id: row for row in stored}
    kept = {timer.id for timer in wanted}
    for engine_id, row in known.items():
        if engine_id not in kept:
            _DELETE.later(session, {"at_id": row.id})
    for timer in wanted:
        found = known.get(timer.id)
        if found is None:
            _ADD.later(session, _timer(case_id, timer))
        elif found.instant != timer.instant:
            _MOVE.later(session, {"at_id": found.id, "instant": timer.instant})


def _timer(case_id: int, timer: Timer) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "engine_id": timer.id,
        "element": timer.element,
        "name": timer.name,
        "instant": timer.instant,
        "deadline": timer.deadline,
        "interrupting": timer.interrupting,
        "rule": write_rule(timer.rule),
    }
