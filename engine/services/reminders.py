"""Reminding (催办): asking whoever has a task where it remains, at most once a day each."""

from __future__ import annotations

from datetime import datetime, time

from engine.errors import Conflict
from engine.services import access, audit, deputies, duty, in_hand, notices
from engine.services.in_hand import Hand
from engine.store import audit as chains
from engine.store import people
from engine.store.cases import CaseRow
from engine.store.tasks import TaskRow
from engine.values.acts import Act
from engine.values.notice_pages import Kind
from engine.values.people import ALLOWED, Verdict
from engine.values.timing import COUNTY_ZONE
from engine.work import Work


def remind(work: Work, task_id: int) -> int:
    """Remind whoever has the task, or all who could take it; how many were told.

    Raises Forbidden ``task_yours``, ``only_shown_the_case`` or ``reminded_today``, Conflict
    ``nobody_to_remind``.
    """
    with in_hand.held(work, task_id) as hand:
        duty.refuse(may_remind(work, hand.docket, hand.task))
        told = _addressed(work, hand)
        if not told:
            raise Conflict("nobody_to_remind")
        deputies.begin(work, hand.for_id)
        notices.tell(work, hand.docket, Kind.REMINDER, "task_reminded", told, task=hand.task)
        audit.append(
            work,
            hand.docket,
            Act.TASK_REMINDED,
            task=hand.task.name,
            element=hand.task.element,
            people=len(told),
        )
        return len(told)


def may_remind(work: Work, row: CaseRow, task: TaskRow) -> Verdict:
    """Whether the reader may remind: not of what is theirs, and not twice on one day.

    Only who has a part in the case: whoever was merely sent it to read hurries nobody.
    """
    me = work.actor.person_id
    if me is None:
        return Verdict(False, "people_only")
    if not access.takes_part(work, row):
        return Verdict(False, "only_shown_the_case")
    if in_hand.is_held(work, task):
        return Verdict(False, "task_yours")
    since = datetime.combine(work.today, time(), COUNTY_ZONE)
    for entry in chains.entries(work.session, row.id):
        same = entry.act == Act.TASK_REMINDED and entry.facts.get("element") == task.element
        if same and entry.actor_id == me and entry.at >= since:
            return Verdict(False, "reminded_today")
    return ALLOWED


def _addressed(work: Work, hand: Hand) -> list[int]:
    task = hand.task
    if task.assignee_id is not None:
        return [task.assignee_id]
    if task.performers is not None:
        return task.performers
    if task.body_id is None:
        return []
    found = people.holders(work.session, task.role, [task.body_id])
    return [one for one in found if one != work.actor.person_id]
