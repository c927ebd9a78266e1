"""Every document the shipped diagrams issue has a template, and every template has its facts."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from lxml import etree

from engine.services import catalogue, papers_of_engine, word

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
DUBAN = "{urn:duban:bpmn:1}"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
OFFERED = catalogue.offered()
FOLDER = PROCESSES / "documents"
TEMPLATES = sorted(path.stem for path in FOLDER.glob("*.docx"))

#: What the services give every template.
GIVEN = {
    "number", "title", "issuer", "recipient", "date", "date_in_characters", "process", "officer",
    "case", "basis", "v", "p",
}  # fmt: skip


def outputs(decision: str) -> set[str]:
    """What a decision table puts into the case file."""
    table = etree.parse(PROCESSES / f"{decision}.dmn")
    return {element.get("name", "") for element in table.iter("{*}output")}


@functools.cache
def issued() -> dict[str, list[tuple[str, frozenset[str], frozenset[str]]]]:
    """By type: the diagrams that issue it, with the names of their case file and the parameters."""
    found: dict[str, list[tuple[str, frozenset[str], frozenset[str]]]] = {}
    every = {path.name: etree.parse(path).getroot() for path in sorted(PROCESSES.glob("*.bpmn"))}
    for name, root in every.items():
        names = {field.get("id", "") for field in root.iter(f"{DUBAN}field")}
        for script in root.iter(f"{BPMN}script"):
            names |= {line.split("=")[0].strip() for line in (script.text or "").splitlines()}
        names |= {operation.get("result", "") for operation in root.iter(f"{DUBAN}operation")}
        for decision in root.iter(f"{DUBAN}decision"):
            names |= outputs(decision.get("ref", ""))
        for operation in root.iter(f"{DUBAN}operation"):
            if operation.get("name") != "issue_document":
                continue
            given = {
                p.get("name", ""): p.get("value", "") for p in operation.iter(f"{DUBAN}parameter")
            }
            found.setdefault(given["type"], []).append((name, frozenset(names), frozenset(given)))
    return found


for code, given in papers_of_engine.PARAMETERS.items():
    issued().setdefault(code, []).append(("the engine", frozenset(), given))


def values(names: set[str], parameters: set[str]) -> dict[str, object]:
    told: dict[str, object] = dict.fromkeys(GIVEN, "某")
    told |= {
        "case": {"number": "红执诉〔2026〕1号", "title": "某", "party": "某", "started": "某"},
        "basis": [],
        "v": {name: f"〔{name}〕" for name in names},
        "p": {name: f"〔{name}〕" for name in parameters},
    }
    return told


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_template_belongs_to_a_type_and_may_be_rendered(code: str) -> None:
    assert code in OFFERED.documents
    content = (FOLDER / f"{code}.docx").read_bytes()
    word.check(content)
    named = word.names(content, "v"), word.names(content, "p")
    lines = word.paragraphs(word.render(content, values(set(named[0]), set(named[1]))))
    for name in named[0]:
        assert any(f"〔{name}〕" in line for line in lines), f"{name} is never printed"


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_template_names_only_what_it_is_given(code: str) -> None:
    content = (FOLDER / f"{code}.docx").read_bytes()
    assert word.names(content, "case") <= {"number", "title", "party", "started"}


def test_every_type_the_diagrams_issue_has_a_template() -> None:
    assert issued(), "no diagram issues anything"
    assert set(issued()) - set(TEMPLATES) == set()
    assert set(OFFERED.documents) == set(TEMPLATES)


@pytest.mark.parametrize("code", sorted(issued()))
def test_a_document_prints_only_what_its_diagram_can_know(code: str) -> None:
    content = (FOLDER / f"{code}.docx").read_bytes()
    for diagram, names, parameters in issued()[code]:
        unknown = word.names(content, "v") - names
        assert not unknown, f"{diagram}: no field {sorted(unknown)}"
        optional = {"due", "step_due", "reason", "copies"}
        assert word.names(content, "p") - parameters <= optional, diagram
