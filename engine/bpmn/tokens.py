"""A running case: SpiffWorkflow's workflow and subworkflows, bounded in what a command may use."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import thread_time
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow, BpmnSubWorkflow
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn.casefile import CaseFileScripts
from engine.bpmn.nodes import EndJoin, Finish, Flow, Node, Start
from engine.bpmn.plain import weight
from engine.bpmn.pruning import prune
from engine.errors import Broken
from engine.values.running import Bounds, Json, OperationRequest, Passed

#: Steps after which a long command forgets what it has finished, to stay fast.
_PRUNE_EVERY = 200
#: Steps after which the processor time used is asked for, which takes longer than most steps.
_ASK_EVERY = 8


class Scope(BpmnProcessSpec):
    """The specs of a process or subprocess. Never changes while cases run."""

    def __init__(self, name: str, filename: str) -> None:
        super().__init__(name=name, filename=filename)
        self.task_specs.clear()
        self.start = Start(self, "Start")
        self.end = EndJoin(self, f"{name}.EndJoin")
        self.end.connect(Finish(self, "End"))
        self.end.flows = (Flow("", "End"),)
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
        self._evaluations = 0
        self._held = 0
        # Processor time of this thread, a bound on work; it tells no time of day.
        self._until = thread_time() + bounds.cpu_seconds

    def step(self, task: Any) -> int:
        """Count one node run. Raises :class:`Broken` beyond the bounds."""
        self._steps += 1
        if self._steps > self._bounds.steps:
            raise Broken(
                "engine.too_many_steps", element=task.task_spec.element, maximum=self._bounds.steps
            )
        if self._steps % _ASK_EVERY == 0:
            self.cpu()
        return self._steps

    def task(self) -> None:
        """Count one task made."""
        self._tasks += 1
        if self._tasks > self._bounds.tasks:
            raise Broken("engine.too_many_tasks", maximum=self._bounds.tasks)

    def evaluation(self) -> None:
        """Count one expression evaluated: a single step may ask for thousands."""
        self._evaluations += 1
        if self._evaluations % _ASK_EVERY == 0:
            self.cpu()

    def hold(self, value: Json) -> None:
        """Count the memory of a value that the case keeps. Raises :class:`Broken`."""
        self._held += weight(value)
        if self._held > self._bounds.memory_bytes:
            raise Broken("engine.too_much_memory", maximum=self._bounds.memory_bytes)

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


class Living(BpmnBaseWorkflow):
    """What a case and its subprocesses have in common."""

    @override
    def update_waiting_tasks(self) -> None:
        # The library walks down the tree and stops at a depth of a thousand.
        for task in list(self.tasks.values()):
            if task._state == TaskState.WAITING:
                task.task_spec._update(task)


class Part(Living, BpmnSubWorkflow):
    """The tasks of a running subprocess."""


class Case(Living, BpmnWorkflow):
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
        self.step = step
        super().__init__(spec, scopes, script_engine=scripts, deserializing=deserializing)

    @property
    def scripts(self) -> CaseFileScripts:
        """The case file and what evaluates on it."""
        return self.script_engine

    @override
    def refresh_timers(self) -> None:
        """Timers are fired one by one, by whoever knows what time it is."""

    def scopes(self) -> Iterator[Any]:
        """The case itself, then its running subprocesses in the order they were started."""
        yield self
        yield from list(self.subprocesses.values())

    def tasks_in_order(self) -> list[Any]:
        """Every task of every scope."""
        found = list(self.tasks.values())
        for part in self.subprocesses.values():
            found += part.tasks.values()
        return found

    @override
    def create_subprocess(self, my_task: Any, spec_name: str) -> Part:
        self.subprocesses[my_task.id] = part = Part(
            self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self
        )
        return part

    def settle(self) -> None:
        """Run all that needs nobody."""
        self.do_engine_steps(will_complete_task=self.step.meter.step)
        while self._conditions():
            self.do_engine_steps(will_complete_task=self.step.meter.step)

    @override
    def _do_engine_steps(
        self, will_complete_task: Any = None, did_complete_task: Any = None
    ) -> int:
        """Run what is ready now.

        The library also runs what an earlier step of the round has withdrawn, and does not see what
        lies a thousand tasks deep.
        """
        count = 0
        ready = [
            task
            for task in self.tasks_in_order()
            if task._state == TaskState.READY and not task.task_spec.manual
        ]
        for task in ready:
            if not _runs_by_itself(task):
                continue
            steps = will_complete_task(task)
            task.run()
            count += 1
            if self.step.prune and steps % _PRUNE_EVERY == 0:
                prune(self)
        return count

    def _conditions(self) -> bool:
        for task in self.tasks_in_order():
            if task._state == TaskState.WAITING and task.task_spec.condition_holds(task):
                task.task_spec.fire(task)
                return True
        return False


def _runs_by_itself(task: Any) -> bool:
    return bool(task._state == TaskState.READY and not task.task_spec.manual)
