"""Deadlines: stop, go on, extend, and why a date is what it is."""

from __future__ import annotations

from datetime import datetime

from engine.bpmn.runtime import CaseRun
from engine.errors import Invalid, NotFound
from engine.services import access, audit, clocks, moves, views
from engine.services.dockets import Docket
from engine.store import deadlines as ledger
from engine.store import tasks as task_store
from engine.store.deadlines import DeadlineRow
from engine.values.acts import Act
from engine.values.case_pages import DeadlineView
from engine.values.clock_pages import DueExplanation
from engine.values.running import Json
from engine.values.timing import DueDate, LedgerEvent, LedgerKind, TimerRule
from engine.work import Work


def pause(work: Work, docket: Docket, *, document: str = "", reason: str = "") -> Json:
    """Stop every clock of the case. A second stop while it stands changes nothing."""
    if docket.paused_at is not None:
        return {"paused_at": docket.paused_at.isoformat()}
    docket.paused_at = work.now
    docket.wake_at = None
    ledger.add_pause(work.session, docket.id, work.now, document, reason)
    for row in ledger.unended(work.session, docket.id):
        if row.status == ledger.RUNNING:
            event = LedgerEvent(LedgerKind.PAUSED, work.now, document=document, reason=reason)
            ledger.add_event(work.session, docket.id, row.id, event)
            ledger.change_deadline(work.session, row.id, status=ledger.PAUSED)
    task_store.set_paused(work.session, docket.id, paused=True)
    audit.append(work, docket, Act.CLOCK_PAUSED, document=document, reason=reason)
    return {"paused_at": work.now.isoformat()}


def resume(work: Work, docket: Docket, *, document: str = "") -> Json:
    """Let the clocks go on with exactly what was left. Nothing happens if they were going."""
    if docket.paused_at is None:
        return {}
    since, docket.paused_at = docket.paused_at, None
    ledger.end_pause(work.session, docket.id, work.now, document)
    for row in ledger.unended(work.session, docket.id):
        if row.status == ledger.PAUSED:
            event = LedgerEvent(LedgerKind.RESUMED, work.now, document=document)
            ledger.add_event(work.session, docket.id, row.id, event)
            ledger.change_deadline(work.session, row.id, status=ledger.RUNNING)
    task_store.set_paused(work.session, docket.id, paused=False)
    audit.append(work, docket, Act.CLOCK_RESUMED, document=document, days=(work.now - since).days)
    _recompute(work, docket)
    return {"resumed_at": work.now.isoformat()}


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
    if row.status == ledger.MISSED or (docket.paused_at is None and row.due_at <= work.now):
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
    _recompute(work, docket)
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


def recalculate(work: Work, docket: Docket) -> int:
    """Count every running deadline again on the present calendar; how many moved."""
    before = {row.id: row for row in ledger.unended(work.session, docket.id)}
    _recompute(work, docket)
    moved = 0
    for row in ledger.unended(work.session, docket.id):
        old = before[row.id]
        if row.due_at == old.due_at:
            continue
        moved += 1
        event = LedgerEvent(LedgerKind.RECALCULATED, work.now)
        ledger.add_event(work.session, docket.id, row.id, event)
        audit.append(
            work,
            docket,
            Act.DEADLINE_RECALCULATED,
            name=row.name,
            due_before=old.due_at.isoformat(),
            due=row.due_at.isoformat(),
        )
    return moved


def _recompute(work: Work, docket: Docket) -> None:
    """Every timer of the case again by its rule, with what its ledger says."""
    schedule = clocks.schedule(work, docket)
    rows = ledger.unended(work.session, docket.id)
    past = clocks.Past(work, docket.id)

    def again(rule: TimerRule) -> DueDate:
        return schedule.explain(rule, past.events(rule))

    instants: dict[str, datetime] = {}
    for timer in clocks.live(work, docket):
        if timer.rule is not None:
            instants[timer.engine_id] = again(timer.rule).due_at
    for row in rows:
        if row.rule is not None and row.engine_id in instants:
            found = again(row.rule)
            ledger.change_deadline(
                work.session,
                row.id,
                due_at=found.due_at,
                warn_at=found.warn_at,
                provisional=found.provisional,
            )
    run = CaseRun.load(
        docket.definition, docket.state, docket.data, moves.environment(work, docket)
    )
    # A clock that goes on has its timers still; settling writes when the case wakes next.
    docket.wake_at = docket.wake_at or work.now
    moves.settle(work, docket, run.reschedule(instants))


# --- Reading ----------------------------------------------------------------------------------


def of_case(work: Work, case_id: int) -> tuple[DeadlineView, ...]:
    """Every clock the case ever had, with its ledger."""
    row = access.visible_case(work, case_id)
    ledgers = ledger.ledgers(work.session, case_id)
    return tuple(
        views.deadline(work, row, found, ledgers.get(found.id, ()))
        for found in ledger.deadlines_of(work.session, case_id)
    )


def explain(work: Work, deadline_id: int) -> DueExplanation:
    """Why a due date is what it is: every day counted or passed over, pauses, extensions."""
    found = ledger.deadline(work.session, deadline_id)
    if found is None:
        raise NotFound("no_such_deadline")
    row = access.visible_case(work, found.case_id)
    ledgers = ledger.ledgers(work.session, found.case_id)
    rule = found.rule or TimerRule(found.due_at)
    # Only what happened while this clock ran: later pauses of the case are not its own.
    events = clocks.Past(work, found.case_id).events(rule, found.ended_at)
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
    """The clock a case page shows first: the earliest that has not ended."""
    going = [row for row in rows if row.ended_at is None]
    return min(going, key=lambda row: row.due_at, default=None)
