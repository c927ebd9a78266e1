"""Rules on what people may do with a step besides completing it: return it, sign it together."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import xml
from engine.bpmn.forms import said, words
from engine.bpmn.lint.subject import Subject
from engine.bpmn.model import Node, Process
from engine.bpmn.reading import read_countersign, read_repetition
from engine.values.process import Finding
from engine.values.quorum import Rule

_JOINS = frozenset(("parallelGateway", "inclusiveGateway"))


def check(subject: Subject) -> Iterator[Finding]:
    """Everything about one process."""
    for node in subject.process.nodes.values():
        mark = xml.extension(node.element, "task")
        for element in words(mark, "returns") if mark is not None else ():
            step = subject.process.nodes.get(element)
            if element in subject.known.acted and not _is_before(subject.process, step, node):
                yield subject.at("forms.return_not_back", node, unknown=element)
        yield from _countersign(subject, node)


def _is_before(process: Process, step: Node | None, node: Node) -> bool:
    """Whether the node can only be reached by what came from the step, in the same scope."""
    if step is None or step.scope != node.scope or step.kind == "startEvent":
        return False
    return node.id in _reached_from(process, step.id)


def _reached_from(process: Process, step: str) -> frozenset[str]:
    """What the runtime withdraws on a return (:mod:`engine.bpmn.returning`), by ids."""
    ids: set[str] = set()
    flows: set[str] = set()
    waiting: set[str] = set()
    agenda = [step]
    while agenda:
        at = agenda.pop()
        node = process.nodes.get(at)
        if node is None or at in ids:
            continue
        entering = process.entering.get(at, ())
        if node.kind in _JOINS and len(entering) > 1 and not {f.id for f in entering} <= flows:
            waiting.add(at)
            continue
        ids.add(at)
        waiting.discard(at)
        agenda += [event.id for event in process.boundary.get(at, ())]
        if node.kind == "boundaryEvent" and not node.interrupting:
            continue
        flows.update(flow.id for flow in process.leaving.get(at, ()))
        agenda += [flow.target for flow in process.leaving.get(at, ())]
        agenda += waiting
    return frozenset(ids)


def _countersign(subject: Subject, node: Node) -> Iterator[Finding]:
    how = read_countersign(node)
    if how is None:
        return
    _, repeated = read_repetition(node)
    if repeated is None or repeated.loop or not repeated.output:
        yield subject.at("forms.countersign_alone", node)
    if how.rule not in tuple(Rule):
        yield subject.at("forms.countersign_rule", node, unknown=how.rule)
    own = {said(field, "id") for field in xml.extensions(node.element, "field")}
    if how.value not in own or how.agree not in subject.known.options.get(how.value, ()):
        yield subject.at("forms.countersign_answer", node, field=how.value, unknown=how.agree)
