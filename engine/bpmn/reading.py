"""What the runtime reads in a diagram's elements: repetition, links, references, expressions."""

from __future__ import annotations

import re

from engine.bpmn import model, xml
from engine.bpmn.events import Kind, Trigger
from engine.bpmn.forms import said
from engine.bpmn.repetition import Countersign, Repetition
from engine.bpmn.timers import TimerText
from engine.bpmn.xml import bpmn

_EVENT_KINDS = {
    "timer": Kind.TIMER,
    "message": Kind.MESSAGE,
    "signal": Kind.SIGNAL,
    "conditional": Kind.CONDITION,
    "error": Kind.ERROR,
    "escalation": Kind.ESCALATION,
    "cancel": Kind.CANCEL,
    "terminate": Kind.TERMINATE,
}


class References:
    """Names and codes of the signals, errors and escalations of a file."""

    def __init__(self, root: xml.Element) -> None:
        self._said: dict[str, str] = {}
        for tag, attribute in (
            ("signal", "name"),
            ("error", "errorCode"),
            ("escalation", "escalationCode"),
        ):
            for element in root.iterchildren(bpmn(tag)):
                code = said(element, attribute) or said(element, "name") or said(element, "id")
                self._said[said(element, "id")] = code

    def of(self, reference: str) -> str:
        """What a reference stands for."""
        return self._said.get(reference.rpartition(":")[2], "")


def read_trigger(node: model.Node, references: References) -> tuple[str, Trigger | None]:
    """What an event waits for or throws, with the rule it breaks if it cannot be done."""
    if node.kind in ("sendTask", "receiveTask"):
        return "", Trigger(Kind.MESSAGE, node.message or node.name or node.id)
    definition = next(
        (e for e in node.element.iterchildren() if xml.local(e).endswith("EventDefinition")), None
    )
    kind = _EVENT_KINDS.get(node.event)
    if definition is None or kind is None:
        return "structure.unsupported_event", None
    if kind is Kind.TIMER:
        if node.timer is None or not node.timer.text:
            return "timers.empty", None
        return "", Trigger(kind, timer=TimerText(node.timer.kind, unwrapped(node.timer.text)))
    if kind is Kind.CONDITION:
        condition = unwrapped(xml.text(definition.find(bpmn("condition"))))
        if not condition:
            return "structure.empty_condition", None
        return "", Trigger(kind, condition=condition)
    if kind is Kind.MESSAGE:
        return "", Trigger(kind, node.message or node.name or node.id)
    if kind in (Kind.SIGNAL, Kind.ERROR, Kind.ESCALATION):
        name = references.of(definition.get(f"{kind.value}Ref", ""))
        return "", Trigger(kind, name or (node.name or node.id if kind is Kind.SIGNAL else ""))
    return "", Trigger(kind)


def link_name(node: model.Node) -> str:
    """The name that ties the two ends of a link together."""
    definition = node.element.find(bpmn("linkEventDefinition"))
    return said(definition, "name") or node.name


def unwrapped(text: str) -> str:
    """An expression without the brackets or the sign by which other tools mark expressions."""
    text = text.strip()
    wrapped = re.fullmatch(r"[$#]\{(.*)\}", text, re.DOTALL)
    if wrapped is not None:
        return _SIGNS.sub(_in_words, wrapped[1]).strip()
    return text[1:].strip() if text.startswith("=") and not text.startswith("==") else text


#: Signs of the expression language of Java, and the texts in which they mean nothing.
_SIGNS = re.compile(r"""'[^']*'|"[^"]*"|&&|\|\||!(?!=)""")


def _in_words(found: re.Match[str]) -> str:
    return {"&&": " and ", "||": " or ", "!": " not "}.get(found[0], found[0])


_PERIOD = re.compile(r"""period\(\s*(["'])([A-Z][A-Z0-9_]*)\1\s*\)""")


def period_of(node: model.Node) -> str:
    """The code of the periodic duty that opens cases at a start event, empty if none does."""
    if node.kind != "startEvent" or node.timer is None:
        return ""
    told = _PERIOD.fullmatch(unwrapped(node.timer.text))
    return told[2] if told is not None else ""


def read_repetition(node: model.Node) -> tuple[str, Repetition | None]:
    """How an activity is repeated, with the rule it breaks if it does."""
    loop = node.element.find(bpmn("standardLoopCharacteristics"))
    if loop is not None:
        return _read_loop(loop)
    many = node.element.find(bpmn("multiInstanceLoopCharacteristics"))
    if many is None:
        return "", None
    cardinality = unwrapped(xml.text(many.find(bpmn("loopCardinality"))))
    named = xml.text(many.find(bpmn("loopDataInputRef")))
    collection = _data_name(node, named or _of_other_engines(many, "collection"))
    if bool(cardinality) == bool(collection):
        return "structure.repetition", None
    return "", Repetition(
        sequential=many.get("isSequential") in ("true", "1"),
        cardinality=cardinality or None,
        collection=collection or None,
        item=_item(many.find(bpmn("inputDataItem"))) or _of_other_engines(many, "elementVariable"),
        output=_data_name(node, xml.text(many.find(bpmn("loopDataOutputRef")))),
        output_item=_item(many.find(bpmn("outputDataItem"))),
        completion=unwrapped(xml.text(many.find(bpmn("completionCondition")))) or None,
        countersign=read_countersign(node),
    )


def read_countersign(node: model.Node) -> Countersign | None:
    """``duban:countersign`` of a task that several people do."""
    mark = xml.extension(node.element, "countersign")
    if mark is None:
        return None
    return Countersign(*(said(mark, name) for name in ("rule", "value", "agree", "result")))


def _read_loop(loop: xml.Element) -> tuple[str, Repetition | None]:
    maximum = said(loop, "loopMaximum")
    condition = unwrapped(xml.text(loop.find(bpmn("loopCondition"))))
    if (not maximum and not condition) or (maximum and not maximum.isdecimal()):
        return "structure.repetition", None
    return "", Repetition(
        loop_while=condition or None,
        loop_maximum=int(maximum) if maximum else None,
        test_before=loop.get("testBefore") in ("true", "1"),
    )


def _of_other_engines(many: xml.Element, name: str) -> str:
    """What Camunda and Flowable write as an attribute of their own where BPMN has an element."""
    for key, value in many.attrib.items():
        namespace, _, local = str(key).removeprefix("{").partition("}")
        if local == name and namespace not in (xml.BPMN, xml.DUBAN):
            return str(value).strip()
    return ""


def _item(element: xml.Element | None) -> str:
    return said(element, "name") or said(element, "id")


def _data_name(node: model.Node, reference: str) -> str:
    """The key of the case file a data reference means: the name of the data, else itself."""
    for element in node.element.iter(bpmn("dataInput"), bpmn("dataOutput")):
        if said(element, "id") == reference:
            return said(element, "name") or reference
    return unwrapped(reference)
