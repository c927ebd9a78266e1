from __future__ import annotations

import pytest

from engine.errors import Broken, Conflict
from engine.values.running import PassedKind
from tests.engine.bpmn.diagrams import (
    MONDAY,
    Walk,
    defined,
    document,
    end,
    extended,
    flow,
    flows,
    node,
    process,
    script,
    service,
    start,
    two_steps,
    user,
)


def test_a_case_goes_from_task_to_task_to_its_end() -> None:
    walk = Walk(two_steps(), {"subject": "x"})
    task = walk.task("a")
    assert (task.name, task.opened_at) == ("name of a", MONDAY)
    walk.complete("a", note="fine")
    assert walk.open == ["b"]
    walk.complete("b")
    assert walk.last.finished
    assert walk.last.tasks == ()
    assert walk.last.data == {"subject": "x", "note": "fine"}


def test_the_path_names_what_was_left_and_the_flows_taken() -> None:
    walk = Walk(two_steps())
    assert [(p.element, p.flows) for p in walk.last.passed] == [("start", ("start-a",))]
    task = walk.task("a").id
    walk.complete("a")
    (left,) = walk.last.passed
    assert (left.element, left.kind, left.flows, left.task) == (
        "a",
        PassedKind.COMPLETED,
        ("a-b",),
        task,
    )


def test_ids_of_tasks_stay_while_a_case_is_kept() -> None:
    walk = Walk(two_steps())
    assert [task.id for task in walk.loaded().outcome().tasks] == [walk.task("a").id]


def test_only_an_open_task_can_be_completed() -> None:
    walk = Walk(two_steps())
    first = walk.task("a").id
    walk.complete("a")
    for task_id in (first, "no such task", "", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(Conflict, match="task_not_open"):
            walk.loaded().complete(task_id, {})
    walk.complete("b")
    with pytest.raises(Conflict, match="task_not_open"):
        walk.loaded().complete(first, {})


def test_nothing_else_of_a_case_can_be_completed_but_what_people_do() -> None:
    """Every task the engine keeps, whatever it is, is refused unless it is an open user task."""
    walk = Walk(two_steps())
    run = walk.loaded()
    for task in list(run._case.tasks.values()):
        if not task.task_spec.manual:
            with pytest.raises(Conflict):
                walk.loaded().complete(str(task.id), {})


def test_cancelling_withdraws_everything_open() -> None:
    walk = Walk(two_steps())
    task = walk.task("a").id
    walk.cancel()
    assert walk.last.finished
    assert walk.last.tasks == ()
    assert [(p.element, p.kind, p.task) for p in walk.last.passed] == [
        ("a", PassedKind.CANCELLED, task)
    ]
    assert walk.loaded().advance().finished


def test_operations_come_with_evaluated_parameters_in_the_order_of_the_diagram() -> None:
    literal = node(
        "serviceTask",
        "two",
        extended(
            '<duban:operation name="issue_document" result="proposal">'
            '<duban:parameter name="type" value="rectification_proposal"/>'
            '<duban:parameter name="title" expression="&quot;关于&quot; + subject"/>'
            "</duban:operation>"
        ),
    )
    definition = defined(
        process(
            start(),
            service("one", "notify", ("due", "days(1)"), ("people", "[1, 2]")),
            literal,
            user("a"),
            end(),
            flows("start one two a end"),
        )
    )
    walk = Walk(definition, {"subject": "超载"})
    one, two = walk.last.operations
    assert (one.element, one.name, one.result) == ("one", "notify", "")
    assert one.parameters == {"due": "2026-03-03T23:59:59.999999+08:00", "people": [1, 2]}
    assert (two.name, two.result) == ("issue_document", "proposal")
    assert two.parameters == {"type": "rectification_proposal", "title": "关于超载"}
    walk.complete("a")
    assert walk.last.operations == ()


def test_scripts_assign_to_the_case_file() -> None:
    definition = defined(
        process(
            start(),
            script("s", "total = amount * 2\nbig = total > 10\nuntil = days(1)"),
            user("a"),
            end(),
            flows("start s a end"),
        )
    )
    walk = Walk(definition, {"amount": 6})
    assert walk.last.data == {
        "amount": 6,
        "total": 12,
        "big": True,
        "until": "2026-03-03T23:59:59.999999+08:00",
    }


@pytest.mark.parametrize(
    ("failing", "code"),
    [
        (script("bad", "x = 1 / 0"), "expression.division_by_zero"),
        (script("bad", "x = missing + 1"), "expression.unknown_name"),
        (script("bad", "import os"), "expression.not_an_assignment"),
        (service("bad", "notify", ("x", "missing")), "expression.unknown_name"),
    ],
)
def test_what_fails_stops_the_case_naming_the_element(failing: str, code: str) -> None:
    definition = defined(
        process(start(), user("a"), failing, user("b"), end(), flows("start a bad b end"))
    )
    walk = Walk(definition)
    with pytest.raises(Broken) as stopped:
        walk.complete("a")
    assert stopped.value.code == code
    assert stopped.value.facts["element"] == "bad"
    # Nothing was kept of the failed command.
    assert walk.loaded().outcome().tasks == walk.last.tasks


def test_a_name_declared_but_not_filled_in_reads_as_nothing() -> None:
    declaring = node(
        "userTask",
        "a",
        extended('<duban:field id="answer" label="Answer"/>'),
    )
    definition = defined(
        process(
            start(),
            node("exclusiveGateway", "g", default="g-a"),
            declaring,
            user("b"),
            end(),
            flows("start g", "a end", "b end"),
            flow("g", "b", "answer is None"),
            flow("g", "a"),
        )
    )
    assert Walk(definition).open == ["b"]


# --- Calls ----------------------------------------------------------------------------------------


def test_a_called_process_shares_the_case_file() -> None:
    called = document(process(start("s2"), user("a"), end("e2"), flows("s2 a e2"), id="q"))
    definition = defined(
        process(
            start(),
            node("callActivity", "call", calledElement="q"),
            script("s", "y = x + 1"),
            user("b"),
            end(),
            flows("start call s b end"),
        ),
        other=called,
    )
    walk = Walk(definition)
    walk.complete("a", x=1)
    assert walk.open == ["b"]
    assert walk.last.data == {"x": 1, "y": 2}
    assert [p.element for p in walk.last.passed] == ["a", "e2", "call", "s"]
