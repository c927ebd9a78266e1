"""Deadlines of activities, and what a token knows that a rung of an escalation ladder sent.

A boundary timer marked ``duban:escalation`` is a rung: the token it sends carries the names of
:data:`engine.bpmn.syntax` on its way and into called processes, so that one process can urge and
report about every step. They are the token's own and never reach the case file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.bpmn import timers
from engine.bpmn.casefile import owner
from engine.bpmn.expressions import Instant, storable
from engine.bpmn.nodes import grow, unfinished
from engine.bpmn.timers import TIMER
from engine.values.running import Json, Timer

#: Keys of internal data of the task that holds an activity and its boundary events together.
DEADLINE, REACHED = "deadline", "reached"


def remember_deadline(task: Any) -> None:
    """Keep the instant of a deadline with the activity: it stays due after the timer has fired."""
    holder = task.parent
    kept = dict(holder.internal_data.get(DEADLINE, {}))
    kept[task.task_spec.name] = task.internal_data[TIMER]["at"]
    holder.internal_data[DEADLINE] = kept


def remember_reached(task: Any) -> None:
    """Keep a timer that fires with the activity: should its date move, it may fire once more.

    Only what counts from a limit can move; the deadline itself is over once it has come.
    """
    kept = task.internal_data.get(TIMER, {})
    rule = kept.get("rule", {})
    if task.task_spec.deadline or "limit" not in rule or "offset" not in rule:
        return
    holder = task.parent
    before = holder.internal_data.get(REACHED, {})
    holder.internal_data[REACHED] = {**before, task.task_spec.name: kept}


def reached(tasks: Iterable[Any]) -> Iterator[Timer]:
    """What :func:`remember_reached` kept of activities still open."""
    for holder in tasks:
        for name, kept in holder.internal_data.get(REACHED, {}).items():
            node = holder.workflow.spec.task_specs[name]
            if not _open(holder):
                continue
            yield Timer(
                id=f"{holder.id}/{name}",
                element=node.event_element,
                name=node.event_label,
                instant=timers.instant(kept),
                rule=timers.rule_from_json(kept.get("rule")),
                interrupting=False,
            )


def climb_again(tasks: Iterable[Any], instants: Mapping[str, datetime]) -> None:
    """Let timers that fired wait once more, by the ids :func:`reached` gave them."""
    for holder in list(tasks) if instants else ():
        for name, kept in list(holder.internal_data.get(REACHED, {}).items()):
            at = instants.get(f"{holder.id}/{name}")
            if at is None:
                continue
            again = grow(holder, name)
            again.data = dict(holder.data)
            again.internal_data[TIMER] = timers.move(kept, at)
            again.task_spec._update(again)
            holder.internal_data[REACHED] = {
                one: what for one, what in holder.internal_data[REACHED].items() if one != name
            }


def _open(holder: Any) -> bool:
    return any(
        unfinished(child)
        for child in holder.children
        if child.task_spec.name == holder.task_spec.main
    )


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
