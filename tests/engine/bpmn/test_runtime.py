from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from engine.bpmn import state
from engine.bpmn.compile import compiled
from engine.bpmn.runtime import CaseRun
from engine.errors import Broken, Conflict
from engine.values.running import Bounds, PassedKind
from tests.engine.bpmn.diagrams import (
    MONDAY,
    Walk,
    defined,
    document,
    end,
    environment,
    extended,
    flow,
    flows,
    node,
    process,
    script,
    service,
    start,
    user,
)


def two_steps() -> Any:
    return defined(process(start(), user("a"), user("b"), end(), flows("start a b end")))


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


# --- State ----------------------------------------------------------------------------------------


def test_the_state_holds_no_values_and_no_definition() -> None:
    walk = Walk(two_steps(), {"secret": "原告姓名"})
    text = zlib.decompress(walk.last.state).decode()
    assert "原告" not in text
    assert "name of a" not in text
    assert '"a"' in text


def broken_states(good: bytes) -> dict[str, bytes]:
    text = zlib.decompress(good).decode()

    def packed(old: str, new: str) -> bytes:
        assert old in text
        return zlib.compress(text.replace(old, new, 1).encode())

    return {
        "empty": b"",
        "no zlib": b"hello",
        "cut off": good[:-3],
        "something behind": good + b"x",
        "no json": zlib.compress(b"{"),
        "no mapping": zlib.compress(b"[]"),
        "nothing in it": zlib.compress(b"{}"),
        "another node": packed('"a"', '"zz"'),
        "a step half done": packed('"Start","state":64', '"Start","state":16'),
        "no such state": packed('"Start","state":64', '"Start","state":3'),
        "another scope": packed('"spec":"p"', '"spec":"q"'),
        "no scopes": zlib.compress(text[: text.index('"case"')].encode() + b'"case":{}}'),
    }


@pytest.mark.parametrize("how", list(broken_states(Walk(two_steps()).last.state)))
def test_a_damaged_state_is_refused(how: str) -> None:
    walk = Walk(two_steps())
    damaged = broken_states(walk.last.state)[how]
    with pytest.raises(Broken, match="state"):
        CaseRun.load(walk.definition, damaged, {}, environment())


def test_a_state_of_another_format_is_refused() -> None:
    walk = Walk(two_steps())
    text = zlib.decompress(walk.last.state).decode()
    for version in ("duban-0", "1.5", "1.3"):
        foreign = text.replace(state.SERIALIZER_VERSION, version)
        with pytest.raises(Broken, match="foreign_version"):
            CaseRun.load(walk.definition, zlib.compress(foreign.encode()), {}, environment())


def test_a_state_of_another_definition_is_refused() -> None:
    other = defined(process(start(), user("a"), user("c"), end(), flows("start a c end")))
    with pytest.raises(Broken, match="other_definition"):
        CaseRun.load(other, Walk(two_steps()).last.state, {}, environment())


def test_a_compressed_bomb_is_refused() -> None:
    bomb = zlib.compress(b" " * 50_000_000)
    with pytest.raises(Broken, match="state_too_large"):
        CaseRun.load(two_steps(), bomb, {}, environment())


def test_any_single_changed_byte_is_refused_or_harmless() -> None:
    walk = Walk(two_steps())
    for place in range(len(walk.last.state)):
        damaged = bytearray(walk.last.state)
        damaged[place] ^= 0x5A
        try:
            run = CaseRun.load(walk.definition, bytes(damaged), {}, environment())
        except Broken as error:
            assert error.code.startswith("state.")  # noqa: PT017  # Either end is right.
        else:
            assert run.outcome().tasks == walk.last.tasks


# --- Bounds ---------------------------------------------------------------------------------------


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


# --- Size -----------------------------------------------------------------------------------------


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
