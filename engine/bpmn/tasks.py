"""What tasks do: people complete them, scripts assign, operations are asked for, tables decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ScriptTask, ServiceTask, UserTask
from typing_extensions import override

from engine.bpmn import decisions
from engine.bpmn.casefile import at_element
from engine.bpmn.expressions import storable
from engine.bpmn.nodes import Node
from engine.bpmn.timers import told
from engine.values.running import OperationRequest

#: Key of a task's internal data: when it was opened to people, in ISO.
OPENED = "opened"


class Person(Node, UserTask):
    """User, manual and undefined tasks: somebody completes them."""

    activity = True

    @override
    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        my_task.internal_data[OPENED] = told(my_task.workflow.script_engine.now)


class Script(Node, ScriptTask):
    """Assignments to the case file, by the script engine of the case."""

    activity = True


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation: a literal value, or an expression evaluated when asked for."""

    name: str
    value: str = ""
    expression: str | None = None


@dataclass(frozen=True)
class Operation:
    """What ``duban:operation`` says."""

    name: str = ""
    result: str = ""
    parameters: tuple[Parameter, ...] = ()


class Service(Node, ServiceTask):
    """Asks for the operation of its extensions and goes on."""

    activity = True

    @override
    def _execute(self, task: Any) -> bool:
        scripts = task.workflow.script_engine
        asked: Operation = self.extensions["operation"]
        values = {
            parameter.name: parameter.value
            if parameter.expression is None
            else storable(scripts.evaluate(task, parameter.expression))
            for parameter in asked.parameters
        }
        step = task.workflow.top_workflow.step
        with at_element(task):
            step.meter.hold(values)
        step.operations.append(
            OperationRequest(str(task.id), self.element, asked.name, values, asked.result)
        )
        return True


class Decision(Service):
    """Asks the decision table of its extensions; without one it is a service task."""

    @override
    def _execute(self, task: Any) -> bool:
        table: decisions.Table | None = self.extensions["table"]
        if table is None:
            return super()._execute(task)
        scripts = task.workflow.script_engine
        with at_element(task):
            answers = decisions.decide(table, lambda text, more: scripts.evaluate(task, text, more))
        scripts.write(task, answers)
        return True
