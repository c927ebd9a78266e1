"""Who a task is for, and what a deputy may do: role, body and name; every rule asked of both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.rules.duties import may_claim, may_complete
from engine.rules.situations import people_in
from engine.values.people import Membership
from engine.values.process import Duty
from tests.engine.rules.duty_facts import (
    AT_OFFICE,
    AT_UNIT,
    ELSEWHERE,
    OFFICE,
    UNIT,
    VERIFY,
    act,
    ask,
    certificate,
    form,
    person,
    refusal,
    supervisor,
)

PLAIN = form("supervisor", "legal_office")


def test_who_holds_the_role_at_the_body_may_claim():
    assert ask(may_claim, PLAIN, supervisor(1), AT_OFFICE)


@pytest.mark.parametrize(
    ("actor", "place", "code"),
    [
        (person(1), AT_OFFICE, "role_not_held"),
        (person(1, Membership(OFFICE, "intake_clerk")), AT_OFFICE, "role_not_held"),
        (person(1, Membership(ELSEWHERE, "supervisor")), AT_OFFICE, "role_not_held"),
        (supervisor(1, active=False), AT_OFFICE, "person_inactive"),
        (supervisor(1), None, "slot_not_filled"),
    ],
)
def test_whoever_else_is_refused(actor, place, code):
    assert refusal(ask(may_claim, PLAIN, actor, place)) == (code, "")


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ([1, 2], None),
        (1, None),
        ([2], "not_the_performer"),
        ([], "performer_not_named"),
        (None, "performer_not_named"),
        ("1", "performer_not_named"),
        (True, "performer_not_named"),
    ],
)
def test_only_the_people_named_as_performers_may_act(named, code):
    at = replace(PLAIN, performer="verifiers")
    verdict = ask(may_claim, at, supervisor(1), AT_OFFICE, data={"verifiers": named})
    assert verdict.code == (code or "")
    assert bool(verdict) is (code is None)


# --- Standing in for somebody -----------------------------------------------------------------


@pytest.mark.parametrize("door", [may_claim, may_complete])
def test_a_deputy_acts_with_the_role_and_the_name_of_whom_they_stand_in_for(door):
    at = replace(PLAIN, performer="verifiers")
    deputy, holder = person(2, Membership(OFFICE, "intake_clerk")), supervisor(1)
    data = {"verifiers": [1]}
    assert refusal(ask(door, at, deputy, AT_OFFICE, data=data)) == ("role_not_held", "")
    assert ask(door, at, deputy, AT_OFFICE, data=data, holder=holder)
    assert not ask(door, at, deputy, AT_OFFICE, data={"verifiers": [3]}, holder=holder)
    gone = replace(holder, memberships=())
    assert refusal(ask(door, at, deputy, AT_OFFICE, data=data, holder=gone)) == (
        "role_not_held",
        "",
    )


@pytest.mark.parametrize("door", [may_claim, may_complete])
@pytest.mark.parametrize("who", [1, 2])
def test_what_stands_against_either_of_them_stands_against_the_deputy(door, who):
    at = form("legal_reviewer", "handling", Duty("R2", not_completed_by=("draft",)))
    deputy, holder = person(2), person(1, Membership(UNIT, "legal_reviewer"))
    assert ask(door, at, deputy, AT_UNIT, holder=holder)
    verdict = ask(door, at, deputy, AT_UNIT, holder=holder, history=[act("draft", who)])
    assert refusal(verdict) == ("reviewer_handled_case", "R2")
    named = replace(at, duties=(Duty("R9", not_named_in=("lead",)),))
    verdict = ask(door, named, deputy, AT_UNIT, holder=holder, data={"lead": who})
    assert refusal(verdict) == ("approver_named_as_applicant", "R9")
    verdict = ask(door, at, deputy, AT_UNIT, holder=holder, recusals={who: "pending"})
    assert refusal(verdict) == ("recusal_pending", "R5")


@pytest.mark.parametrize("door", [may_claim, may_complete])
def test_a_deputy_needs_certificates_of_their_own_and_counts_instead_of_the_absent(door):
    data = {"verifiers": [1, 3]}
    certified = person(2, certificates=(certificate(),))
    others = (supervisor(1), supervisor(3))
    more = {"data": data, "others": others, "holder": supervisor(1)}
    assert refusal(ask(door, VERIFY, person(2), AT_OFFICE, **more)) == (
        "certificate_missing",
        "R14",
    )
    assert ask(door, VERIFY, certified, AT_OFFICE, **more)
    alone = {**more, "data": {"verifiers": [1]}}
    assert refusal(ask(door, VERIFY, certified, AT_OFFICE, **alone)) == ("too_few_officers", "R7")


@pytest.mark.parametrize("door", [may_claim, may_complete])
def test_a_deputy_of_the_other_pool_is_refused(door):
    enforcer = person(2, Membership(OFFICE, "case_lead"))
    verdict = ask(door, PLAIN, enforcer, AT_OFFICE, holder=supervisor(1))
    assert refusal(verdict) == ("pools_conflict", "R6")
    helper = person(2, auxiliary=True)
    assert refusal(ask(door, PLAIN, helper, AT_OFFICE, holder=supervisor(1))) == (
        "auxiliary",
        "R14",
    )


def test_what_must_be_done_in_person_has_no_deputy():
    at = form("supervisor", "legal_office", Duty("R9", in_person=True))
    assert ask(may_claim, at, supervisor(1), AT_OFFICE)
    verdict = ask(may_claim, at, person(2), AT_OFFICE, holder=supervisor(1))
    assert refusal(verdict) == ("in_person", "R9")


def test_history_is_asked_again_at_completion():
    at = form("legal_reviewer", "handling", Duty("R2", not_completed_by=("draft",)))
    reviewer = person(1, Membership(UNIT, "legal_reviewer"))
    assert ask(may_claim, at, reviewer, AT_UNIT)
    assert not ask(may_complete, at, reviewer, AT_UNIT, history=[act("draft", 1)])


@pytest.mark.parametrize(
    ("value", "people"),
    [(3, (3,)), ([3, 4, 3], (3, 4)), (None, ()), ("3", ()), (True, ()), ([True, "3", 4], (4,))],
)
def test_a_field_names_people_by_their_whole_numbers(value, people):
    assert people_in(value) == people
