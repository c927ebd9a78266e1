from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpmn.definition import Definition
from engine.errors import BadDefinition, Broken, Conflict
from engine.values.running import PassedKind
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

ERROR = '<bpmn:error id="error_bad" name="bad" errorCode="bad"/>'
ESCALATION = '<bpmn:escalation id="escalation_up" name="up" escalationCode="up"/>'
SIGNAL = '<bpmn:signal id="signal_all" name="all"/>'
#: A process's own ends and the ways into them are written out where they matter.


def thrown(kind: str, reference: str) -> str:
    return f'<bpmn:{kind}EventDefinition {kind}Ref="{kind}_{reference}"/>'


# --- Messages -------------------------------------------------------------------------------------


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


# --- Event-based gateway --------------------------------------------------------------------------


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


# --- Errors, escalations, ends --------------------------------------------------------------------


def phase(ending: str, *more: str) -> Definition:
    inner = start("s2") + node("parallelGateway", "split") + user("a") + user("b")
    inner += end("thrown", ending) + end("e2") + flows("s2 split a thrown", "split b e2")
    return defined(
        ERROR,
        ESCALATION,
        process(
            start(),
            node("subProcess", "phase", inner),
            user("after"),
            end(),
            *more,
            flows("start phase after end"),
        ),
    )


def test_an_error_ends_the_phase_and_goes_on_where_it_is_caught() -> None:
    catching = boundary("caught", "phase", thrown("error", "bad"))
    walk = Walk(phase(thrown("error", "bad"), catching, user("mend"), flows("caught mend end")))
    walk.complete("a")
    assert walk.open == ["mend"]
    assert [(left.element, left.kind) for left in walk.last.passed] == [
        ("a", PassedKind.COMPLETED),
        ("thrown", PassedKind.COMPLETED),
        ("b", PassedKind.CANCELLED),
        ("phase", PassedKind.CANCELLED),
        ("caught", PassedKind.COMPLETED),
    ]


def test_an_event_that_names_the_error_catches_it_before_one_that_catches_all() -> None:
    every = boundary("every", "phase", "<bpmn:errorEventDefinition/>")
    named = boundary("named", "phase", thrown("error", "bad"))
    walk = Walk(
        phase(
            thrown("error", "bad"),
            every,
            named,
            user("one"),
            user("other"),
            flows("every other end", "named one end"),
        )
    )
    walk.complete("a")
    assert walk.open == ["one"]


def test_an_error_nobody_catches_stops_the_case() -> None:
    walk = Walk(phase(thrown("error", "bad")))
    with pytest.raises(Broken, match="uncaught_error") as stopped:
        walk.complete("a")
    assert stopped.value.facts["element"] == "thrown"


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_may_leave_the_phase_running(interrupting: bool) -> None:
    catching = boundary("up", "phase", thrown("escalation", "up"), interrupting=interrupting)
    walk = Walk(phase(thrown("escalation", "up"), catching, user("look"), flows("up look end")))
    walk.complete("a")
    assert walk.open == (["look"] if interrupting else ["b", "look"])


def test_an_escalation_nobody_catches_does_nothing() -> None:
    walk = Walk(phase(thrown("escalation", "up")))
    walk.complete("a")
    assert walk.open == ["b"]


def test_a_terminate_end_ends_its_own_scope_only() -> None:
    walk = Walk(phase("<bpmn:terminateEventDefinition/>"))
    walk.complete("a")
    assert walk.open == ["after"]


def test_a_terminate_end_stops_what_was_about_to_run() -> None:
    definition = defined(
        process(
            start(),
            node("parallelGateway", "split"),
            end("stop", "<bpmn:terminateEventDefinition/>"),
            node("serviceTask", "one"),
            node("serviceTask", "two"),
            end(),
            flows("start split stop", "split one two end"),
        )
    )
    walk = Walk(definition)
    assert walk.last.finished
    assert "two" not in [asked.element for asked in walk.last.operations]


def test_a_cancelled_transaction_goes_on_at_its_cancel_event() -> None:
    inner = start("s2") + user("a") + end("no", "<bpmn:cancelEventDefinition/>") + flows("s2 a no")
    definition = defined(
        process(
            start(),
            node("transaction", "deal", inner),
            boundary("cancelled", "deal", "<bpmn:cancelEventDefinition/>"),
            user("after"),
            user("undo"),
            end(),
            flows("start deal after end", "cancelled undo end"),
        )
    )
    walk = Walk(definition)
    walk.complete("a")
    assert walk.open == ["undo"]


def test_a_link_leads_to_the_link_of_its_name() -> None:
    link = '<bpmn:linkEventDefinition name="there"/>'
    definition = defined(
        process(
            start(),
            node("intermediateThrowEvent", "from", link),
            node("intermediateCatchEvent", "to", link),
            user("a"),
            end(),
            flows("start from", "to a end"),
        )
    )
    assert Walk(definition).open == ["a"]


# --- Event subprocesses ---------------------------------------------------------------------------


def aside(event: str, *, interrupting: bool) -> Definition:
    inner = node("startEvent", "s2", event, isInterrupting=str(interrupting).lower())
    inner += user("handle") + end("e2") + flows("s2 handle e2")
    return defined(
        messages("withdraw"),
        ERROR,
        process(
            start(),
            user("a"),
            end(),
            node("subProcess", "aside", inner, triggeredByEvent="true"),
            flows("start a end"),
        ),
    )


def test_an_interrupting_event_subprocess_takes_over_its_scope() -> None:
    walk = Walk(aside(message("withdraw"), interrupting=True))
    assert walk.last.messages[0].element == "s2"
    walk.send("withdraw", why="settled")
    assert walk.open == ["handle"]
    assert walk.last.messages == ()
    walk.complete("handle")
    assert walk.last.finished


def test_a_non_interrupting_event_subprocess_runs_beside_its_scope_and_may_start_again() -> None:
    walk = Walk(aside(message("withdraw"), interrupting=False))
    walk.send("withdraw")
    walk.send("withdraw")
    assert walk.open == ["a", "handle", "handle"]
    walk.complete("a")
    assert not walk.last.finished
    walk.complete("handle")
    walk.complete("handle")
    assert walk.last.finished


def test_an_event_subprocess_that_never_starts_does_not_keep_its_scope_open() -> None:
    walk = Walk(aside(timer("timeDuration", "P9D"), interrupting=True))
    assert walk.waiting == ["s2"]
    walk.complete("a")
    assert walk.last.finished
    assert walk.last.timers == ()


def test_an_event_subprocess_starts_by_its_timer() -> None:
    walk = Walk(aside(timer("timeCycle", "R2/P1D"), interrupting=False))
    walk.advance(MONDAY + timedelta(days=5))
    assert walk.open == ["a", "handle", "handle"]


def test_starting_one_case_s_event_subprocess_leaves_other_cases_alone() -> None:
    definition = aside(message("withdraw"), interrupting=False)
    one, other = Walk(definition), Walk(definition)
    one.send("withdraw")
    assert Walk(definition).open == ["a"]
    assert other.open == ["a"]
    assert other.loaded().outcome().tasks == other.last.tasks


def test_an_error_may_be_handled_by_an_event_subprocess_of_its_scope() -> None:
    inner = node("startEvent", "s3", thrown("error", "bad"))
    inner += user("handle") + end("e3") + flows("s3 handle e3")
    definition = defined(
        ERROR,
        process(
            start(),
            user("a"),
            end("bad_end", thrown("error", "bad")),
            node("subProcess", "aside", inner, triggeredByEvent="true"),
            flows("start a bad_end"),
        ),
    )
    walk = Walk(definition)
    walk.complete("a")
    assert walk.open == ["handle"]


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
