"""Every deadline of the legal review escalates at its minute and not a minute before."""

from __future__ import annotations

from functools import partial

import pytest

from engine.errors import Conflict
from tests.processes_shipped import decision_walks as w
from tests.processes_shipped import decisions as d
from tests.processes_shipped.ladders import (
    Ladder,
    check_ladder,
    check_rung,
    deadline,
    levels,
    rungs,
)
from tests.processes_shipped.walk import MINUTE, Walk, shipped, working_day

UNIT, LEGAL = "handling", "handling_legal"
LEAD = (d.LEAD,)


def signing() -> Walk:
    return d.review(d.assigned())


def checked() -> Walk:
    return d.submitted().do("check_completeness", completeness="complete")


LADDERS = (
    Ladder("serve_hearing_rights", d.informing, 7, UNIT, "case_lead", people=LEAD),
    Ladder("confirm_waiver", w.lapsed, 1, UNIT, "case_lead", people=LEAD, since="2026-03-09"),
    Ladder("arrange_hearing", d.wishing, 2, UNIT, "enf_unit_head"),
    Ladder(
        "hold_hearing",
        d.arranged,
        0,
        UNIT,
        "hearing_presider",
        people=(d.PRESIDER,),
        since="2026-03-20",
    ),
    Ladder("submit", d.drafted, 2, UNIT, "enf_unit_head"),
    Ladder("check_completeness", d.submitted, 1, LEGAL, "legal_head"),
    Ladder("correct", d.correcting, 5, UNIT, "case_lead", people=LEAD),
    Ladder("assign_reviewer", checked, 1, LEGAL, "legal_head"),
    Ladder("approve_extension", d.extending, 1, UNIT, "dept_deputy"),
    Ladder("sign_opinion", signing, 1, LEGAL, "legal_head"),
    Ladder(
        "rework",
        partial(d.reviewed, "modify"),
        10,
        UNIT,
        "case_lead",
        remind=2,
        people=LEAD,
    ),
    Ladder("consult", d.objecting, 5, LEGAL, "legal_head"),
    Ladder("rule_disagreement", d.ruling, 5, UNIT, "dept_head"),
    Ladder("convene", d.convening, 5, UNIT, "dept_head"),
    Ladder("discuss", d.discussing, 5, UNIT, "panel_member", people=tuple(d.PANEL)),
    Ladder("conclude_discussion", d.concluding, 5, UNIT, "dept_head"),
    Ladder("finalise", d.finalising, 2, UNIT, "case_lead", people=LEAD),
    Ladder("decide", d.deciding, 5, UNIT, "dept_head"),
    Ladder("serve", d.serving, 7, UNIT, "case_lead", remind=2, people=LEAD),
)
NAMES = [ladder.step for ladder in LADDERS]


def test_every_user_task_has_a_ladder_or_stands_in_the_review_phase() -> None:
    description = shipped("major_decision.bpmn").description
    tasks = {id for id, e in description.elements.items() if e.kind == "userTask"}
    # The party's own period ends without escalation; the review runs on the phase's clock.
    assert tasks == {*NAMES, "hear_party", "review"}
    marked = {mark.attached_to for mark in description.deadlines}
    assert marked == {*NAMES, "hear_party", "review_phase"}


@pytest.mark.parametrize("ladder", LADDERS, ids=NAMES)
def test_each_rung_comes_at_its_minute_and_not_a_minute_before(ladder: Ladder) -> None:
    check_ladder(ladder)


# --- The review phase: five working days from the submission -----------------------------------

PHASE = Ladder("review_phase", d.submitted, 5, LEGAL, "legal_head", remind=2)


def phase_climbed() -> Walk:
    walk = d.assigned()
    for _, instant in rungs(deadline(walk, PHASE), 2):
        walk.until(instant)
    return walk


def test_the_period_of_review_runs_from_the_submission_and_shows_on_every_step() -> None:
    walk = d.assigned()
    assert walk.due("review") == working_day(walk.now, 5)
    name = shipped("major_decision.bpmn").description.elements["review_phase"].name
    assert name == "法制审核"
    for level, instant in rungs(deadline(walk, PHASE), 2):
        walk.until(instant - MINUTE)
        assert level not in levels(walk, name)
        walk.until(instant)
        check_rung(walk, reviewer_named(), level, name)


def reviewer_named() -> Ladder:
    return Ladder("review_phase", d.assigned, 5, LEGAL, "legal_head", 2, people=(d.REVIEWER,))


def test_an_extension_moves_every_rung_of_the_review() -> None:
    walk = d.extending().do("approve_extension", extension_verdict="approve")
    assert walk.named("extend_clock", limit="REV.REVIEW")
    walk.extend("REV.REVIEW", walk.now)
    due = working_day(walk.now, 10)
    assert walk.due("review") == due
    walk.until(due - MINUTE)
    assert "due" not in levels(walk, "法制审核")
    walk.until(due)
    assert levels(walk, "法制审核") == {"due"}


def test_material_is_asked_for_with_a_paused_clock_and_completed_with_a_running_one() -> None:
    walk = d.correcting()
    asked = [r.name for r in walk.operations]
    assert asked[-3:] == ["issue_document", "notify", "pause_clock"]
    assert walk.named("pause_clock")[0].parameters["reason"] == "证据目录"
    walk.do("correct", corrected_files=[1], correction_note="补")
    assert walk.operations[-1].name == "resume_clock"
    assert walk.open == ["check_completeness"]


# --- The party's right -------------------------------------------------------------------------


def test_the_right_to_a_hearing_ends_after_five_working_days_and_not_a_minute_before() -> None:
    walk = d.waiting()
    end = working_day(walk.now, 5)
    walk.until(end - MINUTE)
    assert walk.open == ["hear_party"]
    asked = walk.task("hear_party").id
    walk.until(end)
    assert walk.open == ["confirm_waiver"]
    with pytest.raises(Conflict):
        walk.complete(asked, hearing_wish="request")


def test_the_right_counts_from_the_service_of_the_notice_not_from_its_registration() -> None:
    walk = d.informing()
    walk.until(working_day(walk.now, 2))
    walk.do("serve_hearing_rights", rights_served_on="2026-03-03", rights_service_method="direct")
    assert walk.due("hear_party").isoformat() == "2026-03-10T16:00:00+00:00"


def test_what_was_posted_in_time_still_leads_to_a_hearing() -> None:
    assert w.hearing_asked_for_by_post().open == ["arrange_hearing"]
