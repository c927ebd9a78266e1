"""Every path of processes/major_decision.bpmn, and what its two decision tables say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.processes_shipped import decision_walks as w
from tests.processes_shipped import decisions as d

# --- What is major, who may ask for a hearing ----------------------------------------------------


@pytest.mark.parametrize(
    ("values", "right"),
    [
        ({"penalty_kinds": ["warning"]}, False),
        ({"penalty_kinds": ["fine"], "party_kind": "person", "fine_amount": "4999.99"}, False),
        ({"penalty_kinds": ["fine"], "party_kind": "person", "fine_amount": "5000.00"}, True),
        ({"penalty_kinds": ["fine"], "fine_amount": "49999.99"}, False),
        ({"penalty_kinds": ["fine"], "fine_amount": "50000.00"}, True),
        ({"penalty_kinds": ["confiscation"], "confiscated_value": "49999.99"}, False),
        ({"penalty_kinds": ["confiscation"], "confiscated_value": "50000.00"}, True),
        (
            {
                "penalty_kinds": ["confiscation"],
                "party_kind": "person",
                "confiscated_value": "5000.00",
            },
            True,
        ),
        # A large amount that is not among the penalties gives no right.
        ({"penalty_kinds": ["warning"], "fine_amount": "90000.00"}, False),
        ({"penalty_kinds": ["downgrade"]}, True),
        ({"penalty_kinds": ["revocation"]}, True),
        ({"penalty_kinds": ["closure"]}, True),
        ({"penalty_kinds": ["ban"]}, True),
        ({"penalty_kinds": ["warning", "revocation"]}, True),
        ({"decision_kind": "coercion", "penalty_kinds": [], "fine_amount": None}, False),
        ({"decision_kind": "licence", "penalty_kinds": ["revocation"]}, False),
    ],
)
def test_a_right_to_a_hearing_exists_where_the_law_gives_one(
    values: dict[str, Any], right: bool
) -> None:
    walk = d.drafted(**values)
    assert walk.data["hearing_right"] is right
    assert walk.open == (["serve_hearing_rights"] if right else ["submit"])


@pytest.mark.parametrize(
    ("values", "major", "collective"),
    [
        ({"major_reasons": []}, False, False),
        ({"major_reasons": ["public_interest"]}, True, True),
        ({"major_reasons": ["social_impact"]}, True, True),
        ({"major_reasons": ["significant_rights"]}, True, False),
        ({"major_reasons": ["complex"]}, True, True),
        ({"major_reasons": ["prescribed"]}, True, False),
        ({"major_reasons": ["significant_rights", "complex"]}, True, True),
        ({"major_reasons": [], "fine_amount": "80000.00"}, True, False),
        ({"major_reasons": [], "decision_kind": "coercion"}, True, False),
    ],
)
def test_what_is_major_and_what_is_discussed_is_told_by_the_table(
    values: dict[str, Any], major: bool, collective: bool
) -> None:
    walk = d.drafted(**values)
    assert (walk.data["major"], walk.data["needs_collective"]) == (major, collective)
    assert walk.finished is not major


def test_what_is_not_major_is_recorded_and_needs_no_review() -> None:
    walk = w.ordinary()
    assert walk.finished
    assert walk.named("register", register="major_decisions")
    assert walk.issued() == []


# --- Hearing -------------------------------------------------------------------------------------


def test_the_party_is_told_of_its_right_heard_and_the_record_goes_to_review() -> None:
    walk = d.heard()
    assert walk.issued() == ["hearing_rights_notice", "hearing_notice", "hearing_record"]
    held = walk.named("register", register="hearings")[0].parameters
    assert (held["held_on"], held["presider"]) == ("2026-03-20", d.PRESIDER)
    assert walk.open == ["submit"]


def test_a_written_waiver_goes_straight_to_review() -> None:
    assert w.hearing_waived_in_writing().open == ["check_completeness"]


def test_silence_is_a_waiver_only_after_the_post_was_looked_at() -> None:
    assert w.lapsed().open == ["confirm_waiver"]
    walk = w.hearing_not_asked_for()
    assert walk.named("register", register="hearings", conclusion="期满未要求听证，视为放弃")
    assert walk.open == ["check_completeness"]


# --- Review --------------------------------------------------------------------------------------


def test_a_submission_counts_a_round_and_forgets_any_earlier_pass() -> None:
    walk = d.submitted()
    assert walk.data["review_round"] == 1
    assert walk.data["passed_digest"] == ""
    walk = w.reworked_and_passed()
    assert walk.data["review_round"] == 2
    assert walk.issued().count("review_opinion") == 2
    assert walk.issued()[-1] == "decision_document"


def test_incomplete_material_pauses_the_clock_and_is_looked_at_again() -> None:
    walk = w.material_completed()
    assert walk.issued() == ["review_submission", "correction_notice"]
    assert walk.named("pause_clock")
    assert walk.named("resume_clock")
    assert walk.open == ["sign_opinion"]


def test_the_reviewer_may_ask_for_more_time_and_the_deputy_head_decides() -> None:
    walk = w.review_extended()
    asked = walk.named("extend_clock")[0].parameters
    assert (asked["limit"], asked["reason"]) == ("REV.REVIEW", "疑难")
    assert walk.named("notify", message="review_extended")
    walk = w.review_not_extended()
    assert not walk.named("extend_clock")
    assert walk.named("notify", message="extension_refused", people=d.REVIEWER)
    assert walk.open == ["review"]


def test_nothing_of_an_extension_is_left_open_when_the_opinion_is_signed() -> None:
    walk = d.review(d.extending()).do("sign_opinion", signing="sign")
    assert walk.open == ["finalise"]


def test_the_head_of_the_legal_unit_signs_or_sends_the_opinion_back() -> None:
    walk = d.review(d.assigned(), "agree").do("sign_opinion", signing="return")
    assert walk.open == ["review"]
    assert "review_opinion" not in walk.issued()


def test_the_ledger_of_reviews_names_opinion_round_and_the_draft_that_passed() -> None:
    entry = d.reviewed().named("register", register="major_decisions")[0].parameters
    assert entry["opinion"] == "agree"
    assert entry["rounds"] == 1
    assert len(entry["draft"]) == 64
    assert entry["handling"] == "handling"


# --- Disagreement --------------------------------------------------------------------------------


def test_a_disagreement_is_consulted_recorded_and_settled_by_the_head() -> None:
    walk = d.ruling()
    assert walk.issued()[-1] == "disagreement_record"
    assert walk.open == ["rule_disagreement"]
    assert w.head_wants_a_revision().open == ["rework"]
    assert w.agreed_to_revise().open == ["rework"]


def test_another_review_is_a_new_round() -> None:
    walk = w.head_wants_another_review()
    assert walk.open == ["check_completeness"]
    assert walk.data["review_round"] == 2
    assert w.reviewed_again_after_consulting().open == ["finalise"]


def test_a_case_is_stopped_by_the_head_alone() -> None:
    proposed = d.reviewed("dismiss").do("rework", response="stop", response_words="证据不足")
    assert proposed.open == ["rule_disagreement"]
    for walk in (w.handlers_propose_to_stop(), w.head_stops_the_case()):
        assert walk.finished
        assert "decision_document" not in walk.issued()
        assert walk.named("register", register="major_decisions", status="未作出决定")


# --- Discussion and decision ---------------------------------------------------------------------


def test_every_member_of_the_panel_speaks_for_themselves() -> None:
    walk = d.discussing()
    assert walk.open == ["discuss"] * 3
    assert sorted(t.local["member"] for t in walk.outcome.tasks) == d.PANEL
    said = d.discuss(walk).data["panel_opinions"]
    assert [opinion["member"] for opinion in said] == d.PANEL
    assert {opinion["member_opinion"] for opinion in said} == {"agree"}


def test_a_complex_decision_is_discussed_before_it_is_made() -> None:
    walk = w.discussed_and_agreed()
    issued = walk.issued()
    assert issued.index("discussion_record") < issued.index("decision_document")
    assert w.discussed_and_returned().open == ["rework"]
    assert "discuss" not in d.served().passed


def test_a_decision_is_issued_registered_served_and_proved() -> None:
    walk = d.served()
    assert walk.finished
    assert walk.issued()[-1] == "decision_document"
    assert walk.named("record_service", document="decision_document")
    decided = walk.named("register", register="major_decisions", status="已作出决定")
    assert decided[0].parameters["decided_on"] == "2026-03-02"


def test_the_head_may_return_or_refuse_a_passed_draft() -> None:
    assert w.decision_returned().open == ["rework"]
    walk = w.decision_refused()
    assert walk.finished
    assert "decision_document" not in walk.issued()
