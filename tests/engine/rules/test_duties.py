"""Separation of duties: every rule allowed and refused, each refusal with its rule and source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.rules import roles as role_file
from engine.rules.duties import (
    BASIS,
    Place,
    conflicting_membership,
    hidden_from,
    may_claim,
    may_complete,
    people_in,
)
from engine.values.people import Act, Certificate, Membership, PersonFacts
from engine.values.process import Duty, Field, FieldType, Form

ROLES = role_file.read(
    (Path(__file__).resolve().parents[3] / "processes" / "roles.toml").read_text("utf-8")
)
OFFICE, DEPT, UNIT, ELSEWHERE = 1, 2, 3, 9
TODAY = date(2026, 3, 2)


def certificate(kind: str = "supervision", body_id: int = OFFICE, **more) -> Certificate:
    facts = {"valid_from": date(2024, 1, 1), "valid_to": date(2027, 12, 31), **more}
    return Certificate(f"{kind}-{body_id}", kind, body_id, "", "", **facts)


def person(number: int, *memberships: Membership, **more) -> PersonFacts:
    return PersonFacts(number, f"人{number}", memberships, **more)


def supervisor(number: int, **more) -> PersonFacts:
    more.setdefault("certificates", (certificate(),))
    return person(number, Membership(OFFICE, "supervisor"), **more)


def officer(number: int, role: str = "case_lead", body_id: int = UNIT, **more) -> PersonFacts:
    more.setdefault("certificates", (certificate("enforcement", DEPT),))
    return person(number, Membership(body_id, role), **more)


def form(role: str, body: str, *duties: Duty, **more) -> Form:
    return Form("now", "现在", role, body, duties=duties, **more)


VERIFY = form(
    "supervisor",
    "legal_office",
    Duty("R7", min_officers=2, officers="verifiers", needs_certificate="supervision"),
)
INVESTIGATE = form(
    "case_lead",
    "handling",
    Duty("R1", min_officers=2, officers="assistants", needs_certificate="enforcement"),
)
AT_OFFICE, AT_UNIT = Place(OFFICE), Place(UNIT, frozenset({UNIT, DEPT}))


def act(element: str, person_id: int) -> Act:
    return Act(element, person_id, datetime(2026, 2, 1, tzinfo=UTC))


def ask(which, at, actor, place, *, history=(), data=None, others=()):
    known = {one.id: one for one in (actor, *others)}
    return which(at, actor, list(history), data or {}, known, place, TODAY, ROLES)


def refusal(verdict) -> tuple[str, str]:
    assert not verdict
    assert verdict.basis == BASIS.get(verdict.rule, "")
    if verdict.rule:
        assert verdict.basis
    return verdict.code, verdict.rule


# --- Who the task is for ----------------------------------------------------------------------

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


# --- R2, R4, R9, R10, R11: what a person did before --------------------------------------------

RULES = [
    ("R2", "reviewer_handled_case", "reviewer_named_as_handler"),
    ("R4", "presider_investigated", "presider_named_as_investigator"),
    ("R9", "approver_applied", "approver_named_as_applicant"),
    ("R10", "publisher_handled_case", "publisher_named_as_handler"),
    ("R11", "reexaminer_decided", "reexaminer_named_as_decider"),
    ("R7", "acted_before", "named_before"),
]


@pytest.mark.parametrize("door", [may_claim, may_complete])
@pytest.mark.parametrize(("rule", "did", "named"), RULES)
def test_who_took_part_before_may_not_judge_now(door, rule, did, named):
    at = form(
        "legal_reviewer",
        "handling",
        Duty(rule, not_completed_by=("draft", "rework"), not_named_in=("lead", "assistants")),
    )
    reviewer = person(1, Membership(UNIT, "legal_reviewer"))
    by_others = [act("draft", 2), act("other", 1)]
    assert ask(door, at, reviewer, AT_UNIT, history=by_others, data={"lead": 2})
    for element in ("draft", "rework"):
        verdict = ask(door, at, reviewer, AT_UNIT, history=[*by_others, act(element, 1)])
        assert refusal(verdict) == (did, rule)
        assert verdict.facts == {"element": element}
    for data in ({"lead": 1}, {"lead": 2, "assistants": [3, 1]}):
        assert refusal(ask(door, at, reviewer, AT_UNIT, data=data)) == (named, rule)


def test_an_old_act_in_an_earlier_round_still_keeps_a_person_out():
    at = form("legal_reviewer", "handling", Duty("R2", not_completed_by=("draft",)))
    reviewer = person(1, Membership(UNIT, "legal_reviewer"))
    history = [act("draft", 1), act("draft", 2), act("review", 3), act("draft", 2)]
    assert not ask(may_claim, at, reviewer, AT_UNIT, history=history)


# --- R6: enforcement and supervision apart -----------------------------------------------------


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


# --- R14: auxiliaries and certificates ---------------------------------------------------------


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
    verdict = may_complete(
        NAMING,
        officer(1),
        [],
        {"assistants": [1, 2]},
        {2: officer(2)},
        AT_UNIT,
        TODAY,
        ROLES,
    )
    assert verdict


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


def test_history_is_asked_again_at_completion():
    at = form("legal_reviewer", "handling", Duty("R2", not_completed_by=("draft",)))
    reviewer = person(1, Membership(UNIT, "legal_reviewer"))
    assert ask(may_claim, at, reviewer, AT_UNIT)
    assert not ask(may_complete, at, reviewer, AT_UNIT, history=[act("draft", 1)])


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


@pytest.mark.parametrize(
    ("value", "people"),
    [(3, (3,)), ([3, 4, 3], (3, 4)), (None, ()), ("3", ()), (True, ()), ([True, "3", 4], (4,))],
)
def test_a_field_names_people_by_their_whole_numbers(value, people):
    assert people_in(value) == people
