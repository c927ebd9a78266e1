from __future__ import annotations

import pytest

from engine.bpmn import expressions
from engine.bpmn.expressions import check, check_script, run_script
from engine.bpmn.functions import HARMLESS, SIGNATURES
from engine.errors import Broken
from tests.engine.bpmn.language import NOW, PlainDays, value

# --- What the language can say ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("1e3 + 1.5e-1 + .5 + 2.", 1002.65),
        ("7 // 2 + 7 % 4 + 2 ** 3", 14),
        ("'a' + 'b'", "ab"),
        ("[1] + [2, 3]", [1, 2, 3]),
        ("'ab' * 2", "abab"),
        ("finding == 'founded' and rounds < 3", True),
        ("finding in ['founded', 'partly']", True),
        ("'x' not in (finding, 'y')", True),
        ("'high' if rounds > 1 else 'low'", "high"),
        ("not_there is None", True),
        ("finding is not null and true", True),
        ("answers['lawful']['answer']", True),
        ("people[0] + people[-1]", 12),
        ("people[1:]", [9]),
        ("1 < rounds <= 2", True),
        ("{'a': rounds}['a']", 2),
        ("len(people) >= 2 and min(people) > 1", True),
        ("max(1, 2, 3) + sum([1, 2]) + abs(-4) + round(2.6)", 13),
        ("round(2.345, 2)", 2.35),
        ("float('50000.00') >= 50000", True),
        ("int('12') + int(3.9)", 15),
        ("str(rounds) + '轮'", "2轮"),
        ("'意见：' + str(not_there)", "意见："),
        ("bool(people) and any([0, 1]) and all([1, 1])", True),
        ("sorted(people, reverse=True)", [9, 3]),
        ("contains(people, 3) and not contains(not_there, 3)", True),
        ("today()", "2026-02-13"),
        ("today() > '2026-02-12'", True),
        ("-rounds + +1", -1),
        ("lines(not_there)", []),
        ("lines(listed)", ["甲", "乙"]),
        ("len(draw([1, 2, 3, 3], 9, 'x'))", 3),
        ("draw(['甲', '乙', '丙'], 2, '7') == draw(['丙', '乙', '甲'], 2, ' 7 ')", True),
        ("draw(['甲', '乙', '丙', '丁'], 2, seed='2026-03-01 0417')", ["丙", "乙"]),
    ],
)
def test_an_expression_has_its_value(text, expected):
    assert check(text) == ()
    names = {
        "finding": "founded",
        "rounds": 2,
        "listed": "甲 \n\n 乙",
        "people": [3, 9],
        "answers": {"lawful": {"answer": True, "note": ""}},
        "not_there": None,
    }
    assert value(text, **names) == expected


def test_every_function_has_a_signature_and_the_other_way_round():
    offered = expressions.functions(NOW, PlainDays())
    assert set(offered) == set(SIGNATURES) == expressions.KNOWN_FUNCTIONS
    assert set(HARMLESS) < set(offered)
    assert expressions.KNOWN_FUNCTIONS < expressions.RESERVED


# --- Names ---


def test_names_read_are_values_not_functions():
    assert expressions.names_read("len(a) > b and limit('X', since=c) and true") == {"a", "b", "c"}
    assert expressions.names_read("a.b") == frozenset()


def test_limits_named_tells_keys_and_computed_keys():
    assert expressions.limits_named("working_days(1, limit('A')) < limit(key)") == ("A", None)
    assert expressions.limits_named("no (") == ()


def test_an_unknown_name_is_named():
    with pytest.raises(Broken) as caught:
        value("nobody_set_this > 1")
    assert caught.value.code == "expression.unknown_name"
    assert caught.value.facts["name"] == "nobody_set_this"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("frobnicate(1)", "expression.unknown_function"),
        ("limit()", "expression.arguments"),
        ("limit('A', now(), since=now())", "expression.arguments"),
        ("now(1)", "expression.arguments"),
        ("working_days(days=3)", "expression.arguments"),
        ("len", "expression.function_as_value"),
        ("", "expression.empty"),
        ("a b", "expression.syntax"),
        ("1 +", "expression.syntax"),
    ],
)
def test_a_mistake_is_found_before_it_runs(text, code):
    assert check(text)[0].code == code
    with pytest.raises(Broken):
        value(text)


# --- Scripts ---


def test_a_script_assigns_line_by_line():
    script = """
        # counting rounds
        rounds = rounds + 1
        label = '第' + str(rounds) + '轮'
    """
    assert check_script(script) == ()
    reads, assigns = expressions.script_names(script)
    assert set(reads) == {"rounds"}
    assert set(assigns) == {"rounds", "label"}
    done = run_script(script, {"rounds": 1}, expressions.functions(NOW, PlainDays()))
    assert done == {"rounds": 2, "label": "第2轮"}


def test_a_script_does_not_change_what_it_reads():
    people = [1, 2]
    done = run_script("more = people + [3]\nsame = people", {"people": people}, HARMLESS)
    done["same"].append(9)
    assert people == [1, 2]


@pytest.mark.parametrize(
    "script",
    [
        "import os",
        "print('x')",
        "a += 1",
        "a = b = 1",
        "a, b = 1, 2",
        "a: int = 1",
        "a['x'] = 1",
        "a.b = 1",
        "for x in y: pass",
        "del a",
        "a == 1",
        "__class__ = 1",
        "_a = 1",
        "limit = 5",
        "true = 5",
        "if = 5",
        "a = 1; b = 2",
        "a = (1,\n 2)",
        "\n".join(f"a{n} = 1" for n in range(61)),
    ],
)
def test_anything_but_assignments_is_refused(script):
    assert check_script(script)
    with pytest.raises(Broken):
        run_script(script, {"y": [1], "a": {}, "b": 1}, HARMLESS)


def test_a_problem_in_a_script_has_its_line():
    assert [p.line for p in check_script("a = 1\n\nb = c.d\nprint()")] == [3, 4]
