"""Whole ways through the legal review of a major decision; together they take every flow of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.processes_shipped import decisions as d
from tests.processes_shipped.walk import Walk, working_day

WALKS: dict[str, Callable[[], Walk]] = {}


def walked(make: Callable[[], Walk]) -> Callable[[], Walk]:
    """Names a walk, so that the tests over all walks know it."""
    WALKS[make.__name__] = make
    return make


@walked
def ordinary() -> Walk:
    return d.drafted(major_reasons=[], fine_amount="200.00")


@walked
def straight_on() -> Walk:
    return d.served()


@walked
def hearing_waived_in_writing() -> Walk:
    return d.submit(d.wishing("waive"))


def lapsed() -> Walk:
    walk = d.waiting()
    return walk.until(working_day(walk.now, 5))


@walked
def hearing_not_asked_for() -> Walk:
    return d.submit(lapsed().do("confirm_waiver", late_wish="none"))


@walked
def hearing_asked_for_by_post() -> Walk:
    return lapsed().do("confirm_waiver", late_wish="request", hearing_requested_on="2026-03-09")


@walked
def hearing_held() -> Walk:
    return d.again(d.heard())


@walked
def material_completed() -> Walk:
    walk = d.correcting().do("correct", corrected_files=[1], correction_note="补")
    return d.review(d.assign(walk))


@walked
def review_extended() -> Walk:
    return d.extending().do("approve_extension", extension_verdict="approve")


@walked
def review_not_extended() -> Walk:
    return d.extending().do("approve_extension", extension_verdict="refuse")


@walked
def opinion_written_twice() -> Walk:
    walk = d.review(d.assigned(), "modify").do("sign_opinion", signing="return")
    return d.review(walk).do("sign_opinion", signing="sign")


@walked
def reworked_and_passed() -> Walk:
    walk = d.reviewed("modify").do("rework", response="resubmit", draft_text="第二稿")
    return d.again(walk).do("finalise").do("decide", decision="issue")


@walked
def agreed_to_revise() -> Walk:
    return d.objecting().do("consult", consultation="revise")


@walked
def reviewed_again_after_consulting() -> Walk:
    walk = d.objecting().do("consult", consultation="review_again")
    return d.review(d.assign(walk)).do("sign_opinion", signing="sign")


@walked
def head_wants_a_revision() -> Walk:
    return d.ruling().do("rule_disagreement", disagreement_ruling="revise")


@walked
def head_wants_another_review() -> Walk:
    return d.ruling().do("rule_disagreement", disagreement_ruling="review_again")


@walked
def head_stops_the_case() -> Walk:
    return d.ruling().do("rule_disagreement", disagreement_ruling="stop")


@walked
def handlers_propose_to_stop() -> Walk:
    walk = d.reviewed("dismiss").do("rework", response="stop", response_words="证据不足")
    return walk.do("rule_disagreement", disagreement_ruling="stop")


@walked
def discussed_and_agreed() -> Walk:
    walk = d.concluding().do("conclude_discussion", discussion_result="agree")
    return walk.do("finalise").do("decide", decision="issue")


@walked
def discussed_and_returned() -> Walk:
    return d.concluding().do("conclude_discussion", discussion_result="return")


@walked
def edited_after_the_pass() -> Walk:
    return d.submit(d.finalising().do("finalise", draft_text="偷改的稿"))


@walked
def edited_while_deciding() -> Walk:
    return d.deciding().do("decide", decision="issue", draft_text="偷改的稿")


@walked
def decision_returned() -> Walk:
    return d.deciding().do("decide", decision="return")


@walked
def decision_refused() -> Walk:
    return d.deciding().do("decide", decision="refuse")
