"""Every path of processes/delegation.bpmn, and what its forms refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.processes_shipped import delegation_walks as w
from tests.processes_shipped import delegations as d
from tests.processes_shipped.checks import failed
from tests.processes_shipped.walk import Walk

MAIN = "delegation.bpmn"
COERCIVE = ("liberty", "sealing", "seizure", "freezing", "other_measure")

# --- The route -----------------------------------------------------------------------------------


def test_a_transfer_of_powers_is_told_to_be_another_route_and_ends() -> None:
    walk = w.transferred()
    assert walk.finished
    assert walk.passed[-1] == "other_route"
    assert walk.named("notify", message="delegation_other_route", body="handling")
    assert walk.issued() == []


def test_a_delegation_first_asks_the_township() -> None:
    assert d.proposed().open == ["state_capacity"]


# --- What may not be delegated -------------------------------------------------------------------


@pytest.mark.parametrize("power", COERCIVE)
@pytest.mark.parametrize("element", ["drafted", "draft_agreement"])
def test_a_coercive_measure_is_refused_naming_the_law(element: str, power: str) -> None:
    values = {**d.PROPOSED, **d.AGREEMENT, "powers": ["inspection", power]}
    found = failed(MAIN, element, values)
    assert [(c.field, c.law, c.article) for c in found] == [("powers", "行政强制法", "第十七条")]


@pytest.mark.parametrize("element", ["drafted", "draft_agreement"])
def test_powers_over_persons_stay_with_the_police(element: str) -> None:
    found = failed(MAIN, element, {**d.PROPOSED, **d.AGREEMENT, "powers": ["detention"]})
    assert [(c.law, c.article) for c in found] == [("行政处罚法", "第十八条第三款")]


@pytest.mark.parametrize("word", ["查封", "扣押", "冻结", "强制措施", "限制人身自由"])
def test_a_coercive_measure_hidden_in_the_words_of_the_agreement_is_found(word: str) -> None:
    values = {**d.AGREEMENT, "agreement_matters": f"检查违法建房，必要时{word}工具"}
    found = failed(MAIN, "draft_agreement", values)
    assert [(c.field, c.law) for c in found] == [("agreement_matters", "行政强制法")]


def test_what_is_refused_to_the_township_may_be_written_down_as_a_ban() -> None:
    values = {**d.AGREEMENT, "authority": "不得行使查封、扣押等行政强制措施权"}
    assert failed(MAIN, "draft_agreement", values) == ()


def test_powers_of_others_cannot_be_delegated() -> None:
    found = failed(MAIN, "drafted", {**d.PROPOSED, "own_power": d.NO})
    assert [(c.field, c.article) for c in found] == [("own_power", "第二十条")]
    assert failed(MAIN, "drafted", d.PROPOSED) == ()
    other = {"route": "transfer", "transfer_decision": "省政府决定"}
    assert failed(MAIN, "drafted", other) == ()


# --- Capacity ------------------------------------------------------------------------------------


def test_a_township_that_cannot_or_will_not_is_not_given_powers() -> None:
    assert w.township_unable().finished
    assert w.township_unable().passed[-1] == "withdrawn"
    for missing in ("consent", "lawful_body", "technical"):
        walk = d.state(d.proposed(), **{missing: d.NO})
        assert walk.open == ["revise"], missing
        values = {**walk.data, "revision": "agreement"}
        assert [c.article for c in failed(MAIN, "revise", values)] == ["第二十一条"]
    assert w.township_asked_again().open == ["draft_agreement"]


def test_a_township_needs_two_officers() -> None:
    one = {"consent": d.YES, "delegated_officers": [d.OFFICER], "delegated_assistants": []}
    assert [c.article for c in failed(MAIN, "state_capacity", one)] == ["第四十二条"]
    two = {**one, "delegated_assistants": [d.ASSISTANT]}
    assert failed(MAIN, "state_capacity", two) == ()
    assert failed(MAIN, "state_capacity", {"consent": d.NO}) == ()


# --- The agreement -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "ends", "good"),
    [
        ("2026-04-01", "2026-04-01", False),
        ("2026-04-01", "2026-03-31", False),
        ("2026-04-01", "2026-04-02", True),
        ("2026-04-01", "2029-03-31", True),
        ("2026-04-01", "2029-04-01", True),
        ("2026-04-01", "2029-04-02", False),
        # Three years end on a Saturday: the term is not stretched to the next working day.
        ("2026-05-19", "2029-05-21", False),
    ],
)
def test_the_term_is_a_term_and_no_longer_than_three_years(
    begins: str, ends: str, good: bool
) -> None:
    values = {**d.AGREEMENT, "begins_on": begins, "ends_on": ends}
    found = failed(MAIN, "draft_agreement", values)
    assert [c.field for c in found] == ([] if good else ["ends_on"])


def test_the_agreement_says_in_whose_name_and_that_it_goes_no_further() -> None:
    values = {**d.AGREEMENT, "in_delegator_name": d.NO, "redelegation_banned": d.NO}
    found = failed(MAIN, "draft_agreement", values)
    assert [c.field for c in found] == ["in_delegator_name", "redelegation_banned"]
    assert failed(MAIN, "draft_agreement", d.AGREEMENT) == ()


LEGALITY = (
    "legal_basis_sound",
    "within_own_power",
    "no_coercive_power",
    "delegate_qualifies",
    "elements_complete",
    "no_redelegation",
    "term_lawful",
)


def test_a_lawful_opinion_needs_every_check_and_every_no_its_reason() -> None:
    good = {**dict.fromkeys(LEGALITY, d.YES), "legality": "lawful"}
    assert failed(MAIN, "review_legality", good) == ()
    one = {**good, "term_lawful": d.NO}
    assert [c.field for c in failed(MAIN, "review_legality", one)] == ["legality"]
    assert failed(MAIN, "review_legality", {**one, "legality": "modify"}) == ()
    bare = {**one, "legality": "modify", "term_lawful": {"answer": False, "note": ""}}
    assert [c.field for c in failed(MAIN, "review_legality", bare)] == ["term_lawful"]


def test_only_the_agreement_that_was_found_lawful_is_signed() -> None:
    walk = d.department_signing()
    assert walk.open == ["sign_department"]
    assert walk.issued() == ["legality_opinion"]
    sign = {**walk.data, "department_verdict": "sign"}
    assert failed(MAIN, "sign_department", sign) == ()
    changed = {**sign, "authority": "罚款十万元以下"}
    assert [c.field for c in failed(MAIN, "sign_department", changed)] == ["department_verdict"]
    assert d.revising().open == ["revise"]
    assert d.find(d.reviewing(), "unlawful").open == ["revise"]
    again = w.agreement_revised()
    assert again.data["passed_agreement"] == again.data["reviewed_agreement"]
    assert again.issued() == ["legality_opinion", "legality_opinion"]


def test_either_side_may_refuse_to_sign() -> None:
    assert w.department_returns().open == ["revise"]
    assert w.township_returns().open == ["revise"]
    assert "delegation_agreement" not in w.township_returns().issued()


def test_a_delegation_does_not_begin_before_it_is_signed() -> None:
    values = {**d.AGREEMENT, "township_verdict": "sign", "signed_on": "2026-04-02"}
    assert [c.field for c in failed(MAIN, "sign_township", values)] == ["signed_on"]
    assert failed(MAIN, "sign_township", {**values, "signed_on": "2026-04-01"}) == ()


# --- Publication and filing ----------------------------------------------------------------------


def test_both_parties_publish_before_the_delegation_is_filed() -> None:
    walk = d.publishing()
    assert walk.open == ["publish_department", "publish_township"]
    walk.do("publish_township", township_published_on=d.SIGNED_ON)
    assert walk.open == ["publish_department"]
    walk.do("publish_department", department_published_on="2026-03-03")
    assert walk.open == ["submit_filing"]
    assert walk.issued()[-2:] == ["delegation_agreement", "delegation_notice"]
    published = walk.named("publish", document="delegation_agreement")[0].parameters
    assert published["until"] == "2027-03-31"
    entry = d.file(walk).named("register", register="delegations")[0].parameters
    assert entry["published_on"] == "2026-03-03"
    assert (entry["delegator"], entry["township"]) == ("handling", d.TOWNSHIP)


def test_a_filing_without_all_four_papers_is_not_taken() -> None:
    papers = ["report", "agreement", "opinion", "proof"]
    assert failed(MAIN, "submit_filing", {"filing_materials": papers}) == ()
    for missing in papers:
        values = {"filing_materials": [p for p in papers if p != missing]}
        assert [c.field for c in failed(MAIN, "submit_filing", values)] == ["filing_materials"]


def test_registration_is_issued_registered_and_told_to_both() -> None:
    walk = w.registered()
    assert walk.issued()[-2:] == ["filing_report", "filing_registration"]
    entries = walk.named("register", register="delegations")
    assert [e.parameters["status"] for e in entries] == ["备案审查中", "委托期内"]
    told = walk.named("notify", message="delegation_registered")
    assert [t.parameters["body"] for t in told] == ["handling", "township"]


def test_a_late_filing_is_noted_but_may_still_be_registered() -> None:
    names = ("complete", "in_time", "basis", "power", "delegate", "elements", "published")
    values: dict[str, Any] = {f"filed_{name}": d.YES for name in names}
    values |= {"filed_in_time": d.NO, "filing_conclusion": "register"}
    assert failed(MAIN, "review_filing", values) == ()
    values |= {"filed_power": d.NO}
    assert [c.field for c in failed(MAIN, "review_filing", values)] == ["filing_conclusion"]


def test_a_correction_is_ordered_made_and_reviewed_again() -> None:
    walk = w.material_corrected()
    assert walk.issued().count("filing_correction") == 1
    assert walk.issued()[-1] == "filing_registration"
    assert w.agreement_corrected().open == ["review_legality"]
    assert w.agreement_corrected().data["passed_agreement"] == ""
    assert w.filing_reviewed_twice().issued()[-1] == "filing_registration"


def test_advice_to_revoke_is_followed_published_and_filed() -> None:
    walk = w.advice_followed()
    assert walk.finished
    assert walk.issued()[-2:] == ["revocation_advice", "termination_notice"]
    assert walk.data["end_kind"] == "revoked"
    assert walk.named("register", register="delegations", status="已终止")
    assert "filing_registration" not in walk.issued()


def test_an_explanation_is_weighed_by_another_reviewer_and_then_by_the_government() -> None:
    assert w.explanation_accepted().issued()[-1] == "filing_registration"
    assert d.submitted_to_government().open == ["gov_rule"]
    assert w.government_keeps().issued()[-1] == "filing_registration"
    walk = w.government_revokes()
    assert walk.open == ["publish_ending", "publish_ending_township"]
    assert walk.data["end_kind"] == "revoked"


# --- While it runs -------------------------------------------------------------------------------


def test_each_sample_is_recorded_and_what_it_found_is_put_right_by_the_township() -> None:
    walk = d.sample_rectifying()
    assert walk.open == ["rectify_sample"]
    assert walk.issued()[-1] == "sample_report"
    entry = walk.named("register", register="delegations")[-1].parameters
    assert entry["sampling"] == "发现问题，要求改正"
    assert w.sample_rectified().open == ["sample"]


def test_a_grave_finding_becomes_signed_advice_and_may_end_or_go_on() -> None:
    walk = d.sample(d.sampling(), "revoke")
    assert walk.open == ["sign_filing"]
    assert walk.messages == []
    assert d.let(walk).open == ["answer_advice"]
    on = w.sample_leads_to_advice_and_on()
    assert on.issued().count("filing_registration") == 1
    assert on.messages == ["report_law_change", "request_termination"]


def test_a_renewal_opens_a_new_delegation_with_what_is_known() -> None:
    walk = d.renewing().do("decide_renewal", renewal="renew", renewal_words="效果良好")
    opened = walk.named("open_case")[0].parameters
    assert opened["process"] == "delegation"
    assert {**opened, "process": None} == {
        "process": None,
        "matter": "农村建房执法",
        "route": "delegation",
        "township": d.TOWNSHIP,
        "legal_basis": d.ARTICLE,
        "basis_words": "原文",
        "own_power": d.YES,
        "powers": ["inspection", "penalty"],
        "reasons": "效果良好",
    }
    fresh = Walk(MAIN, {k: v for k, v in opened.items() if k != "process"})
    assert fresh.open == ["state_capacity"]
    assert w.renewed_and_expired().finished
    assert not w.not_renewed().named("open_case")


def test_an_early_end_is_the_heads_to_decide() -> None:
    assert d.terminating().open == ["approve_termination"]
    assert w.not_ended().messages == ["report_law_change", "request_termination"]
    assert d.ending().data["end_kind"] == "mutual"
    late = {"termination_verdict": "end", "ended_on": "2027-04-01", "ends_on": "2027-03-31"}
    assert [c.field for c in failed(MAIN, "approve_termination", late)] == ["ended_on"]


def test_a_change_of_law_is_rechecked_and_may_end_the_delegation() -> None:
    assert w.law_still_stands().messages == ["report_law_change", "request_termination"]
    walk = w.law_lost()
    assert walk.data["end_kind"] == "law_changed"
    assert walk.data["ended_on"] == "2026-03-02"
    assert walk.open == ["publish_ending", "publish_ending_township"]


def test_every_end_is_published_by_both_filed_and_confirmed() -> None:
    walk = d.ending()
    walk.do("publish_ending", ending_published_on="2026-03-02")
    assert walk.open == ["publish_ending_township"]
    assert walk.named("publish", document="termination_notice")
    assert w.ending_returned().open == ["file_ending"]
    walk = w.ended_early()
    assert walk.finished
    told = walk.named("notify", message="delegation_ended")
    assert [t.parameters["body"] for t in told] == ["handling", "township"]
    entry = walk.named("register", register="delegations", status="已终止")[0].parameters
    assert entry["ended_on"] == "2026-03-02"
