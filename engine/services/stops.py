"""Stopping the clocks of a case (中止) and letting them go on (恢复).

A stop is a ground of its own: its document, its reason, who approved it. It holds every clock that
began before it; what begins while it lasts, such as the period for completing material, runs. The
clocks go on when the last ground that holds them has ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.errors import Conflict
from engine.services import audit, clocks, recounts
from engine.services.dockets import Docket
from engine.store import deadlines as ledger
from engine.store import pauses
from engine.store import tasks as task_store
from engine.store.pauses import PauseRow
from engine.values.acts import Act
from engine.values.running import Json
from engine.values.timing import LedgerEvent, LedgerKind
from engine.work import Work


@dataclass(frozen=True)
class Ground:
    """Why the clocks stop: the paper that says so, in words what happened, who approved it."""

    document: str = ""
    reason: str = ""
    approver: str = ""
    #: The case by which it was asked for, if it was not this case's own diagram.
    origin: int | None = None


def pause(work: Work, docket: Docket, ground: Ground) -> Json:
    """Stop every clock of the case that is going."""
    ground_id = pauses.add(
        work.session,
        docket.id,
        work.now,
        document=ground.document,
        reason=ground.reason,
        approver=ground.approver,
        origin=ground.origin,
    )
    docket.paused_at = docket.paused_at or work.now
    _align(work, docket, ground)
    audit.append(
        work,
        docket,
        Act.CLOCK_PAUSED,
        document=ground.document,
        reason=ground.reason,
        **({"approver": ground.approver} if ground.approver else {}),
    )
    return {"paused_at": work.now.isoformat(), "ground": ground_id}


def resume(work: Work, docket: Docket, ending: Ground, ground_id: int | None = None) -> Json:
    """End a ground: the one named, else the latest of the same origin; nothing if there is none.

    Clocks no other ground holds go on with exactly what was left. Raises Conflict
    ``pause_over`` for a named ground that has ended.
    """
    standing = pauses.standing(work.session, docket.id)
    found = [
        one
        for one in standing
        if (one.id == ground_id if ground_id is not None else one.origin == ending.origin)
    ]
    if not found:
        if ground_id is not None:
            raise Conflict("pause_over")
        return {}
    ended = found[-1]
    pauses.end(
        work.session,
        ended.id,
        work.now,
        document=ending.document,
        reason=ending.reason,
        approver=ending.approver,
    )
    left = [one for one in standing if one.id != ended.id]
    docket.paused_at = min((one.paused_at for one in left), default=None)
    _align(work, docket, ending)
    audit.append(
        work,
        docket,
        Act.CLOCK_RESUMED,
        document=ending.document,
        days=(work.now - ended.paused_at).days,
        **({"left": len(left)} if left else {}),
        **({"approver": ending.approver} if ending.approver else {}),
    )
    recounts.recompute(work, docket)
    return {"resumed_at": work.now.isoformat(), "left": len(left)}


def standing(work: Work, case_id: int) -> Sequence[PauseRow]:
    """The grounds that hold clocks of the case now."""
    return pauses.standing(work.session, case_id)


def _align(work: Work, docket: Docket, ground: Ground) -> None:
    """Deadlines, tasks and the next waking follow what stands still now and what runs."""
    stopped = clocks.stopped_since(work, docket)
    rows = ledger.unended(work.session, docket.id)
    for row in rows:
        still = clocks.stands(row.rule.begun if row.rule else row.started_at, stopped)
        if row.status == ledger.RUNNING and still:
            _note(work, docket, row.id, LedgerKind.PAUSED, ground)
            ledger.change_deadline(work.session, row.id, status=ledger.PAUSED)
        elif row.status == ledger.PAUSED and not still:
            _note(work, docket, row.id, LedgerKind.RESUMED, ground)
            ledger.change_deadline(work.session, row.id, status=ledger.RUNNING)
    begun = {row.id: row.rule.begun if row.rule else row.started_at for row in rows}
    for task in task_store.open_of_case(work.session, docket.id):
        still = clocks.stands(begun.get(task.deadline_id or 0, task.opened_at), stopped)
        if still != task.paused:
            task_store.change(work.session, task.id, paused=still)
    docket.wake_at = _wake_at(work, docket, stopped)


def _note(work: Work, docket: Docket, row_id: int, kind: LedgerKind, ground: Ground) -> None:
    event = LedgerEvent(kind, work.now, None, ground.document, ground.reason, ground.approver)
    ledger.add_event(work.session, docket.id, row_id, event)


def _wake_at(work: Work, docket: Docket, stopped: datetime | None) -> datetime | None:
    """The earliest timer that runs."""
    return min(
        (
            timer.instant
            for timer in clocks.live(work, docket)
            if not clocks.stands(timer.rule.begun if timer.rule else None, stopped)
        ),
        default=None,
    )
