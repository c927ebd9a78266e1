from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpmn.definition import Definition
from engine.errors import Conflict
from engine.values.running import PassedKind
from tests.engine.bpmn.diagrams import (
    MONDAY,
    Walk,
    boundary,
    defined,
    end,
    flows,
    message,
    messages,
    node,
    process,
    start,
    thrown,
    timer,
    user,
)

SIGNAL = '<bpmn:signal id="signal_all" name="all"/>'


def extension(interrupting: bool) -> Definition:
    return defined(
        messages("request_extension"),
        process(
            start(),
            user("a"),
            boundary("asked", "a", message("request_extension"), interrupting=interrupting),
            user("decide"),
            end(),
            flows("start a end", "asked decide end"),
        ),
    )


# --- Messages -------------------------------------------------------------------------------------


def test_a_message_is_offered_with_its_name_and_its_values_reach_the_case_file() -> None:
    walk = Walk(extension(interrupting=False))
    (offered,) = walk.last.messages
    assert (offered.element, offered.message) == ("asked", "request_extension")
    walk.send("request_extension", reason="flood")
    assert walk.last.data["reason"] == "flood"
    assert walk.open == ["a", "decide"]


def test_a_non_interrupting_message_can_be_sent_again_while_its_task_is_open() -> None:
    walk = Walk(extension(interrupting=False))
    first = walk.last.messages[0].id
    walk.send("request_extension")
    assert walk.last.messages[0].id != first
    with pytest.raises(Conflict, match="message_not_open"):
        walk.loaded().send(first, {})
    walk.send("request_extension")
    assert walk.open == ["a", "decide", "decide"]
    walk.complete("a")
    assert walk.last.messages == ()
    assert walk.open == ["decide", "decide"]


def test_an_interrupting_message_withdraws_the_task() -> None:
    walk = Walk(extension(interrupting=True))
    task = walk.task("a").id
    walk.send("request_extension")
    assert walk.open == ["decide"]
    withdrawn = walk.last.passed[0]
    assert (withdrawn.element, withdrawn.kind, withdrawn.task) == ("a", PassedKind.CANCELLED, task)


def test_a_receive_task_waits_for_its_message() -> None:
    definition = defined(
        messages("go"),
        process(
            start(),
            node("receiveTask", "r", messageRef="message_go"),
            end(),
            flows("start r end"),
        ),
    )
    walk = Walk(definition)
    assert [offered.message for offered in walk.last.messages] == ["go"]
    walk.send("go")
    assert walk.last.finished


def test_a_message_thrown_inside_the_case_reaches_one_that_waits_for_it() -> None:
    definition = defined(
        messages("go"),
        process(
            start(),
            node("parallelGateway", "split"),
            node("intermediateCatchEvent", "c", message("go")),
            user("got"),
            user("a"),
            node("intermediateThrowEvent", "t", message("go")),
            end(),
            flows("start split c got end", "split a t end"),
        ),
    )
    walk = Walk(definition)
    walk.complete("a")
    assert walk.open == ["got"]
    assert walk.last.messages == ()


def test_a_signal_reaches_everybody_who_waits() -> None:
    definition = defined(
        SIGNAL,
        process(
            start(),
            node("parallelGateway", "split"),
            node("intermediateCatchEvent", "c", thrown("signal", "all")),
            user("a"),
            user("b"),
            boundary("s", "b", thrown("signal", "all")),
            node("intermediateThrowEvent", "t", thrown("signal", "all")),
            end(),
            flows("start split c end", "split a t end", "split b end", "s end"),
        ),
    )
    walk = Walk(definition)
    walk.complete("a")
    assert walk.last.finished
    outside = Walk(definition)
    outside.signal("all")
    assert outside.open == ["a"]
    with pytest.raises(Conflict, match="signal_not_open"):
        outside.loaded().signal("nobody", {})


def first_of() -> Definition:
    return defined(
        messages("go", "stop"),
        process(
            start(),
            node("eventBasedGateway", "g"),
            node("intermediateCatchEvent", "go", message("go")),
            node("intermediateCatchEvent", "late", timer("timeDuration", "P1D")),
            node("receiveTask", "stop", messageRef="message_stop"),
            user("a"),
            user("b"),
            user("c"),
            end(),
            flows("start g go a end", "g late b end", "g stop c end"),
        ),
    )


# --- Event-based gateway --------------------------------------------------------------------------


def test_the_first_event_decides_and_the_others_are_forgotten() -> None:
    walk = Walk(first_of())
    assert len(walk.last.messages) == 2
    walk.send("stop")
    assert walk.open == ["c"]
    assert not walk.last.messages
    assert not walk.last.timers
    assert [(left.element, left.flows) for left in walk.last.passed] == [
        ("g", ("g-stop",)),
        ("stop", ("stop-c",)),
    ]
    late = Walk(first_of())
    late.advance(MONDAY + timedelta(days=1))
    assert late.open == ["b"]


# --- Conditions -----------------------------------------------------------------------------------


def test_a_conditional_event_happens_as_soon_as_its_condition_holds() -> None:
    condition = (
        "<bpmn:conditionalEventDefinition><bpmn:condition "
        'xsi:type="bpmn:tFormalExpression">x &gt; 3</bpmn:condition>'
        "</bpmn:conditionalEventDefinition>"
    )
    definition = defined(
        process(
            start(),
            node("parallelGateway", "split"),
            node("intermediateCatchEvent", "c", condition),
            user("got"),
            user("a"),
            user("b"),
            end(),
            flows("start split c got end", "split a b end"),
        )
    )
    walk = Walk(definition, {"x": 0})
    walk.complete("a", x=2)
    assert walk.open == ["b"]
    walk.complete("b", x=4)
    assert walk.open == ["got"]
