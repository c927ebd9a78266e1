"""A running case: its scopes, the agenda of tasks ready to run, and what happens when all is quiet.

Everything the engine may do by itself is on the agenda, in the order in which it became ready. When
the agenda is empty, scopes without tokens end, inclusive joins are released and conditional events
looked at; when nothing of that helps, it is somebody's turn: a person, a message or the clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import thread_time
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import gateways
from engine.bpmn.casefile import CaseFileScripts, owner
from engine.bpmn.nodes import Node, Root, resume, unfinished, withdraw
from engine.bpmn.pruning import prune
from engine.errors import Broken
from engine.values.running import Bounds, OperationRequest, Passed

#: Steps after which a long command forgets what it has finished, to stay fast.
_PRUNE_EVERY = 200


class Scope(WorkflowSpec):
    """The compiled nodes of a process or subprocess. Never changes while cases run."""

    def __init__(self, name: str, filename: str) -> None:
        super().__init__(name=name, filename=filename)
        #: Asked for by the library; data objects on a diagram say nothing to a running case.
        self.data_objects: dict[str, Any] = {}
        self.start = Root(self)
        self._reach: dict[str, Mapping[str, frozenset[str]]] = {}

    def reach(self, join: str) -> Mapping[str, frozenset[str]]:
        """By node name: which incoming flows of a join a token there can reach not through it."""
        if join not in self._reach:
            self._reach[join] = _reach(self.task_specs, join)
        return self._reach[join]


def _reach(nodes: Mapping[str, Node], join: str) -> dict[str, frozenset[str]]:
    sources: dict[str, list[str]] = {}
    found: dict[str, set[str]] = {name: set() for name in nodes}
    queue: deque[tuple[str, str]] = deque()
    for name, node in nodes.items():
        for flow in node.flows:
            sources.setdefault(flow.target, []).append(name)
            if flow.target == join and name != join:
                queue.append((name, flow.id))
    while queue:
        name, flow_id = queue.popleft()
        if flow_id in found[name]:
            continue
        found[name].add(flow_id)
        queue.extend((source, flow_id) for source in sources.get(name, []) if source != join)
    return {name: frozenset(flows) for name, flows in found.items()}


class Meter:
    """Counts what a command uses and stops it at its bounds."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        #: How many instances a multi-instance activity may have.
        self.most_instances = bounds.tasks
        self._steps = 0
        self._tasks = 0
        # Processor time of this thread, a bound on work; it tells no time of day.
        self._until = thread_time() + bounds.cpu_seconds

    def step(self, task: Any) -> int:
        """Count one node run. Raises :class:`Broken` beyond the bounds."""
        self._steps += 1
        if self._steps > self._bounds.steps:
            raise Broken(
                "engine.too_many_steps", element=task.task_spec.element, maximum=self._bounds.steps
            )
        self.cpu()
        return self._steps

    def task(self) -> None:
        """Count one task made."""
        self._tasks += 1
        if self._tasks > self._bounds.tasks:
            raise Broken("engine.too_many_tasks", maximum=self._bounds.tasks)

    def cpu(self) -> None:
        """Raises :class:`Broken` when the processor time allowed is used up."""
        if thread_time() > self._until:
            raise Broken("engine.too_long", seconds=self._bounds.cpu_seconds)


@dataclass
class Step:
    """What one command has done so far."""

    meter: Meter
    #: Start event asked for.
    begin: str | None = None
    prune: bool = True
    passed: list[Passed] = field(default_factory=list)
    operations: list[OperationRequest] = field(default_factory=list)


class Case(BpmnWorkflow):
    """The tree of tasks of one case. Lives for one command, or as long as a ``CaseRun``."""

    def __init__(
        self,
        spec: Scope,
        scopes: Mapping[str, Scope],
        scripts: CaseFileScripts,
        step: Step,
        *,
        deserializing: bool = False,
    ) -> None:
        self.agenda: deque[Any] = deque()
        self.step = step
        super().__init__(spec, scopes, script_engine=scripts, deserializing=deserializing)

    @property
    def scripts(self) -> CaseFileScripts:
        """The case file and what evaluates on it."""
        return self.script_engine

    def scopes(self) -> Iterator[Any]:
        """The case itself, then its running subprocesses in the order they were started."""
        yield self
        yield from list(self.subprocesses.values())

    def tasks_in_order(self) -> Iterator[Any]:
        """Every task of every scope."""
        for scope in self.scopes():
            yield from list(scope.tasks.values())

    def settle(self) -> None:
        """Run all that needs nobody."""
        while self._run_agenda() or self._end_scopes() or self._release() or self._conditions():
            pass

    def _run_agenda(self) -> bool:
        moved = bool(self.agenda)
        while self.agenda:
            task = self.agenda.popleft()
            # What became ready may have been withdrawn since.
            if task._state != TaskState.READY:
                continue
            steps = self.step.meter.step(task)
            task.run()
            if self.step.prune and steps % _PRUNE_EVERY == 0:
                prune(self)
        return moved

    def _end_scopes(self) -> bool:
        """End the scopes that have no token left. Whether there was one."""
        ended = False
        for scope in self.scopes():
            if scope.completed:
                continue
            living = [task for task in scope.tasks.values() if unfinished(task)]
            if any(not task.task_spec.listening(task) for task in living):
                continue
            for listener in living:
                withdraw(listener, tell=False)
            scope.completed = ended = True
            holder = owner(scope)
            if holder is not None and unfinished(holder):
                resume(holder)
        return ended

    def _release(self) -> bool:
        return any(gateways.release(scope) for scope in self.scopes())

    def _conditions(self) -> bool:
        for task in self.tasks_in_order():
            if task._state == TaskState.WAITING and task.task_spec.condition_holds(task):
                task.task_spec.fire(task)
                return True
        return False
