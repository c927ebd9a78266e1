"""Rules on service tasks: operations, their parameters and the codes they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.bpmn import xml
from engine.bpmn.forms import said
from engine.bpmn.lint.roles import slot_known
from engine.bpmn.lint.subject import Subject
from engine.bpmn.model import Node, operation_of
from engine.values.process import Finding, OperationShape

#: How a notice is meant.
LEVELS = frozenset(("remind", "urge", "supervise"))
#: What is done with a certificate, and with somebody's being an auxiliary.
ACTIONS = {
    "certificate": frozenset(("issue", "suspend", "restore", "cancel")),
    "auxiliary": frozenset(("register", "end")),
}
#: Parameters that name a body slot, when they are no expression.
_SLOTS = frozenset(
    {
        ("notify", "body"),
        ("issue_document", "body"),
        ("certificate", "body"),
        ("auxiliary", "body"),
        ("end_body", "body"),
        ("end_body", "successor"),
    }
)
#: Operations whose further parameters are columns, with those that are not.
_OF_REGISTER = {
    "register": ("register", "key"),
    "overlaps": ("register", "begins", "ends"),
}
#: Kinds of certificates an operation may write.
CERTIFICATES = frozenset(("enforcement", "delegated", "supervision"))


def check(subject: Subject) -> Iterator[Finding]:
    """Everything about one process."""
    for node in subject.process.nodes.values():
        if node.kind == "serviceTask":
            yield from _service(subject, node)
        for mark in xml.extensions(node.element, "document"):
            line = xml.line_of(mark)
            yield from _known(
                subject, node, line, "document", said(mark, "type"), subject.catalogue.documents
            )


def _service(subject: Subject, node: Node) -> Iterator[Finding]:
    mark = operation_of(node)
    if mark is None or not said(mark, "name"):
        yield subject.at("operations.none", node)
        return
    line, operation = xml.line_of(mark), said(mark, "name")
    shapes = subject.catalogue.operations
    if shapes and operation not in shapes:
        yield subject.at("operations.unknown", node, line=line, unknown=operation)
        return
    given: dict[str, xml.Element] = {}
    for parameter in mark.iterchildren(xml.duban("parameter")):
        name, at = said(parameter, "name"), xml.line_of(parameter)
        if name in given:
            yield subject.at("operations.duplicate_parameter", node, line=at, parameter=name)
        if (parameter.get("value") is None) == (parameter.get("expression") is None):
            yield subject.at("operations.value_or_expression", node, line=at, parameter=name)
        given[name] = parameter
    if operation in shapes:
        yield from _shape(subject, node, line, shapes[operation], given)
    yield from _values(subject, node, operation, given)


def _shape(
    subject: Subject,
    node: Node,
    line: int,
    shape: OperationShape,
    given: Mapping[str, xml.Element],
) -> Iterator[Finding]:
    for name in shape.required:
        if name not in given:
            yield subject.at("operations.missing_parameter", node, line=line, parameter=name)
    if shape.one_of and not set(shape.one_of) & set(given):
        needed = " / ".join(shape.one_of)
        yield subject.at("operations.missing_parameter", node, line=line, parameter=needed)
    taken = {*shape.required, *shape.optional, *shape.one_of}
    for name, parameter in given.items():
        if not shape.open and name not in taken:
            at = xml.line_of(parameter)
            yield subject.at("operations.unknown_parameter", node, line=at, parameter=name)


def _values(
    subject: Subject, node: Node, operation: str, given: Mapping[str, xml.Element]
) -> Iterator[Finding]:
    """Literal values that name something of the catalogue."""
    catalogue = subject.catalogue
    vocabularies: dict[tuple[str, str], tuple[str, Collection[str]]] = {
        ("issue_document", "type"): ("document", catalogue.documents),
        ("publish", "document"): ("document", catalogue.documents),
        ("register", "register"): ("register", catalogue.registers),
        ("overlaps", "register"): ("register", catalogue.registers),
        ("unpublish", "document"): ("document", catalogue.documents),
        ("certificate", "action"): ("action", ACTIONS["certificate"]),
        ("certificate", "kind"): ("certificate", CERTIFICATES),
        ("auxiliary", "action"): ("action", ACTIONS["auxiliary"]),
        ("notify", "message"): ("message", catalogue.messages),
        ("notify", "role"): ("role", catalogue.roles),
        ("notify", "level"): ("level", LEVELS),
        ("extend_clock", "limit"): ("limit", catalogue.limits),
        ("open_case", "process"): (
            "process",
            {*catalogue.processes, *subject.bundle.processes} if catalogue.processes else (),
        ),
    }
    for name, parameter in given.items():
        value, line = parameter.get("value"), xml.line_of(parameter)
        if value is None:
            continue
        if (operation, name) in vocabularies:
            kind, known = vocabularies[operation, name]
            yield from _known(subject, node, line, kind, value.strip(), known)
        if (operation, name) in _SLOTS and not slot_known(subject, value.strip()):
            yield subject.at("roles.unknown_slot", node, line=line, unknown=value)
    yield from _columns(subject, node, operation, given)


def _columns(
    subject: Subject, node: Node, operation: str, given: Mapping[str, xml.Element]
) -> Iterator[Finding]:
    """Further parameters of ``register`` and ``overlaps`` are columns of the register."""
    columns = subject.catalogue.registers.get(said(given.get("register"), "value"))
    if operation not in _OF_REGISTER or columns is None:
        return
    for name, parameter in given.items():
        if name not in columns and name not in _OF_REGISTER[operation]:
            at = xml.line_of(parameter)
            yield subject.at("operations.unknown_parameter", node, line=at, parameter=name)


def _known(
    subject: Subject, node: Node, line: int, kind: str, value: str, known: Collection[str]
) -> Iterator[Finding]:
    if known and value not in known:
        yield subject.at("operations.unknown_value", node, line=line, kind=kind, unknown=value)
