"""Returning (退回): a task goes back to an earlier step the procedure allows, with the reason.

The way back is what ``duban:task returns="…"`` draws; the engine withdraws what followed the step
and enters it anew (:mod:`engine.bpmn.returning`). The task comes to whoever did it last, if they
may still do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import Conflict, NotFound
from engine.services import (
    audit,
    definitions,
    deputies,
    discretion,
    duty,
    in_hand,
    moves,
    next_steps,
    notices,
)
from engine.services.dockets import Docket
from engine.services.duty import Door
from engine.services.in_hand import Hand
from engine.store import people
from engine.store import returns as store
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.tasks import TaskRow
from engine.values.acts import Act
from engine.values.notice_pages import Kind
from engine.values.people import ALLOWED, Verdict
from engine.values.process import Description, Element
from engine.values.task_pages import Completed, Returned
from engine.work import Work


def send_back(work: Work, task_id: int, element: str, reason: str) -> Completed:
    """Return a task to an earlier step.

    Raises Invalid for a missing reason, Forbidden with the reason it may not be returned, Conflict
    ``task_taken``, ``task_done``, ``task_cancelled``, ``not_a_step_back``.
    """
    reason = in_hand.text(reason)
    with in_hand.held(work, task_id) as hand:
        docket, task = hand.docket, hand.task
        in_hand.refuse_taken(work, task)
        duty.refuse(may_return(work, docket, task))
        discretion.refuse_text(work, docket, reason, "reason")
        if element not in {step.id for step in steps(work, docket, task)}:
            raise NotFound("no_such_step", element=element)
        deputies.begin(work, hand.for_id)
        me = in_hand.person(work)
        duty.require(work, docket, task, me, Door.CLAIM, for_id=hand.for_id)
        present = _move(work, hand, element, reason)
        return next_steps.after(work, docket, task.name, present)


def _move(work: Work, hand: Hand, element: str, reason: str) -> list[TaskRow]:
    docket, task = hand.docket, hand.task
    try:
        outcome = moves.run(work, docket).send_back(task.engine_id or "", element)
    except Conflict as error:
        if error.code != "task_not_open":
            raise
        raise Conflict("task_cancelled", task=task.name) from error
    known = {row.id for row in hand.open}
    present = moves.settle(work, docket, outcome, None, hand.open)
    docket.undo = (None,)
    audit.append(
        work,
        docket,
        Act.TASK_RETURNED,
        task=task.name,
        element=task.element,
        to=docket.description.elements[element].name or element,
        reason=" ".join(reason.split()),
    )
    anew = [row for row in present if row.id not in known and row.element == element]
    store.add(
        work.session,
        case_id=docket.id,
        task_id=task.id,
        source=task.element,
        target=element,
        reason=reason,
        person_id=in_hand.person(work),
        at=work.now,
        again_id=anew[0].id if anew else None,
    )
    held = [_given(work, docket, row) for row in anew]
    to_tell = {row.assignee_id for row in held if row.assignee_id is not None}
    for row in held[:1]:
        notices.tell(work, docket, Kind.TASK, "task_returned", sorted(to_tell), task=row)
    others = [row for row in present if row not in anew]
    return [*others, *held]


def _given(work: Work, docket: Docket, task: TaskRow) -> TaskRow:
    """The step that opened anew, in the hands of whoever did it last if they still may."""
    if task.assignee_id is not None:
        return task
    last = _last_doer(work, docket.id, task.element)
    if last is None or not duty.verdict(work, docket, task, last, Door.REASSIGN):
        return task
    task_store.change(work.session, task.id, assignee_id=last, claimed_at=work.now)
    return replace(task, assignee_id=last, claimed_at=work.now)


def _last_doer(work: Work, case_id: int, element: str) -> int | None:
    done = [row for row in task_store.history(work.session, case_id) if row[0] == element]
    return done[-1][1] if done else None


def may_return(work: Work, row: CaseRow, task: TaskRow) -> Verdict:
    """Whether the reader may return the task, or why not."""
    form = _description(work, row).forms[task.element]
    if not form.returns:
        return Verdict(False, "no_return_drawn")
    if not in_hand.is_for(work, task):
        return Verdict(False, "task_not_yours")
    return ALLOWED if steps(work, row, task) else Verdict(False, "no_step_passed")


def steps(work: Work, row: CaseRow, task: TaskRow) -> tuple[Element, ...]:
    """The steps the task may be returned to: drawn, and completed in this case before."""
    description = _description(work, row)
    done = {element for element, *_ in task_store.history(work.session, row.id)}
    return tuple(
        description.elements[element]
        for element in description.forms[task.element].returns
        if element in done and element in description.elements
    )


def latest(work: Work, row: CaseRow, task: TaskRow) -> Returned | None:
    """Why a step is to be done again: the last return to it that led to this very task."""
    found = [one for one in store.of_case(work.session, row.id) if one.again_id == task.id]
    return _told(work, row, found)[0] if found else None


def of_case(work: Work, row: CaseRow) -> tuple[Returned, ...]:
    """Every return of a case, oldest first."""
    return _told(work, row, store.of_case(work.session, row.id))


def _description(work: Work, row: CaseRow) -> Description:
    return definitions.load(work, row.definition_id).description


def _told(work: Work, case: CaseRow, rows: Sequence[store.ReturnRow]) -> tuple[Returned, ...]:
    description = _description(work, case)
    veil = discretion.veil(work, case)
    names = people.names_of_people(work.session, {one.person_id for one in rows})

    def name(element: str) -> str:
        known = description.elements.get(element)
        return known.name if known is not None and known.name else element

    return tuple(
        Returned(name(one.source), name(one.target), names.get(one.person_id, ""), one.at,
                 veil(one.reason))
        for one in rows
    )  # fmt: skip
