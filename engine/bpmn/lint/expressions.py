"""Rules on everything that is computed: conditions, timers, scripts, parameters, checks, cells."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from engine.bpmn import periods, xml
from engine.bpmn.forms import said
from engine.bpmn.lint.subject import Known, Subject
from engine.bpmn.model import Node, operation_of, script_of
from engine.bpmn.reading import unwrapped
from engine.bpmn.scripts import check_script, script_names
from engine.bpmn.syntax import Problem, Refused, check, limits_named, names_read, parsed
from engine.bpmn.xml import bpmn
from engine.values.process import Finding

_CHOICES = frozenset(("choice", "multiple_choice", "checklist"))


@dataclass(frozen=True)
class Place:
    """An expression in a diagram. ``where`` says what it is for."""

    where: str
    text: str
    node: Node
    line: int
    element: str = ""


def check_process(subject: Subject) -> Iterator[Finding]:
    """Everything about one process."""
    for place in places(subject):
        yield from _expression(subject, place)
    for node in subject.process.nodes.values():
        if node.kind == "scriptTask":
            yield from _script(subject, node)


def places(subject: Subject) -> Iterator[Place]:
    """Every expression of a process, scripts aside."""
    process = subject.process
    for flow in process.flows:
        source = process.nodes.get(flow.source)
        if flow.condition is not None and source is not None:
            yield Place("condition", unwrapped(flow.condition), source, flow.line, flow.id)
    for node in process.nodes.values():
        yield from _of_events(node)
        yield from _of_forms(node)
        yield from _of_repetition(node)
        operation = operation_of(node)
        for parameter in (
            operation.iterchildren(xml.duban("parameter")) if operation is not None else ()
        ):
            if parameter.get("expression") is not None:
                line = xml.line_of(parameter)
                yield Place("parameter", said(parameter, "expression"), node, line)


def _of_events(node: Node) -> Iterator[Place]:
    if node.timer is not None:
        text = unwrapped(node.timer.text)
        iso = periods.is_cycle(text) or periods.is_duration(text) or periods.is_instant(text)
        if text and not iso:
            yield Place("timer", text, node, node.timer.line)
    if node.event == "conditional":
        for condition in node.element.iter(bpmn("condition")):
            text = unwrapped(xml.text(condition))
            if text:
                yield Place("condition", text, node, xml.line_of(condition))


def _of_forms(node: Node) -> Iterator[Place]:
    for field in xml.extensions(node.element, "field"):
        text = said(field, "visible_when")
        if text:
            yield Place("visible_when", text, node, xml.line_of(field))
    for duty in xml.extensions(node.element, "duty"):
        text = said(duty, "when")
        if text:
            yield Place("duty", text, node, xml.line_of(duty))
    for mark in xml.extensions(node.element, "check"):
        yield Place("check", said(mark, "expression"), node, xml.line_of(mark))


def _of_repetition(node: Node) -> Iterator[Place]:
    many = node.element.find(bpmn("multiInstanceLoopCharacteristics"))
    loop = node.element.find(bpmn("standardLoopCharacteristics"))
    for holder, tags in (
        (many, ("loopCardinality", "completionCondition")),
        (loop, ("loopCondition",)),
    ):
        for tag in tags if holder is not None else ():
            part = holder.find(bpmn(tag)) if holder is not None else None
            text = unwrapped(xml.text(part))
            if part is not None and text:
                yield Place("repetition", text, node, xml.line_of(part))


# --- One expression -----------------------------------------------------------------------------


def _expression(subject: Subject, place: Place) -> Iterator[Finding]:
    problems = check(place.text)
    for problem in problems:
        yield _bad(subject, place, problem)
    if problems:
        return
    for name in sorted(names_read(place.text) - subject.known.names):
        yield _at(subject, "expressions.unknown_name", place, unknown=name)
    yield from _limits(subject, place)
    for rule, facts in misuses(place.text, subject.known):
        yield _at(subject, rule, place, **facts)


def _at(subject: Subject, rule: str, place: Place, **facts: str) -> Finding:
    return subject.at(rule, place.node, line=place.line, where=place.where, **facts)


def _bad(subject: Subject, place: Place, problem: Problem) -> Finding:
    facts = {"problem": problem.code.removeprefix("expression."), "text": place.text[:80]}
    detail = problem.facts.get("what") or problem.facts.get("name") or ""
    return _at(subject, "expressions.bad", place, detail=detail, **facts)


def _limits(subject: Subject, place: Place) -> Iterator[Finding]:
    limits = subject.catalogue.limits
    for key in limits_named(place.text):
        if key is None:
            yield _at(subject, "timers.computed_limit", place)
        elif limits and key not in limits:
            yield _at(subject, "timers.unknown_limit", place, unknown=key)


def _script(subject: Subject, node: Node) -> Iterator[Finding]:
    text = script_of(node)
    holder = node.element.find(bpmn("script"))
    first = xml.line_of(holder) if holder is not None else node.line
    if not text.strip():
        yield subject.at("expressions.empty_script", node)
        return
    problems = check_script(text)
    for problem in problems:
        place = Place("script", problem.facts.get("text", ""), node, first + problem.line - 1)
        yield _bad(subject, place, problem)
    if problems:
        return
    place = Place("script", text, node, first)
    for name in sorted(script_names(text)[0] - subject.known.names):
        yield _at(subject, "expressions.unknown_name", place, unknown=name)
    for number, line in enumerate(text.splitlines()):
        expression = line.partition("=")[2]
        if expression and not line.lstrip().startswith("#"):
            at = Place("script", expression.strip(), node, first + number)
            yield from _limits(subject, at)
            for rule, facts in misuses(at.text, subject.known):
                yield _at(subject, rule, at, **facts)


# --- Values that can never be -------------------------------------------------------------------


def misuses(
    text: str, known: Known, aliases: Mapping[str, str] | None = None
) -> Iterator[tuple[str, dict[str, str]]]:
    """Comparisons that never come true: with an option no field offers, or of the wrong kind.

    ``aliases`` names fields that go by another name, as the input of a decision table does.
    """
    try:
        tree = parsed(text)
    except Refused:
        return
    aliases = aliases or {}
    for node in ast.walk(tree):
        for name, constants in _compared(node):
            field = aliases.get(name, name)
            types = known.types(field)
            if field in known.computed or len(types) != 1:
                continue
            (kind,) = types
            yield from _misused(field, kind, constants, known)


def _misused(
    field: str, kind: str, constants: Collection[object], known: Known
) -> Iterator[tuple[str, dict[str, str]]]:
    if kind in _CHOICES:
        for constant in constants:
            if isinstance(constant, str) and constant not in known.options[field]:
                yield "expressions.unknown_option", {"field": field, "unknown": constant}
    wrong = {
        "money": (int, float),
        "yes_no_note": (bool, int, float, str),
        "number": (str,),
    }.get(kind, ())
    if any(isinstance(constant, wrong) for constant in constants):
        yield "expressions.wrong_kind", {"field": field, "field_type": kind}


def _compared(node: ast.AST) -> Iterator[tuple[str, list[object]]]:
    """Names with the constants they are compared with or counted with."""
    match node:
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            constants = [c for side in sides for c in _constants(side)]
            yield from ((s.id, constants) for s in sides if isinstance(s, ast.Name) and constants)
        case ast.BinOp(left=left, right=right):
            for one, other in ((left, right), (right, left)):
                if isinstance(one, ast.Name) and (constants := _constants(other)):
                    numbers = [c for c in constants if not isinstance(c, str)]
                    yield one.id, numbers
        case ast.Call(func=ast.Name(id="contains"), args=[ast.Name(id=name), other]):
            yield name, _constants(other)


def _constants(node: ast.expr) -> list[object]:
    if isinstance(node, ast.Constant):
        return [] if node.value is None else [node.value]
    if isinstance(node, (ast.List, ast.Tuple)):
        return [c for element in node.elts for c in _constants(element)]
    if isinstance(node, ast.Name) and node.id in ("true", "false"):
        return [node.id == "true"]
    return []
