"""Who works here: accounts, and the roles people hold at bodies. For administrators only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.errors import Forbidden, Invalid, NotFound
from engine.rules import pools
from engine.services import audit, ledgers, passwords, people, released, shipped
from engine.store import accounts, bodies, sign_ins
from engine.store import people as store
from engine.store.bodies import Body
from engine.store.people import Person
from engine.values.acts import Act
from engine.values.pages import PAGE_ROWS
from engine.work import Work

COUNTY_GOV = "COUNTY_GOV"
#: Letters the database keeps of what is entered.
_LONGEST = {"name": 80, "mail": 200}


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
class Details:
    """What an administrator enters about somebody."""

    name: str
    mail: str = ""
    phone: str = ""
    post: str = ""
    auxiliary: bool = False
    reviewer_since: date | None = None


@dataclass(frozen=True)
class StaffPage:
    """A page of accounts."""

    text: str
    rows: tuple[StaffRow, ...] = ()
    after: str = ""


def listing(work: Work, text: str = "", after: str = "") -> StaffPage:
    """Accounts whose login or name holds the text. Raises Forbidden, Invalid ``bad_cursor``."""
    administrator_only(work)
    if after and not after.isdecimal():
        raise Invalid("bad_cursor")
    found = accounts.search(work.session, text, int(after or 0), PAGE_ROWS + 1)
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
    administrator_only(work)
    login = people.plain_login(login)
    given = {"login": login, "name": name.strip(), "mail": mail.strip()}
    wrong = {key: Invalid("required") for key in ("login", "name") if not given[key]}
    for key, most in _LONGEST.items():
        if len(given[key]) > most:
            wrong[key] = Invalid("too_long", maximum=most)
    if wrong:
        raise Invalid(fields=dict(wrong))
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


def change(work: Work, person_id: int, details: Details) -> None:
    """What is known of somebody: name, how to reach them, what they may not do.

    Raises Forbidden, Invalid ``required``. An auxiliary's tasks of enforcement go back.
    """
    administrator_only(work)
    person = other(work, person_id)
    name = details.name.strip()[:80]
    if not name:
        raise Invalid(fields={"name": Invalid("required")})
    store.change_person(
        work.session,
        person.id,
        name=name,
        mail=details.mail.strip()[:200],
        phone=details.phone.strip()[:40],
        post=details.post.strip()[:80],
        auxiliary=details.auxiliary,
        reviewer_since=details.reviewer_since,
    )
    audit.append(work, None, Act.PERSON_CHANGED, login=person.login, active=person.active)
    released.by_rule(work, person.id)
    ledgers.of_person(work, person.id)


def set_active(work: Work, person_id: int, active: bool) -> None:
    """Let somebody sign in and act, or no longer. What they did stays theirs; what they have in
    hand goes back to the pools.

    Raises Forbidden ``last_administrator`` for the only one who is left.
    """
    administrator_only(work)
    person = other(work, person_id)
    if not active:
        _not_the_last(work, person)
    store.change_person(work.session, person.id, active=active)
    if not active:
        sign_ins.end_all(work.session, person.id)
        released.everything(work, person.id)
    audit.append(work, None, Act.PERSON_CHANGED, login=person.login, active=active)


def set_administrator(work: Work, person_id: int, administrator: bool) -> None:
    """Let somebody run the installation, or no longer. Raises Forbidden
    ``administrator_with_roles`` for one who holds a role in cases, ``last_administrator``.
    """
    administrator_only(work)
    person = other(work, person_id)
    if administrator and store.memberships_of(work.session, [person.id]):
        raise Forbidden("administrator_with_roles", rule="R9", person=person.name)
    if not administrator:
        _not_the_last(work, person)
    store.change_person(work.session, person.id, administrator=administrator)
    audit.append(work, None, Act.PERSON_CHANGED, login=person.login, active=person.active)


def _not_the_last(work: Work, person: Person) -> None:
    if person.administrator and accounts.administrators(work.session, but=person.id) == 0:
        raise Forbidden("last_administrator")


def set_password(work: Work, person_id: int, new: str) -> None:
    """Give somebody a new password. Raises Invalid ``weak_password``."""
    administrator_only(work)
    person = people.whole_person(work, person_id)
    passwords.check(new, person.login)
    people.store_password(work, person, new)


def grant(work: Work, person_id: int, body_id: int, role: str) -> bool:
    """Give somebody a role at a body; False when they hold it already.

    Raises Forbidden: ``administrator_only``; ``own_membership``, since nobody decides about
    themselves (R9); ``administrator_with_roles``, since who runs the system takes no part in cases;
    ``pools_conflict``, since supervisors do not enforce (R6). Invalid ``unknown_role``.
    """
    administrator_only(work)
    person, at = other(work, person_id), people.whole_body(work, body_id)
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
    administrator_only(work)
    person, at = other(work, person_id), people.whole_body(work, body_id)
    taken = store.remove_membership(work.session, person.id, at.id, role)
    if taken:
        work.kept.pop("facts", None)
        released.by_rule(work, person.id)
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


def administrator_only(work: Work) -> None:
    """Refuse everybody else."""
    if not work.actor.administrator:
        raise Forbidden("administrator_only")


def other(work: Work, person_id: int) -> Person:
    """Somebody else, held until the end: two grants at once must see each other's roles."""
    person = store.lock_person(work.session, person_id)
    if person is None:
        raise NotFound("no_such_person", person=person_id)
    if work.actor.person_id == person_id:
        raise Forbidden("own_membership", rule="R9")
    return person
