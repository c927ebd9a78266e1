"""What single rules see, beyond the one example each of them has."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine.bpmn import lint
from engine.values.process import OPERATIONS, Catalogue
from engine.values.timing import Unit

EXAMPLES = Path(__file__).resolve().parents[3] / "processes"
CATALOGUE = Catalogue(
    roles=frozenset(("intake_clerk",)),
    limits={"CMP.ACCEPT": Unit.WORKING_DAY},
    operations=OPERATIONS,
)
DRAWING = {"drawing.no_shape"}


def changed(name: str, *edits: tuple[str, str]) -> bytes:
    text = (EXAMPLES / name).read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def findings(data: bytes, **beside: bytes):
    others = {name.replace("__", "."): other for name, other in beside.items()}
    found = lint.check({"x.bpmn": data}, CATALOGUE, beside=others)
    return [finding for finding in found if finding.rule not in DRAWING]


def rules(data: bytes, **beside: bytes):
    return {finding.rule for finding in findings(data, **beside)}


# --- Timers ---


def timed(text: str, kind: str = "timeDate") -> bytes:
    return changed(
        "valid-timers.empty.bpmn",
        ("<bpmn:timeDate>", f"<bpmn:{kind}>"),
        ("</bpmn:timeDate>", f"</bpmn:{kind}>"),
        ('limit("CMP.ACCEPT")', escape(text)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "R/PT0S",
        "R/P1D",
        "R3/PT0S",
        "R3/PT1S",
        "R1001/PT1M",
        "R0/P1D",
        "R3/",
        "R3/-P1D",
        "PT0S",
        "P0D",
        "-PT1H",
        "P-1D",
        "P9999999Y",
        "PT9999999999S",
        "2026-02-30",
        "2026-13-01T00:00:00",
    ],
)
def test_times_no_case_should_wait_for_are_refused(text):
    assert rules(timed(text, "timeCycle")) == {"timers.absurd"}


@pytest.mark.parametrize(
    "text",
    [
        "P3D",
        "PT1H30M",
        "R3/P1D",
        "P1M",
        "limit('CMP.ACCEPT')",
        "working_days(-3, limit('CMP.ACCEPT'))",
        "days(5, matter)",
        "matter",
        "${limit('CMP.ACCEPT')}",
        "today()",
    ],
)
def test_times_that_make_sense_are_taken(text):
    assert rules(timed(text)) == set()


@pytest.mark.parametrize("text", ["5", "'soon'", "1 + 2", "len([1])", "true"])
def test_a_constant_is_no_time(text):
    assert rules(timed(text)) == {"timers.not_a_time"}


def test_a_fixed_date_is_a_warning_because_it_passes():
    (finding,) = findings(timed("2026-02-24T09:00:00+08:00"))
    assert (finding.rule, finding.severity) == ("timers.fixed_date", "warning")


def test_a_deadline_may_lead_to_somebody_through_gateways():
    data = changed(
        "valid-timers.empty.bpmn",
        (
            'id="due_flow" sourceRef="due" targetRef="notice"',
            'id="due_flow" sourceRef="due" targetRef="way"',
        ),
        (
            "  </bpmn:process>",
            (
                '<bpmn:exclusiveGateway id="way" name="如何"/>'
                '<bpmn:sequenceFlow id="w" sourceRef="way" targetRef="notice"/></bpmn:process>'
            ),
        ),
    )
    assert rules(data) == set()


# --- Expressions ---


def conditioned(text: str, *edits: tuple[str, str]) -> bytes:
    return changed("valid-expressions.bad.bpmn", ('verdict == "yes"', escape(text)), *edits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('verdict in ["yes", "maybe"]', {"expressions.unknown_option"}),
        ('"maybe" == verdict', {"expressions.unknown_option"}),
        ('verdict != "no"', set()),
        ("verdict is not None", set()),
        ('level == "urge" or step_name == "x"', set()),
        ('opinion == "anything"', set()),
        ("verdict == opinion", set()),
        ("nothing_of_the_kind", {"expressions.unknown_name"}),
        ("limit(opinion) > now()", {"timers.computed_limit"}),
        ('limit("NO.SUCH") > now()', {"timers.unknown_limit"}),
        ("limit() > now()", {"expressions.bad"}),
        ("lambda: 1", {"expressions.bad"}),
    ],
)
def test_conditions_are_read_with_the_fields_they_name(text, expected):
    assert rules(conditioned(text)) == expected


def test_a_choice_also_set_by_a_script_may_have_other_values():
    script = "verdict = 'withdrawn'"
    data = conditioned(
        'verdict == "withdrawn"',
        (
            'id="f1" sourceRef="begin" targetRef="work"/>',
            (
                'id="f1" sourceRef="begin" targetRef="set"/>'
                f'<bpmn:scriptTask id="set" name="x"><bpmn:script>{script}</bpmn:script>'
                '</bpmn:scriptTask><bpmn:sequenceFlow id="f7" sourceRef="set" targetRef="work"/>'
            ),
        ),
    )
    assert rules(data) == set()


@pytest.mark.parametrize(
    ("kind", "text", "wrong"),
    [
        ("money", "amount > 5", True),
        ("money", "5 < amount", True),
        ("money", "amount * 2 > opinion", True),
        ("money", "float(amount) > 5", False),
        ("money", "amount == '5.00'", False),
        ("number", "amount > 5", False),
        ("number", "amount == '5'", True),
        ("yes_no_note", "amount == true", True),
        ("yes_no_note", "amount['answer'] == true", False),
        ("text", "amount == '5'", False),
    ],
)
def test_values_are_compared_as_what_they_are(kind, text, wrong):
    field = f'<duban:field id="amount" label="数额" type="{kind}"/>'
    data = conditioned(text, ('<duban:field id="opinion"', f'{field}<duban:field id="opinion"'))
    assert rules(data) == ({"expressions.wrong_kind"} if wrong else set())


def test_a_script_is_judged_line_by_line():
    script = "a = 1\nb = c\nprint(1)\nlimit = 2\nd = x.y"
    data = changed("valid-expressions.empty_script.bpmn", ("rounds = 1", script))
    told = [(finding.rule, finding.facts["problem"]) for finding in findings(data)]
    assert told == [
        ("expressions.bad", "not_an_assignment"),
        ("expressions.bad", "reserved_name"),
        ("expressions.bad", "not_allowed"),
    ]
    lines = [finding.line for finding in findings(data)]
    assert lines == [lines[0], lines[0] + 1, lines[0] + 2]
    data = changed("valid-expressions.empty_script.bpmn", ("rounds = 1", "a = 1\nb = a + c"))
    (finding,) = findings(data)
    assert (finding.rule, finding.facts["unknown"]) == ("expressions.unknown_name", "c")


@pytest.mark.parametrize(
    ("attribute", "text"), [("visible_when", "nobody == 1"), ("visible_when", "a.b")]
)
def test_the_visibility_of_fields_is_checked(attribute, text):
    field = f'<duban:field id="extra" label="x" {attribute}={quoteattr(text)}/>'
    data = changed("valid-forms.empty.bpmn", ("<duban:field", f"{field}<duban:field"))
    assert rules(data) <= {"expressions.bad", "expressions.unknown_name"}
    assert rules(data)


@pytest.mark.parametrize(
    ("step", "expected"),
    [("work", set()), ("begin", set()), ("notice", {"duties.unknown_element"})],
)
def test_a_duty_names_steps_at_which_somebody_acts(step, expected):
    duty = f'<duban:duty rule="R2" not_completed_by="{step}"/>'
    anchor = '<duban:field id="opinion"'
    assert rules(changed("valid-timers.empty.bpmn", (anchor, f"{duty}{anchor}"))) == expected


def test_checks_of_a_form_are_checked():
    def checked(inner: str) -> set[str]:
        mark = f'<duban:check message="不行" {inner}/>'
        anchor = '<duban:field id="opinion"'
        return rules(changed("valid-forms.empty.bpmn", (anchor, f"{mark}{anchor}")))

    assert checked('expression="opinion is not None" field="opinion"') == set()
    assert checked('expression="len(" field="opinion"') == {"expressions.bad"}
    assert checked('expression="nobody"') == {"expressions.unknown_name"}
    assert checked('expression="opinion" field="elsewhere"') == {"forms.unknown_field"}


# --- Decision tables ---


def table(*edits: tuple[str, str]) -> bytes:
    return changed("grade_of.dmn", *edits)


CALLER = "valid-calls.unknown_decision.bpmn"


def decided(*edits: tuple[str, str]):
    sources = {"x.bpmn": (EXAMPLES / CALLER).read_bytes(), "grade.dmn": table(*edits)}
    return [
        (finding.file, finding.rule, finding.line) for finding in lint.check(sources, CATALOGUE)
    ]


def test_cells_are_checked_with_their_lines():
    assert decided() == []
    assert decided(('"重大"', "&lt; &lt; 5")) == [("grade.dmn", "expressions.bad", 7)]
    assert decided(('"low"', "nobody")) == [("grade.dmn", "expressions.unknown_name", 8)]
    assert decided(("<text>matter</text>", "<text>nobody</text>")) == [
        ("grade.dmn", "expressions.unknown_name", 5)
    ]
    assert decided(('name="grade"', 'name="limit"')) == [("grade.dmn", "names.reserved", 6)]


def test_every_way_to_write_a_cell_is_understood():
    for cell in ("-", '"a","b"', 'not("a")', "&gt;= 5", "[1..5]", "? is None", "len(?) &gt; 2"):
        assert decided(('"重大"', cell)) == []


def test_a_table_nobody_asks_is_checked_on_its_own():
    assert lint.check({"g.dmn": table()}, CATALOGUE) == ()


# --- Several files ---


CALLED = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 targetNamespace="t"><bpmn:process id="inner" name="x"><bpmn:startEvent id="s" name="x"/>
 <bpmn:scriptTask id="ID" name="x"><bpmn:script>a = 1</bpmn:script></bpmn:scriptTask>
 <bpmn:endEvent id="e" name="x"/><bpmn:sequenceFlow id="i1" sourceRef="s" targetRef="ID"/>
 <bpmn:sequenceFlow id="i2" sourceRef="ID" targetRef="e"/></bpmn:process></bpmn:definitions>"""


def test_one_element_id_in_a_caller_and_in_what_it_calls_is_ambiguous():
    text = (EXAMPLES / "invalid-calls.unknown_process.bpmn").read_text("utf-8")
    caller = text.replace('calledElement="nobody"', 'calledElement="inner"').encode()
    for id, expected in (("count", set()), ("work", {"structure.duplicate_id"})):
        called = CALLED.replace("ID", id).encode()
        found = lint.check({"x.bpmn": caller, "y.bpmn": called}, CATALOGUE)
        assert {finding.rule for finding in found} - {"drawing.missing"} == expected


def test_a_called_process_reads_what_its_caller_has_filled_in():
    text = (EXAMPLES / "valid-calls.unknown_process.bpmn").read_text("utf-8")
    name = "valid_calls_unknown_process_b"
    script = (
        f'<bpmn:scriptTask id="{name}_e" name="x"><bpmn:script>copy = matter</bpmn:script>'
        f'</bpmn:scriptTask><bpmn:endEvent id="{name}_z" name="x"/>'
        f'<bpmn:sequenceFlow id="{name}_y" sourceRef="{name}_e" targetRef="{name}_z"/>'
    )
    data = text.replace(f'<bpmn:endEvent id="{name}_e" name="完成"/>', script).encode()
    assert rules(data) == set()
    own = text[text.index(f'<bpmn:process id="{name}"') :].split("</bpmn:process>")[0]
    head = text[: text.index("  <bpmn:process")]
    alone = f"{head}{own}</bpmn:process></bpmn:definitions>".replace(
        f'<bpmn:endEvent id="{name}_e" name="完成"/>', script
    )
    assert "expressions.unknown_name" in rules(alone.encode())


def test_slots_are_filled_by_fields_by_whoever_starts_and_by_the_county():
    def acting(body: str) -> set[str]:
        mark = ('<duban:task stage="办理"/>', f'<duban:task stage="办理" body="{body}"/>')
        return rules(changed("valid-forms.empty.bpmn", mark))

    assert acting("legal_office") == acting("county_government") == set()
    assert acting("legal_office_legal") == set()
    assert acting("subject") == {"roles.unknown_slot"}
    lane = ('body="legal_office"', 'body="handling"')
    data = changed("valid-forms.empty.bpmn", lane)
    assert rules(data) == set()
