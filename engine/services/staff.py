"""Who works here: accounts, and the roles people hold at bodies. For administrators only."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Forbidden, Invalid, NotFound
from engine.rules import pools
from engine.services import audit, passwords, people, shipped
from engine.store import bodies, sign_ins
from engine.store import people as store
from engine.store.bodies import Body
from engine.store.people import Person
from engine.values.acts import Act
from engine.values.pages import PAGE_ROWS
from engine.work import Work

COUNTY_GOV = "COUNTY_GOV"


@dataclass(frozen=True)
class StaffRow:
    """An account with its roles by body. For administrators only."""

    id: int
    login: str
    name: str
    active: bool
    administrator: bool
    auxiliary: bool
    #: (role, name of the body)
    roles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class StaffPage:
    """A page of accounts."""

    text: str
    rows: tuple[StaffRow, ...] = ()
    after: str = ""


def listing(work: Work, text: str = "", after: str = "") -> StaffPage:
    """Accounts whose login or name holds the text. Raises Forbidden, Invalid ``bad_cursor``."""
    _administrator(work)
    if after and not after.isdecimal():
        raise Invalid("bad_cursor")
    found = store.search(work.session, text, int(after or 0), PAGE_ROWS + 1)
    shown = found[:PAGE_ROWS]
    held = store.memberships_of(work.session, [person.id for person in shown])
    places = {m.body_id for memberships in held.values() for m in memberships}
    names = bodies.names_of_bodies(work.session, places)
    return StaffPage(
        text,
        tuple(
            StaffRow(
                person.id,
                person.login,
                person.name,
                person.active,
                person.administrator,
                person.auxiliary,
                tuple((m.role, names.get(m.body_id, "")) for m in held.get(person.id, ())),
            )
            for person in shown
        ),
        str(shown[-1].id) if len(found) > PAGE_ROWS else "",
    )


def add(work: Work, login: str, name: str, mail: str = "", *, administrator: bool = False) -> int:
    """Create an account nobody can sign in with until a password is set; its id.

    Raises Forbidden ``administrator_only`` and Invalid ``login_taken`` or ``required``.
    """
    _administrator(work)
    login = people.plain_login(login)
    missing = {"login": login, "name": name.strip()}
    if not all(missing.values()):
        raise Invalid(fields={k: Invalid("required") for k, text in missing.items() if not text})
    if store.person_by_login(work.session, login) is not None:
        raise Invalid(fields={"login": Invalid("login_taken", login=login)})
    person_id = store.add_person(
        work.session,
        login=login,
        name=name.strip(),
        mail=mail.strip(),
        administrator=administrator,
        created_at=work.now,
    )
    audit.append(work, None, Act.PERSON_ADDED, login=login, administrator=administrator)
    return person_id


def set_active(work: Work, person_id: int, active: bool) -> None:
    """Let somebody sign in and act, or no longer. What they did stays theirs."""
    _administrator(work)
    person = _other(work, person_id)
    store.change_person(work.session, person.id, active=active)
    if not active:
        sign_ins.end_all(work.session, person.id)
    audit.append(work, None, Act.PERSON_CHANGED, login=person.login, active=active)


def set_password(work: Work, person_id: int, new: str) -> None:
    """Give somebody a new password. Raises Invalid ``weak_password``."""
    _administrator(work)
    person = people.whole_person(work, person_id)
    passwords.check(new, person.login)
    people.store_password(work, person, new)


def grant(work: Work, person_id: int, body_id: int, role: str) -> bool:
    """Give somebody a role at a body; False when they hold it already.

    Raises Forbidden: ``administrator_only``; ``own_membership``, since nobody decides about
    themselves (R9); ``administrator_with_roles``, since who runs the system takes no part in cases;
    ``pools_conflict``, since supervisors do not enforce (R6). Invalid ``unknown_role``.
    """
    _administrator(work)
    person, at = _other(work, person_id), people.whole_body(work, body_id)
    known = shipped.county_roles(work.office).get(role)
    if known is None or known.outside:
        raise Invalid("unknown_role", role=role)
    if person.administrator:
        raise Forbidden("administrator_with_roles", rule="R9", person=person.name)
    verdict = pools.conflicting_membership(
        store.memberships_of(work.session, [person.id]).get(person.id, ()),
        role,
        at.id,
        shipped.county_roles(work.office),
        _family(work, at),
    )
    if not verdict:
        raise Forbidden(
            verdict.code, rule=verdict.rule, basis=verdict.basis, body=at.name, **verdict.facts
        )
    given = store.add_membership(work.session, person.id, at.id, role, work.now)
    if given:
        audit.append(
            work, None, Act.MEMBERSHIP_GRANTED, login=person.login, body=at.code, role=role
        )
    return given


def revoke(work: Work, person_id: int, body_id: int, role: str) -> bool:
    """Take a role at a body away from somebody; False when they did not hold it."""
    _administrator(work)
    person, at = _other(work, person_id), people.whole_body(work, body_id)
    taken = store.remove_membership(work.session, person.id, at.id, role)
    if taken:
        audit.append(
            work, None, Act.MEMBERSHIP_REVOKED, login=person.login, body=at.code, role=role
        )
    return taken


def _family(work: Work, at: Body) -> set[int]:
    """An authority with its units counts as one body: supervision is apart from enforcement."""
    known = {body.id: body for body in bodies.all_bodies(work.session)}
    above = known.get(at.parent_id) if at.parent_id is not None else None
    top = above if above is not None and above.kind != COUNTY_GOV else at
    if top.kind == COUNTY_GOV:
        return {at.id}
    return {top.id, *(body.id for body in known.values() if body.parent_id == top.id)}


def _administrator(work: Work) -> None:
    if not work.actor.administrator:
        raise Forbidden("administrator_only")


def _other(work: Work, person_id: int) -> Person:
    """Somebody else, held until the end: two grants at once must see each other's roles."""
    person = store.lock_person(work.session, person_id)
    if person is None:
        raise NotFound("no_such_person", person=person_id)
    if work.actor.person_id == person_id:
        raise Forbidden("own_membership", rule="R9")
    return person
