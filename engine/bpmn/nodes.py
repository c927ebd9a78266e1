"""How tokens move: what every element of a diagram has in common, and the plainest of them.

SpiffWorkflow supplies the tree of tasks and their states. What decides where tokens go is here and
in ``gateways``, ``events`` and ``activities``, and looks at living tokens only, never at history:
so finished tasks can be pruned, joins in loops count each round afresh, and compiled nodes, which
all cases share, never change while a case runs.

A task is in one of five states: READY (a person's turn, or on the agenda), WAITING (for an event or
for other tokens), STARTED (holds a subprocess or instances), COMPLETED, CANCELLED.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.errors import Broken
from engine.values.running import Passed, PassedKind

#: Key of a task's internal data: the sequence flow its token arrived by.
FLOW = "flow"


@dataclass(frozen=True)
class Flow:
    """A way out of a node, to the node a token enters. One that is not drawn has no id."""

    id: str
    target: str
    condition: str | None = None


class Token(Task):
    """A task that changes its state without asking the clock and writing a log each time."""

    @override
    def _set_state(self, value: int) -> None:
        self._state = value


class Node(BpmnSpecMixin):
    """Base of everything a token can be at."""

    #: Whether a person sees it on the diagram and in the path.
    drawn = True
    #: Work that can be withdrawn: cancelling it is part of the path.
    activity = False

    def __init__(
        self, scope: Any, name: str, *, element: str = "", label: str = "", manual: bool = False
    ) -> None:
        super().__init__(scope, name, bpmn_name=label, manual=manual)
        self.element = element
        self.label = label or element
        self.flows: tuple[Flow, ...] = ()
        #: Taken when no condition of the other flows holds.
        self.default: Flow | None = None
        #: Ids of the sequence flows that lead here.
        self.incoming: frozenset[str] = frozenset()
        #: Name of the repetition whose instances it is.
        self.repeated_by = ""
        #: Name of the activity it holds together with its boundary events.
        self.main = ""

    # --- What kinds of nodes decide ---------------------------------------------------------

    def enter(self, task: Any) -> bool:
        """Whether an arriving token may go on at once."""
        return True

    def work(self, task: Any) -> None:
        """Do what the node is for."""

    def choose(self, task: Any) -> Sequence[Flow]:
        """The flows a token leaves by: all of them, of conditional ones those that hold."""
        chosen = [f for f in self.flows if f is not self.default and holds(task, f)]
        if self.default is not None and not any(f.condition for f in chosen):
            chosen.append(self.default)
        if self.flows and not chosen:
            raise Broken("engine.no_flow_taken", element=self.element)
        return chosen

    def left(self, task: Any) -> None:
        """The token has left by its flows."""

    def child_left(self, task: Any, child: Any) -> None:
        """A task that hangs under this one was completed."""

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

    def test(self) -> None:
        """Compiled definitions are checked before they run."""

    def _predict_hook(self, my_task: Any) -> None:
        """Nothing is predicted: children are made when a token leaves."""

    def _update_hook(self, my_task: Any) -> bool:
        parent = my_task.parent
        if parent is not None and parent.data:
            my_task.data = {**parent.data, **my_task.data}
        return self.enter(my_task)

    def _on_ready(self, my_task: Any) -> None:
        if not self.manual:
            my_task.workflow.top_workflow.agenda.append(my_task)

    def _run_hook(self, my_task: Any) -> bool:
        self.work(my_task)
        return True

    def _on_complete(self, my_task: Any) -> None:
        chosen = self.choose(my_task)
        if self.drawn:
            flows = tuple(flow.id for flow in chosen if flow.id)
            passed(my_task, PassedKind.COMPLETED, flows)
        parent = my_task.parent
        if parent is not None:
            parent.task_spec.child_left(parent, my_task)
        for flow in chosen:
            follow(my_task, flow)
        self.left(my_task)


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


def follow(task: Any, flow: Flow) -> None:
    """Send a token along a flow."""
    child = grow(task, flow.target)
    child.internal_data[FLOW] = flow.id
    child.task_spec._update(child)


def grow(task: Any, name: str) -> Any:
    """A new task of the named node under the task, not yet entered."""
    task.workflow.top_workflow.step.meter.task()
    scope = task.workflow
    return Token(scope, scope.spec.task_specs[name], task, state=TaskState.FUTURE)


def hold(task: Any, state: int) -> None:
    """Put a task into WAITING or STARTED."""
    task._set_state(state)


def resume(task: Any) -> None:
    """Let a task that waited or was started go on."""
    task._set_state(TaskState.READY)
    task.task_spec._on_ready(task)


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
    task._set_state(TaskState.CANCELLED)
    if tell:
        passed(task, PassedKind.CANCELLED)


def withdraw_all(scope: Any, *, besides: Any = None) -> None:
    """Cancel everything in a scope, except one task."""
    for task in list(scope.tasks.values()):
        if task is not besides:
            withdraw(task)


class Root(Node):
    """Where a scope begins: arms its event subprocesses and enters its start event."""

    drawn = False

    def __init__(self, scope: Any) -> None:
        super().__init__(scope, "#start")
        #: Start events by element id; the first is taken unless another is asked for.
        self.starts: dict[str, Flow] = {}
        #: Those that need no event.
        self.plain: tuple[str, ...] = ()
        self.listeners: tuple[str, ...] = ()

    @override
    def choose(self, task: Any) -> Sequence[Flow]:
        for name in self.listeners:
            listener = grow(task, name)
            listener.task_spec._update(listener)
        asked = (
            task.workflow.top_workflow.step.begin if task.workflow.parent_task_id is None else None
        )
        return (self.starts[asked] if asked else next(iter(self.starts.values())),)


class Passing(Node):
    """Start events, plain throwing events and tasks nobody has to do: the token passes."""
