"""Without a passed review of this exact draft nobody decides (红政发〔2018〕36号二（二）2).

Every way through the procedure is tried, with every answer and with the draft edited wherever
somebody could edit it; what passed and what was edited is kept here, apart from the diagram.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from engine.bpmn.runtime import CaseRun, Environment
from engine.rules.deadlines import CountySchedule
from engine.values.running import OpenTask, Outcome
from tests.processes_shipped import decisions as d
from tests.processes_shipped.walk import MONDAY, calendar, shipped, table

DEFINITION = shipped("major_decision.bpmn")
NOW = Environment(MONDAY, CountySchedule(calendar(), table(), MONDAY.date()))

#: Every answer that decides a way, by step; a step that is missing has one way on.
ANSWERS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "check_completeness": ({"completeness": "complete"}, {"completeness": "incomplete"}),
    "review": tuple(
        {"opinion": opinion}
        for opinion in ("agree", "modify", "investigate", "dismiss", "transfer", "other")
    ),
    "sign_opinion": ({"signing": "sign"}, {"signing": "return"}),
    "rework": tuple({"response": response} for response in ("resubmit", "object", "stop")),
    "consult": tuple({"consultation": v} for v in ("revise", "review_again", "unresolved")),
    "rule_disagreement": tuple(
        {"disagreement_ruling": ruling} for ruling in ("revise", "review_again", "stop")
    ),
    "conclude_discussion": ({"discussion_result": "agree"}, {"discussion_result": "return"}),
    "decide": tuple({"decision": decision} for decision in ("issue", "return", "refuse")),
    "assign_reviewer": ({"reviewer": d.REVIEWER},),
    "convene": ({"panel": d.PANEL[:1], "attending": d.PANEL[:1]},),
}
#: Whether a draft is edited is tried at every step, also where its form shows it readonly.
EDITS: tuple[dict[str, Any], ...] = (
    {},
    {"draft_text": "另一稿"},
    {"draft_title": "另一题"},
    {"draft_files": [7]},
)


@dataclass(frozen=True)
class Ghost:
    """What this test knows of a case, whatever the case file says."""

    outcome: Outcome
    #: Goes up by one with each edit of title, text or files.
    version: int = 0
    #: Version a reviewer was looking at when the opinion was written, and the opinion.
    looked_at: int = -1
    opinion: str = ""
    #: Version whose review was signed as passed and not edited since.
    passed: int = -1

    def key(self) -> tuple[object, ...]:
        """Cases alike in this go the same ways."""
        data = self.outcome.data
        return (
            tuple(sorted(t.element for t in self.outcome.tasks)),
            self.version == self.passed,
            self.version == self.looked_at,
            self.opinion,
            data.get("passed_digest") == "",
            self.outcome.finished,
        )


def draft(outcome: Outcome) -> tuple[Any, ...]:
    return tuple(
        repr(outcome.data.get(name)) for name in ("draft_title", "draft_text", "draft_files")
    )


def step(ghost: Ghost, task: OpenTask, values: Mapping[str, Any]) -> Ghost:
    """One task completed, and what that means for the draft."""
    before = ghost.outcome
    run = CaseRun.load(DEFINITION, before.state, before.data, NOW)
    outcome = run.complete(task.id, values)
    after = replace(ghost, outcome=outcome)
    if draft(outcome) != draft(before):
        after = replace(after, version=ghost.version + 1)
    if task.element == "review":
        after = replace(after, looked_at=after.version, opinion=str(values["opinion"]))
    if task.element == "sign_opinion" and values["signing"] == "sign":
        good = after.opinion == "agree" and after.looked_at == after.version
        after = replace(after, passed=after.version if good else -1)
    return after


def choices(task: OpenTask, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for answer in ANSWERS.get(task.element, ({},)):
        for edit in EDITS:
            changed = {
                name: [*value, len(data.get(name) or [])]
                if isinstance(value, list)
                # An edit is an edit: never back to what it was.
                else f"{data.get(name)}，{value}"[-60:]
                for name, value in edit.items()
            }
            yield {**answer, **changed}


def explore(start: Ghost) -> tuple[int, int, set[str]]:
    """All cases reachable, alike ones once. Returns how many, decisions issued, steps seen."""
    seen = {start.key()}
    waiting, issued, steps = [start], 0, set[str]()
    while waiting:
        ghost = waiting.pop()
        for task in ghost.outcome.tasks:
            steps.add(task.element)
            for values in choices(task, ghost.outcome.data):
                after = step(ghost, task, values)
                issued += check(after)
                if after.key() not in seen:
                    seen.add(after.key())
                    waiting.append(after)
    return len(seen), issued, steps


def check(ghost: Ghost) -> int:
    """The ban itself. Returns how many decisions the last step issued."""
    may_decide = ghost.passed == ghost.version
    if any(task.element == "decide" for task in ghost.outcome.tasks):
        assert may_decide, ghost.key()
    types = [
        r.parameters.get("type") for r in ghost.outcome.operations if r.name == "issue_document"
    ]
    if "decision_document" in types:
        assert may_decide, ghost.key()
        return 1
    return 0


@pytest.mark.parametrize("reasons", [["significant_rights"], ["complex"]])
def test_no_way_leads_to_a_decision_without_a_passed_review_of_this_draft(
    reasons: list[str],
) -> None:
    started = CaseRun.start(DEFINITION, {**d.DRAFT, "major_reasons": reasons}, NOW).outcome()
    alike, issued, steps = explore(Ghost(started))
    assert {"submit", "correct", "rework", "consult", "rule_disagreement", "decide"} <= steps
    assert alike > 30
    # The walk would be worthless if it never came to a decision at all.
    assert issued > 0


def test_the_walk_itself_sees_a_breach() -> None:
    """The check of this test fails on a case that stands at the decision with a foreign pass."""
    walk = d.deciding()
    with pytest.raises(AssertionError):
        check(Ghost(walk.outcome, version=1, passed=0))


@pytest.mark.parametrize("edit", EDITS[1:], ids=lambda edit: next(iter(edit)))
def test_an_edit_after_the_pass_goes_back_to_review(edit: dict[str, Any]) -> None:
    walk = d.finalising().do("finalise", **edit)
    assert walk.open == ["submit"]
    assert walk.named("notify", message="review_voided")
    assert d.submit(walk).data["passed_digest"] == ""
    assert d.review(d.assign(walk)).do("sign_opinion", signing="sign").open == ["finalise"]


@pytest.mark.parametrize("edit", EDITS[1:], ids=lambda edit: next(iter(edit)))
def test_a_draft_changed_while_it_is_decided_is_not_issued(edit: dict[str, Any]) -> None:
    walk = d.deciding().do("decide", decision="issue", **edit)
    assert walk.open == ["submit"]
    assert "decision_document" not in walk.issued()


def test_editing_back_to_the_passed_words_does_not_revive_the_pass() -> None:
    words = d.DRAFT["draft_text"]
    walk = d.finalising().do("finalise", draft_text="另一稿")
    d.submit(walk)
    walk.do("check_completeness", completeness="incomplete", missing_materials="稿")
    walk.do("correct", draft_text=words, correction_note="改回")
    d.assign(walk)
    assert walk.open == ["review"]
    assert walk.data["passed_digest"] == ""


@pytest.mark.parametrize("opinion", ["modify", "investigate", "dismiss", "transfer", "other"])
def test_any_opinion_but_agreement_sends_the_draft_back_to_its_makers(opinion: str) -> None:
    walk = d.reviewed(opinion)
    assert walk.open == ["rework"]
    assert walk.data["passed_digest"] == ""
    assert walk.named("notify", message="review_returned")
