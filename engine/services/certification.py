"""What a case does with certificates (执法证件) and auxiliaries (执法辅助人员): W07, W13.

The case acts with its own authority: a person it names must belong to one of its bodies. Whoever
loses a certificate is out of every pool at once, and what they had in hand goes back (R14).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from engine.errors import Broken, Invalid
from engine.rules.certificates import DUTY_KINDS, ENFORCING
from engine.rules.registers import local_day
from engine.services import access, audit, ledgers, places, released, slots
from engine.services.dockets import Docket
from engine.store import accounts, bodies
from engine.store import people as store
from engine.store.bodies import Body
from engine.store.people import Person
from engine.values.acts import Act
from engine.values.people import Certificate, Membership
from engine.values.running import Json
from engine.work import Work

#: What becomes of a certificate by each action.
BECOMES = {"suspend": "suspended", "restore": "active", "cancel": "cancelled"}
#: The last day of a certificate that names none.
_LONG = date(2999, 12, 31)


@dataclass(frozen=True)
class Wish:
    """What a diagram asks for."""

    action: str
    person: Json
    reason: str
    number: str = ""
    kind: str = ""
    #: Slot or id of the body it counts for; empty is the case's own.
    body: Json = None
    field: str = ""
    area: str = ""
    valid_from: Json = None
    valid_to: Json = None
    #: Last day of a suspension, for the register.
    until: Json = None


def certificate(work: Work, docket: Docket, wish: Wish) -> Json:
    """Issue, suspend, restore or cancel; the numbers it was done to and the tasks that went back.

    Without a number an action concerns every certificate of the person's for enforcement (or of
    ``kind``). Raises Broken ``unknown_action``, ``target_not_of_case``, ``no_such_certificate``,
    ``decides_about_themselves`` (R9), Invalid ``certificate_of_another``,
    ``certificate_is_cancelled``.
    """
    person = _person(work, docket, wish.person)
    if wish.action == "issue":
        _nobody_themselves(work, person)
        numbers = [_issue(work, docket, person, wish)]
    elif wish.action in BECOMES:
        if wish.action == "restore":
            _nobody_themselves(work, person)
        numbers = _change(work, docket, person, wish)
    else:
        raise Broken("unknown_action", action=wish.action)
    back = released.by_rule(work, person.id, apart=docket)
    return {"numbers": numbers, "status": BECOMES.get(wish.action, "active"), "released": back}


def _issue(work: Work, docket: Docket, person: Person, wish: Wish) -> str:
    number = " ".join(wish.number.split())[:60]
    if not number:
        raise Broken("parameter_missing", parameter="number")
    kind = wish.kind or ENFORCING[0]
    if kind not in DUTY_KINDS:
        raise Broken("unknown_action", action=kind)
    known = accounts.certificate(work.session, number)
    if known is not None and known[0] != person.id:
        raise Invalid("certificate_of_another", number=number)
    if known is not None and known[1].status == "cancelled":
        raise Invalid("certificate_is_cancelled", number=number)
    at = _body(work, docket, person, wish)
    first = local_day(wish.valid_from) if wish.valid_from else work.today
    last = local_day(wish.valid_to) if wish.valid_to else _LONG
    if last < first:
        raise Invalid("ends_before_it_begins", number=number)
    held = Certificate(
        number=number,
        kind=kind,
        body_id=at.id,
        field=_limited(wish.field, {one.sector for one in places.every(work).values()}),
        area=_limited(wish.area, {one.area for one in places.every(work).values()}),
        valid_from=first,
        valid_to=last,
        status=known[1].status if known is not None else "active",
    )
    _keep(work, docket, person, held, wish)
    return number


def _limited(told: str, known: set[str]) -> str:
    """A field or area the county knows limits where the certificate counts; other words say only
    what is printed on it, and stand in the register.
    """
    told = told.strip()[:80]
    return told if told in known else ""


def _change(work: Work, docket: Docket, person: Person, wish: Wish) -> list[str]:
    kinds = (wish.kind,) if wish.kind else ENFORCING
    held = store.facts(work.session, [person.id])[person.id].certificates
    to = BECOMES[wish.action]
    if wish.number:
        found = [one for one in held if one.number == " ".join(wish.number.split())]
    else:
        found = [one for one in held if one.kind in kinds and one.status not in (to, "cancelled")]
    if not found:
        raise Broken("no_such_certificate", number=wish.number or person.name)
    for one in found:
        if one.status == "cancelled" and to != "cancelled":
            raise Invalid("certificate_is_cancelled", number=one.number)
        _keep(work, docket, person, replace(one, status=to), wish)
    return [one.number for one in found]


def _keep(work: Work, docket: Docket, person: Person, held: Certificate, wish: Wish) -> None:
    values = {**vars(held), "person_id": person.id}
    values.pop("number")
    store.put_certificate(work.session, held.number, **values)
    audit.append(
        work,
        docket,
        Act.CERTIFICATE_CHANGED,
        login=person.login,
        number=held.number,
        status=held.status,
        reason=wish.reason,
    )
    more: dict[str, Json] = {
        "reason": wish.reason,
        "decided_on": work.today.isoformat(),
        "suspended_until": local_day(wish.until).isoformat() if wish.until else "",
    }
    if wish.action == "issue":
        more |= {"field": wish.field.strip(), "area": wish.area.strip()}
    ledgers.certificate(work, docket, person, held, more)


# --- Auxiliaries ------------------------------------------------------------------------------


def auxiliary(
    work: Work, docket: Docket, action: str, person_id: Json, more: dict[str, Json]
) -> Json:
    """Register somebody as an auxiliary, who may take no task of enforcement (A34, R14), or end it.

    Raises Broken ``unknown_action``, ``target_not_of_case``, ``decides_about_themselves``.
    """
    if action not in ("register", "end"):
        raise Broken("unknown_action", action=action)
    person = _person(work, docket, person_id)
    _nobody_themselves(work, person)
    now = action == "register"
    store.change_person(work.session, person.id, auxiliary=now)
    audit.append(
        work, docket, Act.PERSON_CHANGED, login=person.login, active=person.active, auxiliary=now
    )
    back = released.by_rule(work, person.id, apart=docket)
    ledgers.auxiliary(work, docket, person, now, more)
    return {"auxiliary": now, "released": back}


# --- Whom a case may name ---------------------------------------------------------------------


def _person(work: Work, docket: Docket, person_id: Json) -> Person:
    """The person, held until the end, who must belong to one of the case's bodies."""
    if isinstance(person_id, bool) or not isinstance(person_id, int):
        raise Broken("parameter_not_person", parameter="person")
    found = store.lock_person(work.session, person_id)
    if found is None:
        raise Broken("unknown_person", person=person_id)
    reach = _reach(work, docket)
    if not any(one.body_id in reach for one in _memberships(work, found)):
        raise Broken("target_not_of_case", name=found.name)
    return found


def _memberships(work: Work, person: Person) -> tuple[Membership, ...]:
    return store.memberships_of(work.session, [person.id]).get(person.id, ())


def _reach(work: Work, docket: Docket) -> set[int]:
    """The case's bodies with the departments above them and the units below."""
    own = set(docket.slots.values())
    return own.union(*(access.family(work, body_id) for body_id in own))


def _body(work: Work, docket: Docket, person: Person, wish: Wish) -> Body:
    wanted = wish.body
    body_id = slots.resolve(work, docket.slots, wanted) if isinstance(wanted, str) else wanted
    if wanted in (None, ""):
        reach = _reach(work, docket)
        body_id = next(one.body_id for one in _memberships(work, person) if one.body_id in reach)
    found = bodies.body(work.session, body_id) if isinstance(body_id, int) else None
    if found is None or found.id not in _reach(work, docket):
        raise Broken("target_not_of_case", name=found.name if found is not None else str(wanted))
    return found


def _nobody_themselves(work: Work, person: Person) -> None:
    if work.actor.person_id == person.id:
        raise Broken("decides_about_themselves", rule="R9", name=person.name)
