"""Every deadline of processes/complaint.bpmn escalates at its minute and not a minute before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from engine.values.running import OperationRequest
from tests.processes_shipped import complaints as c
from tests.processes_shipped.walk import MINUTE, Walk, shipped, working_day

OFFICE, COUNTY, SUBJECT = "legal_office", "county_government", "subject"


@dataclass(frozen=True)
class Ladder:
    """A step, how to reach it, its period in working days, and who is responsible."""

    step: str
    reach: Callable[[], Walk]
    days: int
    body: str
    role: str
    #: Working days left when the reminders come; 0 is the beginning of the last day.
    reminders: tuple[int, ...] = ()
    #: Whether named people are told instead of the role.
    people: bool = False


def refused() -> Walk:
    return c.received().do("screen", screening="decline", refusal_reasons="无")


def asked() -> Walk:
    return c.inquiring().send("request_extension", extension_reason="疑难")


def objected() -> Walk:
    return c.rectifying().send("object", objection_reasons="不服")


def reexamined() -> Walk:
    return objected().do("reexamine", objection_decision="uphold")


def told() -> Walk:
    return c.concluding().do("write_result", result_text="结果")


LADDERS = (
    Ladder("screen", c.received, 5, OFFICE, "intake_clerk", (2,)),
    Ladder("approve_refusal", refused, 2, OFFICE, "legal_office_head"),
    Ladder("assign", c.accepted, 1, OFFICE, "legal_office_head"),
    Ladder("notify_department", c.assigned, 5, OFFICE, "supervisor", (2,), people=True),
    Ladder("investigate", c.inquiring, 10, OFFICE, "supervisor", (2,), people=True),
    Ladder("statement", c.inquiring, 10, SUBJECT, "enf_unit_head", (2,)),
    Ladder("verify", c.writing, 3, OFFICE, "supervisor", people=True),
    Ladder("cosign", lambda: c.report(c.writing(), "partial"), 1, OFFICE, "supervisor", (), True),
    Ladder("approve_report", c.approving, 2, OFFICE, "legal_office_head"),
    Ladder("approve_extension", asked, 2, OFFICE, "legal_office_head"),
    Ladder("draft_proposal", c.proposing, 3, OFFICE, "supervisor", people=True),
    Ladder("sign_proposal", lambda: c.propose(c.proposing()), 2, OFFICE, "legal_office_head"),
    Ladder("rectify", c.rectifying, 20, SUBJECT, "enf_unit_head", (3, 1)),
    Ladder("reexamine", objected, 15, OFFICE, "supervisor", (2,)),
    Ladder("approve_reexamination", reexamined, 2, COUNTY, "county_leader"),
    Ladder("recheck", c.rechecking, 5, OFFICE, "supervisor", (2,), people=True),
    Ladder("draft_request", c.submitting, 5, OFFICE, "supervisor", (2,), people=True),
    Ladder("approve_request", lambda: c.request(c.submitting()), 2, OFFICE, "legal_office_head"),
    Ladder("gov_receive", c.submitted, 2, COUNTY, "gov_office"),
    Ladder("gov_decide", c.deciding, 15, COUNTY, "county_leader", (2,)),
    Ladder("execute", c.executing, 10, SUBJECT, "enf_unit_head", (2,)),
    Ladder(
        "check_execution",
        lambda: c.executing().do("execute", execution_text="已"),
        5,
        OFFICE,
        "supervisor",
        (2,),
        people=True,
    ),
    Ladder("write_result", c.concluding, 5, OFFICE, "intake_clerk", (2,)),
    Ladder("follow_up", told, 10, OFFICE, "intake_clerk", (2,)),
    Ladder("file_case", lambda: c.tell(c.concluding()), 10, OFFICE, "archivist", (2,)),
)
NAMES = [ladder.step for ladder in LADDERS]
#: Working days late at which somebody higher is told.
LATE = {"due": 0, "urge": 1, "supervise": 5, "government": 10}
#: Steps that end five working days late: nothing is left to submit.
ENDED = ("statement", "rectify")

#: Whom each rung tells besides the handlers: role and body, by the body that is late.
TOLD = {
    ("due", OFFICE): [("legal_head", OFFICE)],
    ("urge", OFFICE): [("legal_office_head", OFFICE), ("legal_head", OFFICE)],
    ("supervise", OFFICE): [("gov_office", COUNTY), ("legal_office_head", OFFICE)],
    ("due", COUNTY): [("gov_office", COUNTY)],
    ("urge", COUNTY): [("gov_office", COUNTY), ("legal_office_head", OFFICE)],
    ("supervise", COUNTY): [("county_leader", COUNTY), ("legal_office_head", OFFICE)],
    ("due", SUBJECT): [("enf_unit_head", SUBJECT)],
    ("urge", SUBJECT): [("dept_deputy", SUBJECT), ("legal_head", "subject_legal")],
    ("supervise", SUBJECT): [("dept_head", SUBJECT), ("legal_office_head", OFFICE)],
    ("government", OFFICE): [("gov_office", COUNTY), ("legal_office_head", OFFICE)],
    ("government", COUNTY): [("county_leader", COUNTY), ("gov_office", COUNTY)],
    ("government", SUBJECT): [("gov_office", COUNTY), ("legal_office_head", OFFICE)],
}
#: What is issued in writing; the supervision body does not supervise itself or the government.
WRITTEN = {
    ("urge", OFFICE): ["reminder_notice"],
    ("urge", SUBJECT): ["reminder_notice"],
    ("supervise", SUBJECT): ["supervised_handling_notice", "criticism_notice"],
    ("government", OFFICE): ["overdue_submission"],
    ("government", SUBJECT): ["overdue_submission"],
}
MESSAGE = {
    "due": "escalated_unit",
    "urge": "escalated_department",
    "supervise": "escalated_county",
    "government": "escalated_government",
}


def deadline(walk: Walk, ladder: Ladder) -> datetime:
    return working_day(walk.now, ladder.days)


def instants(walk: Walk, ladder: Ladder) -> list[tuple[str, datetime]]:
    """The rungs with their instants, counted by hand from the day the step began."""
    due = deadline(walk, ladder)
    last_day = due - MINUTE
    rungs = [
        ("today" if left == 1 else "remind", working_day(last_day, -left))
        for left in ladder.reminders
    ]
    rungs.append(("due", due))
    late = ["urge", "supervise"] + ([] if ladder.step in ENDED else ["government"])
    rungs += [(level, working_day(last_day, LATE[level])) for level in late]
    return rungs


def about(requests: tuple[OperationRequest, ...], name: str) -> list[OperationRequest]:
    """Operations of the escalation process that are about one step."""
    return [r for r in requests if r.parameters.get("task", r.parameters.get("step")) == name]


def written(requests: tuple[OperationRequest, ...], name: str) -> list[dict[str, Any]]:
    return [
        dict(r.parameters)
        for r in requests
        if r.name == "issue_document" and r.parameters.get("step_name") == name
    ]


def every_rung(ladder: Ladder) -> Walk:
    walk = ladder.reach()
    for _, instant in instants(walk, ladder):
        walk.until(instant)
    return walk


def test_every_user_task_and_the_handling_phase_have_a_ladder() -> None:
    description = shipped("complaint.bpmn").description
    tasks = {id for id, e in description.elements.items() if e.kind == "userTask"}
    assert tasks == set(NAMES)
    marked = {mark.attached_to for mark in description.deadlines}
    assert marked == tasks | {"handling"}


@pytest.mark.parametrize("ladder", LADDERS, ids=NAMES)
def test_each_rung_comes_at_its_minute_and_not_a_minute_before(ladder: Ladder) -> None:
    walk = ladder.reach()
    name = walk.task(ladder.step).name
    assert walk.due(ladder.step) == deadline(walk, ladder)
    for level, instant in instants(walk, ladder):
        walk.until(instant - MINUTE)
        assert level not in told_levels(walk, ladder, name), (level, "came early")
        walk.until(instant)
        check_rung(walk, ladder, level, name)


def told_levels(walk: Walk, ladder: Ladder, name: str) -> set[str]:
    """The rungs reached in the last command, by the messages sent about the step."""
    codes = {r.parameters.get("message") for r in about(walk.fresh, name)}
    levels = {level for level, code in MESSAGE.items() if code in codes}
    if "task_due_soon" in codes:
        levels.add("remind")
    if "escalated_leader" in codes:
        levels.add("government")
    if "task_due_today" in codes:
        levels.add("today")
    return levels


def check_rung(walk: Walk, ladder: Ladder, level: str, name: str) -> None:
    assert told_levels(walk, ladder, name) == {level}
    sent = [r.parameters for r in about(walk.fresh, name) if r.name == "notify"]
    handlers, others = sent[0], sent[1:]
    if ladder.people:
        assert handlers["people"] == [c.FIRST, c.SECOND]
    else:
        assert (handlers["role"], handlers["body"]) == (ladder.role, ladder.body)
    who = [(p["role"], p["body"]) for p in others]
    assert who == TOLD.get((level, ladder.body), [])
    documents = written(walk.fresh, name)
    assert [d["type"] for d in documents] == WRITTEN.get((level, ladder.body), [])
    addressee = COUNTY if level == "government" else ladder.body
    assert all(d["to"] == addressee for d in documents)
    opened = [r.parameters for r in walk.fresh if r.name == "open_case"]
    submitted = level == "government" and ladder.body != COUNTY
    assert [o["overdue_step"] for o in opened] == ([name] if submitted else [])
    listed = [r for r in about(walk.fresh, name) if r.name == "register"]
    assert len(listed) == (1 if level in ("urge", "supervise") or submitted else 0)


@pytest.mark.parametrize("ladder", LADDERS, ids=NAMES)
def test_a_step_done_in_time_climbs_no_further(ladder: Ladder) -> None:
    walk = ladder.reach()
    name = walk.task(ladder.step).name
    walk.until(deadline(walk, ladder) - MINUTE)
    before = len(about(tuple(walk.operations), name))
    walk.cancel() if ladder.step == "file_case" else leave(walk, ladder.step)
    assert ladder.step not in walk.open
    walk.until(working_day(walk.now, 11))
    assert len(about(tuple(walk.operations), name)) == before


def leave(walk: Walk, step: str) -> None:
    """Complete a step in whatever way leads on."""
    values: dict[str, Any] = {
        "screening": "accept",
        "subject": c.DEPARTMENT,
        "refusal_verdict": "agree",
        "verifiers": [c.FIRST, c.SECOND],
        "finding": "unfounded",
        "cosign_verdict": "agree",
        "report_verdict": "approve",
        "extension_verdict": "refuse",
        "proposal_verdict": "sign",
        "objection_decision": "uphold",
        "reexamination_verdict": "agree",
        "recheck_result": "none",
        "request_verdict": "sign",
        "gov_received_on": "2026-03-02",
        "gov_verdict": "decide",
        "gov_measures": ["criticism"],
        "execution_result": "executed",
        "consequence": "minor",
        "repeated": "no",
        "crime_suspected": {"answer": False},
    }
    if step in ("draft_proposal", "sign_proposal", "approve_report"):
        values.pop("finding")
    if step == "screen":
        values["screening"] = "merge"
    if step == "approve_refusal":
        values.pop("screening")
    walk.do(step, **values)


def handling_climbed() -> Walk:
    """The handling phase late by ten working days, its steps in time as far as may be."""
    walk = c.writing()
    return walk.until(datetime.fromisoformat("2026-04-17T00:00:00+08:00"))


def test_the_handling_period_has_a_ladder_of_its_own() -> None:
    walk = c.writing()
    # Thirty calendar days from 2026-03-02: 2026-04-01, a Wednesday.
    due = datetime.fromisoformat("2026-04-02T00:00:00+08:00")
    assert walk.timer("handling_due").instant == due - MINUTE / 60_000_000
    rungs = [
        ("remind", datetime.fromisoformat("2026-03-28T00:00:00+08:00")),
        ("due", due),
        ("urge", working_day(due - MINUTE, 1)),
        ("supervise", working_day(due - MINUTE, 5)),
        ("government", working_day(due - MINUTE, 10)),
    ]
    for level, instant in rungs:
        walk.until(instant - MINUTE)
        assert level not in handling_levels(walk)
        walk.until(instant)
        assert handling_levels(walk) == {level}


def handling_levels(walk: Walk) -> set[str]:
    codes = {r.parameters.get("message") for r in about(walk.fresh, "核查办理")}
    known = {"task_due_soon": "remind"} | {code: level for level, code in MESSAGE.items()}
    return {known[code] for code in codes if code in known}


def test_a_clerk_who_registers_late_meets_every_rung_at_once() -> None:
    walk = c.received(received_on="2026-02-10")
    assert walk.due("screen").isoformat() == "2026-02-24T16:00:00+00:00"
    assert told_levels(walk, LADDERS[0], "查重并审查是否受理") == {"remind", "due", "urge"}
