"""People, the roles they hold at bodies, and their certificates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, affected, insert_missing, metadata
from engine.store.bodies import bodies
from engine.store.prepared import Prepared, among, portions
from engine.values.people import Certificate, Membership, PersonFacts

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    #: ``scrypt$…``; empty means that nobody can sign in.
    Column("password_hash", String(200), nullable=False, default=""),
    Column("password_changed_at", Instant),
    Column("active", Boolean, nullable=False, default=True),
    #: 执法辅助人员: never an enforcement task (R14).
    Column("auxiliary", Boolean, nullable=False, default=False),
    #: Runs the installation; holds no role in any case.
    Column("administrator", Boolean, nullable=False, default=False),
    Column("locale", String(10), nullable=False, default=""),
    Column("mail", String(200), nullable=False, default=""),
    Column("phone", String(40), nullable=False, default=""),
    #: Office held, as documents name it.
    Column("post", String(80), nullable=False, default=""),
    #: Since when they review penalties (R3).
    Column("reviewer_since", Date),
    Column("created_at", Instant, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("person_id", Id, ForeignKey(people.c.id), primary_key=True),
    Column("body_id", Id, ForeignKey(bodies.c.id), primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("granted_at", Instant, nullable=False),
    Index("ix_memberships_role_body", "role", "body_id"),
)

certificates = Table(
    "certificates",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey(people.c.id), nullable=False, index=True),
    Column("number", String(60), nullable=False, unique=True),
    #: enforcement, supervision, delegated, legal_profession
    Column("kind", String(20), nullable=False),
    Column("body_id", Id, ForeignKey(bodies.c.id), nullable=False),
    Column("field", String(80), nullable=False, default=""),
    Column("area", String(80), nullable=False, default=""),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    #: active, suspended, cancelled
    Column("status", String(20), nullable=False, default="active"),
)

# --- People -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """A person whole, the password's hash included: never leaves the services."""

    id: int
    login: str
    name: str
    password_hash: str
    password_changed_at: datetime | None
    active: bool
    auxiliary: bool
    administrator: bool
    locale: str
    mail: str
    phone: str
    post: str
    reviewer_since: date | None
    created_at: datetime


def person(session: Session, person_id: int) -> Person | None:
    """One person."""
    row = session.execute(select(people).where(people.c.id == person_id)).one_or_none()
    return Person(**row._mapping) if row is not None else None


def person_by_login(session: Session, login: str) -> Person | None:
    """The person with a login."""
    row = session.execute(select(people).where(people.c.login == login)).one_or_none()
    return Person(**row._mapping) if row is not None else None


def add_person(session: Session, **values: Any) -> int:
    """Create a person; the id. The login must be free."""
    made: int = session.execute(insert(people).values(**values).returning(people.c.id)).scalar_one()
    return made


def change_person(session: Session, person_id: int, **values: Any) -> None:
    """Set columns of a person."""
    session.execute(update(people).where(people.c.id == person_id).values(**values))


def names_of_people(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Names by id; unknown ids are left out."""
    query = select(people.c.id, people.c.name).where(people.c.id.in_(set(ids)))
    return {row.id: row.name for row in session.execute(query)}


def holders(session: Session, role: str, body_ids: Sequence[int] | None = None) -> list[int]:
    """Ids of active people who hold a role, at one of the bodies if any are given."""
    if body_ids is not None:
        asked = [{**portion, "role": role} for portion in portions(body_ids)]
        return sorted({row[0] for each in asked for row in _HOLDERS_AT.all(session, each)})
    return sorted(row[0] for row in _HOLDERS.all(session, {"role": role}))


_HOLDERS = Prepared(
    select(people.c.id)
    .join(memberships, memberships.c.person_id == people.c.id)
    .where(people.c.active, memberships.c.role == bindparam("role"))
    .group_by(people.c.id)
)
_HOLDERS_AT = Prepared(
    select(people.c.id)
    .join(memberships, memberships.c.person_id == people.c.id)
    .where(people.c.active, memberships.c.role == bindparam("role"), among(memberships.c.body_id))
    .group_by(people.c.id)
)


def members(session: Session, body_ids: Collection[int]) -> list[int]:
    """Ids of active people with any role at one of the bodies, by name."""
    query = (
        select(people.c.id, people.c.name)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(people.c.active, memberships.c.body_id.in_(body_ids))
        .group_by(people.c.id, people.c.name)
        .order_by(people.c.name, people.c.id)
    )
    return [row.id for row in session.execute(query)]


def mail_addresses(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Address and language by id, of active people who have an address."""
    return {
        person_id: (mail, locale)
        for portion in portions(ids)
        for person_id, mail, locale in _MAIL_ADDRESSES.all(session, portion)
    }


_MAIL_ADDRESSES = Prepared(
    select(people.c.id, people.c.mail, people.c.locale).where(
        among(people.c.id), people.c.mail != "", people.c.active
    )
)


def reachable(session: Session) -> dict[int, tuple[str, str]]:
    """Mail address, which may be empty, and language of everybody active, by id."""
    query = select(people.c.id, people.c.mail, people.c.locale).where(
        people.c.active, people.c.administrator.is_(False)
    )
    return {row.id: (row.mail, row.locale) for row in session.execute(query.order_by(people.c.id))}


def locales(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The language of active people, by id."""
    query = select(people.c.id, people.c.locale).where(people.c.id.in_(set(ids)), people.c.active)
    return {row.id: row.locale for row in session.execute(query)}


# --- Roles and certificates -------------------------------------------------------------------


def memberships_of(session: Session, ids: Iterable[int]) -> dict[int, tuple[Membership, ...]]:
    """Memberships by person, in order of body and role; people without any are left out."""
    query = (
        select(memberships.c.person_id, memberships.c.body_id, memberships.c.role)
        .where(memberships.c.person_id.in_(set(ids)))
        .order_by(memberships.c.person_id, memberships.c.body_id, memberships.c.role)
    )
    found: dict[int, tuple[Membership, ...]] = {}
    for row in session.execute(query):
        found[row.person_id] = (
            *found.get(row.person_id, ()),
            Membership(row.body_id, row.role),
        )
    return found


def add_membership(session: Session, person_id: int, body_id: int, role: str, at: datetime) -> bool:
    """Give a role at a body; False when it was held already."""
    return insert_missing(
        session, memberships, person_id=person_id, body_id=body_id, role=role, granted_at=at
    )


def remove_membership(session: Session, person_id: int, body_id: int, role: str) -> bool:
    """Take a role at a body away; False when it was not held."""
    gone = session.execute(
        delete(memberships).where(
            memberships.c.person_id == person_id,
            memberships.c.body_id == body_id,
            memberships.c.role == role,
        )
    )
    return affected(gone) == 1


def put_certificate(session: Session, number: str, **values: Any) -> None:
    """Create the certificate with this number, or bring it up to date."""
    insert_missing(session, certificates, number=number, **values)
    session.execute(update(certificates).where(certificates.c.number == number).values(**values))


def expired(session: Session, first: date, before: date) -> list[int]:
    """Ids of people with a certificate whose last day lies from the first day to before another."""
    query = select(certificates.c.person_id).where(
        certificates.c.valid_to >= first, certificates.c.valid_to < before
    )
    return sorted(set(session.execute(query).scalars()))


#: Columns of a certificate that policy looks at.
CERTIFICATE = tuple(
    column.name for column in certificates.c if column.name not in ("id", "person_id")
)
_FACTS = Prepared(
    select(
        people.c.id,
        people.c.name,
        people.c.auxiliary,
        people.c.active,
        people.c.reviewer_since,
        memberships.c.body_id,
        memberships.c.role,
        certificates.c.id,
        *(certificates.c[name] for name in CERTIFICATE),
    )
    .outerjoin(memberships, memberships.c.person_id == people.c.id)
    .outerjoin(certificates, certificates.c.person_id == people.c.id)
    .where(among(people.c.id))
    .order_by(people.c.id, memberships.c.body_id, memberships.c.role, certificates.c.id)
)


def facts(session: Session, ids: Iterable[int]) -> dict[int, PersonFacts]:
    """What policy must know of people, by id; unknown ids are left out."""
    found: dict[int, PersonFacts] = {}
    for portion in portions(ids):
        found |= _facts(session, portion)
    return found


def _facts(session: Session, asked: Mapping[str, int]) -> dict[int, PersonFacts]:
    found: dict[int, PersonFacts] = {}
    held: dict[int, dict[Membership, None]] = {}
    carried: dict[int, dict[int, Certificate]] = {}
    # One question for all three: each membership meets each certificate, and there are few.
    for one, name, auxiliary, active, since, body_id, role, certificate, *kept in _FACTS.all(
        session, asked
    ):
        if body_id is not None:
            held.setdefault(one, {})[Membership(body_id, role)] = None
        if certificate is not None:
            named = dict(zip(CERTIFICATE, kept, strict=True))
            carried.setdefault(one, {}).setdefault(certificate, Certificate(**named))
        found[one] = PersonFacts(one, name, (), (), auxiliary, active, since)
    return {
        one: replace(
            facts,
            memberships=tuple(held.get(one, ())),
            certificates=tuple(carried.get(one, {}).values()),
        )
        for one, facts in found.items()
    }


def lock_person(session: Session, person_id: int) -> Person | None:
    """One person, held until the unit of work ends: for checks over all their roles."""
    query = select(people).where(people.c.id == person_id).with_for_update(key_share=True)
    row = session.execute(query).one_or_none()
    return Person(**row._mapping) if row is not None else None
