"""Business rule tasks: a decision table decides on the case file."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from engine.bpmn import decisions
from engine.bpmn.casefile import at_element
from engine.bpmn.nodes import Node


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
