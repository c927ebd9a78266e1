from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.bpmn import expressions
from engine.bpmn.expressions import check, check_script, run_script
from engine.bpmn.functions import HARMLESS
from engine.errors import Broken
from tests.engine.bpmn.language import value


@contextmanager
def suppress_broken():
    told: list[Broken] = []
    try:
        yield told
    except Broken as error:
        told.append(error)


PROBES = [
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__",
    "x.__init__.__globals__",
    "__import__('os').system('id')",
    "__builtins__",
    "_",
    "getattr(x, 'y')",
    "eval('1')",
    "exec('1')",
    "open('/etc/passwd')",
    "compile('1', '', 'eval')",
    "globals()",
    "type(1)",
    "lambda: 1",
    "(lambda x: x)(1)",
    "[y for y in x]",
    "{y for y in x}",
    "{1: y for y in x}",
    "any(y for y in x)",
    "(y := 5)",
    "f'{x}'",
    "f'{x.__class__}'",
    "'%s' % x",
    "'%1000000000d' % 1",
    "x % 5",
    "'{0.__class__}'.format(x)",
    "x.format",
    "b'bytes'",
    "1j",
    "...",
    "*x",
    "len(*x)",
    "max(**x)",
    "{**x}",
    "[*x]",
    "{1: 2}",
    "{'a': 1, **x}",
    "{1, 2}",
    "await x",
    "yield x",
    "9 ** 9 ** 9",
    "2 ** 100000",
    "(10 ** 17) ** 60",
    "1 << 100",
    "1 >> 1",
    "~1",
    "1 & 1",
    "1 | 1",
    "x @ x",
    "'a' * 10 ** 9",
    "10 ** 9 * 'a'",
    "[0] * 10 ** 9",
    "[[0] * 10000] * 10000",
    "[[[0] * 1000] * 1000] * 1000",
    "str([[[0] * 1000] * 1000] * 1000)",
    "('a' * 100000) + ('a' * 100000)",
    "[('a' * 100000), ('a' * 100000)]",
    "10 ** 18 + 1",
    "-(10 ** 18) - 1",
    "1e400",
    "1e308 * 10",
    "float('inf')",
    "float('nan')",
    "float('1' * 400)",
    "int('9' * 5000)",
    "int('9' * 39)",
    "int('ff', 16)",
    "round(1, -(10 ** 9))",
    "round(5, -10 ** 6)",
    "sum([[1], [2]], [])",
    "sum(['a', 'b'])",
    "sorted([1], key=len)",
    "min([1], key=len)",
    "max([], default=1)",
    "sorted({'a': 1})",
    "min([])",
    "1 / 0",
    "1 // 0",
    "1 % 0",
    "0 ** -1",
    "(-8) ** 0.5",
    "[1][5]",
    "{'a': 1}['b']",
    "'abc'[::0]",
    "5['a']",
    "x['nope']",
    "None + 1",
    "'a' + 1",
    "'a' < 1",
    "1 in 5",
    "[1] * 1.5",
    "[1] * [1]",
    "len(5)",
    "abs('a')",
    "-'a'",
    "limit",
    "len(len)",
    "limit.key",
    "now()()",
    "now().rule",
    "now()['rule']",
    "'\\x00'",
    "'\x00'",
    "\x00",
    "a\\\nb",
    "\ud800",
    "ｌｅｎ(字)",
    "ſtr(1)",
    "变量 + 1",
    "x\u202e",
    "(" * 250 + ")" * 250,
    "[" * 200 + "]" * 200,
    "-" * 400 + "1",
    "not " * 100 + "1",
    "1" + "+1" * 200,
    "x" + "[0]" * 150,
    "1 if 1 else " * 35 + "1",
    "1if a else 2",
    ".5if a else 2",
    "0x10",
    "a" * 501,
    "'" + "a" * 600 + "'",
    "9" * 480,
    "1\n2",
    "x = 1",
    "import os",
    "x; y",
    "#",
    "# comment",
    "print(1) if 1 else 2",
    "assert x",
    "raise x",
    "None()",
    "5()",
    "'a'()",
    "x()",
]


@pytest.mark.parametrize("text", PROBES, ids=range(len(PROBES)))
def test_hostile_input_ends_in_a_clear_error(text):
    with pytest.raises(Broken) as caught:
        value(text, x={"y": [1, 2]}, a=1, b=2)
    assert caught.value.code.startswith("expression.")
    # What shows without values is found at publish time; the rest is an incident, never a crash.
    check(text)


def test_a_value_that_is_not_plain_never_gets_into_an_expression():
    for thing in (object(), print, {1, 2}, json, b"x", 1j, float("nan"), 10**30, 10**400):
        with pytest.raises(Broken):
            value("thing", thing=thing)
    deep: list = []
    for _ in range(1000):
        deep = [deep]
    with pytest.raises(Broken, match="value_too_deep"):
        value("len(deep)", deep=deep)


def test_values_doubled_line_by_line_are_stopped():
    script = "a = [1, 1]\n" + "\n".join("a = [a, a]" for _ in range(50))
    with pytest.raises(Broken):
        run_script(script, {}, HARMLESS)


def test_bounds_are_on_what_a_value_holds_not_on_how_it_is_shared():
    script = "a = [0] * 150\nb = [a] * 150"
    with pytest.raises(Broken, match="value_too_large"):
        run_script(script, {}, HARMLESS)


_PIECES = st.sampled_from(
    [
        *("a", "b", "len", "limit", "now", "(", ")", "[", "]", "{", "}", ",", ".", ":", "'", '"'),
        *("+", "-", "*", "**", "/", "//", "%", "<", ">", "==", "in", "not", "and", "or", "if"),
        *("else", "lambda", "for", "1", "0", "9999999999", "1e300", "__class__", "\\", "\n", "#"),
        *("@", "=", ":=", "f'", "b'", "is", "None", "true", "x", "ｌ", " ", "\x00", "中"),
    ]
)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=60), _JSON, _JSON)
@example("a" * 10**6, None, None)
@example("(" * 10**5, None, None)
def test_any_text_gives_a_plain_value_or_a_clear_error(text, a, b):
    problems = check(text)
    check_script(text)
    expressions.names_read(text)
    expressions.limits_named(text)
    expressions.script_names(text)
    with suppress_broken() as told:
        found = value(text, a=a, b=b)
    if told:
        assert told[0].code.startswith("expression.")
    else:
        assert not problems
        assert len(json.dumps(expressions.storable(found))) < 10**6
