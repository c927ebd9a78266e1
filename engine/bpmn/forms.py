"""What people see and do at an element: roles, forms, duties, legal bases, deadlines."""

from __future__ import annotations

from engine.bpmn import xml
from engine.bpmn.model import Node, Process, is_deadline
from engine.bpmn.syntax import limits_named
from engine.values.process import (
    Check,
    DeadlineMark,
    Disclosure,
    Duty,
    Field,
    FieldType,
    Form,
    LegalBasis,
    Option,
    RungMark,
)

_TYPES = {kind.value: kind for kind in FieldType}
_DISCLOSURES = {rule.value: rule for rule in Disclosure}


def words(element: xml.Element, attribute: str) -> tuple[str, ...]:
    """An attribute that holds several ids, separated by spaces."""
    return tuple(element.get(attribute, "").split())


def said(element: xml.Element | None, attribute: str) -> str:
    """The text of an attribute without the white space around it."""
    return element.get(attribute, "").strip() if element is not None else ""


def yes(element: xml.Element, attribute: str) -> bool:
    """Whether a boolean attribute is true; it is false where it is missing."""
    return element.get(attribute, "").strip() in ("true", "1")


def role_and_body(process: Process, node: Node) -> tuple[str, str]:
    """Who acts at a node: its ``duban:task``, else that of an activity around it, else its lane.

    In a plain diagram without ``duban:lane`` the name of the lane stands for the role.
    """
    role = body = ""
    for at in process.around(node):
        mark = xml.extension(at.element, "task")
        role = role or said(mark, "role")
        body = body or said(mark, "body")
    lane = process.lane_of(node)
    if lane is not None:
        role = role or (lane.name if lane.role is None else lane.role.strip())
        body = body or (lane.body or "").strip()
    return role, body


def read_form(process: Process, node: Node) -> Form:
    """The form of a user task, a start event or a message event."""
    element = node.element
    task = xml.extension(element, "task")
    role, body = role_and_body(process, node)
    return Form(
        element=node.id,
        name=node.name or node.id,
        role=role,
        body=body,
        fields=tuple(read_field(field) for field in xml.extensions(element, "field")),
        basis=read_basis(element),
        duties=tuple(_duty(duty) for duty in xml.extensions(element, "duty")),
        stage=said(task, "stage"),
        instruction=said(task, "instruction"),
        performer=said(task, "performer"),
        documents=tuple(said(mark, "type") for mark in xml.extensions(element, "document")),
        returns=words(task, "returns") if task is not None else (),
        verb=said(task, "verb"),
        several=element.find(xml.bpmn("multiInstanceLoopCharacteristics")) is not None,
        countersign=said(xml.extension(element, "countersign"), "rule"),
        checks=tuple(_check(check) for check in xml.extensions(element, "check")),
    )


def read_field(element: xml.Element) -> Field:
    """A field. Types and disclosures nobody knows read as the defaults; a rule reports them."""
    kind = said(element, "type") or FieldType.TEXT
    disclosure = said(element, "disclosure")
    return Field(
        id=said(element, "id"),
        label=said(element, "label"),
        type=_TYPES.get(kind, FieldType.TEXT),
        required=yes(element, "required"),
        options=tuple(
            Option(said(option, "value"), said(option, "label"))
            for option in element.iterchildren(xml.duban("option"))
        ),
        help=said(element, "help"),
        visible_when=said(element, "visible_when"),
        disclosure=read_disclosure(disclosure),
        hidden_from=words(element, "hidden_from"),
        role=said(element, "role"),
        body=said(element, "body"),
        minimum=said(element, "minimum"),
        maximum=said(element, "maximum"),
        of=said(element, "of"),
        readonly=yes(element, "readonly"),
    )


def read_disclosure(text: str) -> Disclosure:
    """A disclosure rule; whatever is not known is kept internal."""
    return _DISCLOSURES.get(text, Disclosure.INTERNAL)


def read_basis(element: xml.Element) -> tuple[LegalBasis, ...]:
    """The legal bases of an element."""
    return tuple(
        LegalBasis(said(basis, "law"), said(basis, "article"), xml.text(basis))
        for basis in xml.extensions(element, "basis")
    )


def _check(element: xml.Element) -> Check:
    return Check(
        expression=said(element, "expression"),
        message=said(element, "message"),
        field=said(element, "field"),
        law=said(element, "law"),
        article=said(element, "article"),
    )


def _duty(element: xml.Element) -> Duty:
    officers = said(element, "min_officers")
    return Duty(
        rule=said(element, "rule"),
        not_completed_by=words(element, "not_completed_by"),
        apart_from=words(element, "apart_from"),
        not_named_in=words(element, "not_named_in"),
        min_officers=int(officers) if officers.isdecimal() else 0,
        officers=said(element, "officers"),
        needs_certificate=said(element, "needs_certificate"),
        not_of=words(element, "not_of"),
        in_person=yes(element, "in_person"),
        when=said(element, "when"),
        members=said(element, "members"),
        opinions=said(element, "opinions"),
        quorum=said(element, "quorum"),
        heard_at=said(element, "heard_at"),
    )


def read_deadlines(process: Process) -> tuple[DeadlineMark, ...]:
    """The boundary timers marked as deadlines."""
    return tuple(
        DeadlineMark(
            element=node.id,
            name=node.name or node.id,
            attached_to=node.attached_to,
            expression=node.timer.text,
            limit=next(iter(limits_named(node.timer.text)), None),
        )
        for node in process.nodes.values()
        if node.attached_to and node.timer is not None and is_deadline(node)
    )


def read_rungs(process: Process) -> tuple[RungMark, ...]:
    """The boundary timers marked as rungs of an escalation ladder."""
    found = []
    for node in process.nodes.values():
        mark = xml.extension(node.element, "escalation")
        if mark is not None and node.attached_to and node.timer is not None:
            level = said(mark, "level")
            found.append(RungMark(node.id, node.name or node.id, node.attached_to, level))
    return tuple(found)
