"""Rules on separation of duties: a duty that names nothing protects nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn import xml
from engine.bpmn.forms import said, words
from engine.bpmn.lint.subject import Subject
from engine.bpmn.model import Node
from engine.values.process import Finding

CERTIFICATES = frozenset(("enforcement", "supervision"))
_RULE = re.compile(r"R([1-9]|1[0-5])")
_PEOPLE = frozenset(("person", "people"))


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
    for element in words(duty, "not_completed_by"):
        if element not in known.acted:
            yield subject.at("duties.unknown_element", node, line=line, unknown=element)
    for field in (*words(duty, "not_named_in"), *words(duty, "officers")):
        if not known.types(field) & _PEOPLE:
            yield subject.at("duties.unknown_field", node, line=line, unknown=field)
    certificate = said(duty, "needs_certificate")
    if certificate and certificate not in CERTIFICATES:
        yield subject.at("duties.unknown_certificate", node, line=line, unknown=certificate)
    officers = said(duty, "min_officers")
    asks = (*words(duty, "not_completed_by"), *words(duty, "not_named_in"), certificate)
    if not any(asks) and officers in ("", "0"):
        yield subject.at("duties.empty", node, line=line, rule=rule)
