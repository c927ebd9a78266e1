from __future__ import annotations

import pytest

from engine.bpmn.compile import compiled
from engine.errors import BadDefinition
from tests.engine.bpmn.diagrams import (
    defined,
    document,
    end,
    flow,
    flows,
    node,
    process,
    script,
    start,
    user,
)


def rules(*parts: str, **more: bytes) -> list[str]:
    with pytest.raises(BadDefinition) as refused:
        compiled(defined(*parts, **more))
    return [finding.rule for finding in refused.value.findings]


def test_a_cascade_of_splits_is_refused() -> None:
    assert rules(splits_through_tasks(18)) == ["limits.tokens"]


def splits_through_tasks(levels: int) -> str:
    """Each gateway's two flows meet in a task, which sends every token on to the next gateway."""
    parts = [start(), end(), flows("start t0")]
    for level in range(levels):
        parts += [script(f"t{level}", "x = 1"), node("parallelGateway", f"g{level}")]
        target = f"t{level + 1}" if level + 1 < levels else "end"
        parts += [flow(f"t{level}", f"g{level}")]
        parts += [flow(f"g{level}", target, id=f"f{level}{side}") for side in "ab"]
    return process(*parts)


def test_choices_do_not_count_as_certain_tokens() -> None:
    parts = [start(), end(), flows("start g0")]
    for level in range(30):
        target = f"g{level + 1}" if level < 29 else "end"
        parts += [
            node("exclusiveGateway", f"g{level}", default=f"f{level}a"),
            flow(f"g{level}", target, id=f"f{level}a"),
            flow(f"g{level}", target, "1 > 0", id=f"f{level}b"),
        ]
    assert compiled(defined(process(*parts))).main.name == "p"


def test_too_many_elements_are_refused() -> None:
    names = [f"s{place}" for place in range(700)]
    chain = process(
        start(),
        *(script(name, "x = 1") for name in names),
        end(),
        flows(" ".join(["start", *names, "end"])),
    )
    assert rules(chain) == ["limits.nodes"]


def test_a_process_that_calls_itself_is_refused() -> None:
    call = node("callActivity", "call", calledElement="p")
    assert rules(process(start(), call, end(), flows("start call end"))) == [
        "limits.recursive_call"
    ]


def test_processes_that_call_each_other_are_refused() -> None:
    one = process(
        start(), node("callActivity", "c1", calledElement="q"), end(), flows("start c1 end")
    )
    two = process(
        start("s2"),
        node("callActivity", "c2", calledElement="p"),
        end("e2"),
        flows("s2 c2 e2"),
        id="q",
    )
    assert rules(one, other=document(two)) == ["limits.recursive_call", "limits.recursive_call"]


def test_subprocesses_too_deep_are_refused() -> None:
    inner = user("a") + start("s") + end("e") + flows("s a e")
    for level in range(14):
        inner = (
            node("subProcess", f"sub{level}", inner)
            + start(f"s{level}")
            + end(f"e{level}")
            + flows(f"s{level} sub{level} e{level}")
        )
    assert "limits.nesting" in rules(process(inner))


def test_calls_too_deep_are_refused() -> None:
    parts = []
    for level in range(14):
        inner = (
            node("callActivity", f"c{level}", calledElement=f"q{level + 1}")
            if level < 13
            else user("last")
        )
        name = f"c{level}" if level < 13 else "last"
        parts.append(
            process(
                start(f"s{level}"),
                inner,
                end(f"e{level}"),
                flows(f"s{level} {name} e{level}"),
                id=f"q{level}",
            )
        )
    assert rules(*parts) == ["limits.nesting"]


def test_too_many_flows_between_few_elements_are_refused() -> None:
    many = "".join(flow("a", "b", id=f"f{place}") for place in range(4_000))
    diagram = process(start(), user("a"), user("b"), end(), many, flows("start a", "b end"))
    assert rules(diagram) == ["limits.nodes"]
