"""Escalation ladders of the procedures of departments and townships: who hears of a late step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.values.running import OperationRequest
from tests.processes_shipped.walk import MINUTE, Walk, calendar, midnight_after, working_day

#: Working days late at which somebody higher is told.
LATE = {"due": 0, "urge": 1, "supervise": 5, "government": 10}
MESSAGE = {
    "due": "escalated_unit",
    "urge": "escalated_department",
    "supervise": "escalated_county",
    "government": "escalated_government",
}
WRITTEN = {
    "urge": ["reminder_notice"],
    "supervise": ["supervised_handling_notice", "criticism_notice"],
    "government": ["overdue_submission"],
}
OFFICE, COUNTY = "legal_office", "county_government"
#: Who hears that a step is submitted to the county government.
SUBMITTED = [("gov_office", COUNTY), ("legal_office_head", OFFICE)]
#: Whom each rung tells besides the handlers where the county's own bodies are late.
_COUNTY = {
    ("due", OFFICE): [("legal_head", OFFICE)],
    ("urge", OFFICE): [("legal_office_head", OFFICE), ("legal_head", OFFICE)],
    ("supervise", OFFICE): [("gov_office", COUNTY), ("legal_office_head", OFFICE)],
    ("due", COUNTY): [("gov_office", COUNTY)],
    ("urge", COUNTY): [("gov_office", COUNTY), ("legal_office_head", OFFICE)],
    ("supervise", COUNTY): [("county_leader", COUNTY), ("legal_office_head", OFFICE)],
    ("government", OFFICE): SUBMITTED,
    ("government", COUNTY): [("county_leader", COUNTY), ("gov_office", COUNTY)],
}


@dataclass(frozen=True)
class Ladder:
    """A step, how to reach it, its period, and who is responsible."""

    step: str
    reach: Callable[[], Walk]
    days: int
    body: str
    role: str
    #: Whole working days left when the reminder comes; 0 is no reminder.
    remind: int = 0
    #: People told instead of the role.
    people: tuple[int, ...] = ()
    #: The period is counted in calendar days and ends on a working day.
    calendar_days: bool = False
    #: The period is counted in hours and ends at that very instant.
    hours: bool = False
    #: The day the period is counted from, where it is not the day the step begins.
    since: str = ""
    #: The diagram itself ends the step before it is ten working days late: nothing is submitted.
    ends_late: bool = False


def deadline(walk: Walk, ladder: Ladder) -> datetime:
    """The instant after the last in time, counted by hand: 24:00 of the due day, or the hour."""
    if ladder.hours:
        return walk.now + timedelta(hours=ladder.days, microseconds=1)
    base: datetime | date = date.fromisoformat(ladder.since) if ladder.since else walk.now
    if not ladder.calendar_days:
        return working_day(base, ladder.days)
    day = base.date() if isinstance(base, datetime) else base
    raw = date.fromordinal(day.toordinal() + ladder.days)
    while not calendar().is_working(raw):
        raw = date.fromordinal(raw.toordinal() + 1)
    return midnight_after(raw)


def rungs(due: datetime, remind: int) -> list[tuple[str, datetime]]:
    """The rungs with their instants."""
    last_day = due - MINUTE
    found = [("remind", working_day(last_day, -remind))] if remind else []
    found.append(("due", due))
    late = ("urge", "supervise", "government")
    return found + [(level, working_day(last_day, LATE[level])) for level in late]


def about(requests: tuple[OperationRequest, ...], name: str) -> list[OperationRequest]:
    """Operations of the escalation process that are about one step."""
    keys = ("task", "step", "step_name", "overdue_step")
    return [r for r in requests if name in [r.parameters.get(key) for key in keys]]


def levels(walk: Walk, name: str) -> set[str]:
    """The rungs reached in the last command, by the messages sent about the step."""
    known = {"task_due_soon": "remind", "escalated_leader": "government"}
    known |= {code: level for level, code in MESSAGE.items()}
    codes = {r.parameters.get("message") for r in about(walk.fresh, name)}
    return {known[str(code)] for code in codes if code in known}


def told(level: str, body: str) -> list[tuple[str, str]]:
    """Role and body of those told besides the handlers."""
    if level == "remind":
        return []
    if body in (OFFICE, COUNTY):
        return _COUNTY[level, body]
    above = body.removesuffix("_legal")
    return {
        "due": [("enf_unit_head", above)],
        "urge": [("dept_deputy", above), ("legal_head", f"{above}_legal")],
        "supervise": [("dept_head", above), ("legal_office_head", OFFICE)],
        "government": SUBMITTED,
    }[level]


def expected_document(level: str, body: str) -> list[str]:
    """What is issued in writing; the supervision body does not supervise itself."""
    if body == COUNTY or level not in WRITTEN or (body == OFFICE and level == "supervise"):
        return []
    return WRITTEN[level]


def climb(ladder: Ladder, check: Callable[[Walk, str], None] | None = None) -> Walk:
    """Let a step be late, rung by rung; ``check`` looks a minute before each and at each."""
    walk = ladder.reach()
    for level, instant in rungs(deadline(walk, ladder), ladder.remind):
        if check is not None:
            walk.until(instant - MINUTE)
            check(walk, f"before {level}")
        walk.until(instant)
        if check is not None:
            check(walk, level)
    return walk


def check_ladder(ladder: Ladder) -> None:
    """Every rung comes at its minute, not a minute before, and tells the right people."""
    walk = ladder.reach()
    name = next(t.name for t in walk.outcome.tasks if t.element == ladder.step)
    shown = {t.due_at for t in walk.outcome.tasks if t.element == ladder.step}
    assert shown == {deadline(walk, ladder) - MINUTE / 60_000_000}

    def look(walk: Walk, level: str) -> None:
        if level.startswith("before "):
            assert level.removeprefix("before ") not in levels(walk, name), level
        else:
            check_rung(walk, ladder, level, name)

    climbed = climb(ladder, look)
    if ladder.ends_late:
        assert ladder.step not in climbed.open


def check_rung(walk: Walk, ladder: Ladder, level: str, name: str) -> None:
    """What one rung did."""
    if level == "government" and ladder.ends_late:
        assert not about(walk.fresh, name)
        return
    assert levels(walk, name) == {level}
    sent: list[dict[str, Any]] = [
        dict(r.parameters) for r in about(walk.fresh, name) if r.name == "notify"
    ]
    handlers, others = sent[0], sent[1:]
    if ladder.people:
        assert handlers["people"] == list(ladder.people)
    else:
        assert (handlers["role"], handlers["body"]) == (ladder.role, ladder.body)
    assert [(p["role"], p["body"]) for p in others] == told(level, ladder.body)
    documents = [r.parameters for r in about(walk.fresh, name) if r.name == "issue_document"]
    assert [d["type"] for d in documents] == expected_document(level, ladder.body)
    addressee = COUNTY if level == "government" else ladder.body
    assert all(d["to"] == addressee for d in documents)
    opened = [dict(r.parameters) for r in about(walk.fresh, name) if r.name == "open_case"]
    submitted = level == "government" and ladder.body != COUNTY
    assert [(o["process"], o["overdue_body"]) for o in opened] == (
        [("overdue_decision", ladder.body)] if submitted else []
    )
    listed = [r for r in about(walk.fresh, name) if r.name == "register"]
    assert len(listed) == (1 if level in ("urge", "supervise") or submitted else 0)
