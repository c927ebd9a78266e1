"""Every clock of processes/delegation.bpmn comes at its minute and not a minute before."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import Conflict
from tests.processes_shipped import delegations as d
from tests.processes_shipped.ladders import COUNTY, OFFICE, Ladder, check_ladder
from tests.processes_shipped.walk import MINUTE, Walk, midnight_after, shipped, working_day

UNIT, LEGAL, TOWN = "handling", "handling_legal", "township"
SIGNED = d.SIGNED_ON

LADDERS = (
    Ladder("state_capacity", d.proposed, 10, TOWN, "enf_unit_head", 2),
    Ladder("draft_agreement", d.drafting, 5, UNIT, "enf_unit_head", 2),
    Ladder("review_legality", d.reviewing, 5, LEGAL, "legal_reviewer", 2),
    Ladder("revise", d.revising, 10, UNIT, "enf_unit_head", 2),
    Ladder("sign_department", d.department_signing, 5, UNIT, "dept_head"),
    Ladder("sign_township", d.township_signing, 5, TOWN, "dept_head"),
    Ladder("publish_department", d.publishing, 5, UNIT, "publisher", since=SIGNED),
    Ladder("publish_township", d.publishing, 5, TOWN, "publisher", since=SIGNED),
    Ladder("submit_filing", d.filing, 10, UNIT, "enf_unit_head", 2, since=SIGNED),
    Ladder("review_filing", d.filed, 20, OFFICE, "filing_reviewer", 2),
    Ladder("sign_filing", d.concluded, 3, OFFICE, "legal_office_head"),
    Ladder("correct_filing", d.correcting, 30, UNIT, "enf_unit_head", 2, calendar_days=True),
    Ladder("answer_advice", d.advised, 15, UNIT, "dept_head", 2),
    Ladder("reconsider", d.reconsidering, 10, OFFICE, "filing_reviewer", 2),
    Ladder("gov_rule", d.submitted_to_government, 15, COUNTY, "county_leader", 2),
    Ladder("sample", d.sampling, 15, OFFICE, "filing_reviewer", 2, since="2026-07-01"),
    Ladder("rectify_sample", d.sample_rectifying, 20, TOWN, "enf_unit_head"),
    Ladder("decide_renewal", d.renewing, 20, UNIT, "enf_unit_head", 2, since="2027-01-30"),
    Ladder("approve_termination", d.terminating, 5, UNIT, "dept_head"),
    Ladder("recheck_law", d.rechecking, 5, LEGAL, "legal_reviewer"),
    Ladder("publish_ending", d.ending, 5, UNIT, "publisher", since=SIGNED),
    Ladder("publish_ending_township", d.ending, 5, TOWN, "publisher", since=SIGNED),
    Ladder("file_ending", d.ending_filing, 10, UNIT, "enf_unit_head", 2, since=SIGNED),
    Ladder("confirm_ending", d.ending_confirming, 10, OFFICE, "filing_reviewer", 2),
)
NAMES = [ladder.step for ladder in LADDERS]


def test_every_user_task_has_a_ladder() -> None:
    description = shipped("delegation.bpmn").description
    tasks = {id for id, e in description.elements.items() if e.kind == "userTask"}
    assert tasks == set(NAMES)
    assert {mark.attached_to for mark in description.deadlines} == tasks


@pytest.mark.parametrize("ladder", LADDERS, ids=NAMES)
def test_each_rung_comes_at_its_minute_and_not_a_minute_before(ladder: Ladder) -> None:
    check_ladder(ladder)


# --- Filing --------------------------------------------------------------------------------------


def test_filing_is_due_ten_working_days_after_the_signing_however_late_it_was_published() -> None:
    walk = d.publishing()
    walk.until(working_day(walk.now, 4))
    assert d.publish(walk).due("submit_filing") == working_day(date.fromisoformat(SIGNED), 10)


# --- The term ------------------------------------------------------------------------------------


def test_a_sample_is_due_each_quarter_of_the_term() -> None:
    walk = d.supervised()
    # Three months after 2026-04-01; six months end on 2026-10-01, a holiday until the 7th.
    for end in (date(2026, 7, 1), date(2026, 10, 8)):
        quarter = walk.timer("quarter_ends").instant
        assert quarter == midnight_after(end) - MINUTE / 60_000_000
        walk.until(quarter - MINUTE)
        assert "sample" not in walk.open
        walk.until(quarter + MINUTE)
        assert walk.open == ["sample"]
        assert walk.named("notify", message="delegation_sample_due")
        d.sample(walk)


def test_a_late_sample_does_not_put_off_the_next_one() -> None:
    walk = d.sampling()
    walk.until(midnight_after(date(2026, 9, 1)))
    d.sample(walk)
    assert walk.timer("quarter_ends").instant == midnight_after(date(2026, 10, 8)) - (
        MINUTE / 60_000_000
    )


def test_sixty_days_before_the_end_both_sides_are_told_and_the_department_decides() -> None:
    walk = d.supervised()
    warned = midnight_after(date(2027, 1, 30))
    walk.until(warned - MINUTE)
    assert "decide_renewal" not in walk.open
    assert not walk.named("notify", message="delegation_expiring")
    walk.until(warned)
    assert "decide_renewal" in walk.open
    assert [r.parameters["body"] for r in walk.named("notify", message="delegation_expiring")] == [
        UNIT,
        TOWN,
    ]
    assert "renewal_reminder" in walk.issued()


def test_the_delegation_ends_with_the_last_minute_of_its_last_day() -> None:
    walk = d.renewing().do("decide_renewal", renewal="end")
    over = midnight_after(date(2027, 3, 31))
    walk.until(over - MINUTE)
    assert walk.messages == ["report_law_change", "request_termination"]
    walk.until(over)
    assert walk.open == ["publish_ending", "publish_ending_township"]
    assert walk.messages == []
    assert (walk.data["end_kind"], walk.data["ended_on"]) == ("expired", "2027-03-31")


def test_what_is_open_under_the_delegation_ends_with_it() -> None:
    walk = d.supervised()
    walk.until(midnight_after(date(2027, 1, 30)))
    assert walk.open == ["decide_renewal", "sample"]
    late = walk.task("decide_renewal").id
    walk.until(midnight_after(date(2027, 3, 31)))
    assert walk.open == ["publish_ending", "publish_ending_township"]
    with pytest.raises(Conflict):
        walk.complete(late, renewal="renew")


def test_a_short_delegation_is_warned_of_at_once() -> None:
    walk: Walk = d.supervised(ends_on="2026-04-20")
    assert "decide_renewal" in walk.open
