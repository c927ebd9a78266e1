"""What our task specs add to the library's: the way a token leaves an element, and the path.

SpiffWorkflow parses the diagrams, holds the tree of tasks and moves their states. Its specs predict
the tasks to come, which a cascade of splits or a long chain turns into a crash, and its joins look
at history, which has no end. So here nothing is predicted: children are made when a token leaves,
each knowing the sequence flow it came by, and whoever decides looks at living tokens only. Then
finished tasks can be pruned, and specs, which all cases share, never change while a case runs.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import (
    BpmnStartTask,
    SimpleBpmnTask,
    _EndJoin,
)
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.errors import Broken
from engine.values.running import Passed, PassedKind

# Each change of a state would gather what to log about it, only to find that nobody listens.
for _name in ("spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)

#: Key of a task's internal data: the sequence flow its token arrived by.
FLOW = "flow"


@dataclass(frozen=True)
class Flow:
    """A way out of a node, to the node a token enters. One that is not drawn has no id."""

    id: str
    target: str
    condition: str | None = None


class Token(Task):
    """A task that changes its state without asking the machine's clock or gathering a log."""

    data: dict[str, Any]

    @override
    def _set_state(self, value: int) -> None:
        self._state = value

    @override
    def _inherit_data(self) -> None:
        """Take over what the parent knows; the library would mix lists and let the parent win."""
        parent = self.parent
        if parent is not None and parent.data:
            self.data = {**parent.data, **self.data}


class Node(BpmnTaskSpec):
    """Base of everything a token can be at; stands before the library's class of the element."""

    #: Work that can be withdrawn: cancelling it is part of the path.
    activity = False

    def __init__(self, wf_spec: Any, name: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.extensions: dict[str, Any] = {}
        self.flows: tuple[Flow, ...] = ()
        #: Taken when no condition of the other flows holds.
        self.default: Flow | None = None
        #: Ids of the sequence flows that lead here.
        self.incoming: frozenset[str] = frozenset()
        #: Name of the repetition whose instances it is.
        self.repeated_by = ""
        #: Name of the activity it holds together with its boundary events.
        self.main = ""

    @property
    def element(self) -> str:
        """Id of the element on the diagram; empty for what is not drawn."""
        return self.bpmn_id or ""

    @property
    def label(self) -> str:
        """What people call the element."""
        return self.bpmn_name or self.element

    # --- What kinds of nodes decide ---------------------------------------------------------

    def choose(self, task: Any) -> Sequence[Flow]:
        """The flows a token leaves by: all of them, of conditional ones those that hold."""
        chosen = [f for f in self.flows if f is not self.default and holds(task, f)]
        if self.default is not None and not any(f.condition for f in chosen):
            chosen.append(self.default)
        if self.flows and not chosen:
            raise Broken("engine.no_flow_taken", element=self.element)
        return chosen

    def collects_from(self, child: Any) -> bool:
        """Whether the child is an instance whose values this one collects."""
        return False

    def withdraw_inner(self, task: Any) -> None:
        """Withdraw what runs inside before the task itself is withdrawn."""

    def holds_together(self, task: Any, child: Any) -> bool:
        """Whether the finished task is still needed above a living child."""
        return False

    def listening(self, task: Any) -> bool:
        """Whether the task waits beside its scope without keeping the scope open."""
        return False

    def condition_holds(self, task: Any) -> bool:
        """Whether a waiting task waits for a condition that holds now."""
        return False

    # --- What the library calls -------------------------------------------------------------

    @override
    def test(self) -> None:
        """Definitions are checked before they run."""

    @override
    def _predict_hook(self, my_task: Any) -> None:
        """Nothing is predicted: children are made when a token leaves."""

    @override
    def _on_complete_hook(self, my_task: Any) -> None:
        chosen = self.choose(my_task)
        if self.element:
            passed(my_task, PassedKind.COMPLETED, tuple(flow.id for flow in chosen if flow.id))
        super()._on_complete_hook(my_task)
        for flow in chosen:
            grow(my_task, flow.target).internal_data[FLOW] = flow.id


def holds(task: Any, flow: Flow) -> bool:
    """Whether the flow's condition holds; a flow without one is always taken."""
    if flow.condition is None:
        return True
    value = task.workflow.script_engine.evaluate(task, flow.condition)
    if not isinstance(value, bool):
        # A text such as "no" would count as true: a wrong path is worse than a stopped case.
        raise Broken(
            "engine.condition_not_boolean",
            element=task.task_spec.element,
            flow=flow.id,
            value=str(value)[:80],
        )
    return value


def grow(task: Any, name: str) -> Any:
    """A new task of the named node under the task, not yet entered."""
    task.workflow.top_workflow.step.meter.task()
    scope = task.workflow
    return Token(scope, scope.spec.task_specs[name], task, state=TaskState.FUTURE)


def unfinished(task: Any) -> bool:
    """Whether a token is still at the task."""
    return bool(task._state & TaskState.NOT_FINISHED_MASK)


def passed(task: Any, kind: PassedKind, flows: tuple[str, ...] = ()) -> None:
    """Note in the path how an element was left."""
    node = task.task_spec
    person = str(task.id) if node.manual else ""
    task.workflow.top_workflow.step.passed.append(Passed(node.element, kind, flows, person))


def withdraw(task: Any, *, tell: bool = True) -> None:
    """Cancel a task with all that runs inside it; work that is cut off is noted in the path."""
    if not unfinished(task):
        return
    tell = tell and task.task_spec.activity and not task.task_spec.listening(task)
    task.task_spec.withdraw_inner(task)
    task.cancel()
    if tell:
        passed(task, PassedKind.CANCELLED)


def withdraw_all(scope: Any, *, besides: Any = None) -> None:
    """Cancel everything in a scope, except one task."""
    for task in list(scope.tasks.values()):
        if task is not besides:
            withdraw(task)


class Start(Node, BpmnStartTask):
    """Where a scope begins: its event subprocesses begin to wait, its start event is entered."""

    def __init__(self, wf_spec: Any, name: str) -> None:
        super().__init__(wf_spec, name)
        #: Start events by element id; the first is taken unless another is asked for.
        self.starts: dict[str, Flow] = {}
        #: Those that need no event.
        self.plain: tuple[str, ...] = ()
        self.listeners: tuple[Flow, ...] = ()

    @override
    def choose(self, task: Any) -> Sequence[Flow]:
        top = task.workflow.parent_task_id is None
        asked = task.workflow.top_workflow.step.begin if top else None
        begun = self.starts[asked] if asked else next(iter(self.starts.values()))
        return (*self.listeners, begun)


class Finish(Node, SimpleBpmnTask):
    """What the library calls ``End``: when it completes, the scope is over."""


class EndJoin(Node, _EndJoin):
    """Waits until no token is left in its scope. What only listens does not keep a scope open."""

    @override
    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        return not any(
            unfinished(task) and task.task_spec is not self and not task.task_spec.listening(task)
            for task in my_task.workflow.tasks.values()
        )

    @override
    def _run_hook(self, my_task: Any) -> bool:
        for task in list(my_task.workflow.tasks.values()):
            if task.task_spec.listening(task):
                withdraw(task, tell=False)
        return True
