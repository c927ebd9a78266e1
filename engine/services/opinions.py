"""Asking a colleague's opinion (加签): the answer comes back onto the task, which its holder keeps.

Being asked gives sight of the case, without what is hidden from others than its handlers (R15).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import (
    access,
    audit,
    circle,
    deputies,
    discretion,
    dockets,
    duty,
    in_hand,
    notices,
)
from engine.services.duty import Door
from engine.store import cases, people
from engine.store import opinions as store
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.opinions import OpinionRow
from engine.store.tasks import TaskRow
from engine.values.acts import Act
from engine.values.notice_pages import Kind
from engine.values.pages import Choice
from engine.values.people import Verdict
from engine.values.task_pages import Asked
from engine.work import Work

#: People one question may go to.
MOST_ASKED = 10


def ask(work: Work, task_id: int, ids: Sequence[int], question: str) -> None:
    """Ask colleagues for their opinion on a task the reader has.

    Raises Invalid with the field that is wrong, Forbidden for a colleague a rule keeps away.
    """
    wanted = list(dict.fromkeys(ids))
    if not 1 <= len(wanted) <= MOST_ASKED:
        raise Invalid(fields={"people": Invalid("choose_people", most=MOST_ASKED)})
    question = in_hand.text(question, "question")
    with in_hand.held(work, task_id) as hand:
        docket, task = hand.docket, hand.task
        duty.refuse(in_hand.holds(work, task))
        discretion.refuse_text(work, docket, question, "question")
        deputies.begin(work, hand.for_id)
        me = in_hand.person(work)
        offered = set(circle.advisers(work, task))
        waiting = {row.asked_id for row in store.of_task(work.session, task.id) if row.waits}
        names = people.names_of_people(work.session, wanted)
        for one in wanted:
            if one not in offered:
                raise Forbidden("not_a_colleague")
            if one in waiting:
                raise Conflict("asked_already", name=names.get(one, ""))
            duty.refuse(may_advise(work, docket, task, one))
            store.add(
                work.session,
                case_id=docket.id,
                task_id=task.id,
                asker_id=me,
                asked_id=one,
                question=question,
                asked_at=work.now,
            )
            audit.append(
                work,
                docket,
                Act.OPINION_ASKED,
                task=task.name,
                element=task.element,
                to=names.get(one, ""),
                values=audit.values_digest(work, {"question": question}),
            )
        notices.tell(work, docket, Kind.OPINION, "opinion_asked", wanted, task=task)


def answer(work: Work, opinion_id: int, text: str) -> int:
    """Give the opinion asked for; the task it comes back onto.

    Raises NotFound ``no_such_opinion``, Conflict ``opinion_settled`` or ``task_done``.
    """
    text = in_hand.text(text, "answer")
    row = _of_reader(work, opinion_id)
    with in_hand.held(work, row.task_id) as hand:
        docket, task = hand.docket, hand.task
        duty.refuse(may_advise(work, docket, task, row.asked_id))
        discretion.refuse_text(work, docket, text, "answer")
        if not store.settle(work.session, row.id, answer=text, answered_at=work.now):
            raise Conflict("opinion_settled")
        names = people.names_of_people(work.session, [row.asker_id])
        audit.append(
            work,
            docket,
            Act.OPINION_GIVEN,
            task=task.name,
            element=task.element,
            to=names.get(row.asker_id, ""),
            values=audit.values_digest(work, {"answer": text}),
        )
        told = {row.asker_id, *([task.assignee_id] if task.assignee_id is not None else [])}
        notices.tell(work, docket, Kind.OPINION, "opinion_given", sorted(told), task=task)
        return task.id


def withdraw(work: Work, opinion_id: int) -> int:
    """The asker needs no answer any more; the task. Raises as :func:`answer`."""
    row = store.get(work.session, opinion_id)
    if row is None or row.asker_id != work.actor.person_id:
        raise NotFound("no_such_opinion")
    with dockets.held(work, row.case_id) as docket:
        task = in_hand.seen(work, row.task_id)
        if not store.settle(work.session, row.id, withdrawn_at=work.now):
            raise Conflict("opinion_settled")
        names = people.names_of_people(work.session, [row.asked_id])
        audit.append(
            work,
            docket,
            Act.OPINION_WITHDRAWN,
            task=task.name,
            element=task.element,
            to=names.get(row.asked_id, ""),
        )
        notices.tell(work, docket, Kind.OPINION, "opinion_withdrawn", [row.asked_id], task=task)
        return task.id


def may_advise(work: Work, row: CaseRow, task: TaskRow, person_id: int) -> Verdict:
    """Whether somebody may give an opinion on a task: no rule that keeps them out of the case."""
    return duty.verdict(work, row, task, person_id, Door.OPINION)


def advisers(work: Work, row: CaseRow, task: TaskRow) -> tuple[Choice, ...]:
    """People who can be asked, each with the rule that stands against it."""
    ids = circle.advisers(work, task)
    known = duty.facts(work, ids)
    verdicts = duty.verdicts(work, row, task, ids, Door.OPINION)
    return tuple(
        Choice(str(one), known[one].name, verdict=verdicts[one]) for one in ids if one in known
    )


def reading(work: Work, opinion_id: int) -> tuple[OpinionRow, Asked]:
    """A question to the reader, or by them. Raises NotFound ``no_such_opinion``."""
    row = store.get(work.session, opinion_id)
    if row is None or work.actor.person_id not in (row.asked_id, row.asker_id):
        raise NotFound("no_such_opinion")
    access.visible_case(work, row.case_id)
    return row, _told(work, [row])[0]


def mine(work: Work, rows: int) -> tuple[tuple[OpinionRow, Asked], ...]:
    """What the reader has not answered yet, oldest first."""
    if work.actor.person_id is None:
        return ()
    found = store.waiting(work.session, work.actor.person_id, rows)
    return tuple(zip(found, _told(work, found), strict=True))


def of_task(work: Work, task_id: int) -> tuple[Asked, ...]:
    """What was asked on a task the reader sees."""
    return _told(work, store.of_task(work.session, task_id))


def of_case(work: Work, case_id: int) -> tuple[Asked, ...]:
    """What was asked in a case the reader sees."""
    return _told(work, store.of_case(work.session, case_id))


def _of_reader(work: Work, opinion_id: int) -> OpinionRow:
    row = store.get(work.session, opinion_id)
    if row is None or row.asked_id != work.actor.person_id:
        raise NotFound("no_such_opinion")
    return row


def _told(work: Work, rows: Iterable[OpinionRow]) -> tuple[Asked, ...]:
    found = list(rows)
    ids = {one for row in found for one in (row.asker_id, row.asked_id)}
    names = people.names_of_people(work.session, ids) if ids else {}
    open_tasks = {
        task_id: task.status == task_store.OPEN
        for task_id in {row.task_id for row in found if row.waits}
        if (task := task_store.get(work.session, task_id)) is not None
    }
    me = work.actor.person_id
    veil = {
        case_id: discretion.veil(work, case)
        for case_id in {row.case_id for row in found}
        if (case := cases.get(work.session, case_id)) is not None
    }
    return tuple(
        Asked(
            id=row.id,
            task_id=row.task_id,
            asker=names.get(row.asker_id, ""),
            asked=names.get(row.asked_id, ""),
            question=veil[row.case_id](row.question),
            asked_at=row.asked_at,
            answer=veil[row.case_id](row.answer),
            answered_at=row.answered_at,
            withdrawn_at=row.withdrawn_at,
            may_withdraw=row.waits and row.asker_id == me and open_tasks.get(row.task_id, False),
        )
        for row in found
    )
