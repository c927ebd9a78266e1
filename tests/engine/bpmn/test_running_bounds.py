from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from engine.bpmn.compile import compiled
from engine.errors import Broken
from engine.values.running import Bounds
from tests.engine.bpmn.diagrams import (
    MONDAY,
    Walk,
    defined,
    end,
    extended,
    flow,
    flows,
    node,
    process,
    script,
    start,
    two_steps,
    user,
)


def endless() -> Any:
    return defined(
        process(
            start(),
            user("a"),
            node("exclusiveGateway", "again"),
            script("s", "x = 1"),
            node("exclusiveGateway", "g", default="g-end"),
            end(),
            flows("start a again s g"),
            flow("g", "again", "x > 0"),
            flow("g", "end"),
        )
    )


# --- Bounds ---------------------------------------------------------------------------------------


def test_a_case_that_runs_in_circles_is_stopped() -> None:
    walk = Walk(endless(), bounds=replace(Bounds(), steps=500))
    with pytest.raises(Broken, match="too_many_steps"):
        walk.complete("a")


def test_a_command_may_use_only_so_much_processor_time() -> None:
    walk = Walk(endless(), bounds=replace(Bounds(), steps=10**9, tasks=10**9, cpu_seconds=0.05))
    with pytest.raises(Broken, match="too_long"):
        walk.complete("a")


def cascade(levels: int) -> Any:
    """Gateways that each send two tokens into the same step: their number doubles each time."""
    parts = [start(), user("first"), user("last"), end()]
    for level in range(levels):
        parts += [script(f"s{level}", "x = 1"), node("parallelGateway", f"g{level}")]
        target = f"s{level + 1}" if level + 1 < levels else "last"
        parts.append(flow(f"s{level}", f"g{level}"))
        parts += [flow(f"g{level}", target, id=f"f{level}{side}") for side in "ab"]
    return defined(process(*parts, flows("start first s0", "last end")))


def test_tokens_that_multiply_are_stopped() -> None:
    walk = Walk(cascade(7))
    walk.complete("first")
    assert len(walk.open) == 128
    small = Walk(cascade(7), bounds=replace(Bounds(), tasks=100))
    with pytest.raises(Broken, match="too_many_tasks"):
        small.complete("first")


def test_a_state_may_be_only_so_large() -> None:
    walk = Walk(cascade(7), bounds=replace(Bounds(), state_bytes=2_000))
    with pytest.raises(Broken, match="state_too_large"):
        walk.complete("first")


def rework() -> Any:
    return defined(
        process(
            start(),
            node("exclusiveGateway", "again"),
            user("rectify"),
            user("review"),
            node("exclusiveGateway", "g", default="g-end"),
            end(),
            flows("start again rectify review g"),
            flow("g", "again", "not passed"),
            flow("g", "end"),
        )
    )


# --- Size -----------------------------------------------------------------------------------------


def test_twelve_hundred_rounds_cost_no_more_state_than_two() -> None:
    walk = Walk(rework())
    sizes = []
    for _ in range(1_200):
        walk.complete("rectify")
        walk.complete("review", passed=False)
        sizes.append((len(zlib.decompress(walk.last.state)), len(walk.loaded()._case.tasks)))
    assert set(sizes) == {sizes[0]}
    walk.complete("rectify")
    walk.complete("review", passed=True)
    assert walk.last.finished


def test_a_long_command_stays_small_on_its_way() -> None:
    definition = defined(
        process(
            start(),
            user("a"),
            node("exclusiveGateway", "again"),
            script("s", "x = x + 1"),
            node("exclusiveGateway", "g", default="g-end"),
            end(),
            flows("start a again s g"),
            flow("g", "again", "x < 1000"),
            flow("g", "end"),
        )
    )
    walk = Walk(definition, {"x": 0})
    walk.complete("a")
    assert walk.last.finished
    assert walk.last.data == {"x": 1000}


def test_a_definition_is_compiled_once() -> None:
    assert compiled(two_steps()) is compiled(two_steps())


def test_running_cases_never_change_what_they_share() -> None:
    definition = rework()
    ready = compiled(definition)

    def shape() -> Any:
        return {
            name: (spec._inputs, spec._outputs, spec.flows, spec.incoming)
            for scope in ready.scopes.values()
            for name, spec in scope.task_specs.items()
        }

    before = shape()
    walk = Walk(definition)
    walk.complete("rectify")
    walk.complete("review", passed=False)
    assert shape() == before


def test_cases_of_one_definition_run_side_by_side_in_threads() -> None:
    definition = rework()

    def whole(number: int) -> tuple[list[str], Any]:
        walk = Walk(definition, {"number": number})
        for turn in range(30):
            walk.complete("rectify", turn=turn)
            walk.complete("review", passed=turn == 29)
        return walk.open, walk.last.data

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(whole, range(8)))
    assert found == [([], {"number": number, "turn": 29, "passed": True}) for number in range(8)]


def test_a_task_belongs_to_the_role_of_its_lane_or_of_its_own_mark() -> None:
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="受理">'
        + extended('<duban:lane role="intake_clerk" body="legal_office"/>')
        + "<bpmn:flowNodeRef>a</bpmn:flowNodeRef><bpmn:flowNodeRef>phase</bpmn:flowNodeRef>"
        "</bpmn:lane></bpmn:laneSet>"
    )
    own = node("userTask", "c", extended('<duban:task role="unit_head" body="subject"/>'))
    inner = start("s2") + user("b") + own + end("e2") + flows("s2 b c e2")
    definition = defined(
        process(
            lanes,
            start(),
            user("a"),
            node("subProcess", "phase", inner),
            end(),
            flows("start a phase end"),
        )
    )
    walk = Walk(definition)
    seen = []
    while walk.open:
        task = walk.last.tasks[0]
        seen.append((task.element, task.role, task.body))
        walk.complete(task.element)
    assert seen == [
        ("a", "intake_clerk", "legal_office"),
        ("b", "intake_clerk", "legal_office"),
        ("c", "unit_head", "subject"),
    ]


def test_values_that_are_no_json_do_not_get_into_a_state() -> None:
    many = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "<bpmn:loopDataOutputRef>all_values</bpmn:loopDataOutputRef>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    definition = defined(process(start(), user("a", many), end(), flows("start a end")))
    with pytest.raises(Broken, match="not_json"):
        Walk(definition).complete("a", at=MONDAY)
