"""Where tokens split and meet.

The library's joins look back through the tree of finished tasks, drop surplus tokens and leave the
inclusive join half done, as its own documentation says. These count the tokens that wait now, at
most one from each incoming flow, as BPMN says; what came by in an earlier round of a loop is of no
account, and a surplus token stays for the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway, ParallelGateway
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn.nodes import FLOW, Flow, Node, holds, unfinished
from engine.errors import Broken


class Exclusive(Node, ExclusiveGateway):
    """The first flow whose condition holds, in the order of the file; else the default."""

    @override
    def _run_hook(self, my_task: Any) -> bool:
        return True

    @override
    def choose(self, task: Any) -> Sequence[Flow]:
        for flow in self.flows:
            if flow is not self.default and holds(task, flow):
                return (flow,)
        if self.default is None:
            raise Broken("engine.no_flow_taken", element=self.element)
        return (self.default,)


class Joining(Node):
    """What both kinds of joins have in common."""

    @override
    def _update_hook(self, my_task: Any) -> bool:
        my_task._inherit_data()
        if len(self.incoming) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        first = first_by_flow(my_task.workflow, self)
        if my_task not in first.values() or not self.complete(my_task.workflow, first):
            return False
        for task in first.values():
            if task is not my_task:
                my_task.data = {**task.data, **my_task.data}
                task.cancel()
        return True

    @override
    def _run_hook(self, my_task: Any) -> bool:
        return True

    def complete(self, scope: Any, first: dict[str, Any]) -> bool:
        """Whether the tokens that wait longest on each flow are all there is to wait for."""
        raise NotImplementedError


class Parallel(Joining, ParallelGateway):
    """Waits for a token on every incoming flow, then leaves by every outgoing one."""

    @override
    def complete(self, scope: Any, first: dict[str, Any]) -> bool:
        return self.incoming <= first.keys()


class Inclusive(Joining, InclusiveGateway):
    """Leaves by every flow whose condition holds; waits for every token that can still arrive."""

    @override
    def complete(self, scope: Any, first: dict[str, Any]) -> bool:
        """No token can reach a flow that has none without also being able to reach one that has."""
        reach = scope.spec.reach(self.name)
        for task in scope.tasks.values():
            if not unfinished(task) or task.task_spec is self:
                continue
            reached = reach.get(task.task_spec.name, frozenset())
            if reached - first.keys() and not reached & first.keys():
                return False
        return True


def first_by_flow(scope: Any, node: Node) -> dict[str, Any]:
    """The token that has waited longest on each incoming flow of a join."""
    first: dict[str, Any] = {}
    for task in scope.tasks.values():
        if task.task_spec is node and task._state == TaskState.WAITING:
            first.setdefault(task.internal_data.get(FLOW, ""), task)
    return first
