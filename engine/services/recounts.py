"""Counting the clocks of a case again: after a stop, an extension, a change of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.bpmn.runtime import CaseRun
from engine.services import audit, clocks, moves
from engine.services.dockets import Docket
from engine.store import deadlines as ledger
from engine.store.deadlines import DeadlineRow
from engine.values.acts import Act
from engine.values.timing import DueDate, LedgerEvent, LedgerKind, TimerRule
from engine.work import Work


@dataclass(frozen=True)
class Moved:
    """A deadline whose date is another one now."""

    row: DeadlineRow
    before: datetime
    due: datetime
    #: Only what the page says of it changed: the warning, or whether it is provisional.
    shown_only: bool = False


class _Count:
    """The clocks of a case as they must stand, worked out without changing anything."""

    def __init__(self, work: Work, docket: Docket) -> None:
        schedule = clocks.schedule(work, docket)
        self.past = clocks.Past(work, docket.id)
        self.schedule = schedule
        self.live = clocks.live(work, docket)
        self.instants = {
            timer.engine_id: self.explain(timer.rule).due_at
            for timer in self.live
            if timer.rule is not None
        }
        self.rows: dict[int, tuple[DeadlineRow, DueDate]] = {}
        for row in ledger.unended(work.session, docket.id):
            if row.rule is not None and row.engine_id in self.instants:
                self.rows[row.id] = (row, self.explain(row.rule))

    def explain(self, rule: TimerRule) -> DueDate:
        """The date of a rule, with what happened to its clock."""
        return self.schedule.explain(rule, self.past.events(rule))

    def moved(self) -> list[Moved]:
        """The deadlines that are not as they must be."""
        return [
            Moved(row, row.due_at, found.due_at, row.due_at == found.due_at)
            for row, found in self.rows.values()
            if (row.due_at, row.warn_at, row.provisional)
            != (found.due_at, found.warn_at, found.provisional)
        ]

    def settled(self) -> bool:
        """Whether timers and deadlines are as they must be already."""
        return not self.moved() and all(
            self.instants.get(timer.engine_id, timer.instant) == timer.instant
            for timer in self.live
        )


def recompute(work: Work, docket: Docket) -> None:
    """Every timer of the case again by its rule, with what its ledger says."""
    _write(work, docket, _Count(work, docket), _run(work, docket), {})


def recompute_and_remind(work: Work, docket: Docket) -> None:
    """The same after a date was moved on: a reminder sent for the earlier date is due once more."""
    count, run = _Count(work, docket), _run(work, docket)
    _write(work, docket, count, run, _again(work, count, run))


def recalculate(work: Work, docket: Docket) -> list[Moved]:
    """Count every running deadline again on the present calendar; those that moved.

    Each has a line in its ledger and in the chain of the case.
    """
    count = _Count(work, docket)
    if count.settled():
        return []
    moved = count.moved()
    run = _run(work, docket)
    _write(work, docket, count, run, _again(work, count, run))
    for one in moved:
        if one.shown_only:
            continue
        ledger.add_event(
            work.session, docket.id, one.row.id, LedgerEvent(LedgerKind.RECALCULATED, work.now)
        )
        audit.append(
            work,
            docket,
            Act.DEADLINE_RECALCULATED,
            name=one.row.name,
            due_before=one.before.isoformat(),
            due=one.due.isoformat(),
        )
    return [one for one in moved if not one.shown_only]


def concerned(work: Work, docket: Docket) -> bool:
    """Whether counting again would change anything in the case."""
    return not _Count(work, docket).settled()


def _run(work: Work, docket: Docket) -> CaseRun:
    return CaseRun.load(
        docket.definition, docket.state, docket.data, moves.environment(work, docket)
    )


def _again(work: Work, count: _Count, run: CaseRun) -> dict[str, datetime]:
    """Rungs that were climbed for an earlier date and lie ahead of the new one."""
    found = {
        timer.id: count.explain(timer.rule).due_at
        for timer in run.reached()
        if timer.rule is not None
    }
    return {identity: at for identity, at in found.items() if at > work.now}


def _write(
    work: Work, docket: Docket, count: _Count, run: CaseRun, again: Mapping[str, datetime]
) -> None:
    for row, found in count.rows.values():
        ledger.change_deadline(
            work.session,
            row.id,
            due_at=found.due_at,
            warn_at=found.warn_at,
            provisional=found.provisional,
        )
    # A clock that goes on has its timers still; settling writes when the case wakes next.
    docket.wake_at = docket.wake_at or work.now
    moves.settle(work, docket, run.reschedule(count.instants, again))
