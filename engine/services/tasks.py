"""Tasks: take, give back, hand over, keep a draft, complete."""

from __future__ import annotations

from dataclasses import replace

from engine import metrics
from engine.errors import Conflict, Forbidden
from engine.services import (
    access,
    audit,
    deputies,
    discretion,
    duty,
    entry,
    in_hand,
    leaders,
    moves,
    next_steps,
    notices,
    take_backs,
    task_pages,
)
from engine.services.dockets import Docket
from engine.services.duty import Door
from engine.services.in_hand import Hand
from engine.services.notices import Kind
from engine.store import drafts, people
from engine.store import tasks as store
from engine.store.tasks import TaskRow
from engine.values.acts import Act
from engine.values.pages import Raw
from engine.values.people import ALLOWED, Verdict
from engine.values.task_pages import Completed, DraftSaved, TaskPage
from engine.work import Work


def page(work: Work, task_id: int) -> TaskPage:
    """All that a person needs to decide a task. Raises NotFound ``no_such_task``."""
    return task_pages.page(work, in_hand.seen(work, task_id))


def mark_seen(work: Work, task_id: int) -> None:
    """The reader has opened a task they hold: it is unread no more. Nothing else changes."""
    store.mark_seen(work.session, task_id, in_hand.person(work))


def claim(work: Work, task_id: int) -> None:
    """Take a task from the pool.

    Raises Forbidden with the rule that stands against it, Conflict ``task_taken``, ``task_done``,
    ``task_cancelled``.
    """
    with in_hand.held(work, task_id) as hand:
        if hand.task.assignee_id == work.actor.person_id:
            return
        in_hand.refuse_taken(work, hand.task)
        task = _taken(work, hand)
        store.change(
            work.session,
            task.id,
            assignee_id=task.assignee_id,
            claimed_at=task.claimed_at,
            acting_for=task.acting_for,
            seen_by=task.assignee_id,
        )
        audit.append(work, hand.docket, Act.TASK_CLAIMED, task=task.name, element=task.element)


def unclaim(work: Work, task_id: int, reason: str) -> None:
    """Give a task back to the pool; a draft stays with its author."""
    reason = in_hand.reason(reason)
    with in_hand.held(work, task_id) as hand:
        docket, task = hand.docket, hand.task
        duty.refuse(may_release(work, task))
        discretion.refuse_text(work, docket, reason, "reason")
        _stand_in_if_still_allowed(work, hand)
        store.change(work.session, task.id, assignee_id=None, claimed_at=None, acting_for=None)
        audit.append(
            work,
            docket,
            Act.TASK_RELEASED,
            task=task.name,
            element=task.element,
            reason=reason,
        )


def reassign(
    work: Work, task_id: int, person_id: int, reason: str, door: Door = Door.REASSIGN
) -> None:
    """Hand a task to somebody else, who must be free to act on it (R1–R15)."""
    reason = in_hand.reason(reason)
    with in_hand.held(work, task_id) as hand:
        docket, task = hand.docket, hand.task
        duty.refuse(may_hand_over(work, task))
        discretion.refuse_text(work, docket, reason, "reason")
        if task.assignee_id == person_id:
            raise Conflict("task_theirs_already")
        duty.require(work, docket, task, person_id, door)
        _stand_in_if_still_allowed(work, hand)
        store.change(
            work.session, task.id, assignee_id=person_id, claimed_at=work.now, acting_for=None
        )
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
        notices.tell(work, docket, Kind.TASK, "task_handed_over", [person_id], task=task)


def save_draft(work: Work, task_id: int, raw: Raw) -> DraftSaved:
    """Keep what was typed. Never refuses its author: text also survives a task that was lost."""
    task = in_hand.seen(work, task_id)
    kept = {key: texts for key, texts in entry.clean(raw).items() if not key.startswith("_")}
    kept.pop("csrf_token", None)
    drafts.save(work.session, in_hand.person(work), place_of(task_id), task.case_id, kept, work.now)
    row = access.visible_case(work, task.case_id)
    place = task_pages.place(work, row, task)
    return DraftSaved(work.now, entry.visible_ids(work, place, kept))


def complete(work: Work, task_id: int, raw: Raw, revision: int | None = None) -> Completed:
    """Complete a task with what was entered.

    Raises Invalid with an error per field, Forbidden with the rule, Conflict ``task_done``,
    ``task_cancelled``, ``task_taken``, ``case_moved`` when the page the text was typed on is stale.
    """
    with in_hand.held(work, task_id) as hand:
        docket, task = hand.docket, hand.task
        # 1. Is it still there, and is it this person's to complete?
        in_hand.refuse_taken(work, task)
        if task.assignee_id is None:
            task = _taken(work, hand)
        else:
            deputies.begin(work, hand.for_id)
        if revision is not None and revision != task_pages.revision_of(work, docket, hand.task):
            raise Conflict("case_moved")
        # 2. What was entered.
        place = task_pages.place(work, docket, task)
        values = entry.parse(work, place, raw)
        # 3. The rules once more, now with the people named in the values.
        me = in_hand.person(work)
        duty.require(work, docket, task, me, Door.COMPLETE, values=values, for_id=hand.for_id)
        entry.bind_files(work, place, docket, values)
        # 4. The engine moves; everything it decided is written.
        before = take_backs.before(task, hand.open, hand.for_id)
        try:
            outcome = moves.run(work, docket).complete(task.engine_id or "", values)
        except Conflict as error:
            # A timer that ends the right to act was due before this completion.
            raise Conflict("task_cancelled", task=task.name) from error
        done = moves.Done(task, values, hand.for_id)
        present = moves.settle(work, docket, outcome, done, hand.open)
        take_backs.keep(work, docket, before, outcome)
        drafts.drop(work.session, me, place_of(task_id))
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
    if not in_hand.is_held(work, task):
        return Verdict(False, "task_not_yours")
    if task.performers is not None and task.performers == [task.assignee_id]:
        return Verdict(False, "named_alone")
    return ALLOWED


def may_hand_over(work: Work, task: TaskRow) -> Verdict:
    """Whether the reader may give the task to somebody else: its holder, or who leads the body."""
    if in_hand.is_held(work, task) or leaders.leads(work, task.body_id):
        return ALLOWED
    return Verdict(False, "not_yours_to_hand_over")


def _taken(work: Work, hand: Hand) -> TaskRow:
    """The task as the reader's own, if no rule stands against it; not written yet.

    Taken and completed at once is one act: the completion says who.
    """
    me = in_hand.person(work)
    deputies.begin(work, hand.for_id)
    duty.require(work, hand.docket, hand.task, me, Door.CLAIM, for_id=hand.for_id)
    return replace(hand.task, assignee_id=me, claimed_at=work.now, acting_for=hand.for_id)


def _stand_in_if_still_allowed(work: Work, hand: Hand) -> None:
    """Whoever stood in may get rid of a task when the absence is over, too."""
    try:
        deputies.begin(work, hand.for_id)
    except Forbidden:
        return
