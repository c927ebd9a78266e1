"""Parsers of single elements: SpiffWorkflow's, making our specs with what diagrams tell them.

What stands in the ``duban`` namespace becomes the extensions of the spec: whose turn it is, the
operation asked for, the decision table, the deadline, the rung of an escalation ladder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from engine.bpmn.events import Attached, Boundary, Catch, Passing
from engine.bpmn.forms import role_and_body, said
from engine.bpmn.nodes import Flow
from engine.bpmn.reading import period_of, read_repetition
from engine.bpmn.repetition import Repeat
from engine.bpmn.rungs import Rung
from engine.bpmn.tasks import Operation, Parameter

if TYPE_CHECKING:
    from engine.bpmn.parser import ScopeParser


class ElementParser(TaskParser):
    """Parses one element, with its repetition and its boundary events."""

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
        role, body = role_and_body(self.process_parser.process, self.model)
        return {"role": role, "body": body}

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
            **super().parse_extensions(node),
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
            return super().parse_extensions(node)
        start = self._start()
        role, body = role_and_body(self.process_parser.process, start)
        named = {"start": start.id, "start_name": start.name or start.id}
        return {"role": role, "body": body, **named}

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
    """Start events. That of a case may wait for a timer; else the scope has been started there."""

    @override
    def create_task(self) -> Passing | Catch:
        timed = self.model.event == "timer" and not period_of(self.model)
        waits = self.process_parser.top and timed
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
        return {
            **super().parse_extensions(node),
            "deadline": model.is_deadline(self.model),
            "rung": self._rung(),
        }

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
