from __future__ import annotations

import pytest

from engine.bpmn.definition import Definition
from engine.errors import Broken
from tests.engine.bpmn.diagrams import (
    Walk,
    defined,
    end,
    flow,
    flows,
    node,
    process,
    script,
    start,
    user,
)


def choice(*more: str, **attributes: str) -> Definition:
    return defined(
        process(
            start(),
            node("exclusiveGateway", "g", **attributes),
            user("a"),
            user("b"),
            end(),
            *more,
            flows("start g", "a end", "b end"),
        )
    )


def test_the_first_condition_that_holds_decides_in_the_order_of_the_file() -> None:
    definition = choice(flow("g", "b", "x > 1"), flow("g", "a", "x > 0"))
    assert Walk(definition, {"x": 5}).open == ["b"]
    assert Walk(definition, {"x": 1}).open == ["a"]


def test_the_default_is_taken_when_no_condition_holds() -> None:
    definition = choice(flow("g", "a"), flow("g", "b", "x > 1"), default="g-a")
    walk = Walk(definition, {"x": 0})
    assert walk.open == ["a"]
    assert walk.last.passed[-1].flows == ("g-a",)


def test_no_way_out_stops_the_case() -> None:
    definition = choice(flow("g", "a", "x > 5"), flow("g", "b", "x > 1"))
    with pytest.raises(Broken, match="no_flow_taken") as stopped:
        Walk(definition, {"x": 0})
    assert stopped.value.facts["element"] == "g"


def test_a_condition_must_be_true_or_false() -> None:
    definition = choice(flow("g", "a", "answer"), flow("g", "b"), default="g-b")
    with pytest.raises(Broken, match="condition_not_boolean") as stopped:
        Walk(definition, {"answer": "no"})
    assert stopped.value.facts["flow"] == "g-a"


def test_conditions_of_other_tools_are_unwrapped() -> None:
    definition = choice(flow("g", "a", "${x > 5}"), flow("g", "b", "= x <= 5"))
    assert Walk(definition, {"x": 6}).open == ["a"]
    assert Walk(definition, {"x": 5}).open == ["b"]


@pytest.mark.parametrize(
    ("text", "values", "way"),
    [
        ("${x && !y}", {"x": True, "y": False}, "a"),
        ("${x && !y}", {"x": True, "y": True}, "b"),
        ("#{x == 1 || y != 2}", {"x": 0, "y": 3}, "a"),
        ("${x == 'a&&!b'}", {"x": "a&&!b", "y": 0}, "a"),
    ],
)
def test_signs_of_other_tools_mean_what_they_mean_there(
    text: str, values: dict[str, object], way: str
) -> None:
    definition = choice(flow("g", "a", text), flow("g", "b"), default="g-b")
    assert Walk(definition, values).open == [way]


def test_a_condition_in_another_language_is_refused_naming_the_gateway() -> None:
    definition = choice(flow("g", "a", "${x.equals(y)}"), flow("g", "b"), default="g-b")
    with pytest.raises(Broken) as stopped:
        Walk(definition, {"x": True, "y": True})
    assert stopped.value.code.startswith("expression.")
    assert stopped.value.facts["element"] == "g"


# --- Parallel -------------------------------------------------------------------------------------


def diamond(inner: str = "") -> Definition:
    return defined(
        process(
            start(),
            node("parallelGateway", "split"),
            user("a"),
            user("b"),
            user("c"),
            node("parallelGateway", "join"),
            user("after"),
            end(),
            inner,
            flows("start split a join after end", "split b join", "split c join"),
        )
    )


@pytest.mark.parametrize("order", ["abc", "cab", "bca"])
def test_a_join_waits_for_every_branch(order: str) -> None:
    walk = Walk(diamond())
    assert walk.open == ["a", "b", "c"]
    for element in order:
        assert "after" not in walk.open
        walk.complete(element)
    assert walk.open == ["after"]


def test_a_join_of_branches_split_at_different_gateways_waits_for_every_branch() -> None:
    definition = defined(
        process(
            start(),
            node("parallelGateway", "outer"),
            node("parallelGateway", "inner"),
            user("a"),
            user("b"),
            user("c"),
            node("parallelGateway", "join"),
            user("after"),
            end(),
            flows("start outer a join after end", "outer inner b join", "inner c join"),
        )
    )
    for order in ("abc", "bac", "bca"):
        walk = Walk(definition)
        for element in order:
            assert "after" not in walk.open
            walk.complete(element)
        assert walk.open == ["after"]


def looped() -> Definition:
    return defined(
        process(
            start(),
            node("exclusiveGateway", "again"),
            node("parallelGateway", "split"),
            user("a"),
            user("b"),
            node("parallelGateway", "join"),
            user("ask"),
            node("exclusiveGateway", "more", default="more-end"),
            end(),
            flows("start again split a join ask more", "split b join"),
            flow("more", "again", "x > 0"),
            flow("more", "end"),
        )
    )


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("prune", [True, False])
def test_a_join_in_a_loop_waits_for_every_branch_in_every_round(order: str, prune: bool) -> None:
    walk = Walk(looped(), prune=prune)
    for _ in range(4):
        for element in order:
            assert walk.open != ["ask"]
            walk.complete(element)
        assert walk.open == ["ask"]
        walk.complete("ask", x=1)
    assert walk.open == ["a", "b"]


def test_a_surplus_token_stays_at_the_join_for_the_next_round() -> None:
    definition = defined(
        process(
            start(),
            node("parallelGateway", "split"),
            user("a"),
            user("b"),
            node("exclusiveGateway", "merge"),
            user("c"),
            node("parallelGateway", "join"),
            user("after"),
            end(),
            flows("start split a merge join after end", "split b merge", "split c join"),
        )
    )
    walk = Walk(definition)
    walk.complete("a")
    walk.complete("b")
    walk.complete("c")
    assert walk.open == ["after"]
    with pytest.raises(Broken, match="stuck") as stopped:
        walk.complete("after")
    assert stopped.value.facts["element"] == "join"


def test_tokens_nobody_can_move_stop_the_case() -> None:
    definition = defined(
        process(
            start(),
            node("exclusiveGateway", "g", default="g-b"),
            user("a"),
            user("b"),
            node("parallelGateway", "join"),
            end(),
            flows("start g", "a join end", "b join"),
            flow("g", "a", "x > 1"),
            flow("g", "b"),
        )
    )
    walk = Walk(definition, {"x": 5})
    with pytest.raises(Broken, match="stuck"):
        walk.complete("a")


# --- Inclusive ------------------------------------------------------------------------------------


def inclusive() -> Definition:
    return defined(
        process(
            start(),
            node("inclusiveGateway", "split", default="split-c"),
            user("a"),
            user("a2"),
            user("b"),
            user("c"),
            node("inclusiveGateway", "join"),
            user("after"),
            end(),
            flows("start split", "a a2 join after end", "b join", "c join"),
            flow("split", "a", "x > 0"),
            flow("split", "b", "x > 1"),
            flow("split", "c"),
        )
    )


def test_an_inclusive_join_waits_for_the_branches_that_were_taken_and_no_others() -> None:
    walk = Walk(inclusive(), {"x": 2})
    assert walk.open == ["a", "b"]
    walk.complete("b")
    walk.complete("a")
    assert walk.open == ["a2"]
    walk.complete("a2")
    assert walk.open == ["after"]
    one = Walk(inclusive(), {"x": 1})
    one.complete("a")
    one.complete("a2")
    assert one.open == ["after"]


def test_an_inclusive_split_takes_its_default_only_when_nothing_else_holds() -> None:
    walk = Walk(inclusive(), {"x": 0})
    assert walk.open == ["c"]
    walk.complete("c")
    assert walk.open == ["after"]


def test_an_inclusive_join_is_released_when_a_branch_ends_elsewhere() -> None:
    definition = defined(
        process(
            start(),
            node("inclusiveGateway", "split"),
            user("a"),
            user("b"),
            node("exclusiveGateway", "g", default="g-join"),
            node("inclusiveGateway", "join"),
            user("after"),
            end(),
            end("aside"),
            flows("start split", "a join after end", "b g"),
            flow("split", "a", "1 > 0"),
            flow("split", "b", "1 > 0"),
            flow("g", "aside", "x > 0"),
            flow("g", "join"),
        )
    )
    walk = Walk(definition)
    walk.complete("a")
    assert walk.open == ["b"]
    walk.complete("b", x=1)
    assert walk.open == ["after"]


def test_an_inclusive_join_in_a_loop_waits_in_every_round() -> None:
    definition = defined(
        process(
            start(),
            node("exclusiveGateway", "again"),
            node("inclusiveGateway", "split"),
            user("a"),
            user("b"),
            node("inclusiveGateway", "join"),
            user("ask"),
            node("exclusiveGateway", "more", default="more-end"),
            end(),
            flows("start again split", "a join ask more", "b join"),
            flow("split", "a", "1 > 0"),
            flow("split", "b", "1 > 0"),
            flow("more", "again", "x > 0"),
            flow("more", "end"),
        )
    )
    walk = Walk(definition)
    for first, second in ("ab", "ba", "ab"):
        walk.complete(first)
        assert walk.open == [second]
        walk.complete(second)
        assert walk.open == ["ask"]
        walk.complete("ask", x=1)


# --- Without gateways -----------------------------------------------------------------------------


def test_several_flows_out_of_a_task_are_all_taken_and_the_case_waits_for_all() -> None:
    definition = defined(
        process(start(), user("a"), user("b"), user("c"), end(), flows("start a b end", "a c end"))
    )
    walk = Walk(definition)
    walk.complete("a")
    assert walk.open == ["b", "c"]
    walk.complete("b")
    assert not walk.last.finished
    walk.complete("c")
    assert walk.last.finished


def test_conditional_flows_out_of_a_task_are_taken_when_they_hold() -> None:
    definition = defined(
        process(
            start(),
            node("userTask", "a", default="a-d"),
            user("b"),
            user("c"),
            user("d"),
            end(),
            flows("start a", "b end", "c end", "d end"),
            flow("a", "b", "x > 0"),
            flow("a", "c", "x > 1"),
            flow("a", "d"),
        )
    )
    for x, taken in ((2, ["b", "c"]), (1, ["b"]), (0, ["d"])):
        walk = Walk(definition)
        walk.complete("a", x=x)
        assert walk.open == taken


def test_a_chain_of_five_hundred_steps_runs_in_one_command() -> None:
    names = [f"s{place}" for place in range(500)]
    definition = defined(
        process(
            start(),
            *(script(name, "x = 1") for name in names),
            user("a"),
            end(),
            flows(" ".join(["start", *names, "a", "end"])),
        )
    )
    walk = Walk(definition)
    assert walk.open == ["a"]
    assert len(walk.last.passed) == 501
