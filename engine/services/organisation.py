"""The county as rules about diagrams look at it: what it offers today, and who holds which role."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.rules.certificates import ENTITLES, KINDS, LAW_EXAM
from engine.rules.limits import in_force
from engine.services import definitions, matters, places, schedules, shipped, slots
from engine.store import definitions as definition_store
from engine.store import people
from engine.values.people import Membership, PersonFacts
from engine.values.process import Catalogue, Holder
from engine.work import Work


def offered(work: Work) -> Catalogue:
    """What diagrams may refer to today, by the county's own table of time limits."""
    table = schedules.county(work).table
    general = [row for row in table.rows if row.sector is None and in_force(row, work.today)]
    return replace(
        definitions.offered(work.office),
        limits={limit.key: limit.span.unit for limit in table.rows},
        periods={row.key: (row.span.amount, row.span.unit) for row in general},
        holders=holders(work),
        processes=frozenset(row.process_id for row in definition_store.latest(work.session)),
    )


def holders(work: Work) -> dict[str, tuple[Holder, ...]]:
    """Everybody in service by the roles they hold; what each may do today."""
    bodies = places.every(work)
    always = {
        body.id: frozenset(slot for slot, kind in slots.ONLY_ONE.items() if kind == body.kind)
        for body in bodies.values()
    }
    found: dict[str, list[Holder]] = {role: [] for role in shipped.county_roles(work.office)}
    for person in matters.facts(work, people.members(work.session, list(bodies))).values():
        if not person.active:
            continue
        kinds = _kinds(person, work.today)
        for held in person.memberships:
            if held.role in found and held.body_id in bodies:
                found[held.role].append(_holder(person.id, held, always[held.body_id], kinds))
    return {role: tuple(rows) for role, rows in found.items()}


def _kinds(person: PersonFacts, today: date) -> frozenset[str]:
    """The kinds a duty may ask for of which they hold a certificate in force."""
    valid = {
        one.kind
        for one in person.certificates
        if one.status == "active" and one.valid_from <= today <= one.valid_to
    }
    found = {kind for kind in KINDS if valid & set(ENTITLES.get(kind, (kind,)))}
    # Who reviewed before 2018 needs no examination (R3).
    return frozenset(found | ({LAW_EXAM} if person.reviewer_since is not None else set()))


def _holder(person: int, held: Membership, always: frozenset[str], kinds: frozenset[str]) -> Holder:
    return Holder(person, held.body_id, always, kinds)
