"""Every path of processes/complaint.bpmn; test_complaint_complete.py tells of one left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import Conflict
from tests.processes_shipped import complaint_walks as w
from tests.processes_shipped import complaints as c
from tests.processes_shipped.walk import MINUTE, Walk, working_day

# --- Intake ------------------------------------------------------------------------------------


def test_a_declined_complaint_ends_with_a_reasoned_notice_signed_by_the_head() -> None:
    walk = w.declined()
    assert walk.finished
    assert walk.issued() == ["decline_notice"]
    assert walk.named("notify", message="complaint_declined")
    assert walk.named("register", register="complaints", status="已办结", accepted="不予受理")


def test_the_head_can_send_a_refusal_back_and_it_then_goes_another_way() -> None:
    walk = w.forwarded_after_a_second_look()
    assert walk.finished
    assert walk.issued() == ["forward_letter"]
    assert walk.named("issue_document")[0].parameters["to"] == "州某局"
    assert walk.named("notify", message="complaint_forwarded")


def test_a_duplicate_is_merged_and_the_person_is_told() -> None:
    walk = w.merged()
    assert walk.finished
    assert walk.issued() == ["merge_notice"]
    assert walk.named("notify", message="complaint_merged")


def test_an_accepted_complaint_is_told_so_and_waits_for_verifiers() -> None:
    walk = c.accepted()
    assert walk.open == ["assign"]
    assert walk.messages == ["request_extension"]
    assert walk.issued() == ["acceptance_notice"]
    assert walk.named("notify", message="complaint_accepted", party="someone@example.invalid")


# --- Verification ------------------------------------------------------------------------------


def test_an_unfounded_complaint_is_answered_and_archived_without_any_proposal() -> None:
    walk = c.proposing("unfounded")
    assert walk.open == ["write_result"]
    assert "rectification_proposal" not in walk.issued()
    assert w.unfounded().finished


def test_nobody_is_told_the_result_where_nobody_can_be_reached() -> None:
    walk = w.unfounded_and_anonymous()
    assert walk.finished
    assert "result_notice" not in walk.issued()
    assert not walk.named("notify", message="complaint_result")


def test_the_report_waits_for_both_the_inquiry_and_the_statement() -> None:
    walk = c.inquiring()
    assert walk.open == ["investigate", "statement"]
    assert walk.do("investigate", inquiry_record="记").open == ["statement"]
    assert c.explained(walk).open == ["verify"]
    other = c.explained(c.inquiring())
    assert other.open == ["investigate"]


def test_a_department_that_stays_silent_cannot_hold_the_verification_up() -> None:
    walk = w.department_silent()
    assert walk.open == ["verify"]
    assert walk.issued()[-2:] == ["supervised_handling_notice", "criticism_notice"]


def test_a_report_the_second_verifier_or_the_head_does_not_accept_is_written_again() -> None:
    walk = w.written_three_times()
    assert walk.passed.count("verify") == 3
    assert walk.open == ["approve_report"]


def test_a_proposal_the_head_does_not_sign_is_drafted_again() -> None:
    walk = w.proposal_returned()
    assert walk.passed.count("draft_proposal") == 2
    assert walk.open == ["rectify"]


@pytest.mark.parametrize(
    ("finding", "values", "lead"),
    [
        ("improper", {}, False),
        ("improper", {"repeated": "yes"}, False),
        ("illegal", {}, False),
        ("illegal", {"repeated": "yes"}, True),
        ("improper", {"consequence": "severe"}, True),
        ("partial", {"crime_suspected": {"answer": True, "note": "移送"}}, True),
    ],
)
def test_a_grave_finding_opens_a_case_of_supervision(
    finding: str, values: dict[str, object], lead: bool
) -> None:
    walk = c.rectifying(finding, **values)
    assert bool(walk.named("open_case", process="supervision")) is lead
    assert walk.open == ["rectify"]


# --- Extension ---------------------------------------------------------------------------------


def test_an_approved_extension_moves_the_handling_period_and_tells_the_complainant() -> None:
    walk = w.extended()
    (asked,) = walk.named("extend_clock")
    assert asked.parameters["limit"] == "CMP.HANDLE"
    assert asked.parameters["reason"] == "疑难"
    assert walk.issued()[-1] == "extension_notice"
    assert walk.named("notify", message="complaint_extended")
    before = {t.element: t.instant for t in walk.outcome.timers if t.element.startswith("handl")}
    walk.extend("CMP.HANDLE", walk.now)
    after = {t.element: t.instant for t in walk.outcome.timers if t.element.startswith("handl")}
    # 2026-04-01 becomes 2026-05-01, which is a holiday: the next working day is 2026-05-06.
    assert before["handling_due"].isoformat() == "2026-04-01T15:59:59.999999+00:00"
    assert after["handling_due"].isoformat() == "2026-05-06T15:59:59.999999+00:00"
    assert all(after[element] > before[element] for element in before)


def test_a_refused_extension_leaves_the_period_and_can_be_asked_for_again() -> None:
    walk = w.not_extended()
    assert not walk.named("extend_clock")
    assert walk.named("notify", message="extension_refused", people=[c.FIRST, c.SECOND])
    walk.send("request_extension", extension_reason="再次")
    assert "approve_extension" in walk.open


def test_an_extension_not_answered_yet_falls_away_when_the_handling_ends() -> None:
    walk = c.approving("unfounded").send("request_extension", extension_reason="疑难")
    walk.do("approve_report", report_verdict="approve")
    assert walk.open == ["write_result"]
    assert walk.messages == []


# --- Rectification -----------------------------------------------------------------------------


def test_rectified_in_full_the_complaint_is_concluded() -> None:
    walk = c.concluding()
    assert walk.open == ["write_result"]
    assert walk.named("register", register="rectifications", outcome="整改到位")
    assert w.done_at_once().finished


def test_part_rectified_goes_back_once_with_a_new_date_and_then_to_the_county() -> None:
    walk = c.recheck(c.rechecking(), "partly", new_due_date="2026-04-15")
    assert walk.open == ["rectify"]
    assert walk.due("rectify").isoformat() == "2026-04-15T16:00:00+00:00"
    assert c.recheck(c.feed_back(walk, "partly"), "partly").open == ["draft_request"]


def test_a_new_date_on_a_rest_day_ends_on_the_next_working_day() -> None:
    walk = c.recheck(c.rechecking(), "partly", new_due_date="2026-04-11")
    assert walk.due("rectify").isoformat() == "2026-04-13T16:00:00+00:00"


def test_an_objection_does_not_suspend_the_rectification() -> None:
    walk = w.object_to(c.rectifying())
    assert walk.open == ["rectify", "reexamine"]
    assert walk.messages == []
    assert c.feed_back(walk).open == ["reexamine"]
    assert w.answer(walk, "uphold").open == ["recheck"]


def test_an_answered_objection_lets_the_feedback_go_on_at_once() -> None:
    walk = w.objection_upheld_before_the_feedback()
    assert walk.open == ["recheck"]
    assert walk.issued().count("objection_reply") == 1


def test_the_right_to_object_is_counted_from_service_and_each_objection_is_answered() -> None:
    walk = w.answer(w.object_to(c.rectifying()), "uphold")
    c.recheck(c.feed_back(walk), "partly", new_due_date="2026-04-15")
    assert walk.messages == ["object"]
    c.feed_back(w.object_to(walk))
    assert walk.open == ["reexamine"]
    assert w.answer(walk, "revoke").open == ["write_result"]


def test_no_new_right_to_object_begins_with_a_second_round() -> None:
    walk = c.rectifying()
    c.feed_back(walk.until(working_day(walk.now, 10)))
    assert c.recheck(walk, "partly", new_due_date="2026-04-15").open == ["rectify"]
    assert walk.messages == []


def test_a_revoked_proposal_ends_the_rectification() -> None:
    walk = w.answer(w.object_to(c.rectifying()), "revoke")
    assert walk.open == ["write_result"]
    assert walk.named("register", register="rectifications", outcome="建议书已撤销")


def test_the_right_to_object_ends_after_ten_working_days() -> None:
    walk = c.rectifying()
    end = working_day(walk.now, 10)
    assert walk.until(end - MINUTE).messages == ["object"]
    waiting = walk.outcome.messages[0].id
    walk.until(end)
    assert walk.messages == []
    assert walk.open == ["rectify"]
    with pytest.raises(Conflict, match="message_not_open"):
        walk._run().send(waiting, {})


def test_no_feedback_by_the_fifth_working_day_late_leads_to_the_county_government() -> None:
    walk = c.rectifying()
    due = walk.due("rectify")
    assert due == working_day(walk.now, 20)
    end = working_day(due, 5 - 1)
    assert walk.until(end - MINUTE).open == ["rectify"]
    stale = walk.task("rectify").id
    walk.until(end)
    assert walk.open == ["draft_request"]
    assert walk.issued()[-2:] == ["supervised_handling_notice", "criticism_notice"]
    assert walk.due("draft_request") == working_day(end - MINUTE, 5)
    with pytest.raises(Conflict, match="task_not_open"):
        walk._run().complete(stale, {})


def test_overdue_the_county_is_asked_only_after_the_objection_was_answered() -> None:
    walk = w.overdue_with_an_objection_open()
    assert walk.open == ["reexamine"]
    assert w.answer(walk, "uphold").open == ["draft_request"]


def test_overdue_but_revoked_is_not_submitted() -> None:
    assert w.answer(w.overdue_with_an_objection_open(), "revoke").open == ["write_result"]


# --- Submission and decision -------------------------------------------------------------------


def test_feedback_after_the_fact_is_rechecked_but_not_returned_again() -> None:
    assert w.late_feedback_done().open == ["write_result"]
    assert w.late_feedback_partly().open == ["draft_request"]


def test_once_the_request_is_signed_no_late_feedback_is_taken() -> None:
    assert c.submitting().messages == ["late_feedback"]
    walk = c.submitted()
    assert walk.messages == []
    assert walk.open == ["gov_receive"]
    assert walk.issued()[-1] == "submission_to_government"
    assert walk.named("notify", message="submitted_to_government", role="gov_office")


def test_the_county_decides_the_department_executes_and_the_complainant_is_told() -> None:
    walk = c.executing()
    assert walk.open == ["execute"]
    assert walk.issued()[-1] == "supervision_decision"
    c.executed(walk)
    assert walk.issued()[-1] == "execution_report"
    assert walk.open == ["write_result"]
    c.tell(walk)
    assert walk.issued()[-1] == "result_notice"
    assert walk.named("notify", message="complaint_result")
    assert c.archive(walk).finished


def test_the_county_can_ask_for_more_or_decide_not_to_decide() -> None:
    walk = w.supplemented_and_not_decided()
    assert walk.open == ["write_result"]
    assert walk.issued().count("submission_to_government") == 2
    assert "supervision_decision" not in walk.issued()


def test_refusing_to_execute_and_accountability_open_cases_of_accountability() -> None:
    walk = w.accountable_and_refused()
    assert walk.finished
    opened = walk.named("open_case", process="accountability")
    assert [r.element for r in opened] == ["lead_accountability", "lead_refusal"]
    assert walk.passed.count("execute") == 2


def test_request_the_head_does_not_sign_is_drafted_again() -> None:
    assert w.request_returned().passed.count("draft_request") == 2


# --- Withdrawal --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reach",
    [c.received, c.inquiring, w.extended, c.rectifying, c.submitting, c.deciding, c.concluding],
)
def test_a_cancelled_case_leaves_nothing_open(reach: Callable[[], Walk]) -> None:
    walk = reach().cancel()
    assert walk.finished
    assert walk.open == walk.messages == []
    assert walk.outcome.timers == ()
