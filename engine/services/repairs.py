"""Rows written anew from the engine's state, under the case's lock and on its record.

Only what follows from the state is written: the state, the case file, the chain, files and what
people did are never touched. A case whose state does not bear its MAC is left alone.
"""

from __future__ import annotations

from engine.errors import Forbidden
from engine.services import audit, clocks, differences, dockets, moves, worklist
from engine.services.differences import Standing
from engine.services.dockets import Docket
from engine.store import deadlines as ledger
from engine.store import dossiers, timers
from engine.store import tasks as task_store
from engine.store import verification as store
from engine.values.acts import Act
from engine.values.verification import Difference
from engine.work import Work


def repair(work: Work, case_id: int) -> tuple[Difference, ...]:
    """Make the rows of a case what its state says; what was put right.

    Administrators and the console only. Raises Broken when the state cannot be relied on.
    """
    if not work.actor.administrator:
        raise Forbidden("administrator_only")
    with dockets.held(work, case_id) as docket:
        before = differences.standing(work, docket)
        wrong = [one for one in differences.of(before) if one.repairable]
        if not wrong:
            return ()
        _case(work, docket, before)
        _clocks(work, docket, before)
        _tasks(work, docket, before)
        after = list(differences.of(differences.standing(work, docket)))
        mended = tuple(one for one in wrong if one not in after)
        audit.append(
            work,
            docket,
            Act.ROWS_REPAIRED,
            rows=len(mended),
            kinds=sorted({one.kind.value for one in mended}),
            elements=sorted({one.subject for one in mended})[:20],
        )
    return mended


def conform(work: Work, docket: Docket) -> None:
    """Make the rows of a case whose state was just written what the state says."""
    found = differences.standing(work, docket)
    _case(work, docket, found)
    _clocks(work, docket, found)
    _tasks(work, docket, found)


def _case(work: Work, docket: Docket, found: Standing) -> None:
    docket.messages = differences.messages(found)
    # A case the clock failed to move keeps the time of the next attempt.
    if not (docket.failures and docket.wake_at and differences.wake_at(found)):
        docket.wake_at = differences.wake_at(found)
    wanted = moves.taking_part(docket)
    if dossiers.bodies_of(work.session, docket.id) != wanted:
        dossiers.set_bodies(work.session, docket.id, wanted)


def _clocks(work: Work, docket: Docket, found: Standing) -> None:
    clocks.follow(work, docket, found.outcome, found.timers)
    wanted = {timer.id: timer for timer in found.outcome.timers}
    for row in timers.live(work.session, docket.id):
        columns = differences.timer_columns(wanted[row.engine_id])
        if any(getattr(row, column) != value for column, value in columns.items()):
            store.change_timer(work.session, row.id, columns)
    for deadline in ledger.unended(work.session, docket.id):
        going = found.going(deadline)
        if deadline.status in (ledger.RUNNING, ledger.PAUSED) and deadline.status != going:
            ledger.change_deadline(work.session, deadline.id, status=going)


def _tasks(work: Work, docket: Docket, found: Standing) -> None:
    present = worklist.follow(work, docket, found.outcome, None)
    wanted = {task.id: task for task in found.outcome.tasks}
    # The deadlines are as they must be by now: tasks stand still with them.
    found = Standing(work, docket, found.outcome)
    named = store.performers(work.session, docket.id)
    for row in present:
        columns = differences.task_columns(found, wanted[row.engine_id or ""], row)
        people = set(row.performers or ())
        columns["restricted"] = bool(people)
        changed = {
            column: value for column, value in columns.items() if getattr(row, column) != value
        }
        if changed:
            task_store.change(work.session, row.id, **changed)
        if named.get(row.id, set()) != people:
            store.set_performers(work.session, docket.id, row.id, people)
