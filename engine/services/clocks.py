"""The clocks of a case follow the engine: live timers, deadlines and their ledgers.

A deadline starts with its boundary timer. It is *met* when its activity is completed before the
instant, *missed* when the instant comes first, *cancelled* when something else ends the activity.
A missed deadline stays on the case until its activity ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from engine.actor import CLOCK
from engine.rules.deadlines import CountySchedule
from engine.services import audit, schedules
from engine.services.dockets import Docket
from engine.store import deadlines as ledger
from engine.store import pauses, timers
from engine.store.deadlines import DeadlineRow
from engine.store.pauses import PauseRow
from engine.store.timers import TimerRow
from engine.values.acts import Act
from engine.values.running import Outcome, PassedKind, Timer
from engine.values.timing import COUNTY_ZONE, LedgerEvent, LedgerKind, TimerRule
from engine.work import Work


@dataclass(frozen=True)
class Fired:
    """A timer whose instant came."""

    element: str
    name: str
    instant: datetime


def schedule(work: Work, docket: Docket) -> CountySchedule:
    """The calendar and the limits in force on the day the case started."""
    on = docket.started_at.astimezone(COUNTY_ZONE).date()
    return schedules.for_case(work, on, docket.sector or None)


def stopped_since(work: Work, docket: Docket) -> datetime | None:
    """The beginning of the latest stop that lasts: what began before it stands still."""
    if docket.paused_at is None:
        return None
    found = pauses.standing(work.session, docket.id)
    return max((one.paused_at for one in found), default=docket.paused_at)


def stands(begun: datetime | None, stopped: datetime | None) -> bool:
    """Whether a clock that began then stands still; of an unknown beginning it is assumed."""
    return stopped is not None and (begun is None or begun < stopped)


def follow(
    work: Work,
    docket: Docket,
    outcome: Outcome,
    before: Sequence[TimerRow],
    running: Sequence[DeadlineRow] | None = None,
) -> tuple[Fired, ...]:
    """Bring timers and deadlines in line with what the engine waits for; the timers that fired.

    ``running`` are the deadlines that have not ended, if they were read.
    """
    waiting = {timer.id for timer in outcome.timers}
    open_deadlines = ledger.unended(work.session, docket.id) if running is None else running
    fired = [row for row in before if row.engine_id not in waiting and row.instant <= work.now]
    _end(work, docket, open_deadlines, waiting, outcome)
    known = {row.engine_id: row for row in open_deadlines}
    for timer in outcome.timers:
        if not timer.deadline:
            continue
        row = known.get(timer.id)
        if row is None:
            _start(work, docket, timer)
        elif row.due_at != timer.instant:
            ledger.change_deadline(work.session, row.id, due_at=timer.instant)
    timers.replace(work.session, docket.id, before, outcome.timers)
    return tuple(Fired(row.element, row.name, row.instant) for row in fired)


def record_fired(work: Work, docket: Docket, fired: Iterable[Fired]) -> None:
    """The clock's own lines in the chain of the case, whoever's command found them due."""
    for timer in fired:
        audit.append_as(
            work,
            CLOCK,
            docket,
            Act.TIMER_FIRED,
            {"element": timer.element, "name": timer.name},
        )


def _start(work: Work, docket: Docket, timer: Timer) -> None:
    marks = {mark.element: mark for mark in docket.description.deadlines}
    mark = marks.get(timer.element)
    activity = mark.attached_to if mark is not None else timer.element
    drawn = docket.description.elements.get(activity)
    warn_at = None
    provisional = False
    started_at = work.now
    events: tuple[LedgerEvent, ...] = ()
    if timer.rule is not None:
        if timer.rule.begun < work.now:
            events = Past(work, docket.id).events(timer.rule)
        found = schedule(work, docket).explain(timer.rule, events)
        warn_at, provisional = found.warn_at, found.provisional
        started_at = timer.rule.since
    deadline_id = ledger.add_deadline(
        work.session,
        {
            "case_id": docket.id,
            "engine_id": timer.id,
            "element": timer.element,
            "name": drawn.name if drawn is not None and drawn.name else timer.name,
            "activity": activity,
            "limit_key": timer.rule.limit if timer.rule is not None else None,
            "rule": timer.rule,
            "started_at": started_at,
            "due_at": timer.instant,
            "warn_at": warn_at,
            "provisional": provisional,
            "status": ledger.PAUSED if timer.standing else ledger.RUNNING,
            # Entered a second time, the step does not get its extensions a second time.
            "extensions": sum(event.kind is LedgerKind.EXTENDED for event in events),
        },
    )
    for event in events:
        ledger.add_event(work.session, docket.id, deadline_id, event)


def _end(
    work: Work,
    docket: Docket,
    rows: Sequence[DeadlineRow],
    waiting: set[str],
    outcome: Outcome,
) -> None:
    for row in rows:
        if row.engine_id in waiting and not outcome.finished:
            continue
        kinds = {step.kind for step in outcome.passed if step.element == row.activity}
        done = PassedKind.COMPLETED in kinds
        ended = bool(kinds) or outcome.finished
        missed = row.due_at <= work.now and row.status != ledger.PAUSED
        if row.status == ledger.MISSED or missed:
            status = ledger.MISSED if done or not ended else ledger.LAPSED
        else:
            status, ended = ledger.MET if done else ledger.CANCELLED, True
        if (status, ended) == (row.status, False):
            continue
        docket.ended.append(row)
        ledger.change_deadline(
            work.session,
            row.id,
            status=status,
            ended_at=work.now if ended else None,
            engine_id=None if ended else row.engine_id,
        )
        if row.status != ledger.MISSED and status in (ledger.MISSED, ledger.LAPSED):
            audit.append_as(
                work,
                CLOCK,
                docket,
                Act.DEADLINE_MISSED,
                {"name": row.name, "element": row.activity, "due": row.due_at.isoformat()},
            )


class Past:
    """What happened to the clocks of a case so far, read when it is first asked for."""

    def __init__(self, work: Work, case_id: int) -> None:
        self._work = work
        self._case_id = case_id

    @cached_property
    def _pauses(self) -> list[PauseRow]:
        return pauses.of_case(self._work.session, self._case_id)

    @cached_property
    def _deadlines(self) -> list[DeadlineRow]:
        return ledger.deadlines_of(self._work.session, self._case_id)

    @cached_property
    def _ledgers(self) -> dict[int, tuple[LedgerEvent, ...]]:
        return ledger.ledgers(self._work.session, self._case_id)

    def events(self, rule: TimerRule, until: datetime | None = None) -> tuple[LedgerEvent, ...]:
        """What happened to the clock a rule is counted on.

        The stops of the case that came after the clock began (and before ``until``), those that
        overlap as one; and the extensions granted to the deadline of the same limit that started
        with it: the whole ladder moves with its deadline.
        """
        found: list[LedgerEvent] = []
        for pause in self._pauses:
            if pause.paused_at <= rule.begun or (until is not None and pause.paused_at >= until):
                continue
            ends = pause.resumed_at
            if ends is not None and until is not None and ends > until:
                ends = None
            _add_stop(found, pause, ends)
        return (*found, *self._extensions(rule))

    def _extensions(self, rule: TimerRule) -> tuple[LedgerEvent, ...]:
        for row in self._deadlines if rule.limit is not None else ():
            if row.rule is not None and (row.rule.limit, row.rule.since) == (
                rule.limit,
                rule.since,
            ):
                granted = tuple(
                    event
                    for event in self._ledgers.get(row.id, ())
                    if event.kind is LedgerKind.EXTENDED
                )
                if granted:
                    return granted
        return ()


def _add_stop(found: list[LedgerEvent], pause: PauseRow, ends: datetime | None) -> None:
    """Add a stop to those before it, which began no later; overlapping ones become one."""
    if found and found[-1].kind is LedgerKind.PAUSED:
        return
    if found and found[-1].at >= pause.paused_at:
        if ends is not None and ends <= found[-1].at:
            return
        found.pop()
    else:
        found.append(
            LedgerEvent(
                LedgerKind.PAUSED,
                pause.paused_at,
                document=pause.document,
                reason=pause.reason,
                approver=pause.approver,
            )
        )
    if ends is not None:
        found.append(
            LedgerEvent(
                LedgerKind.RESUMED,
                ends,
                document=pause.resume_document,
                reason=pause.resume_reason,
                approver=pause.resume_approver,
            )
        )


def corrections(
    work: Work, docket: Docket, outcome: Outcome, before: Sequence[TimerRow]
) -> dict[str, datetime]:
    """New timers counted from before now, whose clock has stood still or was extended meanwhile.

    The engine computes an instant from the calendar alone; only the ledger knows of the rest.
    """
    known = {row.engine_id for row in before}
    past = Past(work, docket.id)
    found: dict[str, datetime] = {}
    for timer in outcome.timers:
        if timer.id in known or timer.rule is None or timer.rule.begun >= work.now:
            continue
        events = past.events(timer.rule)
        if events:
            instant = schedule(work, docket).explain(timer.rule, events).due_at
            if instant != timer.instant:
                found[timer.id] = instant
    return found


def live(work: Work, docket: Docket) -> list[TimerRow]:
    """The timers the case waits for."""
    return timers.live(work.session, docket.id)
