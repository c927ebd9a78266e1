"""Makes the node of an element: which kind it is, and what it needs to know.

Whatever the runtime cannot do is reported, and no node made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from engine.bpmn import model, xml
from engine.bpmn.activities import EventSubprocess, Subprocess
from engine.bpmn.decisions import Table
from engine.bpmn.events import Boundary, Catch, End, EventGateway, Kind, Throw, Trigger
from engine.bpmn.forms import role_and_body, said
from engine.bpmn.gateways import Exclusive, Inclusive, Parallel
from engine.bpmn.nodes import Node, Passing
from engine.bpmn.reading import References, unwrapped
from engine.bpmn.rungs import Rung
from engine.bpmn.tasks import Decision, Operation, Parameter, Person, Script
from engine.bpmn.timers import TimerText
from engine.bpmn.tokens import Scope
from engine.bpmn.xml import bpmn

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


class Report(Protocol):
    """Takes a finding about a node."""

    def __call__(self, rule: str, node: model.Node | None, **facts: str) -> None:
        """Report that the node breaks the rule."""


class ElementMaker:
    """Makes the nodes of one scope."""

    def __init__(
        self,
        scope: Scope,
        process: model.Process,
        references: References,
        processes: Mapping[str, model.Process],
        tables: Mapping[str, Table],
        report: Report,
    ) -> None:
        self._scope = scope
        self._process = process
        self._references = references
        self._processes = processes
        self._tables = tables
        self._report = report

    def make(self, node: model.Node) -> Node | None:
        """The node of an element, or ``None`` and a report."""
        return _MAKERS.get(node.kind, ElementMaker._unsupported)(self, node)

    def boundary(self, event: model.Node, activity: model.Node) -> Boundary | None:
        """The node of a boundary event, or ``None`` and a report."""
        trigger = self._event(event, _CAUGHT_AT_BORDER)
        if trigger is None:
            return None
        made = Boundary(
            self._scope,
            event.id,
            **self._named(event),
            trigger=trigger,
            interrupting=event.interrupting or event.event in ("error", "cancel"),
            deadline=model.is_deadline(event),
        )
        made.rung = self._rung(event, activity)
        return made

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
        top = self._scope.name == self._process.id
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

    def _rung(self, event: model.Node, activity: model.Node) -> Rung | None:
        mark = xml.extension(event.element, "escalation")
        if mark is None:
            return None
        role, body = role_and_body(self._process, activity)
        return Rung(
            level=said(mark, "level"),
            step=activity.id,
            step_name=activity.name or activity.id,
            step_role=role,
            step_body=body,
            performer=said(xml.extension(activity.element, "task"), "performer"),
        )

    def _border(self, node: model.Node) -> None:
        attached = self._process.nodes.get(node.attached_to)
        if (
            attached is None
            or attached.kind not in model.ACTIVITIES
            or attached.scope != node.scope
        ):
            self._report("structure.boundary_of_nothing", node)


_MAKERS: Mapping[str, Callable[[ElementMaker, model.Node], Node | None]] = {
    "task": ElementMaker._person,
    "userTask": ElementMaker._person,
    "manualTask": ElementMaker._person,
    "serviceTask": ElementMaker._service,
    "scriptTask": ElementMaker._script,
    "businessRuleTask": ElementMaker._decision,
    "sendTask": ElementMaker._send,
    "receiveTask": ElementMaker._receive,
    "callActivity": ElementMaker._call,
    "subProcess": ElementMaker._subprocess,
    "transaction": ElementMaker._subprocess,
    "exclusiveGateway": ElementMaker._gateway,
    "parallelGateway": ElementMaker._gateway,
    "inclusiveGateway": ElementMaker._gateway,
    "eventBasedGateway": ElementMaker._gateway,
    "startEvent": ElementMaker._start,
    "endEvent": ElementMaker._end,
    "intermediateCatchEvent": ElementMaker._catch,
    "intermediateThrowEvent": ElementMaker._throw,
    "boundaryEvent": ElementMaker._border,
}
