"""R6 and R14 by what a person is: supervisors do not enforce, auxiliaries do neither."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from engine.rules.basis import refused
from engine.rules.roles import Pool, Roles
from engine.rules.situations import Situation
from engine.values.people import ALLOWED, Membership, PersonFacts, Verdict


def conflicting_membership(
    held: Iterable[Membership], role: str, body_id: int, roles: Roles, family: Collection[int] = ()
) -> Verdict:
    """R6 when a membership is granted: nobody joins the other pool of a body they are in.

    ``family`` are the bodies that count as one with ``body_id``.
    """
    pool = roles[role].pool if role in roles else Pool.NONE
    for other in held:
        if other.role not in roles or other.body_id not in {body_id, *family}:
            continue
        if {pool, roles[other.role].pool} == {Pool.ENFORCEMENT, Pool.SUPERVISION}:
            return refused("pools_conflict", "R6", role=role, other_role=other.role)
    return ALLOWED


def in_one_pool(situation: Situation, actor: PersonFacts) -> Verdict:
    """R6 when somebody acts: whatever they may have been given, at this body they are one."""
    form, place = situation.form, situation.place
    if place is None:
        return refused("slot_not_filled", slot=form.body)
    return conflicting_membership(
        actor.memberships, form.role, place.body_id, situation.roles, place.bodies
    )


def no_auxiliary(situation: Situation, actor: PersonFacts) -> Verdict:
    """R14: auxiliaries neither enforce nor supervise, nor sign where a certificate is asked for."""
    form, roles = situation.form, situation.roles
    enforces = form.role in roles and roles[form.role].pool is not Pool.NONE
    certified = any(duty.needs_certificate or duty.min_officers for duty in form.duties)
    if actor.auxiliary and (enforces or certified):
        return refused("auxiliary", "R14")
    return ALLOWED


def hidden_from(
    slots_blind: Collection[str], filled: Mapping[str, int], bodies: Collection[int]
) -> Verdict:
    """R15: refused when one of the person's bodies stands in a slot that must never see the value.

    ``bodies`` are the person's own with the departments above and the units below them; the legal
    unit of a blind slot is blind too.
    """
    for slot in slots_blind:
        if {filled.get(slot), filled.get(f"{slot}_legal")} & set(bodies):
            return refused("hidden_from_body", "R15", slot=slot)
    return ALLOWED


def sees_what_it_asks(situation: Situation, actor: PersonFacts) -> Verdict:
    """R15 when somebody acts: no form that tells who complained is for those complained of.

    A case about the very body that handles it is left alone: there would be nobody to handle it.
    """
    own = situation.kin.get(actor.id, frozenset())
    place = situation.place.bodies if situation.place is not None else frozenset()
    for field in situation.form.fields:
        found = hidden_from(field.hidden_from, situation.slots, own)
        if not found and hidden_from(field.hidden_from, situation.slots, place):
            return found
    return ALLOWED
