from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import BadDefinition
from tests.engine.bpmn.diagrams import (
    MONDAY,
    Walk,
    boundary,
    defined,
    document,
    end,
    extended,
    flow,
    flows,
    message,
    messages,
    node,
    process,
    service,
    start,
    timer,
    user,
)

# --- Starts ---------------------------------------------------------------------------------------


def test_a_case_starts_by_the_start_event_that_is_named() -> None:
    definition = defined(
        messages("go"),
        process(
            start("one"),
            start("two"),
            node("startEvent", "three", message("go")),
            user("a"),
            user("b"),
            user("c"),
            end(),
            flows("one a end", "two b end", "three c end"),
        ),
    )
    assert Walk(definition, element="two").open == ["b"]
    assert Walk(definition, element="three").open == ["c"]
    with pytest.raises(Exception, match="start_to_be_chosen"):
        Walk(definition)
    with pytest.raises(Exception, match="unknown_start"):
        Walk(definition, element="a")


def test_of_several_starts_the_one_without_an_event_is_meant_unless_another_is_named() -> None:
    definition = defined(
        messages("go"),
        process(
            node("startEvent", "by_message", message("go")),
            start(),
            user("a"),
            user("b"),
            end(),
            flows("start a end", "by_message b end"),
        ),
    )
    assert Walk(definition).open == ["a"]


def test_a_process_that_starts_by_a_timer_waits_for_it() -> None:
    definition = defined(
        process(
            node("startEvent", "start", timer("timeDate", "2026-03-05T08:00:00")),
            user("a"),
            end(),
            flows("start a end"),
        )
    )
    walk = Walk(definition)
    assert walk.open == []
    walk.advance(walk.timer("start").instant)
    assert walk.open == ["a"]


# --- What cannot run is said before anything runs ------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "rule", "element"),
    [
        ([node("complexGateway", "x"), flows("start x end")], "structure.unsupported", "x"),
        (
            [
                node("intermediateThrowEvent", "x", "<bpmn:compensateEventDefinition/>"),
                flows("start x end"),
            ],
            "structure.unsupported_event",
            "x",
        ),
        (
            [
                node("exclusiveGateway", "x"),
                user("a"),
                flows("start x end", "x a end"),
            ],
            "structure.flow_without_condition",
            "x",
        ),
        (
            [node("eventBasedGateway", "x"), user("a"), flows("start x a end")],
            "structure.event_gateway",
            "x",
        ),
        ([node("callActivity", "x"), flows("start x end")], "calls.unknown_process", "x"),
        ([user("End"), flows("start End end")], "structure.reserved_id", "End"),
        ([user("p.EndJoin"), flows("start p.EndJoin end")], "structure.reserved_id", "p.EndJoin"),
        (
            [node("subProcess", "x", user("a")), flows("start x end")],
            "structure.one_start",
            "x",
        ),
        (
            [
                node(
                    "userTask",
                    "x",
                    "<bpmn:multiInstanceLoopCharacteristics/>",
                ),
                flows("start x end"),
            ],
            "structure.repetition",
            "x",
        ),
        (
            [node("intermediateCatchEvent", "x", timer("timeDate", " ")), flows("start x end")],
            "timers.empty",
            "x",
        ),
    ],
)
def test_a_diagram_that_cannot_run_is_refused_naming_the_element(
    parts: list[str], rule: str, element: str
) -> None:
    with pytest.raises(BadDefinition) as refused:
        Walk(defined(process(start(), end(), *parts)))
    found = {(finding.rule, finding.element) for finding in refused.value.findings}
    assert (rule, element) in found
    assert all(finding.file == "main.bpmn" and finding.line for finding in refused.value.findings)


def test_a_flow_into_another_scope_is_refused() -> None:
    inner = start("s2") + user("a") + end("e2") + flows("s2 a e2")
    with pytest.raises(BadDefinition) as refused:
        Walk(
            defined(
                process(
                    start(),
                    node("subProcess", "sub", inner),
                    end(),
                    flows("start sub end"),
                    flow("start", "a", id="across"),
                )
            )
        )
    assert [f.rule for f in refused.value.findings] == ["structure.flow_across_border"]


# --- Escalation ladders -------------------------------------------------------------------------


def test_a_rung_tells_its_token_what_is_urged_and_whom() -> None:
    rung = (
        '<bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="false">'
        + extended('<duban:escalation level="urge"/>')
        + timer("timeDate", "working_days(1, working_days(5))")
        + "</bpmn:boundaryEvent>"
    )
    due = boundary(
        "due", "a", timer("timeDate", "working_days(5)"), interrupting=False, deadline=True
    )
    performing = node(
        "userTask",
        "a",
        extended(
            '<duban:task performer="officers" role="supervisor" body="legal_office"/>'
            '<duban:field id="note" label="note"/>'
        ),
        name="核查",
    )
    names = ["level", "step", "step_name", "step_role", "step_body", "step_due", "step_people"]
    urging = service("urge", "notify", *((name, name) for name in names))
    called = document(process(start("s2"), urging, end("e2"), flows("s2 urge e2"), id="ladder"))
    definition = defined(
        process(
            start(),
            performing,
            due,
            rung,
            node("callActivity", "up", calledElement="ladder"),
            end(),
            flows("start a end", "due end", "late up end"),
        ),
        ladder=called,
    )
    walk = Walk(definition, {"officers": [12, 11]})
    walk.advance(MONDAY + timedelta(days=9))
    (asked,) = walk.last.operations
    assert asked.parameters == {
        "level": "urge",
        "step": "a",
        "step_name": "核查",
        "step_role": "supervisor",
        "step_body": "legal_office",
        "step_due": "2026-03-09T23:59:59.999999+08:00",
        "step_people": [11, 12],
    }
    assert walk.last.data == {"officers": [12, 11]}


def test_a_rung_of_a_countersigned_step_names_those_who_have_not_signed() -> None:
    signing = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>signers"
        '</bpmn:loopDataInputRef><bpmn:inputDataItem id="i" name="signer"/>'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    definition = defined(
        process(
            start(),
            node("userTask", "a", extended('<duban:task performer="signer"/>'), signing),
            '<bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="false">'
            + extended('<duban:escalation level="due"/>')
            + timer("timeDuration", "P1D")
            + "</bpmn:boundaryEvent>",
            service("urge", "notify", ("people", "step_people")),
            end(),
            flows("start a end", "late urge end"),
        )
    )
    walk = Walk(definition, {"signers": [11, 12, 13]})
    walk.last = walk.loaded().complete(walk.last.tasks[1].id, {})
    walk.advance(MONDAY + timedelta(days=1))
    assert walk.last.operations[0].parameters == {"people": [11, 13]}
