"""What a command may use: memory and processor time, however its work is shared out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.bpmn.casefile import CaseFileScripts
from engine.bpmn.plain import weight
from engine.errors import Broken
from engine.values.running import Bounds
from tests.engine.bpmn.diagrams import (
    Walk,
    defined,
    end,
    flow,
    flows,
    node,
    process,
    script,
    service,
    start,
    user,
)

#: No other bound is in the way.
WIDE = replace(Bounds(), steps=10**9, tasks=10**9, cpu_seconds=60.0)


def circle(inside: str, *, first: str = "") -> Walk:
    """A task, and after it an element done again and again."""
    parts = process(
        start(),
        user("a"),
        script("begin", first or "x = 1"),
        node("exclusiveGateway", "again"),
        inside,
        node("exclusiveGateway", "g", default="g-end"),
        end(),
        flows("start a begin again s g"),
        flow("g", "again", "x > 0"),
        flow("g", "end"),
    )
    return Walk(defined(parts), bounds=WIDE)


@pytest.mark.parametrize(
    "inside",
    [
        script("s", 'heap = "字" * 90000'),
        script("s", 'heap = ["字"] * 15000'),
        service("s", "notify", ("text", '"字" * 90000')),
    ],
    ids=["one large text", "one long list", "operations with large parameters"],
)
def test_a_case_that_eats_memory_is_stopped(inside: str) -> None:
    walk = circle(inside)
    before = walk.last
    with pytest.raises(Broken, match="too_much_memory") as caught:
        walk.complete("a")
    assert caught.value.facts["element"] == "s"
    assert walk.last is before


def test_a_step_that_asks_for_too_many_expressions_is_stopped_by_processor_time() -> None:
    # One step, and thousands of conditions in it.
    ways = "".join(flow("many", "end", f"x < {-n}", id=f"w{n}") for n in range(1, 2_500))
    parts = process(
        start(), user("a"), script("begin", "x = 1"),
        node("inclusiveGateway", "many", default="last"), end(),
        flows("start a begin many"), ways, flow("many", "end", id="last"),
    )  # fmt: skip
    walk = Walk(defined(parts), bounds=replace(WIDE, cpu_seconds=0.0))
    with pytest.raises(Broken, match="too_long"):
        walk.complete("a")


def test_running_out_of_memory_stops_the_case_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walk = circle(script("s", "x = 0"))

    def exhausted(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(CaseFileScripts, "write", exhausted)
        with pytest.raises(Broken, match="out_of_memory"):
            walk.complete("a")
    assert walk.complete("a").finished


def test_the_weight_of_a_value_grows_with_all_that_is_in_it() -> None:
    assert weight("字" * 1000) > weight("字" * 10) + 1900
    assert weight([["一", "二"], {"三": 4}]) > weight([["一"], {}])
