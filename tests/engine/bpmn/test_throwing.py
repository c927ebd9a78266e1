from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpmn.definition import Definition
from engine.errors import Broken
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

ERROR = '<bpmn:error id="error_bad" name="bad" errorCode="bad"/>'


ESCALATION = '<bpmn:escalation id="escalation_up" name="up" escalationCode="up"/>'


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


# --- Errors, escalations, ends --------------------------------------------------------------------


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


# --- Event subprocesses ---------------------------------------------------------------------------


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
