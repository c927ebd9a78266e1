"""What a diagram can say, the panel shows: nothing of it needs an editor of text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

import engine.bpmn
from tests.web.modeler.conftest import Canvas

pytestmark = pytest.mark.journey

SCHEMA = Path(engine.bpmn.__file__).with_name("duban.json")
#: Types of fields some of whose attributes only they have.
FIELDS = ("opinions", "number", "person", "choice")
#: Where each kind of statement is put to be looked at.
AT = {
    "Process": "small", "Basis": "small", "Lane": "lane_1", "Escalation": "late",
    "Operation": "asked", "Decision": "decided",
}  # fmt: skip
#: Shown otherwise than as an input: the first timer of a list, and what lists hold.
ELSEWHERE = {"Deadline", "Option", "Parameter"}


def _types() -> dict[str, list[dict[str, Any]]]:
    return {
        one["name"]: one.get("properties", []) for one in json.loads(SCHEMA.read_text())["types"]
    }


def _mark(kind: str, name: str, type: str) -> str:
    return {"Boolean": "true", "Integer": "7"}.get(type, f"{kind}_{name}_said")


def _said(kind: str, **given: str) -> str:
    """A statement with every attribute there is."""
    properties = _types()[kind]
    marks = {
        one["name"]: _mark(kind, one["name"], one["type"])
        for one in properties
        if one.get("isAttr")
    } | given
    body = "".join(_mark(kind, one["name"], one["type"]) for one in properties if one.get("isBody"))
    body += "".join(
        f'<duban:parameter name="Parameter_name_said" {way}="Parameter_{way}_said"/>'
        for way in ("value", "expression")
        if kind == "Operation"
    )
    if given.get("type") == "choice":
        body += _said("Option")
    attributes = " ".join(f'{name}="{value}"' for name, value in marks.items())
    return f"<duban:{kind.lower()} {attributes}>{body}</duban:{kind.lower()}>"


def _holding(*statements: str) -> str:
    return f"<bpmn:extensionElements>{''.join(statements)}</bpmn:extensionElements>"


def _whole(xml: str) -> str:
    """The draft of a new procedure, saying everything that can be said."""
    fields = [_said("Field", id=f"Field_id_{type}", type=type) for type in FIELDS]
    kinds = [kind for kind in _types() if kind not in {*AT, *ELSEWHERE, "Field"}]
    task = _holding(*(_said(kind) for kind in [*kinds, "Basis"]), *fields)
    loop = "<bpmn:multiInstanceLoopCharacteristics/>"
    time = "<bpmn:timeDuration>P1D</bpmn:timeDuration>"
    timer = f"<bpmn:timerEventDefinition>{time}</bpmn:timerEventDefinition>"
    asked, decided, late = (
        _holding(_said(kind)) for kind in ("Operation", "Decision", "Escalation")
    )
    more = (
        f'<bpmn:userTask id="whole" name="全">{task}{loop}</bpmn:userTask>'
        f'<bpmn:serviceTask id="asked" name="问">{asked}</bpmn:serviceTask>'
        f'<bpmn:businessRuleTask id="decided" name="定">{decided}</bpmn:businessRuleTask>'
        f'<bpmn:boundaryEvent id="late" attachedToRef="whole" cancelActivity="false">'
        f"{late}{timer}</bpmn:boundaryEvent>"
    )
    places = (("whole", 700, 80), ("asked", 820, 80), ("decided", 940, 80), ("late", 710, 36))
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{id}_di" bpmnElement="{id}">'
        f'<dc:Bounds x="{x}" y="160" width="{size}" height="{size}"/></bpmndi:BPMNShape>'
        for id, x, size in places
    )
    return xml.replace("</bpmn:process>", more + "</bpmn:process>", 1).replace(
        "</bpmndi:BPMNPlane>", shapes + "</bpmndi:BPMNPlane>", 1
    )


def _wanted() -> Iterator[tuple[str, str, str]]:
    """Element, statement and mark."""
    for kind, properties in _types().items():
        for one in properties:
            if kind not in AT and kind not in ELSEWHERE and one["type"] == "String":
                mark = _mark(kind, one["name"], one["type"])
                yield "whole", f"{kind}.{one['name']}", mark
    yield from (
        ("asked", f"Parameter.{way}", f"Parameter_{way}_said")
        for way in ("name", "value", "expression")
    )
    yield "asked", "Operation.name", "Operation_name_said"
    yield "late", "Escalation.level", "Escalation_level_said"
    yield "decided", "Decision.ref", "Decision_ref_said"


_SHOWN = """() => {
  const panel = document.querySelector('[data-modeler-panel]');
  for (const one of panel.querySelectorAll('details')) one.open = true;
  const said = one => one.localName !== 'label' ? one.value
    : one.control.checked ? one.textContent : '';
  return [...panel.querySelectorAll('input, textarea, select, label')].map(said).join('\\n') }"""
_TICKED = "() => document.querySelectorAll('[data-modeler-panel] .mp-tick input:checked').length"
_CHOOSE = "id => document.querySelector('[data-modeler]').workshop.select(id)"


def test_every_attribute_of_the_extension_has_its_place_in_the_panel(
    chromium: Browser, address: str
) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    token = page.locator("[data-modeler]").get_attribute("data-token")
    saved = page.request.post(
        "/diagrams/small/design",
        data={"xml": _whole(canvas.draft("small")), "tables": {}, "revision": 1},
        headers={"X-CSRFToken": token or ""},
    )
    assert saved.ok, saved.text()
    canvas.draw("small")
    shown = {}
    for id in ("whole", "asked", "late", "decided"):
        page.evaluate(_CHOOSE, id)
        shown[id] = page.evaluate(_SHOWN)
        if id == "whole":
            # In person, required, read only: each says yes, besides what lists have ticked.
            assert page.evaluate(_TICKED) >= 3
    lost = [said for element, said, mark in _wanted() if mark not in shown[element]]
    assert [said for said in lost if said not in ("Field.id", "Field.type")] == []
    assert "7" in shown["whole"].split("\n")
    # One change, saved: everything else that was said is still there.
    before = {mark: canvas.draft("small").count(mark) for _, _, mark in _wanted()}
    page.evaluate(_CHOOSE, "asked")
    canvas.field("名称", "问过")
    canvas.settled()
    after = canvas.draft("small")
    assert {mark: after.count(mark) for mark in before} == before
    assert canvas.visit.complaints == []
