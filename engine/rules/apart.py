"""R2, R4, R5, R8–R12: what a person did, is named for or belongs to keeps them from acting now."""

from __future__ import annotations

from engine.rules.basis import refused
from engine.rules.situations import GRANTED, Situation, people_in
from engine.values.people import ALLOWED, PersonFacts, Verdict
from engine.values.process import Duty

#: What a person did before that keeps them from acting now, by rule.
DID = {
    "R2": "reviewer_handled_case",
    "R4": "presider_investigated",
    "R8": "collector_decided",
    "R9": "approver_applied",
    "R10": "publisher_handled_case",
    "R11": "reexaminer_decided",
    "R12": "scorer_scored",
}
#: The same for being named in a field of the case.
NAMED = {
    "R2": "reviewer_named_as_handler",
    "R4": "presider_named_as_investigator",
    "R8": "collector_named_as_decider",
    "R9": "approver_named_as_applicant",
    "R10": "publisher_named_as_handler",
    "R11": "reexaminer_named_as_decider",
    "R12": "scorer_named_as_scorer",
}
#: The same for belonging to a body.
OF_BODY = {"R8": "collector_of_deciding_body", "R12": "scorer_of_scored_body"}


def not_recused(situation: Situation, person: PersonFacts) -> Verdict:
    """R5: who was challenged stays out until it is decided, and for good when it is granted."""
    stands = situation.recusals.get(person.id)
    if stands is None:
        return ALLOWED
    return refused("recused" if stands == GRANTED else "recusal_pending", "R5", name=person.name)


def did_nothing(situation: Situation, duty: Duty, person: PersonFacts) -> Verdict:
    """Nothing the person did earlier in the case stands against them."""
    for act in situation.history:
        done = (*duty.not_completed_by, *duty.apart_from)
        if act.person_id == person.id and act.element in done:
            return refused(DID.get(duty.rule, "acted_before"), duty.rule, element=act.element)
    return ALLOWED


def named_nowhere(situation: Situation, duty: Duty, person: PersonFacts) -> Verdict:
    """The person is named in none of the fields whose people stay out."""
    for field in duty.not_named_in:
        if person.id in people_in(situation.data.get(field)):
            return refused(NAMED.get(duty.rule, "named_before"), duty.rule, field=field)
    return ALLOWED


def of_no_body(situation: Situation, duty: Duty, person: PersonFacts) -> Verdict:
    """Neither the person nor the body they act for is one with a body that stays out (R8, R12)."""
    place = situation.place.bodies if situation.place is not None else frozenset()
    own = {membership.body_id for membership in person.memberships} | place
    for slot in duty.not_of:
        if own & situation.houses.get(slot, frozenset()):
            return refused(OF_BODY.get(duty.rule, "of_excluded_body"), duty.rule, slot=slot)
    return ALLOWED
