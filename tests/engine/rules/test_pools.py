"""R6, R14, R15 by what a person is: pools apart, no auxiliaries, nobody complained of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.rules.duties import may_claim, may_complete
from engine.rules.pools import conflicting_membership, hidden_from
from engine.values.people import Membership
from engine.values.process import Duty, Field
from tests.engine.rules.duty_facts import (
    AT_OFFICE,
    AT_UNIT,
    DEPT,
    ELSEWHERE,
    OFFICE,
    ROLES,
    UNIT,
    ask,
    form,
    person,
    refusal,
    supervisor,
)

PLAIN = form("supervisor", "legal_office")


@pytest.mark.parametrize(
    ("held", "role", "body_id", "allowed"),
    [
        (Membership(UNIT, "case_lead"), "supervisor", UNIT, False),
        (Membership(UNIT, "supervisor"), "case_assistant", UNIT, False),
        (Membership(DEPT, "case_lead"), "supervisor", UNIT, False),  # Of one family.
        (Membership(ELSEWHERE, "case_lead"), "supervisor", UNIT, True),
        (Membership(UNIT, "case_lead"), "case_assistant", UNIT, True),
        (Membership(UNIT, "supervisor"), "file_evaluator", UNIT, True),
        (Membership(UNIT, "legal_reviewer"), "supervisor", UNIT, True),
        (Membership(UNIT, "case_lead"), "no_such_role", UNIT, True),
    ],
)
def test_nobody_is_granted_both_pools_of_one_body(held, role, body_id, allowed):
    verdict = conflicting_membership([held], role, body_id, ROLES, AT_UNIT.family)
    assert bool(verdict) is allowed
    if not allowed:
        assert refusal(verdict) == ("pools_conflict", "R6")
        assert verdict.facts == {"role": role, "other_role": held.role}


@pytest.mark.parametrize("door", [may_claim, may_complete])
def test_who_holds_both_pools_all_the_same_acts_in_neither(door):
    both = supervisor(1)
    both = replace(both, memberships=(*both.memberships, Membership(OFFICE, "case_lead")))
    assert refusal(ask(door, PLAIN, both, AT_OFFICE)) == ("pools_conflict", "R6")
    enforcing = form("case_lead", "legal_office")
    assert refusal(ask(door, enforcing, both, AT_OFFICE)) == ("pools_conflict", "R6")
    elsewhere = replace(
        both, memberships=(Membership(OFFICE, "supervisor"), Membership(ELSEWHERE, "case_lead"))
    )
    assert ask(door, PLAIN, elsewhere, AT_OFFICE)


# --- R14: auxiliaries ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "place", "role", "allowed"),
    [
        (form("case_assistant", "handling"), AT_UNIT, "case_assistant", False),
        (PLAIN, AT_OFFICE, "supervisor", False),
        (
            form("publisher", "handling", Duty("R14", needs_certificate="enforcement")),
            AT_UNIT,
            "publisher",
            False,
        ),
        (form("publisher", "handling", Duty("R1", min_officers=1)), AT_UNIT, "publisher", False),
        (form("publisher", "handling"), AT_UNIT, "publisher", True),
    ],
)
def test_an_auxiliary_does_no_enforcement_or_supervision_work(at, place, role, allowed):
    helper = person(1, Membership(place.body_id, role), auxiliary=True)
    verdict = ask(may_claim, at, helper, place)
    assert bool(verdict) is allowed
    if not allowed:
        assert refusal(verdict) == ("auxiliary", "R14")


# --- R15 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bodies", "allowed"),
    [({OFFICE}, True), ({DEPT}, False), ({UNIT}, False), ({UNIT, OFFICE}, False), (set(), True)],
)
def test_the_department_complained_of_never_sees_who_complained(bodies, allowed):
    filled = {"subject": DEPT, "subject_legal": UNIT, "legal_office": OFFICE}
    verdict = hidden_from(["subject"], filled, bodies)
    assert bool(verdict) is allowed
    if not allowed:
        assert refusal(verdict) == ("hidden_from_body", "R15")


def test_a_value_hidden_from_nobody_or_from_an_unfilled_slot_is_seen():
    assert hidden_from([], {"subject": DEPT}, {DEPT})
    assert hidden_from(["subject"], {}, {DEPT})


@pytest.mark.parametrize("door", [may_claim, may_complete])
def test_nobody_of_the_department_complained_of_fills_in_a_form_that_tells_who_complained(door):
    at = replace(PLAIN, fields=(Field("complainant", "投诉人", hidden_from=("subject",)),))
    filled = {"subject": DEPT, "subject_legal": UNIT}
    kin = {1: frozenset({OFFICE, DEPT})}
    assert ask(door, at, supervisor(1), AT_OFFICE, slots=filled, kin={1: frozenset({OFFICE})})
    verdict = ask(door, at, supervisor(1), AT_OFFICE, slots=filled, kin=kin)
    assert refusal(verdict) == ("hidden_from_body", "R15")
    assert ask(door, PLAIN, supervisor(1), AT_OFFICE, slots=filled, kin=kin)


def test_a_complaint_about_the_office_itself_can_still_be_handled():
    at = replace(PLAIN, fields=(Field("complainant", "投诉人", hidden_from=("subject",)),))
    own = {"subject": OFFICE}
    assert ask(may_claim, at, supervisor(1), AT_OFFICE, slots=own, kin={1: frozenset({OFFICE})})
