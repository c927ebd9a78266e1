"""R2, R4, R5, R8–R12: what somebody did, is named for or belongs to keeps them out."""

from __future__ import annotations

import pytest

from engine.rules.duties import may_claim, may_complete
from engine.values.people import Membership
from engine.values.process import Duty
from tests.engine.rules.duty_facts import (
    AT_OFFICE,
    AT_UNIT,
    DEPT,
    ELSEWHERE,
    OFFICE,
    UNIT,
    VERIFY,
    act,
    ask,
    form,
    person,
    refusal,
    supervisor,
)

RULES = [
    ("R2", "reviewer_handled_case", "reviewer_named_as_handler"),
    ("R4", "presider_investigated", "presider_named_as_investigator"),
    ("R8", "collector_decided", "collector_named_as_decider"),
    ("R9", "approver_applied", "approver_named_as_applicant"),
    ("R10", "publisher_handled_case", "publisher_named_as_handler"),
    ("R11", "reexaminer_decided", "reexaminer_named_as_decider"),
    ("R12", "scorer_scored", "scorer_named_as_scorer"),
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


@pytest.mark.parametrize("door", [may_claim, may_complete])
def test_who_gave_one_of_the_independent_scores_gives_no_other(door):
    at = form("file_evaluator", "office", Duty("R12", apart_from=("score_b", "score_c")))
    scorer = person(1, Membership(OFFICE, "file_evaluator"))
    assert ask(door, at, scorer, AT_OFFICE, history=[act("score_b", 2), act("score_a", 1)])
    verdict = ask(door, at, scorer, AT_OFFICE, history=[act("score_b", 2), act("score_c", 1)])
    assert refusal(verdict) == ("scorer_scored", "R12")


def test_an_old_act_in_an_earlier_round_still_keeps_a_person_out():
    at = form("legal_reviewer", "handling", Duty("R2", not_completed_by=("draft",)))
    reviewer = person(1, Membership(UNIT, "legal_reviewer"))
    history = [act("draft", 1), act("draft", 2), act("review", 3), act("draft", 2)]
    assert not ask(may_claim, at, reviewer, AT_UNIT, history=history)


# --- R5: who was challenged --------------------------------------------------------------------


@pytest.mark.parametrize("door", [may_claim, may_complete])
@pytest.mark.parametrize(
    ("stands", "code"), [("pending", "recusal_pending"), ("granted", "recused")]
)
def test_who_was_challenged_acts_nowhere_in_the_case(door, stands, code):
    at = form("supervisor", "legal_office")
    assert ask(door, at, supervisor(1), AT_OFFICE, recusals={2: stands})
    verdict = ask(door, at, supervisor(1), AT_OFFICE, recusals={1: stands})
    assert refusal(verdict) == (code, "R5")
    assert verdict.facts == {"name": "人1"}


def test_the_investigation_goes_on_with_a_challenged_colleague_until_it_is_decided():
    others, data = (supervisor(2),), {"verifiers": [1, 2]}
    more = {"data": data, "others": others}
    assert ask(may_complete, VERIFY, supervisor(1), AT_OFFICE, recusals={2: "pending"}, **more)
    verdict = ask(may_complete, VERIFY, supervisor(1), AT_OFFICE, recusals={2: "granted"}, **more)
    assert refusal(verdict) == ("too_few_officers", "R7")


# --- R8, R12: of a body that stays out ---------------------------------------------------------


@pytest.mark.parametrize("door", [may_claim, may_complete])
@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("R8", "collector_of_deciding_body"),
        ("R12", "scorer_of_scored_body"),
        ("R9", "of_excluded_body"),
    ],
)
def test_nobody_of_the_body_itself_collects_its_fines_or_scores_its_files(door, rule, code):
    at = form("file_evaluator", "legal_office", Duty(rule, not_of=("handling",)))
    houses = {"handling": frozenset({DEPT, UNIT})}
    scorer = person(1, Membership(OFFICE, "file_evaluator"))
    assert ask(door, at, scorer, AT_OFFICE, houses=houses)
    assert ask(door, at, scorer, AT_OFFICE)  # Nothing fills the slot yet.
    for body_id in (DEPT, UNIT):
        also = person(1, Membership(OFFICE, "file_evaluator"), Membership(body_id, "publisher"))
        assert refusal(ask(door, at, also, AT_OFFICE, houses=houses)) == (code, rule)
    elsewhere = person(1, Membership(OFFICE, "file_evaluator"), Membership(ELSEWHERE, "publisher"))
    assert ask(door, at, elsewhere, AT_OFFICE, houses=houses)


def test_a_body_that_decided_a_fine_does_not_collect_it_by_whomever():
    at = form("publisher", "handling", Duty("R8", not_of=("handling",)))
    clerk = person(1, Membership(UNIT, "publisher"))
    verdict = ask(may_claim, at, clerk, AT_UNIT, houses={"handling": frozenset({DEPT, UNIT})})
    assert refusal(verdict) == ("collector_of_deciding_body", "R8")
