"""Events: what a case waits for, and what it throws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn import timers
from engine.bpmn.casefile import owner
from engine.bpmn.nodes import (
    Flow,
    Node,
    grow,
    hold,
    passed,
    resume,
    unfinished,
    withdraw,
    withdraw_all,
)
from engine.bpmn.rungs import Rung, remember_deadline
from engine.bpmn.timers import TIMER, TimerText
from engine.errors import Broken
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
class Trigger:
    """What an event waits for or throws. An error or escalation without code catches all."""

    kind: Kind
    #: Name of the message or signal, code of the error or escalation.
    name: str = ""
    timer: TimerText | None = None
    condition: str = ""

    def caught_by(self, other: Trigger) -> bool:
        """Whether an event waiting for the other trigger catches this one."""
        if self.kind is not other.kind:
            return False
        return self.name == other.name or (not other.name and self.kind in _BY_CODE)


_BY_CODE = (Kind.ERROR, Kind.ESCALATION, Kind.CANCEL)
#: Non-interrupting events of these kinds may happen again while what they belong to is open.
_REPEATABLE = (Kind.MESSAGE, Kind.SIGNAL, Kind.ESCALATION)


class Waiting(Node):
    """Base of everything that waits for a trigger."""

    def __init__(
        self,
        scope: Any,
        name: str,
        *,
        element: str,
        label: str,
        trigger: Trigger,
        interrupting: bool = True,
        deadline: bool = False,
    ) -> None:
        super().__init__(scope, name, element=element, label=label)
        self.trigger = trigger
        self.interrupting = interrupting
        self.deadline = deadline
        #: The element whose form and timer it is: for event subprocesses their start event.
        self.event_element = element
        self.event_label = self.label

    @override
    def enter(self, task: Any) -> bool:
        hold(task, TaskState.WAITING)
        if self.trigger.timer is not None:
            scripts = task.workflow.script_engine
            task.internal_data[TIMER] = timers.start(task, self.trigger.timer, scripts)
            self.armed(task)
        return False

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
        resume(task)

    def happened(self, task: Any) -> None:
        """Stop what the event interrupts, or wait for it again."""

    def wait_again(self, task: Any) -> None:
        """Hang another waiting task beside one that fires, if the event may happen again."""
        cycle = timers.next_occurrence(task.internal_data.get(TIMER))
        if cycle is None and self.trigger.kind not in _REPEATABLE:
            return
        again = grow(task.parent, self.name)
        again.data = dict(task.data)
        hold(again, TaskState.WAITING)
        if cycle is not None:
            again.internal_data[TIMER] = cycle


class Catch(Waiting):
    """Intermediate catch events and receive tasks."""

    activity = True

    @override
    def happened(self, task: Any) -> None:
        parent = task.parent
        if isinstance(parent.task_spec, EventGateway):
            for other in parent.children:
                if other is not task and other.task_spec.name in parent.task_spec.targets:
                    withdraw(other, tell=False)


class EventGateway(Node):
    """Waits for the first of the events behind it."""

    @property
    def targets(self) -> frozenset[str]:
        """Names of the events behind it."""
        return frozenset(flow.target for flow in self.flows)

    def _on_complete(self, my_task: Any) -> None:
        # Which flow is taken is known, and told, only when one of the events happens.
        for flow in self.flows:
            child = grow(my_task, flow.target)
            child.internal_data["flow"] = flow.id
            child.task_spec._update(child)

    @override
    def child_left(self, task: Any, child: Any) -> None:
        if child.task_spec.name in self.targets:
            flow = child.internal_data.get("flow", "")
            seen = task.workflow.top_workflow.step.passed
            event = seen.pop()
            passed(task, PassedKind.COMPLETED, (flow,) if flow else ())
            seen.append(event)

    @override
    def holds_together(self, task: Any, child: Any) -> bool:
        return child.task_spec.name in self.targets and child._state == TaskState.WAITING


class Boundary(Waiting):
    """An event at the border of an activity; its task hangs beside the activity's."""

    #: The rung of an escalation ladder it is.
    rung: Rung | None = None

    @override
    def armed(self, task: Any) -> None:
        if self.deadline:
            remember_deadline(task)

    @override
    def happened(self, task: Any) -> None:
        beside = [other for other in task.parent.children if other is not task]
        main = [other for other in beside if other.task_spec.name == task.parent.task_spec.main]
        carried = self.rung.names(main[0]) if self.rung is not None and main else {}
        if not self.interrupting:
            self.wait_again(task)
        else:
            for other in main:
                withdraw(other)
            for other in beside:
                if isinstance(other.task_spec, Boundary) and other._state == TaskState.WAITING:
                    withdraw(other, tell=False)
        task.data = {**task.data, **carried}


class Throw(Node):
    """Intermediate throw events and send tasks: throw, and go on."""

    def __init__(
        self, scope: Any, name: str, *, element: str, label: str, trigger: Trigger
    ) -> None:
        super().__init__(scope, name, element=element, label=label)
        self.trigger = trigger

    @override
    def left(self, task: Any) -> None:
        # After the token has gone on, so that what the trigger interrupts includes it.
        throw(task, self.trigger)


class End(Throw):
    """End events that do something: throw, or end everything around them."""

    @override
    def choose(self, task: Any) -> Sequence[Flow]:
        return ()


def throw(task: Any, trigger: Trigger) -> None:
    """Let a trigger work in the case."""
    case = task.workflow.top_workflow
    if trigger.kind is Kind.TERMINATE:
        withdraw_all(task.workflow)
    elif trigger.kind in _BY_CODE:
        _propagate(task, trigger)
    else:
        caught = [other for other in case.tasks_in_order() if _waits_for(other, trigger)]
        for other in caught[:1] if trigger.kind is Kind.MESSAGE else caught:
            if _waits_for(other, trigger):
                other.task_spec.fire(other)


def _waits_for(task: Any, trigger: Trigger) -> bool:
    node = task.task_spec
    return (
        task._state == TaskState.WAITING
        and isinstance(node, Waiting)
        and trigger.caught_by(node.trigger)
    )


def _propagate(task: Any, trigger: Trigger) -> None:
    """From the scope of the thrower outwards, until an event catches the trigger."""
    scope = task.workflow
    while True:
        for listener in _best_first(scope.tasks.values(), trigger):
            if listener.task_spec.listening(listener):
                listener.task_spec.fire(listener)
                return
        holder = owner(scope)
        if holder is None:
            break
        for event in _best_first(_beside(holder), trigger):
            event.task_spec.fire(event)
            return
        scope = holder.workflow
    if trigger.kind is not Kind.ESCALATION:
        raise Broken("engine.uncaught_error", element=task.task_spec.element, error=trigger.name)


def _beside(task: Any) -> Iterator[Any]:
    """The boundary events of the activity a subprocess task is, or is an instance of."""
    parent = task.parent
    if parent is not None and parent.task_spec.name == task.task_spec.repeated_by:
        task, parent = parent, parent.parent
    if parent is not None and parent.task_spec.main == task.task_spec.name:
        yield from (child for child in parent.children if isinstance(child.task_spec, Boundary))


def _best_first(tasks: Any, trigger: Trigger) -> list[Any]:
    """Those waiting for the trigger; one that names the code before one that catches all."""
    found = [task for task in tasks if unfinished(task) and _waits_for(task, trigger)]
    return sorted(found, key=lambda task: not task.task_spec.trigger.name)
