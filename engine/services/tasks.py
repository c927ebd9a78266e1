"""Tasks: take, give back, hand over, keep a draft, complete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from engine import metrics
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.rules.permissions import LEADERS
from engine.services import access, audit, dockets, duty, entry, moves, next_steps, task_pages
from engine.services.dockets import Docket
from engine.services.duty import Door
from engine.store import drafts, people
from engine.store import tasks as store
from engine.store.tasks import TaskRow
from engine.values.acts import Act
from engine.values.pages import Raw
from engine.values.people import Verdict
from engine.values.task_pages import Completed, DraftSaved, TaskPage
from engine.work import Work


def page(work: Work, task_id: int) -> TaskPage:
    """All that a person needs to decide a task. Raises NotFound ``no_such_task``."""
    return task_pages.page(work, _seen(work, task_id))


def claim(work: Work, task_id: int) -> None:
    """Take a task from the pool.

    Raises Forbidden with the rule that stands against it, Conflict ``task_taken``, ``task_done``,
    ``task_cancelled``.
    """
    with _held(work, task_id) as hand:
        docket, task = hand.docket, hand.task
        if task.assignee_id == work.actor.person_id:
            return
        _refuse_taken(work, task)
        task = _taken(work, docket, task)
        store.change(
            work.session, task.id, assignee_id=task.assignee_id, claimed_at=task.claimed_at
        )
        audit.append(work, docket, Act.TASK_CLAIMED, task=task.name, element=task.element)


def unclaim(work: Work, task_id: int, reason: str) -> None:
    """Give a task back to the pool; a draft stays with its author."""
    reason = _reason(reason)
    with _held(work, task_id) as hand:
        docket, task = hand.docket, hand.task
        verdict = may_release(work, task)
        if not verdict:
            raise Forbidden(verdict.code, **verdict.facts)
        store.change(work.session, task.id, assignee_id=None, claimed_at=None)
        audit.append(
            work,
            docket,
            Act.TASK_RELEASED,
            task=task.name,
            element=task.element,
            reason=reason,
        )


def reassign(work: Work, task_id: int, person_id: int, reason: str) -> None:
    """Hand a task to somebody else, who must be free to act on it (R1–R14)."""
    reason = _reason(reason)
    with _held(work, task_id) as hand:
        docket, task = hand.docket, hand.task
        verdict = may_hand_over(work, task)
        if not verdict:
            raise Forbidden(verdict.code, **verdict.facts)
        duty.require(work, docket, task, person_id, Door.REASSIGN)
        store.change(work.session, task.id, assignee_id=person_id, claimed_at=work.now)
        names = people.names_of_people(work.session, [person_id])
        audit.append(
            work,
            docket,
            Act.TASK_REASSIGNED,
            task=task.name,
            element=task.element,
            to=names.get(person_id, ""),
            reason=reason,
        )


def save_draft(work: Work, task_id: int, raw: Raw) -> DraftSaved:
    """Keep what was typed. Never refuses its author: text also survives a task that was lost."""
    task = _seen(work, task_id)
    kept = {key: texts for key, texts in entry.clean(raw).items() if not key.startswith("_")}
    kept.pop("csrf_token", None)
    if work.actor.person_id is None:
        raise Forbidden("people_only")
    drafts.save(work.session, work.actor.person_id, place_of(task_id), task.case_id, kept, work.now)
    row = access.visible_case(work, task.case_id)
    place = task_pages.place(work, row, task)
    return DraftSaved(work.now, entry.visible_ids(work, place, kept))


def complete(work: Work, task_id: int, raw: Raw, revision: int | None = None) -> Completed:
    """Complete a task with what was entered.

    Raises Invalid with an error per field, Forbidden with the rule, Conflict ``task_done``,
    ``task_cancelled``, ``task_taken``, ``case_moved`` when the page the text was typed on is stale.
    """
    with _held(work, task_id) as hand:
        docket, task = hand.docket, hand.task
        # 1. Is it still there, and is it this person's to complete?
        if task.assignee_id != work.actor.person_id:
            _refuse_taken(work, task)
            task = _taken(work, docket, task)
        if revision is not None and revision != task_pages.revision_of(docket, hand.task):
            raise Conflict("case_moved")
        # 2. What was entered.
        place = task_pages.place(work, docket, task)
        values = entry.parse(work, place, raw)
        # 3. The rules once more, now with the people named in the values.
        duty.require(work, docket, task, _person(work), Door.COMPLETE, values=values)
        entry.bind_files(work, place, docket, values)
        # 4. The engine moves; everything it decided is written.
        try:
            outcome = moves.run(work, docket).complete(task.engine_id or "", values)
        except Conflict as error:
            # A timer that ends the right to act was due before this completion.
            raise Conflict("task_cancelled", task=task.name) from error
        present = moves.settle(work, docket, outcome, moves.Done(task, values), hand.open)
        drafts.drop(work.session, _person(work), place_of(task_id))
        _measure(work, docket, task)
        return next_steps.after(work, docket, task.name, present)


def _measure(work: Work, docket: Docket, task: TaskRow) -> None:
    where = (docket.process_id, task.element)
    work.measure(metrics.COMPLETIONS, *where)
    work.time(metrics.COMPLETION_SECONDS, *where)
    waited = (work.now - task.opened_at).total_seconds()
    work.measure(metrics.TASK_OPEN_SECONDS, *where, value=waited)


def place_of(task_id: int) -> str:
    """The key of a task's drafts."""
    return f"task:{task_id}"


def may_release(work: Work, task: TaskRow) -> Verdict:
    """Whether the reader may give the task back."""
    if task.assignee_id != work.actor.person_id or task.assignee_id is None:
        return Verdict(False, "task_not_yours")
    if task.performers == [work.actor.person_id]:
        return Verdict(False, "named_alone")
    return Verdict(True)


def may_hand_over(work: Work, task: TaskRow) -> Verdict:
    """Whether the reader may give the task to somebody else: its holder, or who leads the body."""
    if task.assignee_id is not None and task.assignee_id == work.actor.person_id:
        return Verdict(True)
    if task.body_id is not None and any(work.actor.holds(role, task.body_id) for role in LEADERS):
        return Verdict(True)
    return Verdict(False, "not_yours_to_hand_over")


# --- Refusals ---------------------------------------------------------------------------------


def _seen(work: Work, task_id: int) -> TaskRow:
    task = store.get(work.session, task_id)
    if task is None:
        raise NotFound("no_such_task", task=task_id)
    access.visible_case(work, task.case_id)
    return task


@dataclass
class _Hand:
    """A task in hand: its case locked, and what is open in it."""

    docket: Docket
    task: TaskRow
    open: list[TaskRow]


@contextmanager
def _held(work: Work, task_id: int) -> Iterator[_Hand]:
    """The case locked, then its tasks as they are now; nobody learns of one they may not see."""
    with dockets.held_for_task(work, task_id) as docket:
        rows = store.open_of_case(work.session, docket.id)
        found = [row for row in rows if row.id == task_id]
        theirs = bool(found) and _is_for(work, found[0])
        if not theirs and not access.may_see(work, docket):
            raise NotFound("no_such_task", task=task_id)
        if not found:
            raise _closed(work, task_id)
        yield _Hand(docket, found[0], rows)


def _is_for(work: Work, task: TaskRow) -> bool:
    """Whether the task is the reader's, or waits where they hold its role."""
    if task.assignee_id is not None:
        return task.assignee_id == work.actor.person_id
    return (
        not task.restricted
        and task.body_id is not None
        and work.actor.holds(task.role, task.body_id)
    )


def _closed(work: Work, task_id: int) -> Conflict:
    """Why a task is no longer open."""
    task = store.get(work.session, task_id)
    if task is None or task.status != store.COMPLETED:
        return Conflict("task_cancelled", task=task.name if task is not None else "")
    names = people.names_of_people(work.session, [task.completed_by or 0])
    return Conflict(
        "task_done",
        task=task.name,
        by=names.get(task.completed_by or 0, ""),
        at=task.completed_at,
    )


def _refuse_taken(work: Work, task: TaskRow) -> None:
    if task.assignee_id is not None:
        names = people.names_of_people(work.session, [task.assignee_id])
        raise Conflict("task_taken", task=task.name, by=names.get(task.assignee_id, ""))


def _taken(work: Work, docket: Docket, task: TaskRow) -> TaskRow:
    """The task as the reader's own, if no rule stands against it; not written yet.

    Taken and completed at once is one act: the completion says who.
    """
    duty.require(work, docket, task, _person(work), Door.CLAIM)
    return replace(task, assignee_id=_person(work), claimed_at=work.now)


def _person(work: Work) -> int:
    if work.actor.person_id is None:
        raise Forbidden("people_only")
    return work.actor.person_id


def _reason(text: str) -> str:
    reason = " ".join(text.split())[:1000]
    if not reason:
        raise Invalid(fields={"reason": Invalid("required")})
    return reason
