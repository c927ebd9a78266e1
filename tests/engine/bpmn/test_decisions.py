from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import pytest

from engine.bpmn import decisions, expressions, xml
from engine.bpmn.definition import read
from engine.errors import BadDefinition, Broken
from tests.engine.bpmn.diagrams import (
    MONDAY,
    Walk,
    document,
    end,
    extended,
    flows,
    node,
    process,
    schedule,
    start,
    user,
)

SPACE = xml.DMN[0]


def dmn(
    rows: Sequence[tuple[str, ...]],
    inputs: tuple[str, ...] = ("amount",),
    outputs: tuple[str, ...] = ("major",),
    policy: str = "UNIQUE",
    default: str = "",
) -> bytes:
    def cell(tag: str, place: str, text: str) -> str:
        return f'<{tag} id="{tag}{place}"><text>{escape(text)}</text></{tag}>'

    columns = "".join(
        f'<input id="i{n}"><inputExpression id="x{n}"><text>{escape(text)}</text>'
        "</inputExpression></input>"
        for n, text in enumerate(inputs)
    )
    otherwise = (
        f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
        if default
        else ""
    )
    columns += "".join(
        f'<output id="o{n}" name="{name}">{otherwise}</output>' for n, name in enumerate(outputs)
    )
    rules = "".join(
        f'<rule id="r{n}">'
        + "".join(cell("inputEntry", f"{n}_{m}", t) for m, t in enumerate(row[: len(inputs)]))
        + "".join(cell("outputEntry", f"{n}_{m}", t) for m, t in enumerate(row[len(inputs) :]))
        + "</rule>"
        for n, row in enumerate(rows)
    )
    return (
        f'<definitions xmlns="{SPACE}" id="d" name="d" namespace="n"><decision id="major" '
        f'name="major"><decisionTable id="t" hitPolicy="{policy}">{columns}{rules}'
        "</decisionTable></decision></definitions>"
    ).encode()


def decided(table: bytes, **values: Any) -> dict[str, Any]:
    found = decisions.read(xml.parse(table, name="major.dmn"), "major.dmn")["major"]
    functions = expressions.functions(MONDAY, schedule())

    def evaluate(text: str, more: Any) -> Any:
        return expressions.evaluate(text, {**values, **more}, functions)

    return decisions.decide(found, evaluate)


@pytest.mark.parametrize(
    ("cell", "value", "passes"),
    [
        ("", 5, True),
        ("-", None, True),
        ("5", 5, True),
        ("5", 6, False),
        ("-5", -5, True),
        ('"market"', "market", True),
        ('"market"', "traffic", False),
        ('"market","traffic"', "traffic", True),
        ('"a,b"', "a,b", True),
        ("1, 2, 3", 2, True),
        ("< 5", 4, True),
        ("<= 5", 5, True),
        ("> 5", 5, False),
        (">=5", 5, True),
        ("!= 5", 6, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("(1..5]", 1, False),
        ("]1..5[", 1, False),
        ("[limit_low..5]", 3, True),
        ("not(5)", 6, True),
        ('not("a","b")', "b", False),
        ("true", True, True),
        ("false", True, False),
        ("contains(?, 3)", [1, 3], True),
        ('"?" == ?', "?", True),
        ("? > 3 and ? < 9", 5, True),
        ("< 5", None, False),
        ("[1..5]", None, False),
        ("null", None, True),
        ('> "2026-01-01"', "2026-02-01", True),
        ("< 3, > 8", 9, True),
    ],
)
def test_a_cell_says_which_values_pass(cell: str, value: object, passes: bool) -> None:
    table = dmn([(cell, "true"), ("-", "false")], policy="FIRST")
    assert decided(table, amount=value, limit_low=2) == {"major": passes}


def test_of_several_inputs_all_must_pass() -> None:
    rows = [("> 100", '"fine"', "true"), ("-", "-", "false")]
    table = dmn(rows, ("float(amount)", "kind"), policy="FIRST")
    assert decided(table, amount="200", kind="fine") == {"major": True}
    assert decided(table, amount="200", kind="warning") == {"major": False}
    assert decided(table, amount="20", kind="fine") == {"major": False}


def test_answers_may_be_computed() -> None:
    table = dmn([("-", '"大额"', "amount * 2")], outputs=("why", "twice"))
    assert decided(table, amount=4) == {"why": "大额", "twice": 8}


def test_a_table_without_an_answer_stops_the_case() -> None:
    with pytest.raises(Broken, match="no_rule") as stopped:
        decided(dmn([("> 10", "true")]), amount=5)
    assert stopped.value.facts["inputs"] == "amount=5"


def test_a_default_answers_when_no_rule_does() -> None:
    assert decided(dmn([("> 10", "true")], default="false"), amount=5) == {"major": False}


def test_rules_that_contradict_each_other_stop_the_case() -> None:
    rows = [("> 10", "true"), ("> 20", "false")]
    for policy in ("UNIQUE", "ANY"):
        with pytest.raises(Broken, match="several_rules") as stopped:
            decided(dmn(rows, policy=policy), amount=30)
        assert stopped.value.facts["rows"] == "1, 2"
    assert decided(dmn(rows, policy="FIRST"), amount=30) == {"major": True}


def test_rules_that_agree_are_enough_where_any_may_answer() -> None:
    rows = [("> 10", "true"), ("> 20", "true")]
    assert decided(dmn(rows, policy="ANY"), amount=30) == {"major": True}


def test_answers_are_collected_in_the_order_of_the_rules() -> None:
    rows = [("> 10", '"a"'), ("> 50", '"b"'), ("> 20", '"c"')]
    for policy in ("COLLECT", "RULE ORDER"):
        assert decided(dmn(rows, policy=policy), amount=30) == {"major": ["a", "c"]}
        assert decided(dmn(rows, policy=policy), amount=1) == {"major": []}


def test_a_hit_policy_nobody_can_decide_by_is_refused() -> None:
    with pytest.raises(BadDefinition) as refused:
        decided(dmn([("-", "1")], policy="PRIORITY"), amount=1)
    assert refused.value.findings[0].rule == "dmn.hit_policy"


def test_a_decision_writes_its_answers_to_the_case_file() -> None:
    ask = node("businessRuleTask", "ask", extended('<duban:decision ref="major"/>'))
    main = document(process(start(), ask, user("a"), end(), flows("start ask a end")))
    table = dmn([("> 10", "true"), ("<= 10", "false")])
    definition = read({"main.bpmn": main, "major.dmn": table}, "main.bpmn")
    assert Walk(definition, {"amount": 30}).last.data == {"amount": 30, "major": True}
    with pytest.raises(Broken) as stopped:
        Walk(definition, {"amount": None})
    assert stopped.value.code == "decision.no_rule"
    assert stopped.value.facts["element"] == "ask"
