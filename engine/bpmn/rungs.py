"""Deadlines of activities, and what a token knows that a rung of an escalation ladder sent.

A boundary timer marked ``duban:escalation`` is a rung: the token it sends carries the names of
:data:`engine.bpmn.syntax` on its way and into called processes, so that one process can urge and
report about every step. They are the token's own and never reach the case file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.bpmn import timers
from engine.bpmn.casefile import owner
from engine.bpmn.expressions import Instant, storable
from engine.bpmn.nodes import unfinished
from engine.bpmn.timers import TIMER
from engine.values.running import Json

#: Key of internal data of the task that holds an activity and its boundary events together.
DEADLINE = "deadline"


def remember_deadline(task: Any) -> None:
    """Keep the instant of a deadline with the activity: it stays due after the timer has fired."""
    holder = task.parent
    kept = dict(holder.internal_data.get(DEADLINE, {}))
    kept[task.task_spec.name] = task.internal_data[TIMER]["at"]
    holder.internal_data[DEADLINE] = kept


def due_at(task: Any) -> datetime | None:
    """The deadline of the activity a task is or belongs to; without one, of the phase around it."""
    while task is not None:
        activity = task
        if task.task_spec.repeated_by and task.parent.task_spec.name == task.task_spec.repeated_by:
            activity = task.parent
        holder = activity.parent
        if holder is not None and holder.task_spec.main == activity.task_spec.name:
            kept = holder.internal_data.get(DEADLINE)
            if kept:
                return min(timers.read(at) for at in kept.values())
        task = owner(task.workflow)
    return None


@dataclass(frozen=True)
class Rung:
    """A rung of the ladder of an activity: how urgent it is, and what is urged."""

    level: str
    step: str
    step_name: str
    step_role: str
    step_body: str
    #: Field or item variable that names the people who must act, empty if the role as a whole must.
    performer: str = ""

    def names(self, main: Any) -> dict[str, Json]:
        """What the token carries; ``main`` is the task of the activity, still open."""
        due = due_at(main)
        return {
            "level": self.level,
            "step": self.step,
            "step_name": self.step_name,
            "step_role": self.step_role,
            "step_body": self.step_body,
            "step_due": None if due is None else storable(Instant(due)),
            "step_people": sorted(set(self._people(main))),
        }

    def _people(self, main: Any) -> Iterator[int]:
        if not self.performer:
            return
        instances = [c for c in main.children if c.task_spec.repeated_by == main.task_spec.name]
        for task in instances or [main]:
            if unfinished(task):
                found = task.workflow.script_engine.names_at(task).get(self.performer)
                for person in found if isinstance(found, list) else [found]:
                    if isinstance(person, int) and not isinstance(person, bool):
                        yield person
