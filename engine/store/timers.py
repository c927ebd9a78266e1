"""Timers a case waits for."""

from __future__ import annotations

from collections.abc import Sequence
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
from engine.store.prepared import Prepared
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


_LIVE = Prepared(
    select(
        timers.c.id,
        timers.c.engine_id,
        timers.c.element,
        timers.c.name,
        timers.c.instant,
        timers.c.deadline,
        timers.c.rule,
    )
    .where(timers.c.case_id == bindparam("case"))
    .order_by(timers.c.instant, timers.c.id)
)
_DELETE = Prepared(delete(timers).where(timers.c.id == bindparam("at_id")))
_ADD = Prepared(insert(timers).inline())
_MOVE = Prepared(update(timers).where(timers.c.id == bindparam("at_id")))


def live(session: Session, case_id: int) -> list[TimerRow]:
    """The timers a case waits for, earliest first."""
    return [
        TimerRow(row_id, engine_id, element, name, instant, deadline, read_rule(rule))
        for row_id, engine_id, element, name, instant, deadline, rule in _LIVE.all(
            session, {"case": case_id}
        )
    ]


def replace(
    session: Session, case_id: int, stored: Sequence[TimerRow], wanted: Sequence[Timer]
) -> None:
    """Make the live timers of a case those the engine waits for, touching only what changed."""
    known = {row.engine_id: row for row in stored}
    kept = {timer.id for timer in wanted}
    gone = [row.id for engine_id, row in known.items() if engine_id not in kept]
    _DELETE.run_many(session, [{"at_id": row_id} for row_id in gone])
    added = [timer for timer in wanted if timer.id not in known]
    _ADD.run_many(session, [_timer(case_id, timer) for timer in added])
    for timer in wanted:
        row = known.get(timer.id)
        if row is not None and row.instant != timer.instant:
            _MOVE.run(session, {"at_id": row.id, "instant": timer.instant})


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
