"""Changes of a diagram that need no drawing: XML and edits in, XML out, the rest byte for byte.

Whether the result is a good procedure is for the rules to say; here only what makes no sense at
all is refused: an element, field or deadline that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.bpmn import xml
from engine.bpmn.model import FLOW_NODES
from engine.bpmn.spans import Document, Span
from engine.errors import Invalid
from engine.values.edits import Edit, EditOf

LONGEST = 2_000
MOST_EDITS = 200
_DI = "http://www.omg.org/spec/DD/20100524/DI"
#: Signs XML has no way to hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def apply(data: bytes, file: str, edits: Iterable[Edit]) -> bytes:
    """The diagram with the edits made, one after another.

    Raises BadDefinition for what is no XML; Invalid ``edit_no_element``, ``edit_no_field``,
    ``edit_no_deadline``, ``edit_not_here``, ``edit_needs_value``, ``too_long``, ``edit_bad_signs``,
    ``edit_too_many``.
    """
    wanted = list(edits)
    if len(wanted) > MOST_EDITS:
        raise Invalid("edit_too_many", maximum=MOST_EDITS)
    document = Document(data, file)
    for edit in wanted:
        _apply(document, edit)
    return document.data


def _apply(document: Document, edit: Edit) -> None:
    if len(edit.value) > LONGEST:
        raise Invalid("too_long", maximum=LONGEST)
    if _UNWRITABLE.search(edit.value):
        raise Invalid("edit_bad_signs", element=edit.element)
    span = _element(document, edit.element)
    flow = span.local == "sequenceFlow"
    if flow is not (edit.of in (EditOf.CONDITION, EditOf.TARGET)) and edit.of is not EditOf.NAME:
        raise Invalid("edit_not_here", element=edit.element, of=edit.of.value)
    if edit.of is EditOf.NAME:
        document.put_attribute(span, "name", edit.value.strip())
    elif edit.of in _OF_TASK:
        if edit.value or extension(span, "task") is not None:
            document.put_attribute(
                made(document, edit.element, "task"), edit.of.value, edit.value.strip()
            )
    elif edit.of in _OF_FIELD:
        _field(document, span, edit)
    elif edit.of is EditOf.LIMIT:
        _limit(document, edit)
    elif edit.of is EditOf.CONDITION:
        _condition(document, span, edit.value.strip())
    else:
        _retarget(document, edit)


_OF_TASK = (EditOf.ROLE, EditOf.BODY, EditOf.INSTRUCTION, EditOf.STAGE)
_OF_FIELD = {
    EditOf.FIELD_LABEL: "label",
    EditOf.FIELD_REQUIRED: "required",
    EditOf.FIELD_HELP: "help",
}


def _element(document: Document, id: str) -> Span:
    span = document.find(id)
    known = span is not None and span.namespace == xml.BPMN
    if span is None or not known or (span.local not in FLOW_NODES and span.local != "sequenceFlow"):
        raise Invalid("edit_no_element", element=id[:80])
    return span


def extensions(span: Span, local: str) -> list[Span]:
    """The ``duban:<local>`` elements of an element."""
    inside = span.child(xml.BPMN, "extensionElements")
    return list(inside.every(xml.DUBAN, local)) if inside is not None else []


def extension(span: Span, local: str) -> Span | None:
    """The first of them, if there is one."""
    return next(iter(extensions(span, local)), None)


def holder(document: Document, id: str) -> Span:
    """The extension elements of an element, made if it has none."""
    span = _known(document, id)
    if span.child(xml.BPMN, "extensionElements") is None:
        name = document.name(xml.BPMN, "extensionElements")
        behind = None
        for told in span.every(xml.BPMN, "documentation"):
            behind = told
        document.insert_first(span, f"<{name}></{name}>", behind)
    found = _known(document, id).child(xml.BPMN, "extensionElements")
    if found is None:
        raise Invalid("edit_not_here", element=id, of="extension")
    return found


def made(document: Document, id: str, local: str) -> Span:
    """The extension of an element, made if it has none."""
    found = extension(_known(document, id), local)
    if found is None:
        prefix = document.declare(xml.DUBAN, "duban")
        document.insert_first(holder(document, id), f"<{prefix}:{local}/>")
        found = extension(_known(document, id), local)
    if found is None:
        raise Invalid("edit_not_here", element=id, of=local)
    return found


def _known(document: Document, id: str) -> Span:
    span = document.find(id)
    if span is None:
        raise Invalid("edit_no_element", element=id[:80])
    return span


def _field(document: Document, span: Span, edit: Edit) -> None:
    fields = extensions(span, "field")
    found = next((one for one in fields if one.attributes.get("id") == edit.detail), None)
    if found is None:
        raise Invalid("edit_no_field", element=edit.element, field=edit.detail[:80])
    value = edit.value.strip()
    if edit.of is EditOf.FIELD_LABEL and not value:
        raise Invalid("edit_needs_value", element=edit.element, field=edit.detail)
    if edit.of is EditOf.FIELD_REQUIRED:
        value = "true" if value in ("true", "yes", "1") else ""
    document.put_attribute(found, _OF_FIELD[edit.of], value)


def _limit(document: Document, edit: Edit) -> None:
    """Every timer on the step that names the old key names the new one: the ladder goes along."""
    key = edit.value.strip()
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", key):
        raise Invalid("edit_needs_value", element=edit.element, field="limit")
    deadline = next((one for one in _timers(document, edit.element) if _marked(one[0])), None)
    named = _NAMED.search(document.text(deadline[1])) if deadline is not None else None
    if deadline is None or named is None:
        raise Invalid("edit_no_deadline", element=edit.element)
    old = named[2]
    for event, _ in list(_timers(document, edit.element)):
        id = event.attributes.get("id", "")
        for at, time in _timers(document, edit.element):
            if at.attributes.get("id", "") == id:
                told = document.data[time.head : time.end].decode()
                changed = _NAMED.sub(
                    lambda found: found[1] + (key if found[2] == old else found[2]) + found[3], told
                )
                if changed != told:
                    document.replace(time.head, time.end, changed)
                break


#: ``limit("KEY"`` as a text of XML may spell it.
_NAMED = re.compile(r"(\blimit\(\s*(?:\"|'|&quot;|&apos;|&#34;|&#39;))([A-Za-z0-9_.-]+)(\"|'|&)")


def _timers(document: Document, id: str) -> list[tuple[Span, Span]]:
    """The boundary events of a step with the element that holds the time of each."""
    found = []
    for event in document.root.inside():
        if event.local != "boundaryEvent" or event.attributes.get("attachedToRef") != id:
            continue
        definition = event.child(xml.BPMN, "timerEventDefinition")
        for time in definition.children if definition is not None else ():
            if time.local in ("timeDate", "timeDuration", "timeCycle"):
                found.append((event, time))
    return found


def _marked(event: Span) -> bool:
    return extension(event, "deadline") is not None


def _condition(document: Document, flow: Span, text: str) -> None:
    known = flow.child(xml.BPMN, "conditionExpression")
    if known is not None and not text:
        document.remove(known)
    elif known is not None:
        document.put_text(known, text)
    elif text:
        name = document.name(xml.BPMN, "conditionExpression")
        inner = re.sub(r"[&<>]", lambda sign: f"&#{ord(sign[0])};", text)
        behind = flow.children[-1] if flow.children else None
        document.insert_first(flow, f"<{name}>{inner}</{name}>", behind)


def _retarget(document: Document, edit: Edit) -> None:
    """Let a flow lead to another element of its scope, and be drawn there."""
    target = _element(document, edit.value.strip())
    flow = _element(document, edit.element)
    if target.local == "sequenceFlow" or target.parent is not flow.parent:
        raise Invalid("edit_not_here", element=edit.value[:80], of=edit.of.value)
    old = flow.attributes.get("targetRef", "")
    document.put_attribute(flow, "targetRef", edit.value.strip())
    _incoming(document, edit.element, old, edit.value.strip())
    _redraw(document, edit.element)


def _incoming(document: Document, flow: str, old: str, new: str) -> None:
    """Keep the lists of incoming flows true where the document has them."""
    before = document.find(old)
    listed = False
    for mark in list(before.every(xml.BPMN, "incoming")) if before is not None else ():
        if document.text(mark).strip().rpartition(":")[2] == flow:
            document.remove(mark)
            listed = True
            break
    after = document.find(new)
    if after is None or not listed:
        return
    name = document.name(xml.BPMN, "incoming")
    behind = None
    for child in after.children:
        if child.local in ("documentation", "extensionElements", "incoming"):
            behind = child
    document.insert_first(after, f"<{name}>{flow}</{name}>", behind)


def _redraw(document: Document, id: str) -> None:
    """A straight line from shape to shape; somebody who draws may bend it later."""
    flow = _element(document, id)
    ends = [_middle(document, flow.attributes.get(end, "")) for end in ("sourceRef", "targetRef")]
    edge = next(
        (
            one
            for one in document.root.inside()
            if one.local == "BPMNEdge" and one.attributes.get("bpmnElement") == id
        ),
        None,
    )
    if edge is None or None in ends:
        return
    points = list(edge.every(_DI, "waypoint"))
    if len(points) < 2:
        return
    name = document.name(_DI, "waypoint")
    line = "".join(f'<{name} x="{end[0]}" y="{end[1]}"/>' for end in ends if end is not None)
    document.replace(points[0].start, points[-1].end, line)


def _middle(document: Document, id: str) -> tuple[int, int] | None:
    for shape in document.root.inside():
        if shape.local == "BPMNShape" and shape.attributes.get("bpmnElement") == id:
            bounds = shape.child(xml.DC, "Bounds")
            try:
                x, y, width, height = (
                    float(bounds.attributes.get(name, "")) if bounds is not None else 0.0
                    for name in ("x", "y", "width", "height")
                )
                return round(x + width / 2), round(y + height / 2)
            except (ValueError, OverflowError):
                return None
    return None
