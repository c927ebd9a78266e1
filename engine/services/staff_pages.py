"""The page of a person for administrators: everything that may be changed about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.services import places, shipped, staff
from engine.services.people import whole_person
from engine.store import people as store
from engine.store import tasks
from engine.store.people import Person
from engine.values.people import Certificate, Membership
from engine.work import Work


@dataclass(frozen=True)
class PersonPage:
    """A person with roles, certificates and what they have in hand."""

    person: Person
    memberships: tuple[Membership, ...]
    certificates: tuple[Certificate, ...]
    bodies: dict[int, str]
    roles: tuple[str, ...]
    in_hand: int
    today: date
    #: The reader themselves: nobody changes their own rights (R9).
    own: bool


def person(work: Work, person_id: int) -> PersonPage:
    """One person. Raises NotFound ``no_such_person``, Forbidden ``administrator_only``."""
    staff.administrator_only(work)
    found = whole_person(work, person_id)
    known = store.facts(work.session, [person_id])[person_id]
    return PersonPage(
        found,
        known.memberships,
        known.certificates,
        {body.id: body.name for body in places.every(work).values()},
        tuple(role.code for role in shipped.county_roles(work.office).values() if not role.outside),
        len(tasks.held_by(work.session, person_id)),
        work.today,
        work.actor.person_id == person_id,
    )
