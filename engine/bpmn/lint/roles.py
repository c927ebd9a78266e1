"""Rules on who acts: lanes, roles and body slots."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import xml
from engine.bpmn.forms import role_and_body, said
from engine.bpmn.lint.subject import Subject, found
from engine.bpmn.model import PERSON_TASKS, Node
from engine.values.process import Finding

#: Slots nobody has to fill: there is one such body in the county.
ALWAYS = frozenset(("legal_office", "county_government"))


def check(subject: Subject) -> Iterator[Finding]:
    """Everything about one process."""
    yield from _people(subject)
    yield from _lanes(subject)
    yield from _choosable(subject)


def _people(subject: Subject) -> Iterator[Finding]:
    """``roles.missing``, ``roles.no_body``, and roles and slots tasks name themselves."""
    process = subject.process
    for node in process.nodes.values():
        needed = node.kind in PERSON_TASKS or (
            node.kind == "startEvent" and _top_start(subject, node)
        )
        role, body = role_and_body(process, node)
        lane = process.lane_of(node)
        named = any(said(xml.extension(n.element, "task"), "role") for n in process.around(node))
        if needed and not named and (lane is None or not lane.role):
            yield subject.at("roles.missing", node)
        elif needed and role and not body:
            yield subject.at("roles.no_body", node)
        mark = xml.extension(node.element, "task")
        yield from _role(subject, node, said(mark, "role"))
        yield from _slot(subject, node, said(mark, "body"))


def _top_start(subject: Subject, node: Node) -> bool:
    """Whether people start cases here."""
    return (
        node.scope == subject.process.id
        and node.event in ("none", "message")
        and subject.described
        and not subject.called
    )


def _lanes(subject: Subject) -> Iterator[Finding]:
    """Roles and slots of lanes, ``roles.lane_of_nothing``, ``roles.two_lanes``."""
    process, catalogue = subject.process, subject.catalogue
    seen: dict[str, str] = {}
    for element in process.element.iter(xml.bpmn("lane")):
        line, id = xml.line_of(element), element.get("id", "")
        name = element.get("name", "") or id
        mark = xml.extension(element, "lane")
        role, body = said(mark, "role"), said(mark, "body")
        if role and catalogue.roles and role not in catalogue.roles:
            yield found(
                "roles.unknown_role", process.file, line=line, element=id, name=name, unknown=role
            )
        if body and not slot_known(subject, body):
            yield found(
                "roles.unknown_slot", process.file, line=line, element=id, name=name, unknown=body
            )
        leaf = element.find(xml.bpmn("childLaneSet")) is None
        for reference in element.iterchildren(xml.bpmn("flowNodeRef")):
            node, line = xml.text(reference), xml.line_of(reference)
            if node not in process.nodes:
                yield found(
                    "roles.lane_of_nothing",
                    process.file,
                    line=line,
                    element=id,
                    name=name,
                    unknown=node,
                )
            elif leaf and seen.setdefault(node, id) != id:
                yield subject.at("roles.two_lanes", process.nodes[node], line=line)


def _choosable(subject: Subject) -> Iterator[Finding]:
    """Roles and slots of person fields and of duties."""
    for node in subject.forms():
        for element in xml.extensions(node.element, "field"):
            line = xml.line_of(element)
            yield from _role(subject, node, said(element, "role"), line)
            yield from _slot(subject, node, said(element, "body"), line)
            for slot in said(element, "hidden_from").split():
                yield from _slot(subject, node, slot, line)
        for element in xml.extensions(node.element, "duty"):
            for slot in said(element, "not_of").split():
                yield from _slot(subject, node, slot, xml.line_of(element))


def _role(subject: Subject, node: Node, role: str, line: int = 0) -> Iterator[Finding]:
    if role and subject.catalogue.roles and role not in subject.catalogue.roles:
        yield subject.at("roles.unknown_role", node, line=line, unknown=role)


def _slot(subject: Subject, node: Node, slot: str, line: int = 0) -> Iterator[Finding]:
    if slot and not slot_known(subject, slot):
        yield subject.at("roles.unknown_slot", node, line=line, unknown=slot)


def slot_known(subject: Subject, slot: str) -> bool:
    """Whether something fills the slot: a field of type body, the starter's body, the county."""
    known = ALWAYS | subject.known.slots | subject.catalogue.slots
    return slot in known or slot.removesuffix("_legal") in known
