"""The end of a body of enforcement (取消执法主体): W06, A29.

At once, in the case's own transaction: nobody holds a role there any more, its certificates are
cancelled, running cases go on at the body that takes over, open tasks wait in its pools, and
delegations in which the body takes part are asked to be terminated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.errors import Broken
from engine.rules.certificates import DUTY_KINDS
from engine.services import (
    access,
    audit,
    dockets,
    ledgers,
    messaging,
    moves,
    released,
    slots,
    wording,
)
from engine.services.bodies import ONLY_ONE
from engine.services.dockets import Docket
from engine.store import accounts, bodies, people, standing
from engine.store import tasks as task_store
from engine.store.bodies import Body
from engine.values.acts import Act
from engine.values.process import FieldType
from engine.values.running import Json
from engine.work import Work

#: What a delegation that loses one of its bodies is asked.
TERMINATE = "request_termination"


@dataclass(frozen=True)
class _Ending:
    """A body that ends with its units, and the body that takes over."""

    body: Body
    units: tuple[Body, ...]
    successor: Body
    reason: str
    #: People who lost a role.
    people: frozenset[int]

    @property
    def ids(self) -> frozenset[int]:
        """The body and its units."""
        return frozenset((self.body.id, *(unit.id for unit in self.units)))

    def instead(self, body_id: int) -> int:
        """The body that stands where this one stood."""
        return self.successor.id if body_id in self.ids else body_id


def end_body(work: Work, docket: Docket, body: Json, successor: Json, reason: str) -> Json:
    """End a body of the case with its units; ``successor`` takes over what it has in hand.

    Named but empty, nothing ends: it has no place in the county's table. Raises Broken
    ``target_not_of_case``, ``body_cannot_end``, ``successor_needed``.
    """
    if body in (None, ""):
        return {"people": 0, "cases": [], "terminations": [], "successor": None}
    ended = _target(work, docket, body)
    units = tuple(
        one for one in bodies.every_body(work.session) if one.parent_id == ended.id and one.active
    )
    after = _successor(work, docket, successor, {ended.id, *(unit.id for unit in units)})
    at = {ended.id: ended, **{unit.id: unit for unit in units}}
    lost = _roles(work, docket, at)
    ending = _Ending(ended, units, after, reason, frozenset(lost))
    _certificates(work, docket, ending)
    for one in at.values():
        _close(work, docket, one, ending)
    work.kept.pop("facts", None)
    moved, asked = _cases(work, docket, ending)
    for person in sorted(lost):
        released.by_rule(work, person, apart=docket)
    audit.append(
        work,
        docket,
        Act.BODY_ENDED,
        body=ended.name,
        code=ended.code,
        to=after.name,
        reason=reason,
        people=len(lost),
        cases=len(moved),
    )
    return {"people": len(lost), "cases": moved, "terminations": asked, "successor": after.id}


def _target(work: Work, docket: Docket, wanted: Json) -> Body:
    found = _body(work, docket, wanted)
    reach = set(docket.slots.values())
    reach |= {unit for body_id in docket.slots.values() for unit in access.family(work, body_id)}
    if found is None or found.id not in reach:
        raise Broken("target_not_of_case", name=found.name if found is not None else str(wanted))
    if found.kind in ONLY_ONE or not found.active:
        raise Broken("body_cannot_end", name=found.name)
    return found


def _successor(work: Work, docket: Docket, wanted: Json, ended: set[int]) -> Body:
    found = _body(work, docket, wanted)
    if found is None or not found.active or found.id in ended:
        raise Broken("successor_needed", name=found.name if found is not None else "")
    return found


def _body(work: Work, docket: Docket, wanted: Json) -> Body | None:
    body_id = slots.resolve(work, docket.slots, wanted) if isinstance(wanted, str) else wanted
    whole = isinstance(body_id, int) and not isinstance(body_id, bool)
    return bodies.body(work.session, body_id) if whole and body_id is not None else None


# --- What ends --------------------------------------------------------------------------------


def _roles(work: Work, docket: Docket, at: dict[int, Body]) -> set[int]:
    lost: set[int] = set()
    for person_id, body_id, role in standing.end_memberships(work.session, at.keys()):
        lost.add(person_id)
        person = people.person(work.session, person_id)
        audit.append(
            work,
            docket,
            Act.MEMBERSHIP_REVOKED,
            login=person.login if person is not None else "",
            body=at[body_id].code,
            role=role,
        )
    return lost


def _certificates(work: Work, docket: Docket, ending: _Ending) -> None:
    for person_id, number in standing.certificates_at(work.session, ending.ids):
        person = people.lock_person(work.session, person_id)
        known = accounts.certificate(work.session, number)
        if person is None or known is None or known[1].kind not in DUTY_KINDS:
            continue
        held = replace(known[1], status="cancelled")
        values = {**vars(held), "person_id": person_id}
        values.pop("number")
        people.put_certificate(work.session, number, **values)
        audit.append(
            work,
            docket,
            Act.CERTIFICATE_CHANGED,
            login=person.login,
            number=number,
            status=held.status,
            reason=ending.reason,
        )
        more = {"reason": ending.reason, "decided_on": work.today.isoformat()}
        ledgers.certificate(work, docket, person, held, more)


def _close(work: Work, docket: Docket, one: Body, ending: _Ending) -> None:
    values = {name: value for name, value in vars(one).items() if name not in ("id", "code")}
    bodies.put_body(work.session, one.code, **{**values, "active": False})
    audit.append(work, docket, Act.BODY_CHANGED, body=one.name, code=one.code)
    closed = bodies.body(work.session, one.id)
    if closed is not None:
        more = {"successor": ending.successor.id, "handed_over_on": work.today.isoformat()}
        ledgers.body(work, docket, closed, more)


# --- What goes on -----------------------------------------------------------------------------


def _cases(work: Work, docket: Docket, ending: _Ending) -> tuple[list[str], list[str]]:
    """Numbers of the cases that go on at the successor, and of those asked to be terminated."""
    moved, asked = [], []
    for case_id in standing.running_cases_of(work.session, ending.ids):
        if case_id == docket.id:
            # The case by which the body ends comes to its end where it is.
            continue
        doing = work.doing
        with dockets.held(work, case_id) as other:
            _move(work, other, ending)
            moved.append(other.number)
            values = {"end_kind": "body_changed", "end_reasons": ending.reason}
            if messaging.deliver(work, other, TERMINATE, values, docket.number):
                asked.append(other.number)
        work.doing = doing
    return moved, asked


def _move(work: Work, other: Docket, ending: _Ending) -> None:
    """The successor stands where the body stood, in slots, fields and tasks."""
    before = dict(other.slots)
    fields = wording.fields_of(other.description)
    acting = {form.performer for form in other.description.forms.values()} - {""}
    data = dict(other.data)
    for id, field in fields.items():
        value = data.get(id)
        if field.type is FieldType.BODY and isinstance(value, int):
            data[id] = ending.instead(value)
        if id in acting and field.type in (FieldType.PERSON, FieldType.PEOPLE):
            data[id] = _without(value, ending.people)
    other.data = data
    other.slots = {slot: ending.instead(body_id) for slot, body_id in before.items()}
    for slot in before:
        if slot.endswith(slots.LEGAL):
            # The successor has a legal unit of its own.
            other.slots.pop(slot)
    other.placed = False
    moves.describe(work, other)
    for task in task_store.open_of_case(work.session, other.id):
        _offer(work, other, task, ending)
    audit.append(
        work,
        other,
        Act.BODY_REPLACED,
        body=ending.body.name,
        to=ending.successor.name,
        reason=ending.reason,
    )


def _offer(work: Work, other: Docket, task: task_store.TaskRow, ending: _Ending) -> None:
    """An open task of the body waits in the pool of the one that takes over."""
    if task.body_id in ending.ids:
        task_store.change(
            work.session,
            task.id,
            body_id=other.slots.get(task.slot),
            assignee_id=None,
            claimed_at=None,
            acting_for=None,
        )
    named = [one for one in task.performers or () if one not in ending.people]
    if task.performers and named != task.performers:
        task_store.name_performers(work.session, task.id, other.id, named)
        if not named:
            task_store.change(work.session, task.id, performers=None)


def _without(value: Json, gone: frozenset[int]) -> Json:
    if isinstance(value, list):
        return [one for one in value if one not in gone]
    return None if value in gone else value
