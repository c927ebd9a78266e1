"""Activities with something inside: subprocesses, calls, and event subprocesses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import CallActivity, SubWorkflowTask
from SpiffWorkflow.bpmn.specs.defaults import EventSubprocess as EventSubprocessSpec
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask as SubWorkflowMixin
from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn.events import Waiting
from engine.bpmn.nodes import Node, unfinished, withdraw_all
from engine.values.running import Json


class Inner(Node, SubWorkflowMixin, BpmnSpecMixin):
    """Runs a scope of its own, which sees what is around it instead of a copy of its data."""

    activity = True

    @override
    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        """Values are in the case file, and names are looked up outwards."""

    @override
    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        """Values are in the case file."""

    @override
    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        # The library calls this, too, when what ended the scope has withdrawn its task before.
        if unfinished(my_task):
            super()._on_subworkflow_completed(subworkflow, my_task)

    @override
    def withdraw_inner(self, task: Any) -> None:
        inner = task.workflow.top_workflow.subprocesses.get(task.id)
        if inner is not None:
            withdraw_all(inner)
            inner.completed = True


class Subprocess(Inner, SubWorkflowTask):
    """An embedded subprocess or a transaction."""


class Call(Inner, CallActivity):
    """A called process."""


class EventSubprocess(Waiting, Inner, EventSubprocessSpec):
    """A subprocess that waits beside its scope until its start event happens.

    The library adds one to the spec all cases share when a message comes, and lets one with a timer
    keep its scope open.
    """

    @property
    def event_element(self) -> str:
        """The start event inside, whose form and timer it is."""
        return str(self.extensions["start"])

    @property
    def event_label(self) -> str:
        """What people call the start event."""
        return str(self.extensions["start_name"])

    @override
    def listening(self, task: Any) -> bool:
        return bool(task._state == TaskState.WAITING)

    @override
    def _update_hook(self, my_task: Any) -> bool | None:
        if my_task._state != TaskState.FUTURE:
            return False
        my_task._inherit_data()
        my_task._set_state(TaskState.WAITING)
        self.trigger.update_task(my_task)
        return False

    @override
    def fire(self, task: Any, values: Mapping[str, Json] | None = None) -> None:
        task.workflow.script_engine.write(task, values or {})
        if self.interrupting:
            withdraw_all(task.workflow, besides=task)
        else:
            self.wait_again(task)
        task._set_state(TaskState.STARTED)
        self.start_workflow(task)
