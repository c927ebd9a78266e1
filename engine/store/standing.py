"""How people and bodies stand: who holds a certificate or is an auxiliary, and what a body's end
takes away.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from engine.store.cases import RUNNING, cases
from engine.store.dossiers import case_bodies
from engine.store.people import certificates, memberships, people


def people_of_note(session: Session) -> list[int]:
    """Ids of everybody who holds a certificate or is an auxiliary."""
    certified = select(certificates.c.person_id).where(certificates.c.person_id == people.c.id)
    query = select(people.c.id).where(or_(people.c.auxiliary, certified.exists()))
    return list(session.scalars(query.order_by(people.c.id)))


def end_memberships(session: Session, body_ids: Collection[int]) -> list[tuple[int, int, str]]:
    """Take every role at some bodies away; (person, body, role) of each."""
    gone = (
        delete(memberships)
        .where(memberships.c.body_id.in_(body_ids))
        .returning(memberships.c.person_id, memberships.c.body_id, memberships.c.role)
    )
    return sorted((row.person_id, row.body_id, row.role) for row in session.execute(gone))


def certificates_at(session: Session, body_ids: Collection[int]) -> list[tuple[int, str]]:
    """(person, number) of certificates that count for some bodies and are not cancelled."""
    query = (
        select(certificates.c.person_id, certificates.c.number)
        .where(certificates.c.body_id.in_(body_ids), certificates.c.status != "cancelled")
        .order_by(certificates.c.number)
    )
    return [(row.person_id, row.number) for row in session.execute(query)]


def running_cases_of(session: Session, body_ids: Collection[int]) -> list[int]:
    """Running cases in which one of the bodies takes part, in the order they are locked."""
    query = (
        select(cases.c.id)
        .join(case_bodies, case_bodies.c.case_id == cases.c.id)
        .where(cases.c.status == RUNNING, case_bodies.c.body_id.in_(body_ids))
        .distinct()
        .order_by(cases.c.id)
    )
    return list(session.scalars(query))
