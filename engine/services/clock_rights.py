"""Who may ask for something of a clock, and of which: the reader's own, never the complained's."""

from __future__ import annotations

from collections.abc import Sequence

from engine.rules import basis
from engine.rules.permissions import LEADERS
from engine.services import access, definitions, views
from engine.store import deadlines as ledger
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.deadlines import DeadlineRow
from engine.store.tasks import TaskRow
from engine.values.people import Verdict
from engine.work import Work


def may_ask(work: Work, row: CaseRow, clocks: Sequence[DeadlineRow]) -> Verdict:
    """Whoever has a task of the case in hand, or leads one of its bodies.

    The body the case is about speaks for the clocks of its own steps, and for no other: who is
    complained of has no say over the time in which the complaint is dealt with.
    """
    me = work.actor.person_id
    if me is None:
        return Verdict(False, "people_only")
    led = {m.body_id for m in work.actor.memberships if m.role in LEADERS}
    mine = tasks_of_mine(work, row)
    if not mine and led.isdisjoint(row.slots.values()):
        return Verdict(False, "clock_not_yours")
    if _answers_in(work, row):
        rows = task_store.open_of_case(work.session, row.id)
        own = {one.deadline_id for one in (*mine, *(one for one in rows if one.body_id in led))}
        if any(clock.id not in own for clock in clocks):
            return basis.refused("clock_of_own_complaint", "R6")
    return Verdict(True)


def _answers_in(work: Work, row: CaseRow) -> bool:
    """Whether the reader is of the body the case is about: its complainant is hidden from it."""
    description = definitions.load(work, row.definition_id).description
    answers = {
        slot for form in description.forms.values() for one in form.fields
        for slot in one.hidden_from
    }  # fmt: skip
    reader = access.viewer(work)
    return any(access.is_blind(reader, row.slots, slot) for slot in answers)


def tasks_of_mine(work: Work, row: CaseRow) -> list[TaskRow]:
    """Open tasks the reader has in hand, or is named for."""
    me = work.actor.person_id
    return [
        task
        for task in task_store.open_of_case(work.session, row.id)
        if task.assignee_id == me or (task.assignee_id is None and me in (task.performers or ()))
    ]


def extendable(work: Work, row: CaseRow, one: DeadlineRow) -> Verdict:
    """As :func:`engine.services.deadlines.extend` will judge it."""
    limit = views.limit_of(work, row, one.limit_key)
    if limit is None or limit.extension is None:
        return Verdict(False, "extension_not_allowed", facts={"name": one.name})
    if one.extensions >= limit.extensions_allowed:
        facts = {"name": limit.name, "allowed": str(limit.extensions_allowed)}
        return Verdict(False, "extensions_used_up", facts=facts)
    if one.status == ledger.MISSED or (one.status != ledger.PAUSED and one.due_at <= work.now):
        return Verdict(False, "deadline_passed", facts={"name": limit.name})
    return Verdict(True)
