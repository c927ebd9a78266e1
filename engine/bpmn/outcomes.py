"""What a case looks like from outside: open tasks, timers and messages, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import timers
from engine.bpmn.casefile import local_values
from engine.bpmn.events import Boundary, Kind, Waiting
from engine.bpmn.nodes import unfinished
from engine.bpmn.rungs import due_at
from engine.bpmn.tasks import OPENED
from engine.bpmn.timers import TIMER
from engine.bpmn.tokens import Case
from engine.values.running import OpenMessage, OpenTask, Timer


def open_tasks(case: Case) -> tuple[OpenTask, ...]:
    """The tasks people can complete now, in the order they were opened."""
    return tuple(_open_task(task) for task in case.tasks_in_order() if is_open(task))


def is_open(task: Any) -> bool:
    """Whether a person can complete the task."""
    return bool(task.task_spec.manual and task._state == TaskState.READY)


def is_waiting(task: Any, *kinds: Kind) -> bool:
    """Whether the task waits for an event, of one of the kinds if any are named."""
    node = task.task_spec
    return (
        task._state == TaskState.WAITING
        and isinstance(node, Waiting)
        and (not kinds or node.trigger.kind in kinds)
    )


def _open_task(task: Any) -> OpenTask:
    node = task.task_spec
    return OpenTask(
        id=str(task.id),
        element=node.element,
        name=node.label,
        role=node.extensions["role"],
        body=node.extensions["body"],
        opened_at=timers.read(task.internal_data[OPENED]),
        due_at=due_at(task),
        local=local_values(task),
    )


def waiting_timers(case: Case, stopped: datetime | None = None) -> tuple[Timer, ...]:
    """The timers the case waits for, earliest first; some stand still since it was stopped."""
    waiting = [
        _timer(task, case, stopped)
        for task in case.tasks_in_order()
        if is_waiting(task, Kind.TIMER)
    ]
    return tuple(sorted(waiting, key=lambda timer: timer.instant))


def _timer(task: Any, case: Case, stopped: datetime | None) -> Timer:
    node = task.task_spec
    kept = task.internal_data[TIMER]
    attached: tuple[str, ...] = ()
    if isinstance(node, Boundary):
        main = task.parent.task_spec.main
        attached = tuple(
            identity
            for child in task.parent.children
            if child.task_spec.name == main
            for identity in _open_inside(child, case)
        )
    return Timer(
        id=str(task.id),
        element=node.event_element,
        name=node.event_label,
        instant=timers.instant(kept),
        rule=timers.rule_from_json(kept.get("rule")),
        deadline=node.deadline,
        interrupting=node.interrupting,
        attached_to=attached,
        standing=timers.stands(kept, stopped),
    )


def _open_inside(task: Any, case: Case) -> Iterator[str]:
    """Ids of the open tasks an activity consists of."""
    if is_open(task):
        yield str(task.id)
    elif unfinished(task):
        inner = case.subprocesses.get(task.id)
        below = list(inner.tasks.values()) if inner is not None else _instances(task)
        for child in below:
            yield from _open_inside(child, case)


def _instances(task: Any) -> list[Any]:
    return [child for child in task.children if task.task_spec.name == child.task_spec.repeated_by]


def open_messages(case: Case) -> tuple[OpenMessage, ...]:
    """The messages the case can take now."""
    return tuple(_message(task) for task in case.tasks_in_order() if is_waiting(task, Kind.MESSAGE))


def _message(task: Any) -> OpenMessage:
    node = task.task_spec
    return OpenMessage(
        id=str(task.id),
        element=node.event_element,
        message=node.trigger.name,
        name=node.event_label,
        role=node.extensions["role"],
        body=node.extensions["body"],
    )


def nobody_can_move(case: Case) -> list[str]:
    """The elements tokens are stuck at, if neither people, events nor the clock can move any."""
    stuck = []
    for task in case.tasks_in_order():
        if is_open(task) or is_waiting(task):
            return []
        if unfinished(task):
            stuck.append(task.task_spec.element)
    return stuck
