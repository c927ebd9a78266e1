"""Deadlines with their ledgers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, metadata
from engine.store.prepared import Prepared, among, portions
from engine.store.timing import read_rule, read_span, write_rule, write_span
from engine.values.timing import LedgerEvent, LedgerKind, TimerRule

RUNNING, PAUSED, MET, MISSED, CANCELLED = "running", "paused", "met", "missed", "cancelled"
#: Missed, and its activity ended without ever being done.
LAPSED = "lapsed"

deadlines = Table(
    "deadlines",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    #: The engine's id of the boundary timer it is drawn as, until it has ended.
    Column("engine_id", String(64)),
    Column("element", String(120), nullable=False),
    #: Name of the task or phase it belongs to, and that element.
    Column("name", String(200), nullable=False),
    Column("activity", String(120), nullable=False),
    Column("limit_key", String(80)),
    Column("rule", Json),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("warn_at", Instant),
    #: Reaches into a year whose calendar is not announced.
    Column("provisional", Boolean, nullable=False, default=False),
    Column("status", String(12), nullable=False),
    Column("extensions", Integer, nullable=False, default=0),
    #: When the activity ended; a missed deadline may go on unended.
    Column("ended_at", Instant),
    Index(None, "case_id"),
)

deadline_events = Table(
    "deadline_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("deadline_id", ForeignKey("deadlines.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    #: Units an extension added.
    Column("span", Json),
    Column("document", String(200), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("approver", String(200), nullable=False, default=""),
    Index(None, "case_id", "deadline_id"),
)


@dataclass(frozen=True)
class DeadlineRow:
    """A deadline of a case, over or not."""

    id: int
    case_id: int
    engine_id: str | None
    element: str
    name: str
    activity: str
    limit_key: str | None
    rule: TimerRule | None
    started_at: datetime
    due_at: datetime
    warn_at: datetime | None
    provisional: bool
    status: str
    extensions: int
    ended_at: datetime | None


def deadlines_of(session: Session, case_id: int) -> list[DeadlineRow]:
    """Every deadline a case had, in the order they started."""
    return _deadlines(session, deadlines.c.case_id == case_id)


_COLUMNS = tuple(column.name for column in fields(DeadlineRow))
_RULE = _COLUMNS.index("rule")
_UNENDED_OF = Prepared(
    select(*(deadlines.c[name] for name in _COLUMNS))
    .where(among(deadlines.c.case_id), deadlines.c.ended_at.is_(None))
    .order_by(deadlines.c.id)
)
_UNENDED = Prepared(
    select(*(deadlines.c[name] for name in _COLUMNS))
    .where(deadlines.c.case_id == bindparam("case"), deadlines.c.ended_at.is_(None))
    .order_by(deadlines.c.id)
)


def unended(session: Session, case_id: int) -> list[DeadlineRow]:
    """The deadlines of activities still going on."""
    return [_unended(row) for row in _UNENDED.all(session, {"case": case_id})]


def unended_of(session: Session, case_ids: Iterable[int]) -> dict[int, list[DeadlineRow]]:
    """The same of several cases."""
    found: dict[int, list[DeadlineRow]] = {case_id: [] for case_id in case_ids}
    for portion in portions(found):
        for row in _UNENDED_OF.all(session, portion):
            read = _unended(row)
            found[read.case_id].append(read)
    return found


def _unended(row: tuple[Any, ...]) -> DeadlineRow:
    read = list(row)
    read[_RULE] = read_rule(read[_RULE])
    return DeadlineRow(*read)


def deadline(session: Session, deadline_id: int) -> DeadlineRow | None:
    """One deadline."""
    found = _deadlines(session, deadlines.c.id == deadline_id)
    return found[0] if found else None


def _deadlines(session: Session, *conditions: Any) -> list[DeadlineRow]:
    return _read(session.execute(select(deadlines).where(*conditions).order_by(deadlines.c.id)))


def _read(rows: Iterable[Row[Any]]) -> list[DeadlineRow]:
    return [DeadlineRow(**{**row._mapping, "rule": read_rule(row.rule)}) for row in rows]


_ADD = Prepared(insert(deadlines).returning(deadlines.c.id))
_CHANGE = Prepared(update(deadlines).where(deadlines.c.id == bindparam("at_id")))
_ADD_EVENT = insert(deadline_events)


def add_deadline(session: Session, values: Mapping[str, Any]) -> int:
    """Start a deadline."""
    stored = {"extensions": 0, **values, "rule": write_rule(values["rule"])}
    made: int = _ADD.all(session, stored)[0][0]
    return made


def change_deadline(session: Session, deadline_id: int, **values: Any) -> None:
    """Set columns of a deadline."""
    if "rule" in values:
        values["rule"] = write_rule(values["rule"])
    _CHANGE.later(session, {**values, "at_id": deadline_id})


def add_event(session: Session, case_id: int, deadline_id: int, event: LedgerEvent) -> None:
    """Write a line of a ledger."""
    values = {
        "case_id": case_id,
        "deadline_id": deadline_id,
        "kind": event.kind.value,
        "at": event.at,
        "span": write_span(event.span) if event.span else None,
        "document": event.document,
        "reason": event.reason,
        "approver": event.approver,
    }
    session.execute(_ADD_EVENT, values)


def ledger_of(row: DeadlineRow, events: Iterable[LedgerEvent]) -> tuple[LedgerEvent, ...]:
    """The whole ledger: its first and last lines are what the row itself says."""
    begun = LedgerEvent(LedgerKind.STARTED, row.started_at)
    if row.status in (RUNNING, PAUSED):
        return (begun, *events)
    if row.status in (MISSED, LAPSED):
        return (begun, *events, LedgerEvent(LedgerKind.MISSED, row.due_at))
    return (begun, *events, LedgerEvent(LedgerKind(row.status), row.ended_at or row.due_at))


def ledgers(session: Session, case_id: int) -> dict[int, tuple[LedgerEvent, ...]]:
    """What happened to the deadlines of a case between their first and last lines."""
    rows = session.execute(
        select(deadline_events)
        .where(deadline_events.c.case_id == case_id)
        .order_by(deadline_events.c.deadline_id, deadline_events.c.id)
    )
    found: dict[int, tuple[LedgerEvent, ...]] = {}
    for row in rows:
        event = LedgerEvent(
            LedgerKind(row.kind),
            row.at,
            read_span(row.span) if row.span else None,
            row.document,
            row.reason,
            row.approver,
        )
        found[row.deadline_id] = (*found.get(row.deadline_id, ()), event)
    return found


def stopped_since(session: Session, deadline_ids: Iterable[int]) -> dict[int, datetime]:
    """When the clocks of deadlines were stopped last."""
    rows = session.execute(
        select(deadline_events.c.deadline_id, func.max(deadline_events.c.at).label("at"))
        .where(
            deadline_events.c.deadline_id.in_(set(deadline_ids)),
            deadline_events.c.kind == LedgerKind.PAUSED.value,
        )
        .group_by(deadline_events.c.deadline_id)
    )
    return {row.deadline_id: row.at for row in rows}
