"""What the reader may do with a task: per verb allowed, or the reason why not."""

from __future__ import annotations

from collections.abc import Sequence

from engine.services import copies, deputies, duty, in_hand, reminders, returns, take_backs, tasks
from engine.services.dockets import Docket
from engine.services.duty import Door
from engine.store import people
from engine.store import tasks as store
from engine.store.tasks import TaskRow
from engine.values.pages import Choice
from engine.values.people import Verdict
from engine.values.task_pages import Signer
from engine.work import Work

#: What is done with an open task, in the order the page lists it.
VERBS = (
    "complete", "save_draft", "claim", "unclaim", "reassign", "ask", "return", "remind", "copy",
)  # fmt: skip


def verdicts(work: Work, docket: Docket, task: TaskRow) -> dict[str, Verdict]:
    """Per verb: allowed, or why not."""
    if work.actor.person_id is None:
        return dict.fromkeys(VERBS, Verdict(False, "people_only"))
    if task.status != store.OPEN:
        code = "task_done" if task.status == store.COMPLETED else "task_cancelled"
        closed = dict.fromkeys(VERBS, Verdict(False, code))
        if task.status == store.COMPLETED:
            closed["take_back"] = take_backs.may_take_back(work, docket, task.id)
        return {**closed, "copy": copies.may_send(work, docket)}
    acting = _may_act(work, docket, task)
    yours = in_hand.is_held(work, task)
    return {
        "complete": acting,
        "save_draft": acting,
        "claim": Verdict(False, "task_yours") if yours else acting,
        "unclaim": tasks.may_release(work, task),
        "reassign": tasks.may_hand_over(work, task),
        "ask": in_hand.holds(work, task),
        "return": _may_return(work, docket, task, acting),
        "remind": reminders.may_remind(work, docket, task),
        "copy": copies.may_send(work, docket),
    }


def _may_act(work: Work, docket: Docket, task: TaskRow) -> Verdict:
    """Whether the reader may take or complete the task, for themselves or in somebody's stead."""
    if task.assignee_id is not None and not in_hand.is_held(work, task):
        names = people.names_of_people(work.session, [task.assignee_id])
        return Verdict(False, "task_taken", facts={"by": names.get(task.assignee_id, "")})
    for_id = deputies.for_task(work, task)
    if for_id is not None and for_id not in deputies.principals(work):
        names = people.names_of_people(work.session, [for_id])
        return Verdict(False, "absence_over", facts={"name": names.get(for_id, "")})
    me = in_hand.person(work)
    return duty.verdict(work, docket, task, me, Door.CLAIM, for_id=for_id)


def _may_return(work: Work, docket: Docket, task: TaskRow, acting: Verdict) -> Verdict:
    found = returns.may_return(work, docket, task)
    return acting if found else found


def colleagues(work: Work, docket: Docket, task: TaskRow) -> tuple[Choice, ...]:
    """People the task could be handed to; those a rule keeps away say which."""
    if task.status != store.OPEN or not tasks.may_hand_over(work, task):
        return ()
    if task.performers is not None:
        ids = list(task.performers)
    elif task.body_id is not None:
        ids = people.holders(work.session, task.role, [task.body_id])
    else:
        ids = []
    known = people.facts(work.session, ids)
    return tuple(
        Choice(
            str(person_id),
            known[person_id].name,
            verdict=duty.verdict(work, docket, task, person_id, Door.REASSIGN),
        )
        for person_id in ids
        if person_id in known and person_id != task.assignee_id
    )


def signers(work: Work, task: TaskRow, rows: Sequence[TaskRow]) -> tuple[Signer, ...]:
    """Everybody who does the task at once, of the round that opened together."""
    beside = [
        row for row in rows if row.element == task.element and row.opened_at == task.opened_at
    ]
    named = {row.id: _whose(row) for row in beside}
    names = people.names_of_people(work.session, {one for one in named.values() if one is not None})
    return tuple(
        Signer(
            names.get(named[row.id] or 0, ""),
            row.completed_at if row.status == store.COMPLETED else None,
        )
        for row in beside
        if row.status != store.CANCELLED
    )


def _whose(row: TaskRow) -> int | None:
    if row.completed_by is not None:
        return row.acting_for or row.completed_by
    alone = row.performers[0] if row.performers and len(row.performers) == 1 else None
    return row.assignee_id or alone
