"""People and bodies: signing in, who somebody is, and who holds which role."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Mapping

from engine.actor import Actor, Channel
from engine.errors import Invalid, NotFound
from engine.i18n import LOCALES
from engine.office import Office
from engine.services import audit, passwords
from engine.store import attempts, sign_ins
from engine.store import bodies as body_store
from engine.store import people as store
from engine.store.bodies import Body
from engine.store.people import Person
from engine.values.acts import Act
from engine.values.pages import BodyRow, PersonRow
from engine.values.people import PersonFacts
from engine.values.person_pages import MembershipRow, Profile, SignedIn
from engine.work import Work

#: Attempts to sign in are counted per this many minutes …
PERIOD_MINUTES = 15
#: … for one login from one address, and for one login from anywhere.
MOST_FROM_ONE_PLACE = 10
MOST_IN_ALL = 100

# --- Signing in -------------------------------------------------------------------------------


def authenticate(
    office: Office, login: str, password: str, source: str = "", channel: Channel = Channel.WEB
) -> SignedIn:
    """Who signs in. ``source`` is the address the attempt comes from.

    Takes the office: attempts are counted in a unit of work of their own, so that they stay counted
    when the attempt is refused, and no lock is held while the password is hashed.

    Raises Invalid ``bad_credentials``, or ``too_many_attempts`` with the minutes to wait.
    """
    visitor = Actor("visitor", channel)
    login = plain_login(login)
    keys = {_key(login, source): MOST_FROM_ONE_PLACE, _key(login): MOST_IN_ALL}
    with office.begin(visitor) as work:
        period, passed = divmod(int(work.now.timestamp()), PERIOD_MINUTES * 60)
        refused = False
        for key, most in keys.items():
            count = attempts.count_attempt(work.session, key, period)
            refused = refused or count > most
            if count == most + 1:
                audit.append(work, None, Act.SIGN_IN_THROTTLED, login=login, source=source)
        person = store.person_by_login(work.session, login)
    if refused:
        raise Invalid("too_many_attempts", minutes=PERIOD_MINUTES - passed // 60)
    stored = person.password_hash if person is not None and person.active else ""
    if not passwords.matches(stored, password) or person is None:
        raise Invalid("bad_credentials")
    with office.begin(Actor(person.name, channel, person.id)) as work:
        attempts.forget_attempts(work.session, keys)
        if passwords.outdated(stored):
            store.change_person(work.session, person.id, password_hash=passwords.digest(password))
        audit.append(work, None, Act.SIGNED_IN, login=login, source=source)
        return _signed_in(work, whole_person(work, person.id), channel)


def signed_in(work: Work, person_id: int, stamp: str) -> SignedIn:
    """Who a session belongs to. Raises NotFound ``session_ended`` when it no longer holds."""
    person = store.person(work.session, person_id)
    if person is None or not person.active or passwords.stamp(person.password_hash) != stamp:
        raise NotFound("session_ended")
    return _signed_in(work, person, Channel.WEB)


def actor(work: Work, person_id: int, channel: Channel = Channel.WEB) -> Actor:
    """The person as one who acts. Raises NotFound ``no_such_person`` for one who is not active."""
    person = whole_person(work, person_id)
    if not person.active:
        raise NotFound("no_such_person", person=person_id)
    return _actor(work, person, channel)


def plain_login(login: str) -> str:
    """A login as it is stored: full-width letters, capitals and blanks around do not matter."""
    return unicodedata.normalize("NFKC", login).strip().lower()[:80]


def _signed_in(work: Work, person: Person, channel: Channel) -> SignedIn:
    return SignedIn(
        _actor(work, person, channel),
        person.login,
        passwords.stamp(person.password_hash),
        person.locale,
    )


def _actor(work: Work, person: Person, channel: Channel) -> Actor:
    held = store.memberships_of(work.session, [person.id]).get(person.id, ())
    return Actor(person.name, channel, person.id, held, person.administrator)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


# --- One's own page ---------------------------------------------------------------------------


def profile(work: Work) -> Profile:
    """The reader's own page. Raises NotFound ``no_such_person`` for machines."""
    person = whole_person(work, work.actor.person_id)
    known = store.facts(work.session, [person.id])[person.id]
    rows = {m.body_id: body(work, m.body_id) for m in known.memberships}
    return Profile(
        id=person.id,
        name=person.name,
        login=person.login,
        mail=person.mail,
        locale=person.locale,
        memberships=tuple(MembershipRow(rows[m.body_id], m.role) for m in known.memberships),
        certificates=known.certificates,
        password_changed_at=person.password_changed_at,
    )


def change_password(work: Work, old: str, new: str) -> SignedIn:
    """Change the reader's password; every other session of theirs ends.

    Raises Invalid whose ``fields`` are ``old`` (``bad_password``) or ``new`` (``weak_password``,
    ``same_password``).
    """
    person = whole_person(work, work.actor.person_id)
    if not passwords.matches(person.password_hash, old):
        raise Invalid(fields={"old": Invalid("bad_password")})
    if old == new:
        raise Invalid(fields={"new": Invalid("same_password")})
    try:
        passwords.check(new, person.login)
    except Invalid as error:
        raise Invalid(fields={"new": error}) from error
    store_password(work, person, new)
    return _signed_in(work, whole_person(work, person.id), work.actor.channel)


def choose_language(work: Work, locale: str) -> None:
    """The language the reader's pages and mail are in. Raises Invalid ``unknown_language``."""
    if locale not in LOCALES:
        raise Invalid("unknown_language", locale=locale)
    store.change_person(work.session, whole_person(work, work.actor.person_id).id, locale=locale)


def store_password(work: Work, person: Person, new: str) -> None:
    """Keep a new password that was checked; every session of the person ends."""
    store.change_person(
        work.session,
        person.id,
        password_hash=passwords.digest(new),
        password_changed_at=work.now,
    )
    sign_ins.end_all(work.session, person.id)
    audit.append(work, None, Act.PASSWORD_CHANGED, login=person.login)


# --- Looking up -------------------------------------------------------------------------------


def body(work: Work, body_id: int) -> BodyRow:
    """A body. Raises NotFound ``no_such_body``."""
    return _body_row(whole_body(work, body_id))


def bodies(work: Work, kind: str | None = None) -> list[BodyRow]:
    """Active bodies, of one kind if one is given."""
    return [_body_row(found) for found in body_store.all_bodies(work.session, kind)]


def directory(work: Work, role: str, body_id: int | None = None) -> list[PersonRow]:
    """Active people who hold a role, at a body if one is given."""
    ids = store.holders(work.session, role, None if body_id is None else [body_id])
    return rows(work, ids)


def rows(work: Work, ids: Collection[int]) -> list[PersonRow]:
    """People as lists show them, in the order of the ids; unknown ids are left out."""
    names = store.names_of_people(work.session, ids)
    held = store.memberships_of(work.session, ids)
    places = body_store.names_of_bodies(
        work.session, {m.body_id for memberships in held.values() for m in memberships}
    )
    return [
        PersonRow(
            id,
            names[id],
            tuple(dict.fromkeys(places[m.body_id] for m in held.get(id, ()))),
            tuple(dict.fromkeys(m.role for m in held.get(id, ()))),
        )
        for id in ids
        if id in names
    ]


def facts(work: Work, ids: Collection[int]) -> Mapping[int, PersonFacts]:
    """What policy must know of people, by id; unknown ids are left out."""
    return store.facts(work.session, ids)


def whole_person(work: Work, person_id: int | None) -> Person:
    """A person whole, for other services. Raises NotFound ``no_such_person``."""
    person = store.person(work.session, person_id) if person_id is not None else None
    if person is None:
        raise NotFound("no_such_person", person=person_id)
    return person


def whole_body(work: Work, body_id: int) -> Body:
    """A body whole, for other services. Raises NotFound ``no_such_body``."""
    found = body_store.body(work.session, body_id)
    if found is None:
        raise NotFound("no_such_body", body=body_id)
    return found


def _body_row(found: Body) -> BodyRow:
    return BodyRow(found.id, found.name, found.kind, found.parent_id)
