"""Whole ways through the delegation procedure, by name; together they take every flow of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.processes_shipped import delegations as d
from tests.processes_shipped.walk import Walk

WALKS: dict[str, Callable[[], Walk]] = {}


def walked(make: Callable[[], Walk]) -> Callable[[], Walk]:
    """Names a walk, so that the tests over all walks know it."""
    WALKS[make.__name__] = make
    return make


@walked
def transferred() -> Walk:
    return d.proposed(route="transfer", transfer_decision="省政府决定")


@walked
def township_unable() -> Walk:
    walk = d.state(d.proposed(), consent=d.NO, lawful_body=None, technical=None)
    return walk.do("revise", revision="withdraw", revision_words="不再委托")


@walked
def township_asked_again() -> Walk:
    walk = d.state(d.proposed(), technical=d.NO)
    walk.do("revise", revision="capacity", revision_words="补充条件")
    return d.state(walk)


@walked
def agreement_revised() -> Walk:
    walk = d.revising().do("revise", revision="agreement", revision_words="改")
    return d.find(d.draft(walk, area="全镇"))


@walked
def department_returns() -> Walk:
    return d.department_signing().do("sign_department", department_verdict="return")


@walked
def township_returns() -> Walk:
    return d.township_signing().do("sign_township", township_verdict="return")


@walked
def registered() -> Walk:
    return d.supervised()


@walked
def filing_reviewed_twice() -> Walk:
    return d.let(d.conclude(d.let(d.concluded(), "return"), "register"))


@walked
def material_corrected() -> Walk:
    walk = d.correcting().do("correct_filing", correction_kind="materials")
    return d.let(d.conclude(walk, "register"))


@walked
def agreement_corrected() -> Walk:
    walk = d.correcting().do("correct_filing", correction_kind="agreement")
    return d.draft(walk, authority="警告")


@walked
def advice_followed() -> Walk:
    return d.end(d.advised().do("answer_advice", advice_answer="revoke"))


@walked
def explanation_accepted() -> Walk:
    return d.reconsidering().do("reconsider", reconsideration="accept")


@walked
def government_keeps() -> Walk:
    return d.submitted_to_government().do("gov_rule", gov_ruling="keep")


@walked
def government_revokes() -> Walk:
    return d.submitted_to_government().do("gov_rule", gov_ruling="revoke")


@walked
def samples_without_findings() -> Walk:
    return d.at(d.sample(d.sampling()), "2026-10-08")


@walked
def sample_rectified() -> Walk:
    walk = d.sample_rectifying().do("rectify_sample", sample_rectified="已改")
    return d.at(walk, "2026-10-08")


@walked
def sample_leads_to_advice_and_on() -> Walk:
    walk = d.let(d.sample(d.sampling(), "revoke"))
    walk.do("answer_advice", advice_answer="explain", advice_words="已整改")
    return walk.do("reconsider", reconsideration="accept")


@walked
def renewed_and_expired() -> Walk:
    walk = d.renewing().do("decide_renewal", renewal="renew", renewal_words="续")
    return d.end(d.at(walk, "2027-03-31"))


@walked
def not_renewed() -> Walk:
    return d.renewing().do("decide_renewal", renewal="end", renewal_words="不续")


@walked
def ended_early() -> Walk:
    return d.end(d.ending())


@walked
def not_ended() -> Walk:
    return d.terminating().do("approve_termination", termination_verdict="continue")


@walked
def law_still_stands() -> Walk:
    return d.rechecking().do("recheck_law", law_result="valid")


@walked
def law_lost() -> Walk:
    walk = d.rechecking()
    return walk.do("recheck_law", law_result="invalid", law_ends_on="2026-03-02")


@walked
def ending_returned() -> Walk:
    return d.ending_confirming().do("confirm_ending", ending_confirmed="return")
