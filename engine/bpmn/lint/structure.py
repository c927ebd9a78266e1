"""Rules on elements and flows: whatever a token could get lost in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.bpmn import xml
from engine.bpmn.lint.subject import Subject, found
from engine.bpmn.model import ACTIVITIES, FLOW_NODES, Flow, Node, Process
from engine.bpmn.reading import link_name
from engine.values.process import Finding

_CHOOSING = ("exclusiveGateway", "inclusiveGateway")
_MUST_GO_ON = (
    *("startEvent", "intermediateCatchEvent", "boundaryEvent", "exclusiveGateway"),
    *("parallelGateway", "inclusiveGateway", "eventBasedGateway"),
)


def check(subject: Subject) -> Iterator[Finding]:
    """Everything about one process."""
    yield from _ids(subject)
    yield from _flows(subject)
    yield from _choices(subject)
    yield from _events(subject)
    yield from _names(subject)
    for scope in _scopes(subject.process):
        yield from _paths(subject, scope)


def _scopes(process: Process) -> list[str]:
    return [process.id, *dict.fromkeys(n.scope for n in process.nodes.values() if n.scope)]


def _ids(subject: Subject) -> Iterator[Finding]:
    """``structure.missing_id``: without ids nothing can be recorded or referred to."""
    process = subject.process
    for element in process.element.iter():
        if xml.namespace(element) != xml.BPMN or element.get("id"):
            continue
        kind = xml.local(element)
        if kind in FLOW_NODES or kind in ("sequenceFlow", "process"):
            line, near = xml.line_of(element), xml.nearest_id(element)
            yield found("structure.missing_id", process.file, line=line, element=near, kind=kind)


def _flows(subject: Subject) -> Iterator[Finding]:
    """``structure.flow_backwards``: into a start or boundary event, or out of an end."""
    process = subject.process
    for flow in process.flows:
        source, target = process.nodes.get(flow.source), process.nodes.get(flow.target)
        into = target is not None and target.kind in ("startEvent", "boundaryEvent")
        out_of = source is not None and source.kind == "endEvent"
        if into or out_of:
            yield _at_flow(subject, "structure.flow_backwards", flow)


def _at_flow(subject: Subject, rule: str, flow: Flow) -> Finding:
    process = subject.process
    source = process.nodes.get(flow.source)
    name = flow.name or (source.name if source is not None else "") or flow.id
    return found(rule, process.file, line=flow.line, element=flow.id, name=name)


def _choices(subject: Subject) -> Iterator[Finding]:
    """``structure.no_default``, ``structure.wrong_default``."""
    process = subject.process
    for node in process.nodes.values():
        leaving = process.leaving.get(node.id, ())
        if node.default and node.default not in {flow.id for flow in leaving}:
            yield subject.at("structure.wrong_default", node)
            continue
        chooses = node.kind in _CHOOSING or node.kind in ACTIVITIES
        conditions = [flow.condition is not None for flow in leaving]
        if chooses and conditions and all(conditions) and not node.default:
            yield subject.at("structure.no_default", node)


def _events(subject: Subject) -> Iterator[Finding]:
    """``structure.unnamed_message``: nobody could ask for what has no name."""
    for node in subject.process.nodes.values():
        message = node.event == "message" or node.kind in ("receiveTask", "sendTask")
        if message and not node.message:
            yield subject.at("structure.unnamed_message", node)


def _names(subject: Subject) -> Iterator[Finding]:
    """``structure.unnamed``: pages, documents and the audit show names, not ids."""
    process = subject.process
    for node in process.nodes.values():
        timed = node.kind == "boundaryEvent" and node.event == "timer"
        if not node.name and (node.kind in ACTIVITIES or timed) and not node.event_subprocess:
            yield subject.at("structure.unnamed", node)


def _paths(subject: Subject, scope: str) -> Iterator[Finding]:
    """``no_end``, ``unreachable``, ``dead_end``, ``ends_silently``, ``no_way_out``."""
    process = subject.process
    inside = {node.id: node for node in process.inside(scope)}
    if not inside:
        return
    holder = process.nodes.get(scope)
    ends = any(node.kind == "endEvent" for node in inside.values())
    if not ends:
        yield (
            subject.about("structure.no_end")
            if holder is None
            else subject.at("structure.no_end", holder)
        )
    starts = [n.id for n in inside.values() if n.kind == "startEvent" or n.event_subprocess]
    onward = _onward(process, inside)
    reached = _reach(starts, onward)
    for node in inside.values():
        leaving = process.leaving.get(node.id, ())
        if node.id not in reached:
            yield subject.at("structure.unreachable", node)
        elif not leaving and node.kind in _MUST_GO_ON and node.event not in ("link", "compensate"):
            yield subject.at("structure.dead_end", node)
    main = _reach(starts, _onward(process, inside, _interrupting))
    for name in main:
        node = inside[name]
        last = node.kind in ACTIVITIES and not process.leaving.get(name)
        if ends and last and not node.event_subprocess:
            yield subject.at("structure.ends_silently", node)
    yield from _no_way_out(subject, inside, onward, reached)


def _any_event(_event: Node) -> bool:
    return True


def _interrupting(event: Node) -> bool:
    return event.interrupting


def _onward(
    process: Process, inside: Mapping[str, Node], events: Callable[[Node], bool] = _any_event
) -> dict[str, list[str]]:
    """Where a token can go from each node: flows, boundary events, links."""
    links = {
        link_name(node): node.id
        for node in inside.values()
        if node.event == "link" and node.kind == "intermediateCatchEvent"
    }
    onward: dict[str, list[str]] = {}
    for name, node in inside.items():
        targets = [flow.target for flow in process.leaving.get(name, ())]
        targets += [event.id for event in process.boundary.get(name, ()) if events(event)]
        if node.event == "link" and link_name(node) in links:
            targets.append(links[link_name(node)])
        onward[name] = [target for target in targets if target in inside]
    return onward


def _reach(starts: Iterable[str], onward: Mapping[str, list[str]]) -> list[str]:
    reached = dict.fromkeys(starts)
    agenda = list(reached)
    while agenda:
        for target in onward.get(agenda.pop(), ()):
            if target not in reached:
                reached[target] = None
                agenda.append(target)
    return list(reached)


def _no_way_out(
    subject: Subject,
    inside: Mapping[str, Node],
    onward: Mapping[str, list[str]],
    reached: Iterable[str],
) -> Iterator[Finding]:
    """The first node from which no end can be reached: a loop nobody ever leaves."""
    backward: dict[str, list[str]] = {}
    for name, targets in onward.items():
        for target in targets:
            backward.setdefault(target, []).append(name)
    ends = [name for name in inside if not onward[name] or inside[name].kind == "endEvent"]
    leading_out = set(_reach(ends, backward))
    may_come = set(reached)
    stuck = [name for name in inside if name in may_come and name not in leading_out]
    if stuck:
        yield subject.at("structure.no_way_out", inside[stuck[0]])
