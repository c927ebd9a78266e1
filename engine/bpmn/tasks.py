"""What tasks do: people complete them, scripts assign, operations are asked for, tables decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from engine.bpmn import decisions
from engine.bpmn.casefile import at_element
from engine.bpmn.expressions import storable
from engine.bpmn.nodes import Node
from engine.bpmn.timers import told
from engine.values.running import OperationRequest

#: Key of a task's internal data: when it was opened to people, in ISO.
OPENED = "opened"


class Person(Node):
    """User, manual and undefined tasks: somebody completes them."""

    activity = True

    def __init__(self, scope: Any, name: str, *, element: str, label: str) -> None:
        super().__init__(scope, name, element=element, label=label, manual=True)

    @override
    def enter(self, task: Any) -> bool:
        task.internal_data[OPENED] = told(task.workflow.script_engine.now)
        return True


class Script(Node):
    """Assignments to the case file."""

    activity = True

    def __init__(self, scope: Any, name: str, *, element: str, label: str, script: str) -> None:
        super().__init__(scope, name, element=element, label=label)
        self.script = script

    @override
    def work(self, task: Any) -> None:
        task.workflow.script_engine.execute(task, self.script)


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation: a literal value, or an expression evaluated when asked for."""

    name: str
    value: str = ""
    expression: str | None = None


class Operation(Node):
    """A service task: asks for a named operation and goes on."""

    activity = True

    def __init__(
        self,
        scope: Any,
        name: str,
        *,
        element: str,
        label: str,
        operation: str,
        result: str = "",
        parameters: Sequence[Parameter] = (),
    ) -> None:
        super().__init__(scope, name, element=element, label=label)
        self.operation = operation
        self.result = result
        self.parameters = tuple(parameters)

    @override
    def work(self, task: Any) -> None:
        scripts = task.workflow.script_engine
        values = {
            parameter.name: parameter.value
            if parameter.expression is None
            else storable(scripts.evaluate(task, parameter.expression))
            for parameter in self.parameters
        }
        task.workflow.top_workflow.step.operations.append(
            OperationRequest(str(task.id), self.element, self.operation, values, self.result)
        )


class Decision(Node):
    """Asks a decision table and writes its answers."""

    activity = True

    def __init__(
        self, scope: Any, name: str, *, element: str, label: str, table: decisions.Table
    ) -> None:
        super().__init__(scope, name, element=element, label=label)
        self.table = table

    @override
    def work(self, task: Any) -> None:
        scripts = task.workflow.script_engine
        with at_element(task):
            answers = decisions.decide(
                self.table, lambda text, more: scripts.evaluate(task, text, more)
            )
        scripts.write(task, answers)
