"""Whole ways through the complaint procedure, by name; together they take every flow of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.processes_shipped import complaints as c
from tests.processes_shipped.walk import MINUTE, Walk, working_day

WALKS: dict[str, Callable[[], Walk]] = {}


def walked(make: Callable[[], Walk]) -> Callable[[], Walk]:
    """Names a walk, so that the tests over all walks know it."""
    WALKS[make.__name__] = make
    return make


@walked
def declined() -> Walk:
    walk = c.received().do("screen", screening="decline", refusal_reasons="无事实")
    return walk.do("approve_refusal", refusal_verdict="agree")


@walked
def forwarded_after_a_second_look() -> Walk:
    walk = c.received().do("screen", screening="decline", refusal_reasons="无权")
    walk.do("approve_refusal", refusal_verdict="return", refusal_opinion="应当转送")
    walk.do("screen", screening="forward", forward_to="州某局", refusal_reasons="无权")
    return walk.do("approve_refusal", refusal_verdict="agree")


@walked
def merged() -> Walk:
    return c.received().do("screen", screening="merge", merged_into="红执诉〔2026〕1号")


@walked
def unfounded() -> Walk:
    return c.finish(c.proposing("unfounded"))


@walked
def unfounded_and_anonymous() -> Walk:
    walk = c.received(
        identity="anonymous",
        complainant_name=None,
        complainant_phone=None,
        complainant_email=None,
    )
    walk.do("screen", screening="accept", subject=c.DEPARTMENT, remedy_open="no")
    walk.do("assign", verifiers=[c.FIRST, c.SECOND])
    walk.do("notify_department", matter_summary="收费")
    walk.do("investigate", inquiry_record="记")
    c.report(c.explained(walk), "unfounded")
    walk.do("cosign", cosign_verdict="agree").do("approve_report", report_verdict="approve")
    return c.archive(walk)


@walked
def written_three_times() -> Walk:
    walk = c.report(c.writing(), "partial").do("cosign", cosign_verdict="disagree")
    c.report(walk, "partial").do("cosign", cosign_verdict="agree")
    walk.do("approve_report", report_verdict="return", report_opinion="证据不足")
    return c.report(walk, "partial").do("cosign", cosign_verdict="agree")


@walked
def department_silent() -> Walk:
    walk = c.inquiring()
    walk.do("investigate", inquiry_record="记")
    return walk.until(working_day(walk.due("statement"), 5 - 1))


@walked
def proposal_returned() -> Walk:
    walk = c.propose(c.proposing()).do("sign_proposal", proposal_verdict="return")
    return c.propose(walk).do("sign_proposal", proposal_verdict="sign")


@walked
def grave() -> Walk:
    return c.rectifying("illegal", repeated="yes")


@walked
def extended() -> Walk:
    walk = c.inquiring().send("request_extension", extension_reason="疑难")
    return walk.do("approve_extension", extension_verdict="approve")


@walked
def not_extended() -> Walk:
    walk = c.inquiring().send("request_extension", extension_reason="疑难")
    return walk.do("approve_extension", extension_verdict="refuse", extension_opinion="抓紧")


@walked
def done_at_once() -> Walk:
    return c.finish(c.concluding())


@walked
def done_in_the_second_round() -> Walk:
    walk = c.recheck(c.rechecking(), "partly", new_due_date="2026-04-15")
    return c.finish(c.recheck(c.feed_back(walk), "done"))


@walked
def partly_twice() -> Walk:
    walk = c.recheck(c.rechecking(), "partly", new_due_date="2026-04-15")
    return c.recheck(c.feed_back(walk, "partly"), "partly")


def object_to(walk: Walk) -> Walk:
    return walk.send("object", objection_reasons="不服", objection_request="revoke")


def answer(walk: Walk, decision: str) -> Walk:
    walk.do("reexamine", objection_answer="复查", objection_decision=decision)
    return walk.do("approve_reexamination", reexamination_verdict="agree")


@walked
def objection_upheld_before_the_feedback() -> Walk:
    walk = object_to(c.rectifying())
    walk.do("reexamine", objection_answer="复查", objection_decision="uphold")
    walk.do("approve_reexamination", reexamination_verdict="return")
    return c.feed_back(answer(walk, "uphold"))


@walked
def objection_answered_after_the_feedback() -> Walk:
    return answer(c.feed_back(object_to(c.rectifying())), "vary")


@walked
def objection_revokes() -> Walk:
    return c.finish(answer(object_to(c.rectifying()), "revoke"))


@walked
def no_objection_in_time() -> Walk:
    walk = c.rectifying()
    return walk.until(working_day(walk.now, 10))


@walked
def overdue() -> Walk:
    walk = c.rectifying()
    return walk.until(working_day(walk.due("rectify"), 5 - 1))


@walked
def overdue_with_an_objection_open() -> Walk:
    walk = c.rectifying()
    walk.until(working_day(walk.now, 10) - MINUTE)
    object_to(walk)
    return walk.until(working_day(walk.due("rectify"), 5 - 1))


@walked
def late_feedback_done() -> Walk:
    walk = overdue().send("late_feedback", rectify_actions="补", rectify_status="done")
    return c.recheck(walk, "done")


@walked
def late_feedback_partly() -> Walk:
    walk = overdue().send("late_feedback", rectify_actions="补", rectify_status="partly")
    return c.recheck(walk, "partly")


@walked
def request_returned() -> Walk:
    walk = c.request(c.submitting()).do("approve_request", request_verdict="return")
    return c.request(walk).do("approve_request", request_verdict="sign")


@walked
def supplemented_and_not_decided() -> Walk:
    walk = c.deciding().do("gov_decide", gov_verdict="supplement", gov_opinion="补")
    c.receive(c.request(walk).do("approve_request", request_verdict="sign"))
    return walk.do("gov_decide", gov_verdict="no_decision", gov_opinion="不宜")


@walked
def decided_and_executed() -> Walk:
    return c.finish(c.executed(c.executing()))


@walked
def accountable_and_refused() -> Walk:
    walk = c.decide(c.deciding(), "criticism", "accountability")
    return c.finish(c.executed(c.executed(walk, "continue"), "refused"))
