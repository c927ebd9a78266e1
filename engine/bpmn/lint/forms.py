"""Rules on forms: what people are asked, and under which names it is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from engine.bpmn import xml
from engine.bpmn.definition import repeated_names
from engine.bpmn.forms import read_field, said, words
from engine.bpmn.lint.subject import Subject
from engine.bpmn.model import PERSON_TASKS, Node, operation_of
from engine.bpmn.syntax import RESERVED
from engine.values.process import Disclosure, Field, FieldType, Finding

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_TYPES = frozenset(kind.value for kind in FieldType)
_DISCLOSURES = frozenset(rule.value for rule in Disclosure)
_CHOICES = (FieldType.CHOICE, FieldType.MULTIPLE_CHOICE, FieldType.CHECKLIST)
_COUNTED = (
    FieldType.PEOPLE,
    FieldType.FILE,
    *_CHOICES,
    FieldType.TEXT,
    FieldType.LONG_TEXT,
    FieldType.LEGAL_ARTICLE,
)
_PEOPLE = frozenset(("person", "people"))


def check(subject: Subject) -> Iterator[Finding]:
    """Everything about one process."""
    yield from _process(subject)
    for node in subject.process.nodes.values():
        fields = list(xml.extensions(node.element, "field"))
        seen: set[str] = set()
        for element in fields:
            yield from _field(subject, node, element)
            if said(element, "id") in seen:
                line = xml.line_of(element)
                yield subject.at(
                    "forms.duplicate_field", node, line=line, field=said(element, "id")
                )
            seen.add(said(element, "id"))
        yield from _task(subject, node, fields)
        yield from _names(subject, node)


def _process(subject: Subject) -> Iterator[Finding]:
    """``forms.undescribed``, and names and disclosure of ``duban:process``."""
    mark = xml.extension(subject.process.element, "process")
    if mark is None:
        if subject.process.executable and not subject.called:
            yield subject.about("forms.undescribed")
        return
    if not subject.called and not said(mark, "number"):
        yield subject.about("forms.undescribed")
    for attribute in ("title", "party"):
        field = said(mark, attribute)
        if field and field not in subject.known.names:
            yield subject.about("forms.unknown_field", field=field)
    disclosure = said(mark, "disclosure")
    if disclosure and disclosure not in _DISCLOSURES:
        yield subject.about("forms.unknown_disclosure", unknown=disclosure)


def _field(subject: Subject, node: Node, element: xml.Element) -> Iterator[Finding]:
    line, field = xml.line_of(element), read_field(element)
    kind = said(element, "type")
    if kind and kind not in _TYPES:
        yield subject.at("forms.unknown_type", node, line=line, field=field.id, unknown=kind)
        return
    yield from _name(subject, node, field.id, line)
    if not field.label:
        yield subject.at("forms.no_label", node, line=line, field=field.id)
    disclosure = said(element, "disclosure")
    if disclosure and disclosure not in _DISCLOSURES:
        yield subject.at("forms.unknown_disclosure", node, line=line, unknown=disclosure)
    if field.type in _CHOICES and not field.options:
        yield subject.at("forms.no_options", node, line=line, field=field.id)
    for value, times in Counter(option.value for option in field.options).items():
        if times > 1:
            facts = {"field": field.id, "unknown": value}
            yield subject.at("forms.duplicate_option", node, line=line, **facts)
    if not _range_makes_sense(field):
        yield subject.at("forms.range", node, line=line, field=field.id)
    yield from _elsewhere(subject, node, field, line)


def _elsewhere(subject: Subject, node: Node, field: Field, line: int) -> Iterator[Finding]:
    """``forms.type_differs`` and ``forms.readonly_unset``."""
    others = subject.known.fields.get(field.id, ())
    first = others[0][1].type if others else field.type
    if field.type is not first:
        yield subject.at(
            "forms.type_differs",
            node,
            line=line,
            field=field.id,
            field_type=field.type.value,
            other=first.value,
        )
    written = field.id in subject.known.computed or any(not other.readonly for _, other in others)
    if field.readonly and not written:
        yield subject.at("forms.readonly_unset", node, line=line, field=field.id)


def _range_makes_sense(field: Field) -> bool:
    if not field.minimum and not field.maximum:
        return True
    try:
        if field.type is FieldType.DATE:
            told = [end for end in (field.minimum, field.maximum) if end not in ("", "today")]
            ends = [date.fromisoformat(end) for end in told]
            return len(ends) < 2 or ends[0] <= ends[1]
        numbers = [Decimal(end) for end in (field.minimum, field.maximum) if end]
    except (ValueError, InvalidOperation):
        return False
    if not all(number.is_finite() for number in numbers):
        return False
    if field.type in _COUNTED and any(n != int(n) or n < 0 for n in numbers):
        return False
    return len(numbers) < 2 or numbers[0] <= numbers[1]


def _task(subject: Subject, node: Node, fields: list[xml.Element]) -> Iterator[Finding]:
    mark = xml.extension(node.element, "task")
    performer = said(mark, "performer")
    local = set(repeated_names(node))
    if performer and performer not in local and not subject.known.types(performer) & _PEOPLE:
        yield subject.at("forms.unknown_performer", node, unknown=performer)
    for element in words(mark, "returns") if mark is not None else ():
        if element not in subject.known.acted:
            yield subject.at("forms.unknown_return", node, unknown=element)
    names = {said(field, "id") for field in fields}
    for mark_ in xml.extensions(node.element, "check"):
        field = said(mark_, "field")
        if field and field not in names:
            line = xml.line_of(mark_)
            yield subject.at("forms.unknown_field", node, line=line, field=field)
    if node.kind in PERSON_TASKS and subject.described:
        yield from _complete(subject, node, mark, fields)


def _complete(
    subject: Subject, node: Node, mark: xml.Element | None, fields: list[xml.Element]
) -> Iterator[Finding]:
    """``forms.empty``, ``forms.no_stage``, ``forms.no_basis``: what a good task page shows."""
    if not fields and not said(mark, "instruction"):
        yield subject.at("forms.empty", node)
    stages = (said(xml.extension(n.element, "task"), "stage") for n in subject.process.around(node))
    if not any(stages):
        yield subject.at("forms.no_stage", node)
    if xml.extension(node.element, "basis") is None:
        yield subject.at("forms.no_basis", node)


def _names(subject: Subject, node: Node) -> Iterator[Finding]:
    """``names.bad`` and ``names.reserved`` of results and items."""
    result = said(operation_of(node), "result")
    for name in (result, *repeated_names(node)):
        if name:
            yield from _name(subject, node, name, node.line)


def _name(subject: Subject, node: Node, name: str, line: int) -> Iterator[Finding]:
    rule = name_rule(name)
    if rule:
        yield subject.at(rule, node, line=line, unknown=name)


def name_rule(name: str) -> str:
    """The rule a name of the case file breaks; empty if it may be used."""
    if not _NAME.fullmatch(name):
        return "names.bad"
    return "names.reserved" if name in RESERVED or name == "input_value" else ""
