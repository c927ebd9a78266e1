"""Deadlines: extending one, and why a date is what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from engine.errors import Invalid, NotFound
from engine.services import access, audit, clocks, discretion, ladders, recounts, views
from engine.services.dockets import Docket
from engine.store import deadlines as ledger
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.deadlines import DeadlineRow
from engine.values.acts import Act
from engine.values.case_pages import DeadlineView
from engine.values.clock_pages import DueExplanation
from engine.values.running import Json
from engine.values.timing import LedgerEvent, LedgerKind, TimerRule
from engine.work import Work


def extend(work: Work, docket: Docket, *, limit: str, reason: str = "", approver: str = "") -> Json:
    """Extend the running deadline of a limit by what the time-limit table allows.

    Raises Invalid ``no_running_deadline``, ``extension_not_allowed``, ``extensions_used_up`` or
    ``deadline_passed``: an extension is granted before expiry or not at all.
    """
    rows = [row for row in ledger.unended(work.session, docket.id) if row.limit_key == limit]
    if not rows:
        raise Invalid("no_running_deadline", limit=limit)
    row = rows[-1]
    rule = clocks.schedule(work, docket).limit(limit)
    if rule.extension is None:
        raise Invalid("extension_not_allowed", limit=limit, name=rule.name)
    if row.extensions >= rule.extensions_allowed:
        raise Invalid(
            "extensions_used_up", limit=limit, name=rule.name, allowed=rule.extensions_allowed
        )
    if row.status == ledger.MISSED or (row.status != ledger.PAUSED and row.due_at <= work.now):
        raise Invalid("deadline_passed", limit=limit, name=rule.name)
    event = LedgerEvent(
        LedgerKind.EXTENDED,
        work.now,
        span=rule.extension,
        reason=reason,
        approver=approver or work.actor.name,
    )
    ledger.add_event(work.session, docket.id, row.id, event)
    ledger.change_deadline(work.session, row.id, extensions=row.extensions + 1)
    recounts.recompute_and_remind(work, docket)
    moved = ledger.deadline(work.session, row.id)
    due_at = moved.due_at if moved is not None else row.due_at
    audit.append(
        work,
        docket,
        Act.CLOCK_EXTENDED,
        name=row.name,
        limit=limit,
        reason=reason,
        approver=event.approver,
        due_before=row.due_at.isoformat(),
        due=due_at.isoformat(),
    )
    return {"due": due_at.isoformat(), "extensions": row.extensions + 1}


def due_of(work: Work, docket: Docket, limit: str) -> str | None:
    """When the running clock of a limit ends, as text; nothing if none runs."""
    rows = [row for row in ledger.unended(work.session, docket.id) if row.limit_key == limit]
    return rows[-1].due_at.isoformat() if rows else None


# --- Reading ----------------------------------------------------------------------------------


def of_case(work: Work, case_id: int) -> tuple[DeadlineView, ...]:
    """Every clock the case ever had, with its ledger."""
    row = access.visible_case(work, case_id)
    ledgers = _ledgers(work, row)
    rows = ledger.deadlines_of(work.session, case_id)
    rungs = ladders.of_case(work, row, rows)
    return tuple(
        replace(views.deadline(work, row, found, ledgers.get(found.id, ())), rungs=rungs[found.id])
        for found in rows
    )


def explain(work: Work, deadline_id: int) -> DueExplanation:
    """Why a due date is what it is: every day counted or passed over, pauses, extensions."""
    found = ledger.deadline(work.session, deadline_id)
    if found is None:
        raise NotFound("no_such_deadline")
    row = access.visible_case(work, found.case_id)
    ledgers = _ledgers(work, row)
    rule = found.rule or TimerRule(found.due_at)
    # Only what happened while this clock ran: later pauses of the case are not its own.
    past = clocks.Past(work, found.case_id).events(rule, found.ended_at)
    events = _veiled(discretion.veil(work, row), past)
    arithmetic = views.schedule_of(work, row).explain(rule, events)
    tasks = [
        task.id
        for task in task_store.open_of_case(work.session, found.case_id)
        if task.deadline_id == found.id
    ]
    shown = views.deadline(work, row, found, ledgers.get(found.id, ()))
    return DueExplanation(
        case=views.case_ref(work, row),
        name=found.name,
        due=shown.due,
        arithmetic=arithmetic,
        ledger=shown.ledger,
        task_id=tasks[0] if tasks else None,
        extensions_left=shown.extensions_left if arithmetic.limit is not None else None,
    )


def most_pressing(rows: list[DeadlineRow]) -> DeadlineRow | None:
    """The clock a case page shows first: the earliest that runs, else the earliest that stands."""
    going = [row for row in rows if row.ended_at is None]
    return min(going, key=lambda row: (row.status == ledger.PAUSED, row.due_at), default=None)


def _ledgers(work: Work, row: CaseRow) -> dict[int, tuple[LedgerEvent, ...]]:
    """What happened to each clock of a case, in the words the reader may have."""
    veil = discretion.veil(work, row)
    found = ledger.ledgers(work.session, row.id)
    return {one: _veiled(veil, events) for one, events in found.items()}


def _veiled(veil: Callable[[str], str], events: Iterable[LedgerEvent]) -> tuple[LedgerEvent, ...]:
    return tuple(
        replace(event, document=veil(event.document), reason=veil(event.reason)) for event in events
    )
