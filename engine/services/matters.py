"""The facts of a case as the rules of domain C.3 look at them, each read only if a rule asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from engine.rules.situations import Place, Situation, people_in
from engine.services import access, conditions, definitions, minutes, places, shipped, slots
from engine.store import audit as audit_store
from engine.store import people, recusals
from engine.store import tasks as task_store
from engine.values.acts import Act as Done
from engine.values.people import Act, PersonFacts
from engine.values.process import Description, Duty, Form
from engine.values.quorum import opinions
from engine.values.running import CaseFile, Json
from engine.work import Work

if TYPE_CHECKING:
    from engine.bpmn.definition import Definition

#: Acts of the chain by which somebody filled in a form that is no task.
_BY_FORM = (Done.CASE_STARTED, Done.MESSAGE_SENT)


@dataclass(frozen=True)
class Matter:
    """A case as far as the rules look, or one that is only being typed."""

    definition: Definition
    data: CaseFile
    slots: Mapping[str, int]
    case_id: int | None = None
    #: What was read already: a page asks about many people.
    read: dict[str, list[Act]] = field(default_factory=dict)
    #: Positions by the element of the form whose duties ask for them.
    said: dict[str, dict[int, str]] = field(default_factory=dict)

    @property
    def description(self) -> Description:
        """The definition in plain values."""
        return self.definition.description


class Case(Protocol):
    """As much of a case as makes a matter."""

    @property
    def id(self) -> int:
        """The case."""
        ...

    @property
    def definition_id(self) -> int:
        """Its definition."""
        ...

    @property
    def data(self) -> dict[str, Json]:
        """The case file."""
        ...

    @property
    def slots(self) -> dict[str, int]:
        """Bodies by slot."""
        ...


def of_case(work: Work, case: Case, local: Mapping[str, Json] | None = None) -> Matter:
    """A case with what only one of several instances of a task knows."""
    definition = definitions.load(work, case.definition_id)
    return Matter(definition, {**case.data, **(local or {})}, case.slots, case.id)


def situation(
    work: Work,
    matter: Matter,
    form: Form,
    body_id: int | None,
    values: CaseFile,
    actors: Mapping[int, PersonFacts],
) -> Situation:
    """Everything the duties of a form ask about."""
    data = {**matter.data, **values}
    form = _in_force(work, matter, form, data)
    asked = form.duties
    return Situation(
        form=form,
        place=place(work, body_id),
        today=work.today,
        roles=shipped.county_roles(work.office),
        data=data,
        history=history(work, matter) if any(map(_asks_who_acted, asked)) else (),
        officers=_named(work, form, data),
        recusals=standing(work, matter.case_id),
        slots=matter.slots,
        kin=_kin(work, form, actors),
        houses=_houses(work, matter, {slot for rule in asked for slot in rule.not_of}),
        given=_given(work, matter, form),
    )


def facts(work: Work, ids: Iterable[int]) -> dict[int, PersonFacts]:
    """What policy must know of people, read at most once per person and unit of work."""
    known: dict[int, PersonFacts] = work.kept.setdefault("facts", {})
    missing = set(ids).difference(known)
    if missing:
        known |= people.facts(work.session, missing)
    return known


def standing(work: Work, case_id: int | None) -> Mapping[int, str]:
    """People challenged in a case: not decided yet, or to stay out of it (R5)."""
    if case_id is None:
        return {}
    known: dict[int, Mapping[int, str]] = work.kept.setdefault("recusals", {})
    if case_id not in known:
        known[case_id] = recusals.standing(work.session, case_id)
    return known[case_id]


def history(work: Work, matter: Matter) -> list[Act]:
    """Who did what in the case, in order: starts and messages count like completions.

    What somebody did for an absent colleague both of them did.
    """
    if matter.case_id is None:
        return []
    if "history" not in matter.read:
        done = task_store.history(work.session, matter.case_id)
        asked = audit_store.acts(work.session, matter.case_id, _BY_FORM)
        matter.read["history"] = [
            Act(*row) for row in sorted((*done, *asked), key=lambda row: row[2])
        ]
    return matter.read["history"]


def place(work: Work, body_id: int | None) -> Place | None:
    """Where somebody acts: the body with its family, its sector and its districts."""
    if body_id is None:
        return None
    known = places.every(work)
    sector, areas = "", set[str]()
    at = known.get(body_id)
    while at is not None:
        sector = sector or at.sector
        if at.area:
            areas.add(at.area)
        at = known.get(at.parent_id) if at.parent_id is not None else None
    return Place(body_id, access.family(work, body_id), sector, frozenset(areas))


def _in_force(work: Work, matter: Matter, form: Form, data: CaseFile) -> Form:
    """The form with the duties that hold for this case."""
    if not any(rule.when for rule in form.duties):
        return form
    names = conditions.Names(matter.definition, data)
    kept = tuple(
        rule for rule in form.duties if not rule.when or conditions.holds(work, rule.when, names)
    )
    return replace(form, duties=kept)


def _named(work: Work, form: Form, data: Mapping[str, Json]) -> dict[int, PersonFacts]:
    """People named in the fields the duties of a form speak of."""
    named: set[int] = set()
    for rule in form.duties:
        for field_id in (rule.officers, *rule.not_named_in, rule.members):
            if field_id:
                named.update(people_in(data.get(field_id)))
        named.update(line.person for line in opinions(data.get(rule.opinions)))
    known = facts(work, named)
    return {one: known[one] for one in named if one in known}


def _kin(work: Work, form: Form, actors: Mapping[int, PersonFacts]) -> dict[int, frozenset[int]]:
    """The bodies of each actor with what is above and below them; only if the form hides any."""
    if not any(field.hidden_from for field in form.fields):
        return {}
    found = {}
    for person in actors.values():
        own = frozenset(membership.body_id for membership in person.memberships)
        found[person.id] = own.union(*(access.family(work, body_id) for body_id in own))
    return found


def _houses(work: Work, matter: Matter, wanted: set[str]) -> dict[str, frozenset[int]]:
    """By slot: the body in it with the department above it and the units below."""
    found = {}
    for slot in wanted:
        at = place(work, slots.resolve(work, matter.slots, slot))
        if at is not None:
            found[slot] = at.bodies
    return found


def _given(work: Work, matter: Matter, form: Form) -> dict[int, str]:
    """The position each member of a meeting took in person since they were last called."""
    if matter.case_id is None or not any(rule.heard_at for rule in form.duties):
        return {}
    if form.element not in matter.said:
        heard = minutes.given(work, matter.case_id, form)
        matter.said[form.element] = {one: said.position for one, said in heard.items()}
    return matter.said[form.element]


def _asks_who_acted(rule: Duty) -> bool:
    return bool(rule.not_completed_by or rule.apart_from)
