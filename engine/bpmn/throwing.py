"""Throwing: errors and escalations outwards, messages to one that waits, signals to all.

The library hands what is thrown to everybody who might catch it; here it goes the way BPMN says,
and an error nobody catches stops the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import EndEvent, IntermediateThrowEvent
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import ThrowingEvent
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn.casefile import owner
from engine.bpmn.events import BY_CODE, Boundary, Kind, Trigger, Waiting
from engine.bpmn.nodes import Node, unfinished, withdraw_all
from engine.errors import Broken


class Throwing(Node, ThrowingEvent, BpmnSpecMixin):
    """Base of what throws: when it is done, so that what is interrupted includes what follows."""

    @override
    def _run_hook(self, my_task: Any) -> bool:
        return True

    @override
    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        if isinstance(self.event_definition, Trigger):
            throw(my_task, self.event_definition)


class Throw(Throwing, IntermediateThrowEvent):
    """Intermediate throw events and send tasks."""


class End(Throwing, EndEvent):
    """End events; some throw, or end everything around them."""


def throw(task: Any, trigger: Trigger) -> None:
    """Let a trigger work in the case."""
    case = task.workflow.top_workflow
    if trigger.kind is Kind.TERMINATE:
        withdraw_all(task.workflow)
        task.workflow._mark_complete(task)
    elif trigger.kind in BY_CODE:
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
