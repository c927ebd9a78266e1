"""An element of a diagram as its properties: what two versions of it are compared by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.bpmn import xml
from engine.bpmn.diagrams import read_diagram
from engine.bpmn.forms import said
from engine.bpmn.model import Node, Process
from engine.bpmn.xml import bpmn
from engine.values.changes import ChangeWhat

#: A property and what of it: the id of a field with its attribute, the name of a parameter.
Key = tuple[ChangeWhat, str]
Said = Iterator[tuple[Key, str]]

_W = ChangeWhat
#: Properties that hold the id of another element.
REFERENCES = frozenset((_W.SOURCE, _W.TARGET, _W.SCOPE, _W.LANE, _W.ATTACHED, _W.DEFAULT))
#: Extensions of which an element has several, told one by one in the words they hold.
_LISTED = {"basis": _W.BASIS, "duty": _W.DUTY, "check": _W.CHECK, "document": _W.DOCUMENT}


@dataclass(frozen=True)
class Part:
    """An element with what it says."""

    id: str
    kind: str
    name: str
    said: Mapping[Key, str]
    #: Where it is drawn, as x,y,width,height; empty if it is not.
    place: str = ""


def parts(data: bytes, file: str) -> dict[str, Part]:
    """The elements of a diagram by id. Raises BadDefinition for what is no readable XML."""
    root = xml.parse(data, name=file)
    diagram = read_diagram(root, file)
    places = _places(root)
    found: dict[str, Part] = {}

    def add(id: str, kind: str, name: str, properties: Said) -> None:
        if id:
            told = {key: " ".join(text.split()) for key, text in properties if text.strip()}
            found.setdefault(id, Part(id, kind, name or id, told, places.get(id, "")))

    for process in diagram.processes:
        add(process.id, "process", process.name, _process(process))
        for node in process.nodes.values():
            add(node.id, node.kind, node.name, _node(process, node))
        for flow in process.flows:
            ends = [_name(process, flow.source), _name(process, flow.target)]
            add(flow.id, "sequenceFlow", flow.name or " → ".join(ends), _flow(process, flow.id))
    for element in root.iter(bpmn("lane"), bpmn("participant"), bpmn("textAnnotation")):
        id, name = element.get("id", ""), element.get("name", "")
        add(id, xml.local(element), name, _drawn(element))
    return found


def _name(process: Process, id: str) -> str:
    return process.nodes[id].name or id if id in process.nodes else id


def _process(process: Process) -> Said:
    yield (_W.NAME, ""), process.name
    yield from _attributes(xml.extension(process.element, "process"))
    yield from _listed(process.element)


def _drawn(element: xml.Element) -> Said:
    """Lanes, pools and notes."""
    yield (_W.NAME, ""), element.get("name", "")
    mark = xml.extension(element, "lane")
    yield (_W.ROLE, ""), said(mark, "role")
    yield (_W.BODY, ""), said(mark, "body")
    yield (_W.NOTE, ""), xml.text(element.find(bpmn("text")))


def _flow(process: Process, id: str) -> Said:
    flow = next(one for one in process.flows if one.id == id)
    yield (_W.NAME, ""), flow.name
    yield (_W.SOURCE, ""), flow.source
    yield (_W.TARGET, ""), flow.target
    yield (_W.CONDITION, ""), flow.condition or ""


def _node(process: Process, node: Node) -> Said:
    element = node.element
    yield (_W.NAME, ""), node.name
    if node.scope != process.id:
        yield (_W.SCOPE, ""), node.scope
    lane = process.lane_by_node.get(node.id)
    yield (_W.LANE, ""), lane.id if lane is not None else ""
    if node.timer is not None:
        yield (_W.TIMER, ""), node.timer.text
        yield (_W.EVENT, "timer"), node.timer.kind if node.timer.kind != "timeDate" else ""
    if node.event not in ("", "none", "timer"):
        yield (_W.EVENT, ""), f"{node.event} {node.message}"
    if node.attached_to:
        yield (_W.ATTACHED, ""), node.attached_to
        yield (_W.INTERRUPTING, ""), "" if node.interrupting else "false"
    if node.default:
        default = next((one.target for one in process.flows if one.id == node.default), "")
        yield (_W.DEFAULT, ""), default
    yield (_W.CALLED, ""), element.get("calledElement", "")
    yield (_W.SCRIPT, ""), element.findtext(bpmn("script")) or ""
    yield (_W.NOTE, ""), element.findtext(bpmn("documentation")) or ""
    for loop in ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
        yield (_W.REPETITION, loop), _plain(element.find(bpmn(loop)))
    yield from _ours(node)


def _ours(node: Node) -> Said:
    """What the element says in our own namespace."""
    element = node.element
    yield from _attributes(xml.extension(element, "task"))
    for field in xml.extensions(element, "field"):
        yield from _field(field)
    yield from _listed(element)
    if xml.extension(element, "deadline") is not None:
        yield (_W.DEADLINE, ""), "true"
    yield (_W.ESCALATION, ""), said(xml.extension(element, "escalation"), "level")
    yield (_W.DECISION, ""), said(xml.extension(element, "decision"), "ref")
    yield (_W.COUNTERSIGN, ""), _plain(xml.extension(element, "countersign"))
    operation = xml.extension(element, "operation")
    if operation is not None:
        yield (_W.OPERATION, ""), said(operation, "name")
        yield (_W.RESULT, ""), said(operation, "result")
        for parameter in operation.iterchildren(xml.duban("parameter")):
            value = parameter.get("value")
            told = said(parameter, "expression") if value is None else f"“{value}”"
            yield (_W.PARAMETER, said(parameter, "name")), told


def _field(field: xml.Element) -> Said:
    id = said(field, "id")
    yield (_W.FIELD, id), said(field, "label") or id
    for name, text in sorted(field.attrib.items()):
        if name not in ("id", "label"):
            yield (_W.FIELD, f"{id}.{name!s}"), str(text)
    options = (
        f"{said(option, 'value')}={said(option, 'label')}"
        for option in field.iterchildren(xml.duban("option"))
    )
    yield (_W.FIELD, f"{id}.options"), "; ".join(options)


def _listed(element: xml.Element) -> Said:
    for tag, what in _LISTED.items():
        for mark in xml.extensions(element, tag):
            text = _plain(mark)
            yield (what, text), text


def _attributes(mark: xml.Element | None) -> Said:
    if mark is not None:
        for name, text in sorted(mark.attrib.items()):
            yield (_W.ATTRIBUTE, str(name)), str(text)


def _plain(element: xml.Element | None) -> str:
    """What an element holds, attributes and texts, without its markup."""
    if element is None:
        return ""
    told = []
    for part in element.iter():
        told += [f"{name!s}={text!s}" for name, text in sorted(part.attrib.items()) if name != "id"]
        told.append(xml.text(part))
    return " ".join(text for text in told if text)


def _places(root: xml.Element) -> dict[str, str]:
    found = {}
    for shape in root.iter(f"{{{xml.BPMNDI}}}BPMNShape"):
        bounds = shape.find(f"{{{xml.DC}}}Bounds")
        if bounds is not None:
            numbers = (bounds.get(name, "") for name in ("x", "y", "width", "height"))
            found[shape.get("bpmnElement", "")] = ",".join(_rounded(one) for one in numbers)
    return found


def _rounded(text: str) -> str:
    try:
        return str(round(float(text)))
    except (ValueError, OverflowError):
        return text
