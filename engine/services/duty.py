"""May this person act on this task? The rules of domain C.3, asked with the facts of the case.

Asked when a task is taken or handed over, and again when it is completed with the values entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.rules import duties
from engine.services import access, shipped
from engine.services.dockets import Docket
from engine.store import audit as audit_store
from engine.store import people
from engine.store import tasks as task_store
from engine.store.tasks import TaskRow
from engine.values.acts import Act as Done
from engine.values.people import Act, PersonFacts, Verdict
from engine.values.process import Form
from engine.values.running import CaseFile, Json
from engine.work import Work

#: Acts of the chain by which somebody filled in a form that is no task.
_BY_FORM = (Done.CASE_STARTED, Done.MESSAGE_SENT)


def may_take(work: Work, docket: Docket, task: TaskRow, person_id: int) -> Verdict:
    """Whether the person may take the task, or be given it."""
    data = {**docket.data, **(task.local or {})}
    return of_form(work, docket.id, docket.form(task.element), task.body_id, person_id, data)


def may_complete(
    work: Work, docket: Docket, task: TaskRow, person_id: int, values: CaseFile
) -> Verdict:
    """Whether the person may complete the task with these values."""
    data = {**docket.data, **(task.local or {}), **values}
    return entered(work, docket.id, docket.form(task.element), task.body_id, person_id, data)


def of_form(
    work: Work,
    case_id: int,
    form: Form,
    body_id: int | None,
    person_id: int,
    data: Mapping[str, Json],
) -> Verdict:
    """Whether the person may fill in a form of the case: a task, a message event."""
    past = history(work, case_id) if _asks_who_acted(form) else []
    return candidate(work, form, body_id, person_id, data, past)


def entered(
    work: Work,
    case_id: int,
    form: Form,
    body_id: int | None,
    person_id: int,
    data: Mapping[str, Json],
) -> Verdict:
    """The same with the entered values in ``data``."""
    known = facts(work, [person_id]).get(person_id)
    if known is None:
        return Verdict(False, "unknown_person")
    return duties.may_complete(
        form,
        known,
        history(work, case_id) if _asks_who_acted(form) else [],
        data,
        _officers(work, form, data),
        _place(work, body_id),
        work.today,
        shipped.county_roles(work.office),
    )


def candidate(
    work: Work,
    form: Form,
    body_id: int | None,
    person_id: int,
    data: Mapping[str, Json],
    past: list[Act],
) -> Verdict:
    """Whether a person could act, asked before anything is entered."""
    known = facts(work, [person_id]).get(person_id)
    if known is None:
        return Verdict(False, "unknown_person")
    return duties.may_claim(
        form,
        known,
        past,
        data,
        _officers(work, form, data),
        _place(work, body_id),
        work.today,
        shipped.county_roles(work.office),
    )


def facts(work: Work, ids: Iterable[int]) -> dict[int, PersonFacts]:
    """What policy must know of people, read at most once per person and unit of work."""
    known: dict[int, PersonFacts] = work.kept.setdefault("facts", {})
    missing = set(ids).difference(known)
    if missing:
        known |= people.facts(work.session, missing)
    return known


def history(work: Work, case_id: int) -> list[Act]:
    """Who did what in the case, in order: starts and messages count like completions."""
    done = task_store.history(work.session, case_id)
    asked = audit_store.acts(work.session, case_id, _BY_FORM)
    return [Act(*row) for row in sorted((*done, *asked), key=lambda row: row[2])]


def _asks_who_acted(form: Form) -> bool:
    """Whether a rule of the form looks at who did what before."""
    return any(rule.not_completed_by for rule in form.duties)


def _place(work: Work, body_id: int | None) -> duties.Place | None:
    return None if body_id is None else duties.Place(body_id, access.family(work, body_id))


def _officers(work: Work, form: Form, data: Mapping[str, Json]) -> dict[int, PersonFacts]:
    """People named in the fields the duties of a form speak of."""
    named: set[int] = set()
    for rule in form.duties:
        for field_id in (rule.officers, *rule.not_named_in):
            if field_id:
                named.update(duties.people_in(data.get(field_id)))
    known = facts(work, named)
    return {one: known[one] for one in named if one in known}
