"""Where tokens split and meet.

A join counts the tokens that wait at it now, at most one from each incoming flow, as BPMN says;
what came by in an earlier round of a loop is of no account, and a surplus token stays for the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn.nodes import FLOW, Flow, Node, hold, holds, resume, unfinished
from engine.errors import Broken


class Exclusive(Node):
    """The first flow whose condition holds, in the order of the file; else the default."""

    @override
    def choose(self, task: Any) -> Sequence[Flow]:
        for flow in self.flows:
            if flow is not self.default and holds(task, flow):
                return (flow,)
        if self.default is None:
            raise Broken("engine.no_flow_taken", element=self.element)
        return (self.default,)


class Parallel(Node):
    """Waits for a token on every incoming flow, then leaves by every outgoing one."""

    @override
    def enter(self, task: Any) -> bool:
        if len(self.incoming) < 2:
            return True
        hold(task, TaskState.WAITING)
        first = first_by_flow(task.workflow, self)
        if not self.incoming <= first.keys():
            return False
        merge(first.values(), into=task)
        return True


class Inclusive(Node):
    """Leaves by every flow whose condition holds; waits for every token that can still arrive."""

    @override
    def enter(self, task: Any) -> bool:
        if len(self.incoming) < 2:
            return True
        # Whether others can still arrive is known when nothing moves any more: see release().
        hold(task, TaskState.WAITING)
        return False


def first_by_flow(scope: Any, node: Node) -> dict[str, Any]:
    """The token that has waited longest on each incoming flow of a join."""
    first: dict[str, Any] = {}
    for task in scope.tasks.values():
        if task.task_spec is node and task._state == TaskState.WAITING:
            first.setdefault(task.internal_data.get(FLOW, ""), task)
    return first


def merge(tasks: Iterable[Any], *, into: Any) -> None:
    """Let one token stand for all of them."""
    for task in tasks:
        if task is not into:
            into.data = {**task.data, **into.data}
            task._set_state(TaskState.CANCELLED)


def release(scope: Any) -> bool:
    """Let inclusive joins go on that wait for nothing any more. Whether one did.

    To be asked when nothing else can move. A join goes on unless some token can reach one of its
    flows that has none, without also being able to reach one that has one.
    """
    waiting = {
        task.task_spec
        for task in scope.tasks.values()
        if task._state == TaskState.WAITING and isinstance(task.task_spec, Inclusive)
    }
    for node in sorted(waiting, key=lambda node: node.name):
        first = first_by_flow(scope, node)
        reach = scope.spec.reach(node.name)
        for task in scope.tasks.values():
            if not unfinished(task) or task.task_spec is node:
                continue
            reached = reach.get(task.task_spec.name, frozenset())
            if reached - first.keys() and not reached & first.keys():
                break
        else:
            tasks = list(first.values())
            merge(tasks, into=tasks[0])
            resume(tasks[0])
            return True
    return False
