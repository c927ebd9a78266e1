"""Rules on separation of duties: a duty that names nothing protects nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn import xml
from engine.bpmn.forms import read_field, said, words
from engine.bpmn.lint.subject import Subject
from engine.bpmn.model import Node
from engine.values import quorum
from engine.values.process import Finding

CERTIFICATES = frozenset(("enforcement", "supervision", "legal_profession"))
_RULE = re.compile(r"R([1-9]|1[0-5])")
_PEOPLE = frozenset(("person", "people"))
_OPINIONS = "opinions"


def check(subject: Subject) -> Iterator[Finding]:
    """Everything about one process."""
    for node in subject.process.nodes.values():
        for duty in xml.extensions(node.element, "duty"):
            yield from _duty(subject, node, duty)


def _duty(subject: Subject, node: Node, duty: xml.Element) -> Iterator[Finding]:
    line, known = xml.line_of(duty), subject.known
    rule = said(duty, "rule")
    if not _RULE.fullmatch(rule):
        yield subject.at("duties.unknown_rule", node, line=line, unknown=rule)
    for element in (
        *words(duty, "not_completed_by"),
        *words(duty, "apart_from"),
        *words(duty, "heard_at"),
    ):
        if element not in known.acted:
            yield subject.at("duties.unknown_element", node, line=line, unknown=element)
    for field in (
        *words(duty, "not_named_in"),
        *words(duty, "officers"),
        *words(duty, "members"),
    ):
        if not known.types(field) & _PEOPLE:
            yield subject.at("duties.unknown_field", node, line=line, unknown=field)
    certificate = said(duty, "needs_certificate")
    if certificate and certificate not in CERTIFICATES:
        yield subject.at("duties.unknown_certificate", node, line=line, unknown=certificate)
    yield from _meeting(subject, node, duty)
    yield from _apart(subject, node, duty)
    officers = said(duty, "min_officers")
    asks = (
        *words(duty, "not_completed_by"),
        *words(duty, "apart_from"),
        *words(duty, "not_named_in"),
        *words(duty, "not_of"),
        *words(duty, "members"),
        said(duty, "in_person"),
        certificate,
    )
    if not any(asks) and officers in ("", "0"):
        yield subject.at("duties.empty", node, line=line, rule=rule)


def _meeting(subject: Subject, node: Node, duty: xml.Element) -> Iterator[Finding]:
    """A meeting records opinions, and its quorum can be read."""
    line, known = xml.line_of(duty), subject.known
    if not words(duty, "members"):
        return
    opinions = said(duty, "opinions")
    of = {field.of for _, field in known.fields.get(opinions, ())}
    if _OPINIONS not in known.types(opinions) or of != {said(duty, "members")}:
        yield subject.at("duties.unknown_opinions", node, line=line, unknown=opinions)
    share = said(duty, "quorum")
    if share and not quorum.valid(share):
        yield subject.at("duties.bad_quorum", node, line=line, unknown=share)


def _apart(subject: Subject, node: Node, duty: xml.Element) -> Iterator[Finding]:
    """Steps done apart name each other, and each writes fields of its own (R12)."""
    line, nodes = xml.line_of(duty), subject.process.nodes
    for name in words(duty, "apart_from"):
        other = nodes.get(name)
        if other is None:
            if name in subject.known.acted:
                yield subject.at("duties.apart_one_sided", node, line=line, other=name)
            continue
        back = {
            one
            for found in xml.extensions(other.element, "duty")
            for one in words(found, "apart_from")
        }
        if other is node or node.id not in back:
            yield subject.at(
                "duties.apart_one_sided", node, line=line, other=other.name or other.id
            )
        elif shared := _entered(node) & _entered(other):
            yield subject.at("duties.apart_shared", node, line=line, unknown=min(shared))


def _entered(node: Node) -> set[str]:
    declared = map(read_field, xml.extensions(node.element, "field"))
    return {field.id for field in declared if not field.readonly}
