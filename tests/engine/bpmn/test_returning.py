"""Returning to an earlier step: what followed it is undone, what did not stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import Conflict
from engine.values.running import PassedKind
from tests.engine.bpmn.diagrams import (
    Walk,
    boundary,
    defined,
    end,
    flow,
    flows,
    node,
    process,
    start,
    timer,
    user,
)
from tests.engine.bpmn.test_repetition import SIGNER, SIGNERS, many

LINE = process(
    start(), user("draft"), user("review"), user("sign"), end(),
    boundary("late", "review", timer("timeDuration", "P3D"), interrupting=False, deadline=True),
    boundary("slow", "draft", timer("timeDuration", "P5D"), interrupting=False, deadline=True),
    user("urge"), end("urged"),
    flows("start draft review sign end", "late urge urged", "slow urge"),
)  # fmt: skip


def sent_back(walk: Walk, source: str, target: str) -> None:
    walk.last = walk.loaded().send_back(walk.task(source).id, target)


def test_a_task_is_returned_and_the_earlier_step_is_entered_anew() -> None:
    walk = Walk(defined(LINE))
    walk.complete("draft")
    sent_back(walk, "review", "draft")
    assert walk.open == ["draft"]
    assert [(p.element, p.kind) for p in walk.last.passed] == [("review", PassedKind.CANCELLED)]
    walk.complete("draft")
    walk.complete("review")
    walk.complete("sign")
    assert walk.last.finished


def test_the_clock_of_the_step_is_counted_anew_and_that_of_the_returned_one_ends() -> None:
    walk = Walk(defined(LINE))
    first = walk.timer("slow").instant
    walk.complete("draft")
    assert walk.waiting == ["late"]
    walk.now += timedelta(days=2)
    sent_back(walk, "review", "draft")
    assert walk.waiting == ["slow"]
    assert walk.timer("slow").instant == first + timedelta(days=2)
    assert walk.task("draft").due_at == walk.timer("slow").instant


def test_a_reminder_that_was_sent_stays_with_whoever_was_reminded() -> None:
    walk = Walk(defined(LINE))
    walk.complete("draft")
    walk.advance(walk.timer("late").instant)
    assert walk.open == ["review", "urge"]
    sent_back(walk, "review", "draft")
    assert walk.open == ["draft", "urge"]


def test_several_steps_can_be_skipped_at_once() -> None:
    walk = Walk(defined(LINE))
    walk.complete("draft")
    walk.complete("review")
    sent_back(walk, "sign", "draft")
    assert walk.open == ["draft"]


def test_a_step_ahead_or_unknown_is_none_to_return_to() -> None:
    walk = Walk(defined(LINE))
    walk.complete("draft")
    for target in ("sign", "nowhere", "urge"):
        with pytest.raises(Conflict, match="not_a_step_back"):
            walk.loaded().send_back(walk.task("review").id, target)


PARALLEL = process(
    start(), user("plan"), node("parallelGateway", "split"), node("parallelGateway", "join"),
    user("a1"), user("a2"), user("b1"), user("close"), end(),
    flows("start plan split a1 a2 join close end", "split b1 join"),
)  # fmt: skip


def test_a_return_within_a_branch_leaves_the_other_branch_alone() -> None:
    walk = Walk(defined(PARALLEL))
    walk.complete("plan")
    walk.complete("a1")
    walk.complete("b1")
    sent_back(walk, "a2", "a1")
    assert walk.open == ["a1"]
    walk.complete("a1")
    walk.complete("a2")
    assert walk.open == ["close"], "the branch that had arrived is still waited with"


def test_a_return_to_before_a_split_withdraws_every_branch() -> None:
    walk = Walk(defined(PARALLEL))
    walk.complete("plan")
    walk.complete("a1")
    walk.complete("b1")
    sent_back(walk, "a2", "plan")
    assert walk.open == ["plan"]
    walk.complete("plan")
    assert walk.open == ["a1", "b1"]
    for element in ("a1", "a2", "b1", "close"):
        walk.complete(element)
    assert walk.last.finished


def test_a_return_across_a_join_withdraws_what_both_branches_led_to() -> None:
    walk = Walk(defined(PARALLEL))
    for element in ("plan", "a1", "a2", "b1"):
        walk.complete(element)
    sent_back(walk, "close", "plan")
    assert walk.open == ["plan"]


def test_a_return_from_behind_a_join_into_one_branch_is_refused() -> None:
    walk = Walk(defined(PARALLEL))
    for element in ("plan", "a1", "a2", "b1"):
        walk.complete(element)
    with pytest.raises(Conflict, match="not_a_step_back"):
        walk.loaded().send_back(walk.task("close").id, "a1")


def test_within_an_outer_loop_the_other_branch_still_stays() -> None:
    looped = process(
        start(), node("exclusiveGateway", "again"), node("exclusiveGateway", "done", default="out"),
        node("parallelGateway", "split"), node("parallelGateway", "join"),
        user("a1"), user("a2"), user("b1"), end(),
        flows("start again split a1 a2 join done", "split b1 join"),
        flow("done", "again", "more == True"), flow("done", "end", id="out"),
    )  # fmt: skip
    walk = Walk(defined(looped), {"more": False})
    walk.complete("a1")
    sent_back(walk, "a2", "a1")
    assert walk.open == ["a1", "b1"]


def test_one_of_several_signers_returns_for_all_of_them() -> None:
    signed = process(
        start(), user("draft"), user("sign", many(SIGNERS, SIGNER)), end(),
        flows("start draft sign end"),
    )  # fmt: skip
    walk = Walk(defined(signed), {"signers": [1, 2, 3]})
    walk.complete("draft")
    walk.last = walk.loaded().complete(walk.last.tasks[0].id, {})
    assert walk.open == ["sign", "sign"]
    sent_back(walk, "sign", "draft")
    assert walk.open == ["draft"]
    walk.complete("draft")
    assert walk.open == ["sign", "sign", "sign"]


def test_returning_again_and_again_stays_as_small_as_the_first_time() -> None:
    walk = Walk(defined(LINE))
    sizes = []
    for _ in range(60):
        walk.complete("draft")
        sent_back(walk, "review", "draft")
        sizes.append(len(walk.last.state))
    assert max(sizes) - min(sizes) < 60
