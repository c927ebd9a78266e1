"""From the elements and flows of a process to the nodes tokens run through.

Two passes, so that no diagram is too long a chain: first every node, then every flow. Whatever the
runtime cannot do is a finding here, never a surprise in a running case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn import model, xml
from engine.bpmn.activities import Attached, EventSubprocess, Subprocess
from engine.bpmn.deciding import Decision
from engine.bpmn.decisions import Table
from engine.bpmn.events import Boundary, Catch, End, EventGateway, Kind, Throw, Trigger
from engine.bpmn.forms import role_and_body, said
from engine.bpmn.gateways import Exclusive, Inclusive, Parallel
from engine.bpmn.nodes import Flow, Node, Operation, Parameter, Passing, Person, Script
from engine.bpmn.repetition import Repeat, Repetition
from engine.bpmn.rungs import Rung
from engine.bpmn.timers import TimerText
from engine.bpmn.tokens import Scope
from engine.bpmn.xml import bpmn
from engine.values.process import Finding

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
_CAUGHT_BETWEEN = {"timer", "message", "signal", "conditional"}
_CAUGHT_AT_BORDER = {*_CAUGHT_BETWEEN, "error", "escalation", "cancel"}
_CAUGHT_BY_SUBPROCESS = {*_CAUGHT_BETWEEN, "error", "escalation"}
_THROWN = {"none", "message", "signal", "escalation", "link"}
_ENDS = {"none", "message", "signal", "escalation", "error", "cancel", "terminate"}
#: Ids with a meaning of their own in the library's workflows.
_RESERVED_IDS = frozenset(("Start", "End", "Root"))


@dataclass(frozen=True)
class Role:
    """Who acts at an element."""

    role: str
    body: str


@dataclass
class Built:
    """All scopes of a definition."""

    scopes: dict[str, Scope] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    #: The process an element belongs to.
    process_of: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def build(
    processes: Mapping[str, model.Process],
    trees: Mapping[str, xml.Element],
    tables: Mapping[str, Table],
) -> Built:
    """The scopes of all processes of a definition, with findings instead of nodes where need be."""
    built = Built()
    for process in processes.values():
        references = _References(trees[process.file])
        for scope in (process.id, *_inner_scopes(process)):
            _ScopeBuilder(built, process, scope, references, processes, tables).build()
    return built


def _inner_scopes(process: model.Process) -> Iterable[str]:
    return (
        node.id for node in process.nodes.values() if node.kind in ("subProcess", "transaction")
    )


class _References:
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


class _ScopeBuilder:
    """Builds the nodes of one process or subprocess."""

    def __init__(
        self,
        built: Built,
        process: model.Process,
        scope: str,
        references: _References,
        processes: Mapping[str, model.Process],
        tables: Mapping[str, Table],
    ) -> None:
        self._built = built
        self._process = process
        self._references = references
        self._processes = processes
        self._tables = tables
        self._id = scope
        self._scope = Scope(scope, process.file)
        self._inside = process.inside(scope)
        #: By element: the node a token enters, and the node it leaves.
        self._entries: dict[str, Node] = {}
        self._exits: dict[str, Node] = {}

    def build(self) -> None:
        if self._id in self._built.scopes:
            self._report("structure.duplicate_id", None, id=self._id)
            return
        self._built.scopes[self._id] = self._scope
        for node in self._inside:
            self._check_id(node)
        for node in self._inside:
            if node.id not in self._entries:
                self._make(node)
        self._connect()
        self._begin()

    def _report(self, rule: str, node: model.Node | None, **facts: str) -> None:
        line = self._process.line if node is None else node.line
        element = self._id if node is None else node.id
        if node is not None:
            facts = {"name": node.name or node.id, **facts}
        self._built.findings.append(
            xml.finding(rule, self._process.file, line=line, element=element, **facts)
        )

    def _check_id(self, node: model.Node) -> None:
        if node.id in _RESERVED_IDS or node.id.endswith(".EndJoin") or not node.id:
            self._report("structure.reserved_id", node, id=node.id)
        known = self._built.process_of.setdefault(node.id, self._process.id)
        if known != self._process.id and node.kind not in ("startEvent", "endEvent"):
            self._report("structure.duplicate_id", node, id=node.id)
        role, body = role_and_body(self._process, node)
        self._built.roles.setdefault(node.id, Role(role, body))

    # --- Nodes ------------------------------------------------------------------------------

    def _make(self, node: model.Node) -> None:
        made = _MAKERS.get(node.kind, _ScopeBuilder._unsupported)(self, node)
        if made is None:
            return
        self._exits[node.id] = made
        if node.kind not in model.ACTIVITIES:
            self._entries[node.id] = made
            return
        if isinstance(made, EventSubprocess):
            self._scope.start.listeners = (*self._scope.start.listeners, made.name)
            return
        made = self._repeated(node, made)
        self._exits[node.id] = made
        self._entries[node.id] = self._with_events(node, made)

    def _repeated(self, node: model.Node, made: Node) -> Node:
        """The repetition around an activity that is done many times, else the activity itself."""
        problem, how = read_repetition(node)
        if problem:
            self._report(problem, node)
        if how is None:
            return made
        name = f"{node.id}#repeated"
        made.repeated_by = name
        return Repeat(self._scope, name, **self._named(node), child=made.name, how=how)

    def _unsupported(self, node: model.Node) -> None:
        self._report("structure.unsupported", node, kind=node.kind)

    def _named(self, node: model.Node) -> dict[str, Any]:
        return {"element": node.id, "label": node.name}

    def _person(self, node: model.Node) -> Node:
        return Person(self._scope, node.id, **self._named(node))

    def _service(self, node: model.Node) -> Node:
        mark = model.operation_of(node)
        parameters = () if mark is None else tuple(mark.iterchildren(xml.duban("parameter")))
        return Operation(
            self._scope,
            node.id,
            **self._named(node),
            operation=said(mark, "name"),
            result=said(mark, "result"),
            parameters=[
                Parameter(said(p, "name"), p.get("value", ""), p.get("expression"))
                for p in parameters
            ],
        )

    def _script(self, node: model.Node) -> Node:
        return Script(self._scope, node.id, **self._named(node), script=model.script_of(node))

    def _decision(self, node: model.Node) -> Node | None:
        asked = model.decision_of(node)
        if not asked:
            return self._service(node)
        table = self._tables.get(asked)
        if table is None:
            self._report("calls.unknown_decision", node, decision=asked)
            return None
        return Decision(self._scope, node.id, **self._named(node), table=table)

    def _send(self, node: model.Node) -> Node:
        trigger = Trigger(Kind.MESSAGE, node.message or node.name or node.id)
        return Throw(self._scope, node.id, **self._named(node), trigger=trigger)

    def _receive(self, node: model.Node) -> Node:
        trigger = Trigger(Kind.MESSAGE, node.message or node.name or node.id)
        return Catch(self._scope, node.id, **self._named(node), trigger=trigger)

    def _call(self, node: model.Node) -> Node | None:
        called = model.called_by(node)
        if called not in self._processes:
            self._report("calls.unknown_process", node, called=called)
            return None
        return Subprocess(self._scope, node.id, **self._named(node), inner=called)

    def _subprocess(self, node: model.Node) -> Node | None:
        if not node.event_subprocess:
            return Subprocess(self._scope, node.id, **self._named(node), inner=node.id)
        starts = [n for n in self._process.inside(node.id) if n.kind == "startEvent"]
        if len(starts) != 1 or starts[0].event not in _CAUGHT_BY_SUBPROCESS:
            self._report("structure.event_subprocess_start", node)
            return None
        start = starts[0]
        trigger = self._trigger(start)
        if trigger is None:
            return None
        made = EventSubprocess(
            self._scope,
            node.id,
            **self._named(node),
            trigger=trigger,
            interrupting=start.interrupting or start.event == "error",
            inner=node.id,
        )
        made.event_element, made.event_label = start.id, start.name or start.id
        return made

    def _gateway(self, node: model.Node) -> Node:
        kind = {
            "exclusiveGateway": Exclusive,
            "parallelGateway": Parallel,
            "inclusiveGateway": Inclusive,
            "eventBasedGateway": EventGateway,
        }[node.kind]
        return kind(self._scope, node.id, **self._named(node))

    # --- Flows ------------------------------------------------------------------------------

    def _connect(self) -> None:
        for node in self._inside:
            flows = [flow for flow in self._process.leaving.get(node.id, ()) if self._usable(flow)]
            left = self._exits.get(node.id)
            if left is None:
                continue
            left.flows = tuple(self._flow(flow, node) for flow in flows)
            left.default = next((f for f in left.flows if f.id == node.default and f.id), None)
            if isinstance(left, Exclusive):
                self._check_choices(node, left)
            if isinstance(left, EventGateway):
                self._check_events(node, left)
        self._connect_links()

    def _usable(self, flow: model.Flow) -> bool:
        if flow.source in self._exits and flow.target in self._entries:
            return True
        nodes = self._process.nodes
        if flow.source not in nodes or flow.target not in nodes:
            self._built.findings.append(self._at_flow("structure.flow_to_nowhere", flow))
        elif nodes[flow.source].scope != nodes[flow.target].scope:
            self._built.findings.append(self._at_flow("structure.flow_across_border", flow))
        elif flow.target in self._exits or nodes[flow.target].event_subprocess:
            self._built.findings.append(self._at_flow("structure.flow_to_nowhere", flow))
        return False

    def _at_flow(self, rule: str, flow: model.Flow) -> Finding:
        return xml.finding(rule, self._process.file, line=flow.line, element=flow.id)

    def _flow(self, flow: model.Flow, source: model.Node) -> Flow:
        target = self._entries[flow.target]
        target.incoming |= {flow.id}
        conditional = source.kind not in ("parallelGateway", "eventBasedGateway", "startEvent")
        condition = unwrapped(flow.condition or "") if conditional else ""
        return Flow(flow.id, target.name, condition or None)

    def _check_choices(self, node: model.Node, gateway: Exclusive) -> None:
        if len(gateway.flows) == 1 and gateway.flows[0].condition is None:
            gateway.default = gateway.flows[0]
        for flow in gateway.flows:
            if flow.condition is None and flow is not gateway.default:
                self._report("structure.flow_without_condition", node, flow=flow.id)

    def _check_events(self, node: model.Node, gateway: EventGateway) -> None:
        events = [self._scope.task_specs[flow.target] for flow in gateway.flows]
        if not events or not all(isinstance(event, Catch) for event in events):
            self._report("structure.event_gateway", node)

    def _connect_links(self) -> None:
        """A link is thrown to the catching link event of the same name."""
        links = [node for node in self._inside if node.event == "link"]
        catching = {link_name(n): n for n in links if n.kind == "intermediateCatchEvent"}
        for node in links:
            if node.kind == "intermediateThrowEvent":
                target = catching.get(link_name(node))
                if target is None:
                    self._report("structure.link_to_nowhere", node)
                else:
                    self._exits[node.id].flows = (Flow("", self._entries[target.id].name),)

    def _begin(self) -> None:
        """Connect the root with the start events; the one a token takes by default comes first."""
        starts = [n for n in self._inside if n.kind == "startEvent" and n.id in self._entries]
        inner = self._id != self._process.id
        holder = self._process.nodes.get(self._id)
        event_subprocess = holder is not None and holder.event_subprocess
        plain = [n for n in starts if n.event == "none" or event_subprocess]
        if not starts or (inner and len(plain) != 1):
            self._report("structure.one_start", holder, found=str(len(plain)))
        ordered = [*plain, *(n for n in starts if n not in plain)]
        self._scope.start.plain = tuple(node.id for node in plain)
        self._scope.start.starts = {
            node.id: Flow("", self._entries[node.id].name) for node in ordered
        }

    # --- Events -----------------------------------------------------------------------------

    def _trigger(self, node: model.Node) -> Trigger | None:
        """What an event waits for or throws; ``None`` and a finding if it cannot be done."""
        definition = next(
            (e for e in node.element.iterchildren() if xml.local(e).endswith("EventDefinition")),
            None,
        )
        kind = _EVENT_KINDS.get(node.event)
        if definition is None or kind is None:
            self._report("structure.unsupported_event", node, event=node.event)
            return None
        if kind is Kind.TIMER:
            if node.timer is None or not node.timer.text:
                self._report("timers.empty", node)
                return None
            return Trigger(kind, timer=TimerText(node.timer.kind, unwrapped(node.timer.text)))
        if kind is Kind.CONDITION:
            condition = unwrapped(xml.text(definition.find(bpmn("condition"))))
            if not condition:
                self._report("structure.empty_condition", node)
                return None
            return Trigger(kind, condition=condition)
        if kind is Kind.MESSAGE:
            return Trigger(kind, node.message or node.name or node.id)
        if kind in (Kind.SIGNAL, Kind.ERROR, Kind.ESCALATION):
            reference = definition.get(f"{kind.value}Ref", "")
            name = self._references.of(reference)
            return Trigger(kind, name or (node.name or node.id if kind is Kind.SIGNAL else ""))
        return Trigger(kind)

    def _event(self, node: model.Node, allowed: set[str]) -> Trigger | None:
        if node.event not in allowed:
            self._report("structure.unsupported_event", node, event=node.event)
            return None
        return self._trigger(node)

    def _start(self, node: model.Node) -> Node | None:
        top = self._id == self._process.id
        if top and node.event == "timer":
            trigger = self._trigger(node)
            if trigger is None:
                return None
            return Catch(self._scope, node.id, **self._named(node), trigger=trigger)
        if top and node.event not in {"none", *_CAUGHT_BETWEEN}:
            self._report("structure.unsupported_event", node, event=node.event)
            return None
        return Passing(self._scope, node.id, **self._named(node))

    def _end(self, node: model.Node) -> Node | None:
        if node.event == "none":
            return Passing(self._scope, node.id, **self._named(node))
        trigger = self._event(node, _ENDS)
        if trigger is None:
            return None
        return End(self._scope, node.id, **self._named(node), trigger=trigger)

    def _catch(self, node: model.Node) -> Node | None:
        if node.event == "link":
            return Passing(self._scope, node.id, **self._named(node))
        trigger = self._event(node, _CAUGHT_BETWEEN)
        if trigger is None:
            return None
        return Catch(self._scope, node.id, **self._named(node), trigger=trigger)

    def _throw(self, node: model.Node) -> Node | None:
        if node.event in ("none", "link"):
            return Passing(self._scope, node.id, **self._named(node))
        trigger = self._event(node, _THROWN)
        if trigger is None:
            return None
        return Throw(self._scope, node.id, **self._named(node), trigger=trigger)

    def _with_events(self, node: model.Node, made: Node) -> Node:
        """The activity with its boundary events around it."""
        events = self._process.boundary.get(node.id, ())
        if not events:
            return made
        holder = Attached(self._scope, f"{node.id}#attached", element=node.id, main=made.name)
        for event in events:
            trigger = self._event(event, _CAUGHT_AT_BORDER)
            if trigger is None:
                continue
            boundary = Boundary(
                self._scope,
                event.id,
                **self._named(event),
                trigger=trigger,
                interrupting=event.interrupting or event.event in ("error", "cancel"),
                deadline=model.is_deadline(event),
            )
            boundary.rung = self._rung(event, node)
            holder.events = (*holder.events, boundary.name)
            self._entries[event.id] = self._exits[event.id] = boundary
        return holder

    def _rung(self, event: model.Node, activity: model.Node) -> Rung | None:
        mark = xml.extension(event.element, "escalation")
        if mark is None:
            return None
        role = self._built.roles[activity.id]
        return Rung(
            level=said(mark, "level"),
            step=activity.id,
            step_name=activity.name or activity.id,
            step_role=role.role,
            step_body=role.body,
            performer=said(xml.extension(activity.element, "task"), "performer"),
        )

    def _border(self, node: model.Node) -> None:
        attached = self._process.nodes.get(node.attached_to)
        if attached is None or attached.kind not in model.ACTIVITIES or attached.scope != self._id:
            self._report("structure.boundary_of_nothing", node)


_MAKERS = {
    "task": _ScopeBuilder._person,
    "userTask": _ScopeBuilder._person,
    "manualTask": _ScopeBuilder._person,
    "serviceTask": _ScopeBuilder._service,
    "scriptTask": _ScopeBuilder._script,
    "businessRuleTask": _ScopeBuilder._decision,
    "sendTask": _ScopeBuilder._send,
    "receiveTask": _ScopeBuilder._receive,
    "callActivity": _ScopeBuilder._call,
    "subProcess": _ScopeBuilder._subprocess,
    "transaction": _ScopeBuilder._subprocess,
    "exclusiveGateway": _ScopeBuilder._gateway,
    "parallelGateway": _ScopeBuilder._gateway,
    "inclusiveGateway": _ScopeBuilder._gateway,
    "eventBasedGateway": _ScopeBuilder._gateway,
    "startEvent": _ScopeBuilder._start,
    "endEvent": _ScopeBuilder._end,
    "intermediateCatchEvent": _ScopeBuilder._catch,
    "intermediateThrowEvent": _ScopeBuilder._throw,
    "boundaryEvent": _ScopeBuilder._border,
}


def link_name(node: model.Node) -> str:
    """The name that ties the two ends of a link together."""
    definition = node.element.find(bpmn("linkEventDefinition"))
    return said(definition, "name") or node.name


def unwrapped(text: str) -> str:
    """An expression without the brackets or the sign by which other tools mark expressions."""
    text = text.strip()
    wrapped = re.fullmatch(r"[$#]\{(.*)\}", text, re.DOTALL)
    if wrapped is not None:
        return wrapped[1].strip()
    return text[1:].strip() if text.startswith("=") and not text.startswith("==") else text


def read_repetition(node: model.Node) -> tuple[str, Repetition | None]:
    """How an activity is repeated, with the rule it breaks if it does."""
    loop = node.element.find(bpmn("standardLoopCharacteristics"))
    if loop is not None:
        return _read_loop(loop)
    many = node.element.find(bpmn("multiInstanceLoopCharacteristics"))
    if many is None:
        return "", None
    cardinality = unwrapped(xml.text(many.find(bpmn("loopCardinality"))))
    collection = _data_name(node, xml.text(many.find(bpmn("loopDataInputRef"))))
    if bool(cardinality) == bool(collection):
        return "structure.repetition", None
    return "", Repetition(
        sequential=many.get("isSequential") in ("true", "1"),
        cardinality=cardinality or None,
        collection=collection or None,
        item=_item(many.find(bpmn("inputDataItem"))),
        output=_data_name(node, xml.text(many.find(bpmn("loopDataOutputRef")))),
        output_item=_item(many.find(bpmn("outputDataItem"))),
        completion=unwrapped(xml.text(many.find(bpmn("completionCondition")))) or None,
    )


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


def _item(element: xml.Element | None) -> str:
    return said(element, "name") or said(element, "id")


def _data_name(node: model.Node, reference: str) -> str:
    """The key of the case file a data reference means: the name of the data, else itself."""
    for element in node.element.iter(bpmn("dataInput"), bpmn("dataOutput")):
        if said(element, "id") == reference:
            return said(element, "name") or reference
    return unwrapped(reference)
