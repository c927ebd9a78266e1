"""Returning (退回): a task is given back to an earlier step, and what followed that step is undone.

``duban:task returns="…"`` names the steps. What may have grown out of a step is its *region*: every
node its token can have come to, and no join that also waits for tokens from elsewhere. Living
tokens in the region are withdrawn and the step is entered anew, so its timers are counted anew,
while clocks of the phase around it and reminders already sent go on untouched.
"""

from __future__ import annotations

from typing import Any

from engine.bpmn.events import Boundary
from engine.bpmn.gateways import Joining
from engine.bpmn.nodes import Node, grow, withdraw
from engine.bpmn.repetition import Repeat
from engine.errors import Conflict


def send_back(task: Any, element: str) -> None:
    """Withdraw what followed the step and enter it anew, in the scope of the open task.

    Raises Conflict ``not_a_step_back`` when the task cannot have followed the step.
    """
    scope = task.workflow
    entry = _entry(scope.spec, element)
    region = reached_from(scope.spec, entry) if entry is not None else frozenset[str]()
    if entry is None or task.task_spec.name not in region:
        raise Conflict("not_a_step_back", element=element)
    for living in list(scope.tasks.values()):
        if living.task_spec.name in region:
            withdraw(living)
    again = grow(scope.task_tree, entry.name)
    again.task_spec._update(again)


def reached_from(spec: Any, entry: Node) -> frozenset[str]:
    """Names of the nodes that only a token of this node, or one that came from it, can be at.

    Non-interrupting boundary events belong to it while they wait; what they have set off does not.
    """
    names: set[str] = set()
    flows: set[str] = set()
    waiting: set[str] = set()
    agenda = [entry.name]
    while agenda:
        name = agenda.pop()
        if name in names:
            continue
        node = spec.task_specs[name]
        if _joins(node) and not node.incoming <= flows:
            waiting.add(name)
            continue
        names.add(name)
        waiting.discard(name)
        if isinstance(node, Repeat):
            names.add(node.child)
        if isinstance(node, Boundary) and not node.interrupting:
            continue
        flows.update(flow.id for flow in node.flows)
        agenda.extend(flow.target for flow in node.flows)
        agenda.extend(waiting)
    return frozenset(names)


def _entry(spec: Any, element: str) -> Node | None:
    """The node a token enters when it comes to an element."""
    for name in (f"{element}.BoundaryEventSplit", element):
        found: Node | None = spec.task_specs.get(name)
        if found is not None:
            return found
    return None


def _joins(node: Any) -> bool:
    return isinstance(node, Joining) and len(node.incoming) > 1
