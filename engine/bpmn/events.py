"""What a case waits for: timers, messages, signals, conditions, at borders and in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    IntermediateCatchEvent,
    StartEvent,
)
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn import timers
from engine.bpmn.nodes import FLOW, Node, grow, passed, unfinished, withdraw
from engine.bpmn.rungs import Rung, remember_deadline, remember_reached
from engine.bpmn.timers import TIMER, TimerText
from engine.values.running import Json, PassedKind


class Kind(StrEnum):
    """What an event is about."""

    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    CONDITION = "condition"
    ERROR = "error"
    ESCALATION = "escalation"
    CANCEL = "cancel"
    TERMINATE = "terminate"


@dataclass(frozen=True)
class Trigger(EventDefinition):
    """What an event waits for or throws. An error or escalation without code catches all.

    Takes the place of the library's definitions: their timers ask the machine's clock and their
    messages reach everybody who waits, while ours happen one by one, to the task that was chosen.
    """

    kind: Kind
    #: Name of the message or signal, code of the error or escalation.
    name: str = ""
    timer: TimerText | None = None
    condition: str = ""

    def caught_by(self, other: Trigger) -> bool:
        """Whether an event waiting for the other trigger catches this one."""
        if self.kind is not other.kind:
            return False
        return self.name == other.name or (not other.name and self.kind in BY_CODE)

    @override
    def update_task(self, my_task: Any) -> None:
        """The token has come to wait: compute its instant, once."""
        if self.timer is not None and TIMER not in my_task.internal_data:
            scripts = my_task.workflow.script_engine
            my_task.internal_data[TIMER] = timers.start(my_task, self.timer, scripts)
            my_task.task_spec.armed(my_task)


BY_CODE = (Kind.ERROR, Kind.ESCALATION, Kind.CANCEL)
#: Non-interrupting events of these kinds may happen again while what they belong to is open.
_REPEATABLE = (Kind.MESSAGE, Kind.SIGNAL, Kind.ESCALATION)


class Waiting(Node, CatchingEvent, BpmnSpecMixin):
    """Base of everything that waits for a trigger."""

    #: Whether what it belongs to ends when it happens.
    interrupting = True

    @property
    def trigger(self) -> Trigger:
        """What it waits for."""
        trigger: Trigger = self.event_definition
        return trigger

    @property
    def deadline(self) -> bool:
        """Whether it is the deadline of what it sits on."""
        return bool(self.extensions.get("deadline"))

    @property
    def event_element(self) -> str:
        """The element whose form and timer it is: for event subprocesses their start event."""
        return self.element

    @property
    def event_label(self) -> str:
        """What people call the event."""
        return self.label

    def armed(self, task: Any) -> None:
        """A timer was set or moved."""

    @override
    def condition_holds(self, task: Any) -> bool:
        if self.trigger.kind is not Kind.CONDITION:
            return False
        return task.workflow.script_engine.evaluate(task, self.trigger.condition) is True

    def fire(self, task: Any, values: Mapping[str, Json] | None = None) -> None:
        """What was waited for has happened."""
        task.workflow.script_engine.write(task, values or {})
        self.happened(task)
        self.catch(task, None)
        self._update(task)

    def happened(self, task: Any) -> None:
        """Stop what the event interrupts, or wait for it again."""

    def wait_again(self, task: Any) -> None:
        """Hang another waiting task beside one that fires, if the event may happen again."""
        cycle = timers.next_occurrence(task.internal_data.get(TIMER))
        if cycle is None and self.trigger.kind not in _REPEATABLE:
            return
        again = grow(task.parent, self.name)
        again.data = dict(task.data)
        if cycle is not None:
            again.internal_data[TIMER] = cycle
        self._update(again)

    @override
    def _run_hook(self, my_task: Any) -> bool:
        # The library would look for events of this name below: finished ones it means to reset.
        return True


class Catch(Waiting, IntermediateCatchEvent):
    """Intermediate catch events, receive tasks and start events that wait for a timer."""

    activity = True

    @override
    def happened(self, task: Any) -> None:
        parent = task.parent
        if isinstance(parent.task_spec, EventGateway):
            for other in parent.children:
                if other is not task and other.task_spec.name in parent.task_spec.targets:
                    withdraw(other, tell=False)

    @override
    def _on_complete_hook(self, my_task: Any) -> None:
        gateway = my_task.parent
        if isinstance(gateway.task_spec, EventGateway):
            # Which flow was taken is known, and told, only now.
            passed(gateway, PassedKind.COMPLETED, (my_task.internal_data[FLOW],))
        super()._on_complete_hook(my_task)


class Passing(Node, StartEvent):
    """Start events that need no event, and links that are caught: the token passes."""


class EventGateway(Node, BpmnSpecMixin):
    """Waits for the first of the events behind it.

    The library lets the gateway wait in their place; people and the clock must know each of them.
    """

    @property
    def targets(self) -> frozenset[str]:
        """Names of the events behind it."""
        return frozenset(flow.target for flow in self.flows)

    @override
    def _on_complete_hook(self, my_task: Any) -> None:
        for flow in self.flows:
            grow(my_task, flow.target).internal_data[FLOW] = flow.id

    @override
    def holds_together(self, task: Any, child: Any) -> bool:
        return child.task_spec.name in self.targets and unfinished(child)


class Boundary(Waiting, BoundaryEvent):
    """An event at the border of an activity; its task hangs beside the activity's."""

    def __init__(self, wf_spec: Any, name: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.interrupting = self.cancel_activity

    @override
    def armed(self, task: Any) -> None:
        if self.deadline:
            remember_deadline(task)

    @override
    def happened(self, task: Any) -> None:
        beside = [other for other in task.parent.children if other is not task]
        main = [other for other in beside if other.task_spec.name == task.parent.task_spec.main]
        rung: Rung | None = self.extensions.get("rung")
        carried = rung.names(main[0]) if rung is not None and main else {}
        if not self.interrupting:
            remember_reached(task)
            self.wait_again(task)
        else:
            for other in main:
                withdraw(other)
            stop_waiting(beside)
        task.data = {**task.data, **carried}


class Attached(Node, BoundaryEventSplit):
    """Holds an activity and its boundary events together."""

    def activity_left(self, workflow: Any, main: Any) -> None:
        """The activity was completed: its boundary events wait no more."""
        stop_waiting(main.parent.children)

    @override
    def _run_hook(self, my_task: Any) -> bool:
        return True

    @override
    def holds_together(self, task: Any, child: Any) -> bool:
        return any(flow.target == child.task_spec.name for flow in self.flows)


def stop_waiting(tasks: list[Any]) -> None:
    """Withdraw the boundary events among the tasks."""
    for task in tasks:
        if isinstance(task.task_spec, Boundary) and task._state == TaskState.WAITING:
            withdraw(task, tell=False)
