"""From diagrams to task specs: SpiffWorkflow's parser with our specs and the ``duban`` namespace.

Two things differ from the library's way. Elements are parsed first and connected afterwards, so
that no diagram is too long a chain for its recursion. Every flow is kept with its id, and several
may leave any element.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from typing_extensions import override

from engine.bpmn import model, xml
from engine.bpmn.activities import Call, Subprocess
from engine.bpmn.decisions import Table
from engine.bpmn.elements import (
    BorderParser,
    CallParser,
    ElementParser,
    EventParser,
    InnerParser,
    OperationParser,
    ScriptParser,
    StartParser,
)
from engine.bpmn.events import Boundary, Catch, EventGateway, Passing, Trigger
from engine.bpmn.gateways import Exclusive, Inclusive, Parallel
from engine.bpmn.nodes import Flow
from engine.bpmn.reading import References, link_name, read_trigger, unwrapped
from engine.bpmn.refusals import inner_scopes
from engine.bpmn.tasks import Decision, Person, Script, Service
from engine.bpmn.throwing import End, Throw
from engine.bpmn.tokens import Scope
from engine.bpmn.xml import bpmn

#: Elements whose outgoing flows have no conditions.
_UNCONDITIONAL = ("parallelGateway", "eventBasedGateway", "startEvent")


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
            target = self._caught(link_name(node))
        elif not source.flows:
            target = self.spec.end
        else:
            return
        source.connect(target)
        source.flows = (Flow("", target.name),)

    def _caught(self, link: str) -> Any:
        return next(
            self.spec.task_specs[node.id]
            for node in self.process.inside(self.bpmn_id)
            if node.kind == "intermediateCatchEvent"
            and node.event == "link"
            and link_name(node) == link
        )

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
