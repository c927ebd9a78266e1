"""R1, R3, R7, R14: qualified today for this place, and enough of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.rules.duties import may_claim, may_complete
from engine.rules.situations import Place, Situation
from engine.values.people import Membership
from engine.values.process import Duty, Field, FieldType
from tests.engine.rules.duty_facts import (
    AT_OFFICE,
    AT_UNIT,
    DEPT,
    ELSEWHERE,
    INVESTIGATE,
    OFFICE,
    ROLES,
    TODAY,
    UNIT,
    VERIFY,
    ask,
    certificate,
    form,
    officer,
    person,
    refusal,
    supervisor,
)

CERTIFIED = form("case_lead", "handling", Duty("R14", needs_certificate="enforcement"))


@pytest.mark.parametrize(
    ("certificates", "code"),
    [
        ((certificate("enforcement", DEPT),), None),
        ((certificate("enforcement", UNIT),), None),
        ((certificate("delegated", UNIT),), None),
        ((certificate("enforcement", DEPT, valid_from=TODAY, valid_to=TODAY),), None),
        ((), "certificate_missing"),
        ((certificate("supervision", DEPT),), "certificate_missing"),
        ((certificate("enforcement", ELSEWHERE),), "certificate_of_other_body"),
        (
            (certificate("enforcement", DEPT, valid_to=date(2026, 3, 1)),),
            "certificate_expired",
        ),
        (
            (certificate("enforcement", DEPT, valid_from=date(2026, 3, 3)),),
            "certificate_not_yet_valid",
        ),
        ((certificate("enforcement", DEPT, status="suspended"),), "certificate_suspended"),
        ((certificate("enforcement", DEPT, status="cancelled"),), "certificate_cancelled"),
        ((certificate("enforcement", DEPT, status="lost"),), "certificate_cancelled"),
        (
            (
                certificate("enforcement", DEPT, status="suspended"),
                certificate("enforcement", UNIT),
            ),
            None,
        ),
    ],
)
@pytest.mark.parametrize("door", [may_claim, may_complete])
def test_a_task_that_needs_a_certificate_needs_one_valid_that_day_for_that_body(
    door, certificates, code
):
    verdict = ask(door, CERTIFIED, officer(1, certificates=certificates), AT_UNIT)
    if code is None:
        assert verdict
    else:
        assert refusal(verdict) == (code, "R14")
        assert verdict.facts == {"kind": "enforcement"}


def test_a_delegated_certificate_does_not_entitle_to_supervise():
    at = form("supervisor", "legal_office", Duty("R7", needs_certificate="supervision"))
    delegated = supervisor(1, certificates=(certificate("delegated"),))
    assert refusal(ask(may_claim, at, delegated, AT_OFFICE)) == ("certificate_missing", "R14")


@pytest.mark.parametrize(
    ("field", "area", "code"),
    [
        ("", "", None),
        ("market", "红河县", None),
        ("market", "迤萨镇", None),
        ("transport", "红河县", "certificate_of_other_field"),
        ("market", "三村乡", "certificate_of_other_area"),
    ],
)
def test_a_certificate_is_for_a_field_and_an_area(field, area, code):
    place = Place(UNIT, frozenset({UNIT, DEPT}), "market", frozenset({"红河县", "迤萨镇"}))
    held = replace(certificate("enforcement", DEPT), field=field, area=area)
    verdict = ask(may_claim, CERTIFIED, officer(1, certificates=(held,)), place)
    if code is None:
        assert verdict
    else:
        assert refusal(verdict) == (code, "R14")
    # A body whose sector and district nobody entered takes every certificate of its own.
    assert ask(may_claim, CERTIFIED, officer(1, certificates=(held,)), AT_UNIT)


# --- R3: the legal examination -----------------------------------------------------------------

REVIEW = form("legal_reviewer", "handling", Duty("R3", needs_certificate="legal_profession"))


def exam(**more):
    return certificate("legal_profession", ELSEWHERE, **more)


@pytest.mark.parametrize("door", [may_claim, may_complete])
@pytest.mark.parametrize(
    ("certificates", "since", "allowed"),
    [
        ((), None, False),
        ((exam(),), None, True),
        ((exam(status="cancelled"),), None, False),
        ((certificate("enforcement", UNIT),), None, False),
        ((), date(2017, 12, 31), True),
        ((), date(2018, 1, 1), False),
        ((exam(),), date(2018, 1, 1), True),
    ],
)
def test_who_begins_to_review_penalties_has_passed_the_legal_examination(
    door, certificates, since, allowed
):
    reviewer = person(
        1,
        Membership(UNIT, "legal_reviewer"),
        certificates=certificates,
        reviewer_since=since,
    )
    verdict = ask(door, REVIEW, reviewer, AT_UNIT)
    assert bool(verdict) is allowed
    if not allowed:
        assert refusal(verdict) == ("law_exam_missing", "R3")


# --- R1, R7: enough officers -------------------------------------------------------------------


@pytest.mark.parametrize("door", [may_claim, may_complete])
@pytest.mark.parametrize(
    ("named", "found"),
    [
        ([1, 2], 2),
        ([2], 2),  # The actor counts.
        ([1, 2, 2], 2),
        ([1], 1),
        ([1, 1], 1),
        ([], 1),
        (None, 1),
        ([1, 3], 1),  # Expired.
        ([1, 4], 1),  # Auxiliary.
        ([1, 5], 1),  # Inactive.
        ([1, 77], 1),  # Unknown.
        ([1, 2, 3], 2),  # Enough without the one whose certificate ran out since.
    ],
)
def test_two_qualified_supervisors_are_needed(door, named, found):
    others = (
        supervisor(2),
        supervisor(3, certificates=(certificate(valid_to=date(2026, 3, 1)),)),
        supervisor(4, auxiliary=True),
        supervisor(5, active=False),
    )
    verdict = ask(door, VERIFY, supervisor(1), AT_OFFICE, data={"verifiers": named}, others=others)
    if found >= 2:
        assert verdict
    else:
        assert refusal(verdict) == ("too_few_officers", "R7")
        assert verdict.facts == {"needed": "2", "found": str(found)}


def test_two_officers_handle_a_case():
    assistant = officer(2, "case_assistant")
    data = {"assistants": [2]}
    assert ask(may_complete, INVESTIGATE, officer(1), AT_UNIT, data=data, others=[assistant])
    alone = ask(may_complete, INVESTIGATE, officer(1), AT_UNIT)
    assert refusal(alone) == ("too_few_officers", "R1")


NAMING = replace(
    INVESTIGATE,
    fields=(
        Field("assistants", "协办人", FieldType.PEOPLE, role="case_assistant", body="handling"),
    ),
)


def test_officers_named_in_this_very_form_are_counted_only_when_it_is_completed():
    assert ask(may_claim, NAMING, officer(1), AT_UNIT)
    assert refusal(ask(may_complete, NAMING, officer(1), AT_UNIT)) == ("too_few_officers", "R1")
    shown = replace(NAMING, fields=(replace(NAMING.fields[0], readonly=True),))
    assert refusal(ask(may_claim, shown, officer(1), AT_UNIT)) == ("too_few_officers", "R1")


def test_the_actor_needs_no_second_look_when_named_among_the_officers():
    found = Situation(
        NAMING, AT_UNIT, TODAY, ROLES, {"assistants": [1, 2]}, officers={2: officer(2)}
    )
    assert may_complete(found, officer(1))


@pytest.mark.parametrize(
    ("unfit", "why"),
    [
        (officer(3, auxiliary=True), "auxiliary"),
        (officer(3, active=False), "person_inactive"),
        (officer(3, certificates=()), "certificate_missing"),
    ],
)
def test_whoever_names_officers_may_name_none_that_is_unfit(unfit, why):
    verdict = ask(
        may_complete,
        NAMING,
        officer(1),
        AT_UNIT,
        data={"assistants": [2, 3]},
        others=[officer(2), unfit],
    )
    assert refusal(verdict) == ("officer_unfit", "R14")
    assert verdict.facts == {"name": "人3", "why": why}


def test_officers_chosen_from_another_body_need_a_certificate_of_their_own_body():
    at = form(
        "legal_office_head",
        "legal_office",
        Duty("R1", min_officers=2, officers="team", needs_certificate="enforcement"),
        fields=(Field("team", "人员", FieldType.PEOPLE, role="case_lead", body="handling"),),
    )
    head = person(
        1,
        Membership(OFFICE, "legal_office_head"),
        certificates=(certificate("enforcement", OFFICE),),
    )
    own = officer(2, body_id=DEPT)
    foreign = officer(3, body_id=UNIT)  # Certified for the department, a member of the unit only.
    assert ask(may_complete, at, head, AT_OFFICE, data={"team": [2]}, others=[own])
    verdict = ask(may_complete, at, head, AT_OFFICE, data={"team": [3]}, others=[foreign])
    assert refusal(verdict) == ("officer_unfit", "R14")
