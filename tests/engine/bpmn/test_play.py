from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.bpmn import play
from engine.errors import BadDefinition
from tests.engine.bpmn.diagrams import (
    MONDAY,
    boundary,
    document,
    end,
    extended,
    flow,
    flows,
    message,
    messages,
    node,
    process,
    schedule,
    service,
    start,
    timer,
    user,
)


def played(
    *commands: dict[str, Any] | str, diagram: bytes, at: datetime = MONDAY
) -> list[dict[str, Any]]:
    lines = [c if isinstance(c, str) else json.dumps(c, ensure_ascii=False) for c in commands]
    written: list[str] = []
    play.run(
        lines,
        written.append,
        sources={"d.bpmn": diagram},
        main="d.bpmn",
        at=at,
        schedule=schedule(),
    )
    assert all("\n" not in line for line in written)
    return [json.loads(line) for line in written]


def elements(answer: dict[str, Any]) -> list[str]:
    return [task["element"] for task in answer["tasks"]]


LANES = (
    '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="受理岗">'
    "<bpmn:flowNodeRef>rectify</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
)
#: A plain diagram of any tool: nothing of our extension, somebody else's in it.
PLAIN = document(
    messages("ask"),
    process(
        LANES,
        start(),
        node("userTask", "rectify", extended('<camunda:formData id="f"/>'), name="整改"),
        boundary("remind", "rectify", timer("timeDuration", "P2D"), interrupting=False),
        boundary("late", "rectify", timer("timeDuration", "P5D")),
        boundary("asked", "rectify", message("ask"), interrupting=False),
        node("task", "nudge", name="催办"),
        node("manualTask", "report"),
        node("exclusiveGateway", "g", default="g-report"),
        node("serviceTask", "archive", name="归档"),
        end(),
        flows("start rectify g", "late report end", "remind nudge end", "asked end", "archive end"),
        flow("g", "archive", "${score >= 60}"),
        flow("g", "report"),
    ),
)


def test_a_plain_diagram_of_any_tool_plays() -> None:
    begun, done = played({"complete": "rectify", "with": {"score": 70}}, diagram=PLAIN)
    assert begun["now"] == "2026-03-02T09:00:00+08:00"
    (task,) = begun["tasks"]
    assert (task["element"], task["name"], task["role"], task["due"]) == (
        "rectify",
        "整改",
        "受理岗",
        None,
    )
    assert [(t["element"], t["instant"]) for t in begun["timers"]] == [
        ("remind", "2026-03-04T09:00:00+08:00"),
        ("late", "2026-03-07T09:00:00+08:00"),
    ]
    assert [m["message"] for m in begun["messages"]] == ["ask"]
    assert begun["finished"] is False
    assert done["finished"] is True
    assert [asked["element"] for asked in done["operations"]] == ["archive"]
    assert [(p["element"], p["flows"]) for p in done["passed"]][:2] == [
        ("rectify", ["rectify-g"]),
        ("g", ["g-archive"]),
    ]


def test_a_list_named_as_camunda_and_flowable_name_it_is_gone_through() -> None:
    many = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="${parties}"'
        ' camunda:elementVariable="party"/>'
    )
    diagram = document(
        process(start(), node("userTask", "hear", many), end(), flows("start hear end"))
    )
    parties = {"parties": ["甲", "乙"]}
    *_, first, second, done = played(
        {"start": True, "with": parties}, {"complete": "hear"}, {"complete": "hear"},
        diagram=diagram,
    )  # fmt: skip
    assert first["tasks"][0]["local"]["party"] == "甲"
    assert second["tasks"][0]["local"]["party"] == "乙"
    assert done["finished"] is True


def test_time_passes_every_timer_on_its_way() -> None:
    _, one, two, three = played(
        {"advance": "P3D"}, {"advance": "PT47H59M"}, {"advance": "PT1M"}, diagram=PLAIN
    )
    assert elements(one) == ["rectify", "nudge"]
    assert elements(two) == ["rectify", "nudge"]
    assert elements(three) == ["nudge", "report"]
    assert three["now"] == "2026-03-07T09:00:00+08:00"


def test_time_in_one_jump_and_in_many_small_steps_come_to_the_same() -> None:
    diagram = document(
        process(
            start(),
            user("a"),
            boundary("tick", "a", timer("timeCycle", "R3/P1D"), interrupting=False),
            boundary("lapse", "a", timer("timeDate", "working_days(4)")),
            service("asked", "notify", ("at", "str(now())")),
            user("b"),
            boundary("due", "b", timer("timeDate", "working_days(2)"), interrupting=False),
            service("overdue", "notify", ("at", "str(now())")),
            end(),
            flows("start a end", "tick asked end", "lapse b end", "due overdue end"),
        )
    )

    def end_of(commands: list[dict[str, Any]]) -> tuple[Any, ...]:
        answers = played(*commands, diagram=diagram)
        last = answers[-1]
        operations = [asked for answer in answers for asked in answer["operations"]]
        path = [left for answer in answers for left in answer["passed"]]
        return elements(last), last["timers"], last["now"], operations, path

    assert end_of([{"advance": "P12D"}]) == end_of([{"advance": "PT3H"}] * (12 * 8))


def test_time_moves_by_working_days_to_the_end_of_the_last() -> None:
    _, week, weekend = played(
        {"advance": "working_days", "amount": 4},
        {"advance": "working_days", "amount": 2},
        diagram=PLAIN,
    )
    assert week["now"] == "2026-03-06T23:59:59+08:00"
    assert weekend["now"] == "2026-03-10T23:59:59+08:00"


def test_an_instant_that_was_printed_can_be_advanced_to() -> None:
    diagram = document(
        process(
            start(),
            user("a"),
            boundary("due", "a", timer("timeDate", "working_days(3)")),
            user("b"),
            end(),
            flows("start a end", "due b end"),
        )
    )
    begun = played(diagram=diagram)[0]
    instant = begun["timers"][0]["instant"]
    before = (datetime.fromisoformat(instant) - timedelta(seconds=1)).isoformat()
    _, one, two = played({"advance_to": before}, {"advance_to": instant}, diagram=diagram)
    assert elements(one) == ["a"]
    assert elements(two) == ["b"]


def test_a_date_means_its_end() -> None:
    assert played({"advance_to": "2026-03-06"}, diagram=PLAIN)[1]["now"] == (
        "2026-03-06T23:59:59+08:00"
    )


def test_messages_are_sent_by_name_or_element_and_may_carry_values() -> None:
    _, by_name, by_element = played(
        {"message": "ask", "with": {"why": "雨季"}}, {"message": "asked"}, diagram=PLAIN
    )
    assert [p["element"] for p in by_name["passed"]] == ["asked", "end"]
    assert [p["element"] for p in by_element["passed"]] == ["asked", "end"]


def test_of_several_open_tasks_of_an_element_the_first_is_meant_or_the_one_named() -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>people</bpmn:loopDataInputRef>"
        '<bpmn:inputDataItem id="i" name="person"/></bpmn:multiInstanceLoopCharacteristics>'
    )
    diagram = document(process(start(), user("sign", loop), end(), flows("start sign end")))
    case = play.session({"d.bpmn": diagram}, "d.bpmn", MONDAY, schedule())
    case.start(None, {"people": [11, 12, 13]})
    tasks = case.look()["tasks"]
    assert [task["local"]["person"] for task in tasks] == [11, 12, 13]
    case.do({"complete": "sign", "task": tasks[1]["task"]})
    case.do({"complete": "sign"})
    assert [task["local"]["person"] for task in case.look()["tasks"]] == [13]


def test_a_case_can_be_begun_anew_with_values_and_what_operations_would_give_can_be_set() -> None:
    diagram = document(
        process(
            start(),
            node("exclusiveGateway", "g", default="g-b"),
            user("a"),
            user("b"),
            node("exclusiveGateway", "h", default="h-b"),
            end(),
            flows("start g", "a h", "b end"),
            flow("g", "a", "kind == 1"),
            flow("g", "b"),
            flow("h", "end", "number is not None"),
            flow("h", "b"),
        )
    )
    begun, _, done = played(
        {"start": True, "with": {"kind": 1}},
        {"set": {"number": "红执诉〔2026〕1号"}},
        {"complete": "a"},
        diagram=diagram,
    )
    assert elements(begun) == ["a"]
    assert done["finished"]
    unstarted, refused = played({"complete": "a"}, diagram=diagram)
    assert unstarted["error"]["code"] == "expression.unknown_name"
    assert unstarted["error"]["facts"]["element"] == "g"
    assert refused["error"]["code"] == "play.not_started"
    assert [a["error"]["code"] for a in played(diagram=diagram)] == ["expression.unknown_name"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "play.not_json"),
        ("[]", "play.unknown_command"),
        ('"advance"', "play.unknown_command"),
        ("{}", "play.unknown_command"),
        ('{"fly": 1}', "play.unknown_command"),
        ('{"complete": "rectify", "advance": "P1D"}', "play.unknown_command"),
        ('{"complete": "rectify", "whith": {}}', "play.unknown_key"),
        ('{"complete": "rectify", "with": 5}', "play.values"),
        ('{"complete": 5}', "play.text"),
        ('{"complete": "report"}', "play.no_such_task"),
        ('{"complete": "rectify", "task": "x"}', "play.no_such_task"),
        ('{"complete": "rectify"}', "expression.unknown_name"),
        ('{"message": "nobody"}', "play.no_such_message"),
        ('{"advance": "soon"}', "timer.not_a_duration"),
        ('{"advance": "-P1D"}', "timer.negative"),
        ('{"advance": "working_days"}', "play.amount"),
        ('{"advance": "working_days", "amount": -1}', "play.amount"),
        ('{"advance": "working_days", "amount": true}', "play.amount"),
        ('{"advance": "P1D", "amount": 2}', "play.unknown_key"),
        ('{"advance_to": "2020-01-01"}', "play.backwards"),
        ('{"advance_to": "never"}', "expression.no_such_time"),
        ('{"start": "rectify"}', "unknown_start"),
    ],
)
def test_a_command_that_cannot_be_taken_is_refused_and_the_session_goes_on(
    line: str, code: str
) -> None:
    begun, refused, done = played(
        line, {"complete": "rectify", "with": {"score": 60}}, diagram=PLAIN
    )
    error = refused.pop("error")
    assert error["code"] == code
    assert error["line"] == 1
    assert error["sentence"]
    assert refused == {**begun, "passed": []}
    assert done["finished"]


def test_lines_of_a_session_are_counted_with_blanks_and_comments_passed_over() -> None:
    answers = played("# begin", "", "nonsense", diagram=PLAIN)
    assert len(answers) == 2
    assert answers[1]["error"]["line"] == 3


def test_run_tells_whether_every_command_was_taken() -> None:
    def all_taken(*lines: str) -> bool:
        return play.run(
            lines,
            lambda line: None,
            sources={"d.bpmn": PLAIN},
            main="d.bpmn",
            at=MONDAY,
            schedule=schedule(),
        )

    assert all_taken('{"advance": "P1D"}')
    assert not all_taken("nonsense", '{"advance": "P1D"}')
    assert all_taken('{"start": true}')


def test_a_case_that_is_over_takes_nothing_more_but_time_goes_on() -> None:
    _, cancelled, refused, later = played(
        {"cancel": True}, {"complete": "rectify"}, {"advance": "P9D"}, diagram=PLAIN
    )
    assert cancelled["finished"]
    assert refused["error"]["code"] == "play.no_such_task"
    assert later["now"] == "2026-03-11T09:00:00+08:00"
    assert "error" not in later


def test_a_diagram_that_cannot_run_says_where() -> None:
    diagram = document(process(start(), node("complexGateway", "x"), end(), flows("start x end")))
    with pytest.raises(BadDefinition) as refused:
        played(diagram=diagram)
    assert refused.value.findings[0].element == "x"


def test_a_session_steps_over_a_thousand_timers() -> None:
    diagram = document(
        process(
            start(),
            user("a"),
            boundary("tick", "a", timer("timeCycle", "R900/PT1M"), interrupting=False),
            service("asked", "notify"),
            end(),
            flows("start a end", "tick asked end"),
        )
    )
    _, after = played({"advance": "P30D"}, diagram=diagram)
    assert len(after["operations"]) == 900
    assert after["timers"] == []
