"""From diagrams to task specs: SpiffWorkflow's parser with our specs and the ``duban`` namespace.

Three things differ from the library's way. Elements are parsed first and connected afterwards, so
that no diagram is too long a chain for its recursion. Every flow is kept with its id, and several
may leave any element. What an element is told in the ``duban`` namespace becomes its extensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ScriptTaskParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from typing_extensions import override

from engine.bpmn import model, xml
from engine.bpmn.activities import Call, EventSubprocess, Subprocess
from engine.bpmn.decisions import Table
from engine.bpmn.events import (
    Attached,
    Boundary,
    Catch,
    End,
    EventGateway,
    Passing,
    Throw,
    Trigger,
)
from engine.bpmn.forms import role_and_body, said
from engine.bpmn.gateways import Exclusive, Inclusive, Parallel
from engine.bpmn.nodes import Flow
from engine.bpmn.reading import References, link_name, read_repetition, read_trigger, unwrapped
from engine.bpmn.refusals import inner_scopes
from engine.bpmn.repetition import Repeat
from engine.bpmn.rungs import Rung
from engine.bpmn.tasks import Decision, Operation, Parameter, Person, Script, Service
from engine.bpmn.tokens import Scope
from engine.bpmn.xml import bpmn

#: Elements whose outgoing flows have no conditions.
_UNCONDITIONAL = ("parallelGateway", "eventBasedGateway", "startEvent")


class ElementParser(TaskParser):
    """Parses one element; what it is told in the ``duban`` namespace goes to its extensions."""

    process_parser: ScopeParser
    task: Any

    @property
    def bpmn_attributes(self) -> dict[str, Any]:
        """Without data objects and the like: all values are in the case file."""
        return {"lane": self.lane, "bpmn_name": self.node.get("name")}

    @property
    def model(self) -> model.Node:
        """The element as lint rules and forms see it."""
        return self.process_parser.process.nodes[self.bpmn_id]

    @override
    def parse_io_spec(self) -> None:
        return None

    @override
    def parse_extensions(self, node: Any = None) -> dict[str, Any]:
        return {}

    @override
    def _add_loop_task(self, loop_characteristics: Any) -> None:
        _, how = read_repetition(self.model)
        if how is None or self.model.event_subprocess:
            return
        original = self.spec.task_specs.pop(self.task.name)
        self.task = Repeat(self.spec, original.name, **self.bpmn_attributes)
        self._copy_task_attrs(original, loop_characteristics)
        self.task.bpmn_id = original.bpmn_id
        self.task.how = how
        self.task.child = original.name
        original.repeated_by = self.task.name
        original.completed_event.connect(self.task.merge_child)

    @override
    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        self._add_loop_task(loop_characteristics)

    @override
    def _add_boundary_event(self, children: Any) -> Attached:
        holder = Attached(self.spec, f"{self.bpmn_id}.BoundaryEventSplit", lane=self.task.lane)
        events = [self.process_parser.parse_node(child) for child in children]
        # The events first: an activity that fails or ends at once must find them waiting.
        for spec in (*events, self.task):
            holder.connect(spec)
            holder.flows = (*holder.flows, Flow("", spec.name))
        holder.main = self.task.name
        self.task.completed_event.connect(holder.activity_left)
        return holder


class OperationParser(ElementParser):
    """A service task, or a business rule task that may name a decision table."""

    @override
    def parse_extensions(self, node: Any = None) -> dict[str, Any]:
        mark = model.operation_of(self.model)
        found = () if mark is None else tuple(mark.iterchildren(xml.duban("parameter")))
        parameters = tuple(
            Parameter(said(p, "name"), p.get("value", ""), p.get("expression")) for p in found
        )
        return {
            "operation": Operation(said(mark, "name"), said(mark, "result"), parameters),
            "table": self.process_parser.parser.tables.get(model.decision_of(self.model)),
        }


class ScriptParser(ElementParser, ScriptTaskParser):
    """A script task; an empty one assigns nothing."""

    @override
    def get_script(self) -> str:
        return model.script_of(self.model)


class CallParser(ElementParser, CallActivityParser):
    """A call activity."""

    @override
    def create_task(self) -> Call:
        called = model.called_by(self.model)
        return Call(self.spec, self.bpmn_id, subworkflow_spec=called, **self.bpmn_attributes)


class InnerParser(ElementParser, SubWorkflowParser):
    """A subprocess, also one that waits for an event."""

    @override
    def create_task(self) -> Subprocess | EventSubprocess:
        parser = self.process_parser.parser
        parser.create_parser(self.node, filename=self.filename, lane=self.lane)
        if not self.model.event_subprocess:
            return Subprocess(
                self.spec, self.bpmn_id, subworkflow_spec=self.bpmn_id, **self.bpmn_attributes
            )
        start = self._start()
        made = EventSubprocess(
            self.spec,
            self.bpmn_id,
            subworkflow_spec=self.bpmn_id,
            event_definition=self.process_parser.trigger(start),
            **self.bpmn_attributes,
        )
        made.interrupting = start.interrupting or start.event == "error"
        return made

    @override
    def parse_extensions(self, node: Any = None) -> dict[str, Any]:
        if not self.model.event_subprocess:
            return {}
        start = self._start()
        return {"start": start.id, "start_name": start.name or start.id}

    def _start(self) -> model.Node:
        inside = self.process_parser.process.inside(self.bpmn_id)
        return next(node for node in inside if node.kind == "startEvent")


class EventParser(ElementParser):
    """Events between, at the end, and tasks that send or receive."""

    @override
    def create_task(self) -> Any:
        definition = self.process_parser.trigger(self.model)
        return self.spec_class(
            self.spec, self.bpmn_id, event_definition=definition, **self.bpmn_attributes
        )


class StartParser(ElementParser):
    """Start events. That of a case may wait for a timer; else somebody has started the scope."""

    @override
    def create_task(self) -> Passing | Catch:
        waits = self.process_parser.top and self.model.event == "timer"
        definition = self.process_parser.trigger(self.model) if waits else NoneEventDefinition()
        made = (Catch if waits else Passing)(
            self.spec, self.bpmn_id, event_definition=definition, **self.bpmn_attributes
        )
        self.spec.start.connect(made)
        return made


class BorderParser(ElementParser):
    """Boundary events: deadlines and rungs of escalation ladders among them."""

    @override
    def create_task(self) -> Boundary:
        return Boundary(
            self.spec,
            self.bpmn_id,
            event_definition=self.process_parser.trigger(self.model),
            cancel_activity=self.model.interrupting or self.model.event in ("error", "cancel"),
            **self.bpmn_attributes,
        )

    @override
    def parse_extensions(self, node: Any = None) -> dict[str, Any]:
        return {"deadline": model.is_deadline(self.model), "rung": self._rung()}

    def _rung(self) -> Rung | None:
        mark = xml.extension(self.node, "escalation")
        if mark is None:
            return None
        activity = self.process_parser.process.nodes[self.model.attached_to]
        role, body = role_and_body(self.process_parser.process, activity)
        return Rung(
            level=said(mark, "level"),
            step=activity.id,
            step_name=activity.name or activity.id,
            step_role=role,
            step_body=body,
            performer=said(xml.extension(activity.element, "task"), "performer"),
        )


class ScopeParser(ProcessParser):
    """Parses the elements of a process or subprocess, then connects them."""

    parser: DubanParser

    @property
    def process(self) -> model.Process:
        """The process the scope is, or lies in."""
        return self.parser.process_of[self.bpmn_id]

    @property
    def top(self) -> bool:
        """Whether it is a process rather than a subprocess."""
        return self.process.id == self.bpmn_id

    def trigger(self, node: model.Node) -> Trigger | NoneEventDefinition:
        """What an event waits for or throws."""
        if node.event in ("none", "link"):
            return NoneEventDefinition()
        _, trigger = read_trigger(node, self.parser.references[self.process.file])
        return trigger or NoneEventDefinition()

    @override
    def get_outgoing_sequence_flows(self, source_ref: str) -> list[Any]:
        """None while elements are parsed: they are connected when all of them are there."""
        return []

    @override
    def _parse(self) -> None:
        self.spec = Scope(self.bpmn_id, self.filename)
        inside = self.process.inside(self.bpmn_id)
        for node in inside:
            self.parse_node(node.element)
        for node in inside:
            self._connect(node)
        for node in inside:
            self._after(node)
        self._begin(inside)

    def _entry(self, element: str) -> str:
        """The node a token enters to come to an element."""
        attached = f"{element}.BoundaryEventSplit"
        return attached if attached in self.spec.task_specs else element

    def _connect(self, node: model.Node) -> None:
        if node.event_subprocess:
            return
        source = self.spec.task_specs[node.id]
        for flow in self.process.leaving.get(node.id, ()):
            target = self.spec.task_specs[self._entry(flow.target)]
            condition = "" if node.kind in _UNCONDITIONAL else unwrapped(flow.condition or "")
            made = Flow(flow.id, target.name, condition or None)
            source.connect(target)
            source.flows = (*source.flows, made)
            target.incoming = target.incoming | {flow.id}
            if flow.id and flow.id == node.default:
                source.default = made
        if isinstance(source, Exclusive) and len(source.flows) == 1:
            (only,) = source.flows
            source.default = only if only.condition is None else source.default

    def _after(self, node: model.Node) -> None:
        """Lead a token where no flow is drawn: over a link, or to the end of its scope."""
        source = self.spec.task_specs[node.id]
        if node.event == "link" and node.kind == "intermediateThrowEvent":
            caught = next(
                other
                for other in self.process.inside(self.bpmn_id)
                if other.kind == "intermediateCatchEvent"
                and other.event == "link"
                and link_name(other) == link_name(node)
            )
            target = self.spec.task_specs[caught.id]
        elif not source.flows:
            target = self.spec.end
        else:
            return
        source.connect(target)
        source.flows = (Flow("", target.name),)

    def _begin(self, inside: list[model.Node]) -> None:
        """Tell the start which start events there are; the one meant by default comes first."""
        start = self.spec.start
        holder = self.process.nodes.get(self.bpmn_id)
        aside = holder is not None and holder.event_subprocess
        starts = [node for node in inside if node.kind == "startEvent"]
        plain = [node for node in starts if node.event == "none" or aside]
        ordered = [*plain, *(node for node in starts if node not in plain)]
        start.plain = tuple(node.id for node in plain)
        start.starts = {node.id: Flow("", node.id) for node in ordered}
        listeners = [node for node in inside if node.event_subprocess]
        for node in listeners:
            start.connect(self.spec.task_specs[node.id])
        start.listeners = tuple(Flow("", node.id) for node in listeners)


class DubanParser(BpmnParser):
    """Parses the processes of a definition that :mod:`refusals` found nothing wrong with."""

    PROCESS_PARSER_CLASS = ScopeParser
    OVERRIDE_PARSER_CLASSES: ClassVar = {
        bpmn("task"): (ElementParser, Person),
        bpmn("userTask"): (ElementParser, Person),
        bpmn("manualTask"): (ElementParser, Person),
        bpmn("serviceTask"): (OperationParser, Service),
        bpmn("businessRuleTask"): (OperationParser, Decision),
        bpmn("scriptTask"): (ScriptParser, Script),
        bpmn("sendTask"): (EventParser, Throw),
        bpmn("receiveTask"): (EventParser, Catch),
        bpmn("callActivity"): (CallParser, Call),
        bpmn("subProcess"): (InnerParser, Subprocess),
        bpmn("transaction"): (InnerParser, Subprocess),
        bpmn("exclusiveGateway"): (ElementParser, Exclusive),
        bpmn("parallelGateway"): (ElementParser, Parallel),
        bpmn("inclusiveGateway"): (ElementParser, Inclusive),
        bpmn("eventBasedGateway"): (ElementParser, EventGateway),
        bpmn("startEvent"): (StartParser, Passing),
        bpmn("endEvent"): (EventParser, End),
        bpmn("intermediateCatchEvent"): (EventParser, Catch),
        bpmn("intermediateThrowEvent"): (EventParser, Throw),
        bpmn("boundaryEvent"): (BorderParser, Boundary),
    }

    def __init__(
        self,
        processes: Mapping[str, model.Process],
        trees: Mapping[str, xml.Element],
        tables: Mapping[str, Table],
    ) -> None:
        super().__init__()
        self._processes = processes
        self.tables = tables
        self.references = {file: References(root) for file, root in trees.items()}
        self.process_of = {
            scope: process
            for process in processes.values()
            for scope in (process.id, *inner_scopes(process))
        }
        for file, root in trees.items():
            self.add_bpmn_xml(root, file)

    def scopes(self) -> dict[str, Scope]:
        """The specs of all processes and subprocesses, by id."""
        found: dict[str, Scope] = {}
        while unread := [name for name in self.process_parsers if name not in found]:
            # Parsing a scope makes parsers for those in it.
            found.update((name, self.get_spec(name)) for name in unread)
        return found

    @override
    def _add_processes(self, bpmn: Any, filename: str | None = None) -> None:
        for process in self._processes.values():
            if process.file == filename:
                self.create_parser(process.element, filename)

    def _nothing(self, bpmn: Any) -> None:
        """What files say beside processes says nothing to a running case; names are References'."""

    _add_data_stores = _add_correlations = _add_collaborations = _nothing
    _add_messages = _add_signals = _add_errors = _add_escalations = _nothing
