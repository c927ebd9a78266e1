"""May this person act here? The rules of domain C.3, asked with the facts of the case.

One door for every way to act: who starts, claims, completes, asks for something, is handed a task,
is named in a form, stands in for somebody, signs beside others or is moved in bulk. Every service
that changes who acts asks :func:`verdict` or :func:`require`, or :func:`on_form` for a form that is
no task; ``tests/engine/services/test_duty_doors.py`` finds one that does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from engine.errors import Forbidden
from engine.rules import basis, duties, pools
from engine.rules.roles import Pool
from engine.services import access, matters, shipped
from engine.services.matters import Matter
from engine.store import cases as case_store
from engine.store import tasks as task_store
from engine.store.tasks import TaskRow
from engine.values.people import ALLOWED, PersonFacts, Verdict
from engine.values.process import Form
from engine.values.running import CaseFile, Json
from engine.work import Work


class Door(StrEnum):
    """The ways by which somebody comes to act."""

    START = "start"
    MESSAGE = "message"
    CLAIM = "claim"
    COMPLETE = "complete"
    REASSIGN = "reassign"
    #: Named in a form as the one who is to act.
    NAME = "name"
    #: Given a task by the diagram itself, being the only one named.
    OPEN = "open"
    DEPUTY = "deputy"
    BULK = "bulk"
    OPINION = "opinion"
    COUNTERSIGN = "countersign"
    API = "api"


#: Doors at which the values are there: officers are counted, a meeting has its quorum.
ENTERED = frozenset({Door.START, Door.MESSAGE, Door.COMPLETE})


class Case(Protocol):
    """As much of a case as the rules look at."""

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


def verdict(
    work: Work,
    case: Case,
    task: TaskRow,
    person_id: int,
    door: Door,
    *,
    values: CaseFile | None = None,
    for_id: int | None = None,
) -> Verdict:
    """Whether the person may come to act on the task by this door.

    ``values`` are what is entered when the task is completed. ``for_id`` is the absent person they
    stand in for: role and place are theirs, every other rule is asked of both.
    """
    matter = matters.of_case(work, case, task.local or {})
    form = matter.description.forms[task.element]
    return on_form(work, matter, form, task.body_id, person_id, door, values=values, for_id=for_id)


def verdicts(
    work: Work, case: Case, task: TaskRow, ids: Sequence[int], door: Door
) -> dict[int, Verdict]:
    """The same of many people, each for themselves; what they share is read once."""
    facts(work, ids)
    matter = matters.of_case(work, case, task.local or {})
    form = matter.description.forms[task.element]
    return {one: on_form(work, matter, form, task.body_id, one, door) for one in ids}


def require(
    work: Work,
    case: Case,
    task: TaskRow,
    person_id: int,
    door: Door,
    *,
    values: CaseFile | None = None,
    for_id: int | None = None,
) -> None:
    """The same; raises Forbidden with the rule that stands against it and its legal source."""
    refuse(verdict(work, case, task, person_id, door, values=values, for_id=for_id))


def refuse(found: Verdict) -> None:
    """Raise Forbidden with the rule and its source, unless the verdict allows."""
    if found:
        return
    known = {"rule": found.rule, "basis": found.basis} if found.rule else {}
    raise Forbidden(found.code, **known, **found.facts)


def on_form(
    work: Work,
    matter: Matter,
    form: Form,
    body_id: int | None,
    person_id: int,
    door: Door,
    *,
    values: CaseFile | None = None,
    for_id: int | None = None,
) -> Verdict:
    """The same for any form of a case: a start, a message, a task somebody is to be named for."""
    wanted = {person_id} if for_id is None else {person_id, for_id}
    known = facts(work, wanted)
    if not wanted <= known.keys():
        return Verdict(False, "unknown_person")
    entered = door in ENTERED and values is not None
    situation = matters.situation(
        work, matter, form, body_id, (values or {}) if entered else {}, known
    )
    ask = duties.may_complete if entered else duties.may_claim
    if door is Door.OPINION:
        ask = duties.may_advise
    return ask(situation, known[person_id], known[for_id] if for_id is not None else None)


def deputy(work: Work, principal_id: int, deputy_id: int) -> Verdict:
    """Whether somebody may be another's deputy, or what would stand against it at every act.

    Asked of the roles the absent person holds (R6, R14), and of every task they have in hand:
    whoever would break a rule there cannot be chosen. Asked again at every act.
    """
    return deputies(work, principal_id, [deputy_id])[deputy_id]


def deputies(work: Work, principal_id: int, ids: Sequence[int]) -> dict[int, Verdict]:
    """The same of many people; what they share is read once."""
    facts(work, [principal_id, *ids])
    hand = _hand(work, principal_id)
    return {one: _deputy(work, principal_id, one, hand) for one in ids}


#: A task somebody has in hand, with its case as the rules look at it.
_Held = tuple[TaskRow, Matter]


def _deputy(work: Work, principal_id: int, deputy_id: int, hand: Sequence[_Held]) -> Verdict:
    known = facts(work, {principal_id, deputy_id})
    if principal_id not in known or deputy_id not in known:
        return Verdict(False, "unknown_person")
    principal, person = known[principal_id], known[deputy_id]
    if not person.active:
        return Verdict(False, "person_inactive")
    roles = shipped.county_roles(work.office)
    for held in principal.memberships:
        at_work = held.role in roles and roles[held.role].pool is not Pool.NONE
        if person.auxiliary and at_work:
            return basis.refused("auxiliary", "R14")
        found = pools.conflicting_membership(
            person.memberships, held.role, held.body_id, roles, access.family(work, held.body_id)
        )
        if not found:
            return found
    return _in_hand(work, principal_id, deputy_id, hand)


def _hand(work: Work, person_id: int) -> list[_Held]:
    """What somebody has in hand: each case is read once, whoever is asked about."""
    held = task_store.held_by(work.session, person_id)
    known = {
        case_id: case
        for case_id in {task.case_id for task in held}
        if (case := case_store.get(work.session, case_id)) is not None
    }
    return [
        (task, matters.of_case(work, known[task.case_id], task.local or {}))
        for task in held
        if task.case_id in known
    ]


def _in_hand(work: Work, principal_id: int, deputy_id: int, hand: Sequence[_Held]) -> Verdict:
    """What stands against the deputy in a case the absent person has in hand."""
    for task, matter in hand:
        form = matter.description.forms[task.element]
        found = on_form(
            work, matter, form, task.body_id, deputy_id, Door.DEPUTY, for_id=principal_id
        )
        if not found:
            return Verdict(
                False, found.code, found.rule, found.basis, {**found.facts, "case": task.number}
            )
    return ALLOWED


def alone(form: Form) -> Form:
    """The form as somebody is named for it: nobody is named yet, and nobody counted."""
    return replace(
        form,
        performer="",
        duties=tuple(replace(rule, min_officers=0, officers="") for rule in form.duties),
    )


def may_take(work: Work, case: Case, task: TaskRow, person_id: int) -> Verdict:
    """Whether the person could take the task as it stands."""
    return verdict(work, case, task, person_id, Door.CLAIM)


def facts(work: Work, ids: Iterable[int]) -> Mapping[int, PersonFacts]:
    """What policy must know of people, read at most once per person and unit of work."""
    return matters.facts(work, ids)
