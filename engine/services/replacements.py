"""In a recused person's place (回避后的接替): whoever leads the body names somebody fit to go on.

The case names the people who act in it by fields of its file; there the new one takes the place of
the old, and the open tasks only the old one could take are offered to the new one.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import Conflict, Invalid, NotFound
from engine.rules.permissions import LEADERS
from engine.rules.situations import people_in
from engine.services import access, audit, dockets, duty, matters, slots, wording
from engine.services.dockets import Docket
from engine.services.duty import Door
from engine.store import dossiers, people
from engine.store import recusals as store
from engine.store import tasks as task_store
from engine.store.recusals import Recusal
from engine.store.tasks import TaskRow
from engine.values.acts import Act
from engine.values.pages import Choice
from engine.values.people import ALLOWED, Verdict
from engine.values.process import Field, FieldType
from engine.values.running import Json
from engine.work import Work


def replace(work: Work, case_id: int, recusal_id: int, person_id: int | None) -> None:
    """Name somebody instead of one who stays out, wherever the case names that person.

    For those who lead a body of the case. Raises Forbidden with the rule that stands against whom
    they name, Invalid, Conflict ``recusal_not_granted``.
    """
    access.visible_case(work, case_id)
    with dockets.held(work, case_id) as docket:
        duty.refuse(may_replace(work, docket))
        recusal = _of_case(work, case_id, recusal_id)
        fields = naming(docket, recusal.person_id)
        if person_id not in {
            int(one.value) for one in instead(work, docket, recusal, fields) if one.verdict
        }:
            raise Invalid(fields={"person": Invalid("unknown_option", value=person_id or "")})
        new = int(person_id or 0)
        docket.data = {
            **docket.data,
            **{
                field.id: _swapped(docket.data[field.id], recusal.person_id, new)
                for field in fields
            },
        }
        for task in task_store.open_of_case(work.session, docket.id):
            if recusal.person_id in (task.performers or ()):
                _offer(work, docket, task, recusal.person_id, new)
        store.change(work.session, recusal.id, replacement_id=new)
        names = people.names_of_people(work.session, [recusal.person_id, new])
        audit.append(
            work,
            docket,
            Act.OFFICER_REPLACED,
            person=names.get(recusal.person_id, ""),
            to=names.get(new, ""),
            fields=[field.id for field in fields],
        )


def _offer(work: Work, docket: Docket, task: TaskRow, old: int, new: int) -> None:
    """A task only the old one could take is offered to the new one."""
    named = sorted({new if one == old else one for one in task.performers or ()})
    task_store.name_performers(work.session, task.id, docket.id, named)
    fresh = task_store.get(work.session, task.id)
    if fresh is None or len(named) != 1:
        return
    if duty.verdict(work, docket, fresh, named[0], Door.OPEN):
        task_store.change(work.session, task.id, assignee_id=named[0], claimed_at=work.now)


def _swapped(value: Json, old: int, new: int) -> Json:
    if not isinstance(value, list):
        return new if value == old else value
    return list(dict.fromkeys(new if one == old else one for one in value))


def naming(docket: Docket, person_id: int) -> list[Field]:
    """The fields that name the person and whose people act: performers and officers."""
    forms = docket.description.forms.values()
    acting = {form.performer for form in forms} | {
        duty_.officers for form in forms for duty_ in form.duties
    }
    return [
        field
        for id, field in wording.fields_of(docket.description).items()
        if id in acting
        and field.type in (FieldType.PERSON, FieldType.PEOPLE)
        and person_id in people_in(docket.data.get(id))
    ]


def instead(
    work: Work, docket: Docket, recusal: Recusal, fields: Sequence[Field]
) -> tuple[Choice, ...]:
    """Who holds the roles the fields choose from; those a rule keeps away say which."""
    ids: set[int] | None = None
    for field in fields:
        body_id = slots.resolve(work, docket.slots, field.body) if field.body else None
        at = None if body_id is None else [body_id]
        holders = set(people.holders(work.session, field.role, at))
        ids = holders if ids is None else ids & holders
    named = {one for field in fields for one in people_in(docket.data.get(field.id))}
    known = matters.facts(work, ids or ())
    found = []
    for one in sorted((ids or set()) - named - {recusal.person_id}):
        verdict = _fit(work, docket, fields, one)
        found.append(Choice(str(one), known[one].name, verdict=verdict))
    return tuple(found)


def _fit(work: Work, docket: Docket, fields: Sequence[Field], person_id: int) -> Verdict:
    matter = matters.of_case(work, docket)
    for form in docket.description.forms.values():
        if form.performer in {field.id for field in fields}:
            at = slots.resolve(work, docket.slots, form.body)
            found = duty.on_form(work, matter, duty.alone(form), at, person_id, Door.NAME)
            if not found:
                return found
    return ALLOWED


def may_replace(work: Work, docket: Docket) -> Verdict:
    """Whether the reader leads a body of the case, and it still runs."""
    if not docket.running:
        return Verdict(False, "case_over")
    bodies = dossiers.bodies_of(work.session, docket.id)
    if any(one.role in LEADERS and one.body_id in bodies for one in work.actor.memberships):
        return ALLOWED
    return Verdict(False, "not_yours_to_hand_over")


def _of_case(work: Work, case_id: int, recusal_id: int) -> Recusal:
    for recusal in store.of_case(work.session, case_id):
        if recusal.id == recusal_id:
            if recusal.status != store.GRANTED:
                raise Conflict("recusal_not_granted")
            return recusal
    raise NotFound("no_such_recusal")
