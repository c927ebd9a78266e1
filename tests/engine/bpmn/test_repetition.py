from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Broken
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
    script,
    start,
    timer,
    user,
)


def many(*parts: str, sequential: bool = False) -> str:
    said = str(sequential).lower()
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{said}">{"".join(parts)}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


SIGNERS = "<bpmn:loopDataInputRef>signers</bpmn:loopDataInputRef>"
OPINIONS = "<bpmn:loopDataOutputRef>opinions</bpmn:loopDataOutputRef>"
SIGNER = '<bpmn:inputDataItem id="i1" name="signer"/>'
OPINION = '<bpmn:outputDataItem id="o1" name="opinion"/>'


def until(condition: str) -> str:
    return f"<bpmn:completionCondition>{condition}</bpmn:completionCondition>"


def countersigned(*parts: str, sequential: bool = False, more: str = "") -> Any:
    return defined(
        process(
            start(),
            user("sign", many(*parts, sequential=sequential)),
            user("after"),
            end(),
            more,
            flows("start sign after end"),
        )
    )


def answer(walk: Walk, signer: int, **values: object) -> None:
    task = next(task for task in walk.last.tasks if task.local["signer"] == signer)
    walk.last = walk.loaded().complete(task.id, values)


def test_every_signer_gets_a_task_and_the_opinions_are_collected_in_order() -> None:
    definition = countersigned(SIGNERS, OPINIONS, SIGNER, OPINION)
    walk = Walk(definition, {"signers": [11, 12, 13]})
    assert [(task.element, task.local) for task in walk.last.tasks] == [
        ("sign", {"signer": 11 + place, "loopCounter": place + 1}) for place in range(3)
    ]
    answer(walk, 13, opinion="no", note="late")
    assert walk.last.data["opinions"] == ["no"]
    answer(walk, 11, opinion="yes", note="fine")
    answer(walk, 12, opinion="yes", note="")
    assert walk.open == ["after"]
    assert walk.last.data == {"signers": [11, 12, 13], "opinions": ["yes", "yes", "no"]}


def test_without_a_named_value_whole_answers_are_collected() -> None:
    walk = Walk(countersigned(SIGNERS, OPINIONS, SIGNER), {"signers": [11, 12]})
    answer(walk, 12, opinion="no", note="n")
    answer(walk, 11, opinion="yes", note="y")
    assert walk.last.data["opinions"] == [
        {"signer": 11, "opinion": "yes", "note": "y"},
        {"signer": 12, "opinion": "no", "note": "n"},
    ]
    assert "opinion" not in walk.last.data


def test_one_after_the_other_each_sees_only_his_own_item() -> None:
    definition = countersigned(SIGNERS, OPINIONS, SIGNER, OPINION, sequential=True)
    walk = Walk(definition, {"signers": [11, 12]})
    assert [task.local["signer"] for task in walk.last.tasks] == [11]
    answer(walk, 11, opinion="a")
    assert [task.local["signer"] for task in walk.last.tasks] == [12]
    answer(walk, 12, opinion="b")
    assert walk.last.data["opinions"] == ["a", "b"]
    assert walk.open == ["after"]


def test_a_completion_condition_withdraws_what_is_left() -> None:
    condition = until('contains(opinions, "no") or numberOfCompletedInstances &gt;= 3')
    definition = countersigned(SIGNERS, OPINIONS, SIGNER, OPINION, condition)
    walk = Walk(definition, {"signers": [11, 12, 13, 14]})
    answer(walk, 12, opinion="yes")
    assert len(walk.last.tasks) == 3
    answer(walk, 13, opinion="no")
    assert walk.open == ["after"]
    kinds = [left.kind for left in walk.last.passed if left.element == "sign" and left.task]
    assert kinds == [PassedKind.COMPLETED, PassedKind.CANCELLED, PassedKind.CANCELLED]
    assert walk.last.data["opinions"] == ["yes", "no"]


def test_nobody_to_sign_means_nothing_to_wait_for() -> None:
    definition = countersigned(SIGNERS, OPINIONS, SIGNER, OPINION)
    walk = Walk(definition, {"signers": []})
    assert walk.open == ["after"]
    assert walk.last.data["opinions"] == []


@pytest.mark.parametrize("signers", [None, "11", 5, {"a": 1}])
def test_what_is_no_list_stops_the_case(signers: object) -> None:
    with pytest.raises(Broken, match="collection") as stopped:
        Walk(countersigned(SIGNERS, OPINIONS, SIGNER), {"signers": signers})
    assert stopped.value.facts["element"] == "sign"


@pytest.mark.parametrize("count", ["-1", "2.5", '"3"', "True", "999999"])
def test_a_count_that_is_none_stops_the_case(count: str) -> None:
    with pytest.raises(Broken, match="cardinality"):
        Walk(countersigned(f"<bpmn:loopCardinality>{count}</bpmn:loopCardinality>"))


def test_without_outputs_values_go_to_the_case_file_as_usual() -> None:
    walk = Walk(countersigned("<bpmn:loopCardinality>2</bpmn:loopCardinality>"))
    walk.complete("sign", x=1)
    walk.complete("sign", x=2)
    assert walk.last.data == {"x": 2}


def test_the_item_is_seen_before_a_field_of_the_same_name() -> None:
    inner = start("s2") + script("look", "seen = signer") + end("e2") + flows("s2 look e2")
    seen = '<bpmn:outputDataItem id="o1" name="seen"/>'
    definition = defined(
        process(
            start(),
            node("subProcess", "each", many(SIGNERS, OPINIONS, SIGNER, seen), inner),
            end(),
            flows("start each end"),
        )
    )
    walk = Walk(definition, {"signers": [11, 12], "signer": 99})
    assert walk.last.finished
    assert walk.last.data == {"signers": [11, 12], "signer": 99, "opinions": [11, 12]}


def test_instances_of_a_subprocess_keep_apart_what_is_written_in_them() -> None:
    inner = (
        start("s2")
        + user("ask")
        + node("exclusiveGateway", "g", default="g-e2")
        + user("more")
        + end("e2")
        + flows("s2 ask g", "more e2")
        + flow("g", "more", 'opinion == "no"')
        + flow("g", "e2")
    )
    definition = defined(
        process(
            start(),
            node("subProcess", "each", many(SIGNERS, OPINIONS, SIGNER), inner),
            end(),
            flows("start each end"),
        )
    )
    walk = Walk(definition, {"signers": [11, 12]})
    answer(walk, 11, opinion="no")
    answer(walk, 12, opinion="yes")
    assert [(task.element, task.local["signer"]) for task in walk.last.tasks] == [("more", 11)]
    assert walk.last.data["opinions"] == [{"signer": 12, "opinion": "yes"}]
    answer(walk, 11, reason="because")
    assert walk.last.finished
    assert walk.last.data["opinions"] == [
        {"signer": 11, "opinion": "no", "reason": "because"},
        {"signer": 12, "opinion": "yes"},
    ]


def test_a_boundary_event_of_a_repeated_activity_ends_all_of_it() -> None:
    late = boundary("late", "sign", timer("timeDuration", "P1D"), deadline=True)
    definition = countersigned(
        SIGNERS, OPINIONS, SIGNER, OPINION, more=late + user("chase") + flows("late chase end")
    )
    walk = Walk(definition, {"signers": [11, 12, 13]})
    due = walk.timer("late")
    assert {task.due_at for task in walk.last.tasks} == {due.instant}
    assert set(due.attached_to) == {task.id for task in walk.last.tasks}
    answer(walk, 12, opinion="yes")
    walk.advance(due.instant)
    assert walk.open == ["chase"]
    assert walk.last.data["opinions"] == ["yes"]


def test_a_loop_goes_on_while_its_condition_holds() -> None:
    loop = (
        "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>x &gt; 0</bpmn:loopCondition>"
        "</bpmn:standardLoopCharacteristics>"
    )
    definition = defined(process(start(), user("a", loop), end(), flows("start a end")))
    walk = Walk(definition)
    walk.complete("a", x=1)
    walk.complete("a", x=1)
    assert walk.task("a").local == {"loopCounter": 3}
    walk.complete("a", x=0)
    assert walk.last.finished


@pytest.mark.parametrize(("before", "opened"), [("true", False), ("false", True)])
def test_a_loop_may_be_tested_before_its_first_turn(before: str, opened: bool) -> None:
    loop = (
        f'<bpmn:standardLoopCharacteristics testBefore="{before}">'
        "<bpmn:loopCondition>x &gt; 0</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    )
    definition = defined(process(start(), user("a", loop), end(), flows("start a end")))
    assert Walk(definition, {"x": 0}).last.finished is not opened


def test_a_loop_stops_at_its_maximum() -> None:
    loop = '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
    definition = defined(process(start(), user("a", loop), end(), flows("start a end")))
    walk = Walk(definition)
    walk.complete("a")
    walk.complete("a")
    assert walk.last.finished
