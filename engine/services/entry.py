"""What people enter: the fields of a form with their choices, and raw text turned into values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import DubanError, Invalid
from engine.rules import fields
from engine.rules.plaintext import keepable
from engine.rules.situations import people_in
from engine.services import attachments, conditions, discretion, duty, minutes, slots, views
from engine.services.dockets import Docket
from engine.services.matters import Matter
from engine.store import bodies, lists, people
from engine.values.pages import AttachmentRow, Choice, FieldView, Raw
from engine.values.people import Verdict
from engine.values.process import Description, Field, FieldType, Form
from engine.values.quorum import opinions
from engine.values.running import CaseFile, Json
from engine.values.timing import Schedule
from engine.work import Work

if TYPE_CHECKING:
    from engine.bpmn.definition import Definition

_NAMES_PEOPLE = (FieldType.PERSON, FieldType.PEOPLE)


@dataclass(frozen=True)
class Place:
    """Where a form is filled in: the case so far, or nothing yet for a start form."""

    definition: Definition
    form: Form
    data: CaseFile
    filled: Mapping[str, int]
    case_id: int | None = None
    hidden: frozenset[str] = frozenset()
    #: The calendar conditions may ask; the county's of today without a case.
    schedule: Schedule | None = None

    @property
    def description(self) -> Description:
        """The definition in plain values."""
        return self.definition.description

    @property
    def matter(self) -> Matter:
        """The case as the rules look at it."""
        return Matter(self.definition, self.data, self.filled, self.case_id)


def clean(raw: Raw) -> dict[str, list[str]]:
    """Text as it may be kept, with one kind of line end."""
    return {
        key: [keepable(text).replace("\r\n", "\n") for text in texts] for key, texts in raw.items()
    }


def parse(work: Work, place: Place, raw: Raw) -> dict[str, Json]:
    """The values entered. Raises Invalid with one error per field.

    People, bodies and files must be among those offered: what a browser sends proves nothing.
    """
    values = fields.parse(
        place.form.fields, clean(raw), place.data, _holds(work, place), work.today
    )
    wrong: dict[str, DubanError] = {}
    for field in place.form.fields:
        value = values.get(field.id)
        if field.readonly or fields.is_blank(value):
            continue
        if field.type in (*_NAMES_PEOPLE, FieldType.BODY, FieldType.OPINIONS):
            problem = _check_choice(work, place, field, value)
            if problem is not None:
                wrong[field.id] = problem
    wrong |= discretion.refuse(
        work, place.description, place.form, place.filled, place.data, values
    )
    wrong |= discretion.refuse_for_other(work, place.case_id, place.form, values)
    if wrong:
        raise Invalid(fields=wrong)
    names = conditions.Names(place.definition, place.data, values)
    conditions.check(work, place.form, names, place.schedule)
    return dict(values)


def bind_files(work: Work, place: Place, docket: Docket, values: CaseFile) -> None:
    """Files named in the values belong to the case from now on."""
    for field in place.form.fields:
        if field.type is FieldType.FILE and not field.readonly and values.get(field.id):
            try:
                attachments.bind(work, docket, field.id, views.ids_in(values[field.id]))
            except Invalid as error:
                raise Invalid(fields={field.id: error}) from error


def field_views(
    work: Work, place: Place, draft: Raw | None, known: Mapping[int, AttachmentRow]
) -> tuple[FieldView, ...]:
    """The fields to be filled in: the draft over the case file, with choices and files."""
    raw = {key: list(texts) for key, texts in (draft or {}).items()}
    if draft is None:
        for field in place.form.fields:
            if not fields.is_blank(place.data.get(field.id)):
                raw |= {
                    key: list(texts)
                    for key, texts in fields.to_raw(field, place.data[field.id]).items()
                }
    for field in place.form.fields:
        if field.type is FieldType.OPINIONS and f"{field.id}.person" not in raw:
            lines = minutes.proposed(work, place.case_id, place.form, field, place.data)
            raw |= fields.opinions_raw(field.id, lines)
    visible = visible_ids(work, place, raw)
    return tuple(
        FieldView(
            field,
            {
                key: texts
                for key, texts in raw.items()
                if key == field.id or key.startswith(f"{field.id}.")
            },
            field.id in visible,
            choices(work, place, field),
            _files(field, raw, known),
        )
        for field in place.form.fields
        if field.id not in place.hidden
    )


def visible_ids(work: Work, place: Place, raw: Raw) -> tuple[str, ...]:
    """The fields asked for under what is typed so far, in the order of the form."""
    visible = fields.visible(place.form.fields, raw, place.data, _holds(work, place), work.today)
    return tuple(field.id for field in place.form.fields if field.id in visible)


def _holds(work: Work, place: Place) -> Callable[[str, CaseFile], bool]:
    def holds(expression: str, names: CaseFile) -> bool:
        known = conditions.Names(place.definition, names)
        return conditions.holds(work, expression, known, place.schedule)

    return holds


def choices(work: Work, place: Place, field: Field) -> tuple[Choice, ...]:
    """The people or bodies a field offers; who may not be chosen says why."""
    if field.readonly:
        return ()
    if field.type is FieldType.BODY:
        return _body_choices(work, place, field)
    if field.type is FieldType.OPINIONS:
        members = people_in(place.data.get(field.of))
        known = duty.facts(work, members)
        return tuple(Choice(str(one), known[one].name) for one in members if one in known)
    if field.type in _NAMES_PEOPLE:
        return _people_choices(work, place, field)
    return ()


def _body_choices(work: Work, place: Place, field: Field) -> tuple[Choice, ...]:
    """For a slot only bodies with somebody for each of its roles; otherwise every body."""
    needed = {lane.role for lane in place.description.lanes if lane.body == field.id}
    needed |= {
        form.role
        for form in place.description.forms.values()
        if form.body == field.id and form.role
    }
    if field.role:
        needed = {field.role}
    kind = slots.KINDS.get(field.id)
    if needed:
        found = lists.bodies_with_roles(work.session, needed, kind)
    else:
        found = [(body.id, body.name, body.kind) for body in bodies.all_bodies(work.session, kind)]
    return tuple(Choice(str(body_id), name, body_kind) for body_id, name, body_kind in found)


def _people_choices(work: Work, place: Place, field: Field) -> tuple[Choice, ...]:
    body_id = slots.resolve(work, place.filled, field.body) if field.body else None
    if field.body and body_id is None:
        return ()
    ids = people.holders(work.session, field.role, None if body_id is None else [body_id])
    known = duty.facts(work, ids)
    names = bodies.names_of_bodies(
        work.session, {m.body_id for one in ids for m in known[one].memberships}
    )
    forms = [
        # How many are needed is asked when they act; here each is looked at alone.
        duty.alone(form)
        for form in place.description.forms.values()
        if form.performer == field.id
    ]
    matter = place.matter
    found = []
    for person_id in ids:
        person = known[person_id]
        where = sorted({names[m.body_id] for m in person.memberships if m.role == field.role})
        verdict = Verdict(True)
        for form in forms:
            at = slots.resolve(work, place.filled, form.body)
            verdict = duty.on_form(work, matter, form, at, person_id, duty.Door.NAME)
            if not verdict:
                break
        found.append(Choice(str(person_id), person.name, "、".join(where), verdict))
    return tuple(found)


def _check_choice(work: Work, place: Place, field: Field, value: Json) -> Invalid | None:
    offered = {choice.value: choice for choice in choices(work, place, field)}
    lines = opinions(value) if field.type is FieldType.OPINIONS else ()
    for one in (*(line.person for line in lines), *([] if lines else views.ids_in(value))):
        choice = offered.get(str(one))
        if choice is None:
            return Invalid("unknown_option", value=one)
        if not choice.verdict:
            facts: dict[str, object] = {**choice.verdict.facts, "person": choice.label}
            return refused(choice.verdict.code, facts)
    return None


def _files(
    field: Field, raw: Mapping[str, list[str]], known: Mapping[int, AttachmentRow]
) -> tuple[AttachmentRow, ...]:
    if field.type is not FieldType.FILE:
        return ()
    return tuple(
        known[int(text)]
        for text in raw.get(field.id, ())
        if text.isdecimal() and int(text) in known
    )


def unbound_files(work: Work, raw: Raw) -> dict[int, AttachmentRow]:
    """Files the reader uploaded for what they are typing, which belong to no case yet."""
    ids = {int(text) for texts in raw.values() for text in texts if text.isdecimal()}
    return {found.id: found for found in attachments.own_unbound(work, ids)}


def refused(code: str, facts: Mapping[str, object]) -> Invalid:
    """An error of one field with the facts of a verdict."""
    error = Invalid(code)
    error.facts = dict(facts)
    return error
