"""In what the rows of one case differ from what the engine's state says.

The state is the truth, as long as its MAC holds; tasks, timers, deadlines and the columns of lists
follow it. Nothing here writes: :mod:`engine.services.repairs` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.services import clocks, moves
from engine.services.dockets import Docket
from engine.store import cases, dossiers, timers, upgrades
from engine.store import deadlines as ledger
from engine.store import tasks as task_store
from engine.store import verification as store
from engine.store.tasks import END_OF_TIME, TaskRow
from engine.store.timers import TimerRow
from engine.values.running import OpenTask, Outcome, Timer
from engine.values.verification import Difference, Kind
from engine.work import Work


@dataclass(frozen=True)
class Standing:
    """A case as its state says it stands, beside its rows."""

    work: Work
    docket: Docket
    outcome: Outcome

    @cached_property
    def tasks(self) -> list[TaskRow]:
        """The open task rows."""
        return task_store.open_of_case(self.work.session, self.docket.id)

    @cached_property
    def timers(self) -> list[TimerRow]:
        """The timer rows."""
        return timers.live(self.work.session, self.docket.id)

    @cached_property
    def deadlines(self) -> list[ledger.DeadlineRow]:
        """The rows of deadlines whose activity goes on."""
        return ledger.unended(self.work.session, self.docket.id)

    @cached_property
    def performers(self) -> dict[int, set[int]]:
        """The people who alone may take a task, by task."""
        return store.performers(self.work.session, self.docket.id)

    @cached_property
    def stopped(self) -> datetime | None:
        """Since when clocks stand still that began before."""
        return clocks.stopped_since(self.work, self.docket)

    def going(self, row: ledger.DeadlineRow) -> str:
        """Whether a deadline that has not ended runs or stands still."""
        begun = row.rule.begun if row.rule is not None else row.started_at
        return ledger.PAUSED if clocks.stands(begun, self.stopped) else ledger.RUNNING

    def paused(self, task: OpenTask, row: TaskRow) -> bool:
        """Whether a task stands still: with its deadline, or with the case."""
        begun = {
            one.id: one.rule.begun if one.rule is not None else one.started_at
            for one in self.deadlines
        }
        return clocks.stands(begun.get(row.deadline_id or 0, task.opened_at), self.stopped)

    def differs(
        self, kind: Kind, subject: str, expected: object = "", found: object = ""
    ) -> Difference:
        """A difference of this case."""
        return Difference(
            kind, self.docket.id, self.docket.number, subject, _told(expected), _told(found)
        )


def standing(work: Work, docket: Docket) -> Standing:
    """What the state says. Raises Broken when it cannot be read."""
    if not docket.running:
        return Standing(work, docket, Outcome(state=b"", data=docket.data, finished=True))
    return Standing(work, docket, moves.run(work, docket).outcome())


def of(case: Standing) -> Iterator[Difference]:
    """Everything in which the case differs, in the order a reader looks for it."""
    yield from _case(case)
    yield from _tasks(case)
    yield from _timers(case)
    yield from _deadlines(case)
    yield from _path(case)
    yield from _acts(case)


# --- The case's own columns -------------------------------------------------------------------


def wake_at(case: Standing) -> datetime | None:
    """When the clock must move the case next."""
    return case.outcome.wake_at


def messages(case: Standing) -> list[dict[str, Any]] | None:
    """The messages that wait, as the case's row keeps them."""
    return [asdict(message) for message in case.outcome.messages] or None


def _case(case: Standing) -> Iterator[Difference]:
    docket = case.docket
    wanted = wake_at(case)
    # After a failure the clock tries again later than the engine asked for.
    postponed = docket.failures > 0 and wanted is not None and docket.wake_at is not None
    if docket.wake_at != wanted and not postponed:
        yield case.differs(Kind.WAKE_DIFFERS, "wake_at", wanted, docket.wake_at)
    if _by_id(messages(case)) != _by_id(docket.messages):
        yield case.differs(
            Kind.MESSAGES_DIFFER, "messages", _ids(messages(case)), _ids(docket.messages)
        )
    known = dossiers.bodies_of(case.work.session, docket.id)
    if known != moves.taking_part(docket):
        yield case.differs(
            Kind.BODIES_DIFFER, "bodies", sorted(moves.taking_part(docket)), sorted(known)
        )
    if not docket.running:
        ended = docket.status in (cases.FINISHED, cases.CANCELLED)
        if not ended or docket.finished_at is None or docket.state or docket.paused_at:
            yield case.differs(Kind.NOT_ENDED, docket.status)


def _by_id(stored: list[dict[str, Any]] | None) -> dict[str, dict[str, Any]]:
    return {message["id"]: message for message in stored or ()}


def _ids(stored: list[dict[str, Any]] | None) -> list[str]:
    return sorted(message["element"] for message in stored or ())


# --- Rows that follow the engine --------------------------------------------------------------


def task_columns(case: Standing, task: OpenTask, row: TaskRow) -> dict[str, Any]:
    """The columns of an open task that follow from the state and the case."""
    docket = case.docket
    return {
        "element": task.element,
        "name": task.name,
        "role": task.role,
        "slot": task.body,
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "order_at": task.due_at or END_OF_TIME,
        "paused": case.paused(task, row),
        "local": dict(task.local) or None,
        "process_id": docket.process_id,
        "process_name": docket.process_name,
        "number": docket.number,
        "title": docket.title,
        "shown_body_id": docket.body_id,
        "shown_body": docket.body_name,
    }


#: Columns that tell what a case is about: named when they differ, never told.
_SECRET = frozenset({"title", "local"})


def _tasks(case: Standing) -> Iterator[Difference]:
    rows = {row.engine_id: row for row in case.tasks}
    for task in case.outcome.tasks:
        row = rows.pop(task.id, None)
        if row is None:
            yield case.differs(Kind.TASK_MISSING, task.element, task.id)
            continue
        for column, value in task_columns(case, task, row).items():
            found = getattr(row, column)
            if found != value:
                told = ("", "") if column in _SECRET else (value, found)
                yield case.differs(Kind.TASK_DIFFERS, f"{row.element}.{column}", *told)
        named = set(row.performers or ())
        if named != case.performers.get(row.id, set()) or row.restricted != bool(named):
            yield case.differs(
                Kind.PERFORMERS_DIFFER,
                row.element,
                sorted(named),
                sorted(case.performers.get(row.id, set())),
            )
    for row in rows.values():
        yield case.differs(Kind.TASK_SURPLUS, row.element, found=row.engine_id or "")


def timer_columns(timer: Timer) -> dict[str, Any]:
    """The columns of a timer that follow from the state."""
    return {
        "element": timer.element,
        "name": timer.name,
        "instant": timer.instant,
        "deadline": timer.deadline,
        "rule": timer.rule,
    }


def _timers(case: Standing) -> Iterator[Difference]:
    rows = {row.engine_id: row for row in case.timers}
    for timer in case.outcome.timers:
        row = rows.pop(timer.id, None)
        if row is None:
            yield case.differs(Kind.TIMER_MISSING, timer.element, timer.instant)
            continue
        for column, value in timer_columns(timer).items():
            if getattr(row, column) != value:
                subject = f"{row.element}.{column}"
                yield case.differs(Kind.TIMER_DIFFERS, subject, value, getattr(row, column))
    for row in rows.values():
        yield case.differs(Kind.TIMER_SURPLUS, row.element, found=row.instant)


def _deadlines(case: Standing) -> Iterator[Difference]:
    rows = {row.engine_id: row for row in case.deadlines if row.engine_id is not None}
    waiting = {timer.id for timer in case.outcome.timers}
    for timer in case.outcome.timers:
        if not timer.deadline:
            continue
        row = rows.get(timer.id)
        if row is None:
            yield case.differs(Kind.DEADLINE_MISSING, timer.element, timer.instant)
            continue
        if row.due_at != timer.instant:
            subject = f"{row.element}.due_at"
            yield case.differs(Kind.DEADLINE_DIFFERS, subject, timer.instant, row.due_at)
        going = case.going(row)
        if row.status in (ledger.RUNNING, ledger.PAUSED) and row.status != going:
            yield case.differs(Kind.DEADLINE_DIFFERS, f"{row.element}.status", going, row.status)
    for row in case.deadlines:
        # One that was missed stays until its activity ends.
        over = case.outcome.finished or row.status in (ledger.RUNNING, ledger.PAUSED)
        if over and row.engine_id not in waiting:
            yield case.differs(Kind.DEADLINE_SURPLUS, row.element, found=row.due_at)


# --- What happened ----------------------------------------------------------------------------


def _path(case: Standing) -> Iterator[Difference]:
    """Commands are numbered without a gap, and whoever is at a task has come by a flow."""
    numbers = store.numbers_of_steps(case.work.session, case.docket.id)
    wanted = list(range(1, case.docket.steps + 1))
    if numbers != wanted:
        yield case.differs(Kind.PATH_GAP, "passed", case.docket.steps, numbers)
        return
    taken: Counter[str] = Counter()
    for row in dossiers.steps_of(case.work.session, case.docket.id):
        for _, _, flows in row.steps:
            taken.update(flows)
    entering = _entering(case.docket)
    # Whoever was moved to another version stood there without having come by its flows.
    arrived = upgrades.arrived(case.work.session, case.docket.id)
    for element in dict.fromkeys(task.element for task in case.outcome.tasks):
        if element in arrived:
            continue
        ways = entering.get(element, ())
        if ways and not any(taken[flow] for flow in ways):
            yield case.differs(Kind.PATH_DIFFERS, element, ", ".join(ways))


def _entering(docket: Docket) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for process in docket.definition.models.values():
        for flow in process.flows:
            found.setdefault(flow.target, []).append(flow.id)
    return found


def _acts(case: Standing) -> Iterator[Difference]:
    """What the chain says was completed and mailed must be there, and nothing else."""
    by_rows, told = store.completions(case.work.session, case.docket.id)
    for element in sorted(by_rows.keys() | told.keys()):
        if by_rows.get(element, 0) != told.get(element, 0):
            yield case.differs(
                Kind.ACTS_DIFFER, element, told.get(element, 0), by_rows.get(element, 0)
            )
    queued, mailed = store.mails(case.work.session, case.docket.id)
    if queued < mailed:
        yield case.differs(Kind.MAIL_MISSING, "outbox", mailed, queued)


def _told(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)[:300]
