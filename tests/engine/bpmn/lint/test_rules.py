from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from engine.bpmn import lint, xml
from engine.bpmn.lint.__main__ import PAGE, page
from engine.bpmn.lint.rules import RULES, WORDS
from engine.i18n import CHINESE, ENGLISH, translator
from engine.values.process import OPERATIONS, Catalogue, Holder, Severity
from engine.values.timing import Unit

EXAMPLES = Path(__file__).resolve().parents[3] / "processes"

_AT_THE_OFFICE = (frozenset(("legal_office",)), frozenset(("supervision", "legal_profession")))
CATALOGUE = Catalogue(
    roles=frozenset(("intake_clerk", "supervisor", "archivist")),
    limits={"CMP.ACCEPT": Unit.WORKING_DAY},
    periodic=frozenset({"ZERO_CHECK"}),
    operations=OPERATIONS,
    documents=frozenset(("reply",)),
    registers={"complaints": frozenset(("number", "status"))},
    messages=frozenset(("reminder",)),
    periods={"CMP.ACCEPT": (5, Unit.WORKING_DAY)},
    # Two clerks and one supervisor with certificates; nobody is an archivist.
    holders={
        "intake_clerk": (Holder(1, 1, *_AT_THE_OFFICE), Holder(3, 1, *_AT_THE_OFFICE)),
        "supervisor": (Holder(2, 1, *_AT_THE_OFFICE),),
    },
)

#: Broken only by files too large to keep, or by no file at all: tested by their own tests.
WITHOUT_FILE = {"xml.unreadable", "xml.too_large", "limits.nodes", "limits.nodes_together"}


def example(kind: str, rule: str) -> Path:
    (path,) = EXAMPLES.glob(f"{kind}-{rule}.*")
    return path


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_file_that_obeys_the_rule_has_no_findings_at_all(rule):
    assert lint.check_paths([example("valid", rule)], CATALOGUE) == ()


@pytest.mark.parametrize("rule", sorted(set(RULES) - WITHOUT_FILE))
def test_a_file_that_breaks_the_rule_is_told_so_and_nothing_else(rule):
    path = example("invalid", rule)
    beside = [EXAMPLES / "also-twice.bpmn"] if rule == "structure.duplicate_process" else []
    findings = lint.check_paths([path, *beside], CATALOGUE)
    assert {finding.rule for finding in findings} == {rule}
    for finding in findings:
        assert finding.severity is RULES[rule].severity
        assert finding.file == str(path)
        assert finding.sentence == f"lint.{rule}"
        assert finding.line is not None
        assert 1 <= finding.line <= path.read_bytes().count(b"\n") + 1


def test_no_example_is_without_a_rule():
    named = {
        re.fullmatch(r"(?:in)?valid-(.+)\.(?:bpmn|dmn)", path.name)[1]  # type: ignore[index]
        for path in EXAMPLES.iterdir()
        if path.name.startswith(("valid-", "invalid-"))
    }
    assert named == set(RULES)


# --- Sentences ---


@cache
def all_findings():
    return lint.check_paths([EXAMPLES], CATALOGUE)


_FACT = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("locale", [CHINESE, ENGLISH])
def test_every_rule_and_word_has_a_sentence(locale):
    words = translator(locale)
    assert [code for rule in RULES.values() if not words.knows(code := rule.code)] == []
    assert [word for word in WORDS if not words.knows(word)] == []


@pytest.mark.parametrize("rule", sorted(set(RULES) - WITHOUT_FILE))
def test_a_sentence_asks_only_for_facts_its_findings_have(rule):
    told = [finding for finding in all_findings() if finding.rule == rule]
    assert told
    for locale in (CHINESE, ENGLISH):
        for finding in told:
            sentence = translator(locale).sentence(finding.sentence, finding.facts)
            assert _FACT.findall(sentence) == []


def test_the_page_of_rules_is_up_to_date():
    assert PAGE.read_text("utf-8") == page(), "run: python -m engine.bpmn.lint"
    assert page().count("\n| `") == len(RULES)


# --- Findings ---


def test_findings_come_in_the_same_order_whatever_the_order_of_the_files():
    names = ["invalid-forms.empty.bpmn", "invalid-timers.absurd.bpmn", "grade_of.dmn"]
    sources = {name: (EXAMPLES / name).read_bytes() for name in names}
    first = lint.check(sources, CATALOGUE)
    assert first == lint.check(dict(reversed(sources.items())), CATALOGUE)
    assert [(f.file, f.line) for f in first] == sorted((f.file, f.line) for f in first)


def test_with_an_empty_catalogue_nothing_is_held_against_it():
    kinds = {"roles.unknown_role", "timers.unknown_limit", "operations.unknown"}
    for rule in kinds | {"operations.unknown_value", "operations.missing_parameter"}:
        data = example("invalid", rule).read_bytes()
        assert lint.check({"x.bpmn": data}, Catalogue()) == ()


def test_files_beside_are_called_but_not_judged():
    path = example("valid", "calls.unknown_decision")
    alone = lint.check({"x.bpmn": path.read_bytes()}, CATALOGUE)
    assert [finding.rule for finding in alone] == ["calls.unknown_decision"]
    table = (EXAMPLES / "grade_of.dmn").read_bytes()
    assert lint.check({"x.bpmn": path.read_bytes()}, CATALOGUE, beside={"g.dmn": table}) == ()
    broken = example("invalid", "dmn.no_rows").read_bytes()
    beside = {"g.dmn": table, "h.dmn": broken}
    assert lint.check({"x.bpmn": path.read_bytes()}, CATALOGUE, beside=beside) == ()


def test_an_error_is_never_cut_off_in_favour_of_warnings():
    tasks = "".join(f'<bpmn:task id="t{n}"/>' for n in range(300))
    data = (EXAMPLES / "valid-forms.empty.bpmn").read_bytes()
    data = data.replace(b'<bpmn:endEvent id="done"', tasks.encode() + b'<bpmn:endEvent id="done"')
    findings = lint.check({"x.bpmn": data}, CATALOGUE)
    assert len(findings) == lint.MOST_FINDINGS
    assert {finding.severity for finding in findings} == {Severity.ERROR}


def test_a_finding_prints_as_plain_data():
    (finding,) = lint.check_paths([example("invalid", "forms.empty")], CATALOGUE)
    sentence = translator(CHINESE).sentence(finding.sentence, finding.facts)
    assert lint.finding_dict(finding, sentence) == {
        "rule": "forms.empty",
        "severity": "warning",
        "file": str(example("invalid", "forms.empty")),
        "line": finding.line,
        "element": "work",
        "sentence": "“办理”既没有字段也没有办理说明，承办人不知道要做什么。",
    }


# --- Files that are not there, or too much ---


def rules_of(*paths: Path):
    return {finding.rule for finding in lint.check_paths(paths, CATALOGUE)}


def test_what_cannot_be_read_is_a_finding(tmp_path):
    assert rules_of(tmp_path / "nothing.bpmn") == {"xml.unreadable"}
    assert rules_of(Path("/dev/zero")) == {"xml.unreadable"}
    assert rules_of(tmp_path) == set()


def test_a_file_that_is_too_large_is_read_no_further_than_needed(tmp_path):
    huge = tmp_path / "huge.bpmn"
    with huge.open("wb") as file:
        file.truncate(50 * xml.MAX_BYTES)
    assert rules_of(huge) == {"xml.too_large"}


def test_folders_are_searched_and_other_files_left_alone(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.bpmn").write_bytes(b"<html/>")
    (tmp_path / "b.dmn").write_bytes(b"<html/>")
    (tmp_path / "c.txt").write_bytes(b"<html/>")
    findings = lint.check_paths([tmp_path], CATALOGUE)
    assert {Path(finding.file).name for finding in findings} == {"a.bpmn", "b.dmn"}


def grown(processes: int, nodes: int) -> bytes:
    parts = []
    for p in range(processes):
        inner = "".join(f'<bpmn:task id="t{p}_{n}" name="x"/>' for n in range(nodes))
        parts.append(f'<bpmn:process id="p{p}">{inner}</bpmn:process>')
    head = f'<bpmn:definitions xmlns:bpmn="{xml.BPMN}" targetNamespace="t">'
    return f"{head}{''.join(parts)}</bpmn:definitions>".encode()


def test_a_diagram_that_is_too_large_is_not_looked_at_further():
    found = lint.check({"x.bpmn": grown(1, 700)}, CATALOGUE)
    assert [finding.rule for finding in found] == ["limits.nodes"]
    found = lint.check({"x.bpmn": grown(5, 500)}, CATALOGUE)
    assert [finding.rule for finding in found] == ["limits.nodes_together"]
