"""Task rows follow the engine: opened, dated, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.services import clocks, duty
from engine.services.dockets import Docket
from engine.store import deadlines as ledger
from engine.store import tasks
from engine.store.tasks import END_OF_TIME, TaskRow
from engine.values.running import CaseFile, Json, OpenTask, Outcome
from engine.work import Work

if TYPE_CHECKING:
    from engine.services.moves import Done


def follow(
    work: Work,
    docket: Docket,
    outcome: Outcome,
    done: Done | None,
    read: Sequence[TaskRow] | None = None,
) -> list[TaskRow]:
    """Open what became open, move due dates, close what is no longer open; what is open now."""
    if read is None:
        read = tasks.open_of_case(work.session, docket.id)
    stored = {row.engine_id: row for row in read}
    wanted = {task.id: task for task in outcome.tasks}
    dates = _Dates(work, docket, outcome)
    _close(work, [row for key, row in stored.items() if key not in wanted], done)
    present: list[TaskRow] = []
    for key, task in wanted.items():
        row = stored.get(key)
        if row is None:
            row = _open(work, docket, task, dates)
        elif task.due_at != row.due_at:
            moved = dates.of(task)
            tasks.change(work.session, row.id, **moved)
            row = replace(row, **moved)
        present.append(row)
    for task in outcome.tasks:
        stage = docket.description.forms[task.element].stage
        if stage:
            docket.stage = stage
    return present


def rename(work: Work, docket: Docket) -> None:
    """Open tasks show the case's present title and body."""
    tasks.rename(work.session, docket.id, docket.title, docket.body_id, docket.body_name)


class _Dates:
    """Due dates of tasks with the deadlines they come from, read at most once per move."""

    def __init__(self, work: Work, docket: Docket, outcome: Outcome) -> None:
        self._work = work
        self._docket = docket
        self._timers = outcome.timers
        self._known: tuple[list[ledger.DeadlineRow], dict[str, list[ledger.DeadlineRow]]] | None = (
            None
        )

    def of(self, task: OpenTask) -> dict[str, Any]:
        """The columns that date a task."""
        if task.due_at is None:
            return {
                "due_at": None,
                "warn_at": None,
                "order_at": END_OF_TIME,
                "deadline_id": None,
            }
        found = self.deadline(task)
        return {
            "due_at": task.due_at,
            "warn_at": found.warn_at if found is not None else None,
            "order_at": task.due_at,
            "deadline_id": found.id if found is not None else None,
        }

    def deadline(self, task: OpenTask) -> ledger.DeadlineRow | None:
        """The deadline a task is dated by."""
        if task.due_at is None:
            return None
        rows, by_task = self._read()
        # Its own clock and that of the phase around it are both attached to it; several steps
        # may be due on one day. The clock must be its own, whatever day it shows.
        near = [row for row in by_task.get(task.id, ()) if row.due_at == task.due_at]
        same = near or [row for row in rows if row.due_at == task.due_at]
        own = [row for row in same if row.activity == task.element]
        return next(iter([*own, *reversed(same)]), None)

    def _read(self) -> tuple[list[ledger.DeadlineRow], dict[str, list[ledger.DeadlineRow]]]:
        if self._known is None:
            rows = ledger.unended(self._work.session, self._docket.id)
            by_engine_id = {row.engine_id: row for row in rows}
            by_task: dict[str, list[ledger.DeadlineRow]] = {}
            for timer in self._timers:
                if timer.deadline and timer.id in by_engine_id:
                    for task_id in timer.attached_to:
                        by_task.setdefault(task_id, []).append(by_engine_id[timer.id])
            self._known = (rows, by_task)
        return self._known


def _close(work: Work, gone: list[TaskRow], done: Done | None) -> None:
    for row in gone:
        how: dict[str, object] = {"status": tasks.CANCELLED, "completed_at": work.now}
        if done is not None and row.id == done.task.id:
            how = {
                "status": tasks.COMPLETED,
                # Who completed it had it: one of the two says so.
                "assignee_id": None,
                "claimed_at": None,
                "completed_at": work.now,
                "completed_by": work.actor.person_id,
                "acting_for": done.for_id,
                "values": dict(done.values),
            }
        tasks.close(work.session, row.id, restricted=row.restricted, how=how)


def _open(work: Work, docket: Docket, task: OpenTask, dates: _Dates) -> TaskRow:
    form = docket.form(task.element)
    performers = named_people(form.performer, task.local, docket.data)
    values = {
        "case_id": docket.id,
        "engine_id": task.id,
        "element": task.element,
        "name": task.name,
        "role": task.role,
        "slot": task.body,
        "body_id": docket.slots.get(task.body),
        "performers": performers,
        "restricted": performers is not None,
        "assignee_id": None,
        "opened_at": task.opened_at,
        "paused": _stands(work, docket, task, dates),
        "process_id": docket.process_id,
        "process_name": docket.process_name,
        "number": docket.number,
        "title": docket.title,
        "shown_body_id": docket.body_id,
        "shown_body": docket.body_name,
        "local": dict(task.local) or None,
        **dates.of(task),
    }
    opened = tasks.add(work.session, values)
    if performers is None or len(performers) != 1:
        return opened
    if not duty.verdict(work, docket, opened, performers[0], duty.Door.OPEN):
        return opened
    # Named alone, and free to act: it is that person's without having to be taken.
    held: dict[str, Any] = {"assignee_id": performers[0], "claimed_at": work.now}
    tasks.change(work.session, opened.id, **held)
    return replace(opened, **held)


def _stands(work: Work, docket: Docket, task: OpenTask, dates: _Dates) -> bool:
    """Whether the clock of a task that opens stands still; one with no clock has just begun."""
    stopped = clocks.stopped_since(work, docket)
    if stopped is None:
        return False
    found = dates.deadline(task)
    begun = task.opened_at
    if found is not None:
        begun = found.rule.begun if found.rule is not None else found.started_at
    return clocks.stands(begun, stopped)


def named_people(field_id: str, local: Mapping[str, Json], data: CaseFile) -> list[int] | None:
    """The people a performer field names; ``None`` when there is no such field or nobody in it."""
    if not field_id:
        return None
    value = local.get(field_id, data.get(field_id))
    found = value if isinstance(value, list) else [value]
    people = sorted({one for one in found if isinstance(one, int) and not isinstance(one, bool)})
    return people or None
