"""Activities with something inside or around them: boundary events, subprocesses, repetition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn.events import Boundary, Trigger, Waiting
from engine.bpmn.nodes import Flow, Node, follow, hold, withdraw, withdraw_all
from engine.values.running import Json


class Attached(Node):
    """Holds an activity and its boundary events together."""

    drawn = False

    def __init__(self, scope: Any, name: str, *, element: str, main: str) -> None:
        super().__init__(scope, name, element=element)
        self.main = main
        self.events: tuple[str, ...] = ()

    @override
    def left(self, task: Any) -> None:
        # The events first: an activity that fails or ends at once must find them waiting.
        for name in (*self.events, self.main):
            follow(task, Flow("", name))

    @override
    def child_left(self, task: Any, child: Any) -> None:
        if child.task_spec.name == self.main:
            for other in task.children:
                if isinstance(other.task_spec, Boundary) and other._state == TaskState.WAITING:
                    withdraw(other, tell=False)

    @override
    def holds_together(self, task: Any, child: Any) -> bool:
        return child.task_spec.name == self.main or child.task_spec.name in self.events


class Subprocess(Node):
    """An embedded subprocess, a transaction or a called process: runs a scope of its own."""

    activity = True

    def __init__(self, scope: Any, name: str, *, element: str, label: str, inner: str) -> None:
        super().__init__(scope, name, element=element, label=label)
        self.inner = inner

    @override
    def enter(self, task: Any) -> bool:
        hold(task, TaskState.STARTED)
        task.workflow.top_workflow.create_subprocess(task, self.inner)
        return False

    @override
    def withdraw_inner(self, task: Any) -> None:
        withdraw_scope(task)


class EventSubprocess(Waiting):
    """A subprocess that waits beside its scope until its start event happens."""

    activity = True

    def __init__(
        self,
        scope: Any,
        name: str,
        *,
        element: str,
        label: str,
        trigger: Trigger,
        interrupting: bool,
        inner: str,
    ) -> None:
        super().__init__(
            scope, name, element=element, label=label, trigger=trigger, interrupting=interrupting
        )
        self.inner = inner

    @override
    def listening(self, task: Any) -> bool:
        return bool(task._state == TaskState.WAITING)

    @override
    def fire(self, task: Any, values: Mapping[str, Json] | None = None) -> None:
        task.workflow.script_engine.write(task, values or {})
        if self.interrupting:
            withdraw_all(task.workflow, besides=task)
        else:
            self.wait_again(task)
        hold(task, TaskState.STARTED)
        task.workflow.top_workflow.create_subprocess(task, self.inner)

    @override
    def withdraw_inner(self, task: Any) -> None:
        withdraw_scope(task)


def withdraw_scope(task: Any) -> None:
    """Withdraw everything in the subprocess a task runs."""
    inner = task.workflow.top_workflow.subprocesses.get(task.id)
    if inner is not None:
        withdraw_all(inner)
        inner.completed = True
