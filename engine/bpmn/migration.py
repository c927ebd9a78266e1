"""May a running case go on by another definition; if it may, how it stands there.

Every token keeps its identity, so that claims, drafts, clocks and their ledgers stay where they
are. A step keeps its place if the other definition has one of that id and kind, or if somebody said
which step takes its place. What is refused is refused with all reasons; nothing is guessed.

Clocks that run go on running: one whose expression is the same keeps its instant. One the other
definition counts differently is counted anew from when it began. A clock the other definition does
not have is dropped, one only it has begins when the step began.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import outcomes, state, timers
from engine.bpmn.compile import Compiled, compiled
from engine.bpmn.definition import Definition
from engine.bpmn.events import Attached, Boundary, Kind, Waiting
from engine.bpmn.gateways import Joining
from engine.bpmn.nodes import FLOW, grow, unfinished
from engine.bpmn.runtime import CaseRun, Environment
from engine.bpmn.tasks import OPENED
from engine.bpmn.timers import TIMER
from engine.errors import Broken
from engine.values.running import CaseFile
from engine.values.upgrades import Mapped, Moved, Reason, TimerMove


def move(
    old: Definition,
    new: Definition,
    kept: bytes,
    data: CaseFile,
    environment: Environment,
    mapping: Mapped,
) -> Moved:
    """How a case of one definition stands on another.

    Raises :class:`Broken` for a state that is damaged or not of the old definition.
    """
    before, after = compiled(old), compiled(new)
    unpacked = state.unpacked(kept, before.checksum, environment.bounds.state_bytes)
    fitting = _Fitting(before, after, mapping)
    fitting.scope(unpacked["case"], old.description.main, new.description.main)
    if fitting.reasons:
        return Moved(None, refused=tuple(fitting.reasons))
    packed = state.packed(unpacked, after.checksum)
    was = CaseRun.load(old, kept, data, environment)
    run = _Moving.load(new, packed, data, environment)
    assert isinstance(run, _Moving)  # noqa: S101  # Tells the type checker.
    return run.settle_in(was, before)


class _Fitting:
    """A state's names, made those of the other definition; whatever has no place is a reason."""

    def __init__(self, before: Compiled, after: Compiled, mapping: Mapped) -> None:
        self._before = before
        self._after = after
        self._mapping = mapping
        self.reasons: list[Reason] = []
        self._parts: Mapping[str, Any] = {}

    def scope(self, kept: dict[str, Any], old: str, new: str) -> None:
        """Rename a scope with everything in it."""
        self._parts = kept.get("subprocesses", self._parts)
        if kept["spec"] != old or new not in self._after.scopes:
            self._refuse("migration.scope_gone", kept["spec"])
            return
        kept["spec"] = new
        before, after = self._before.scopes[old], self._after.scopes[new]
        names = {name: self._name(name, old, new) for name in before.task_specs}
        gone: dict[str, Any] = {}
        for identity, task in list(kept["tasks"].items()):
            name = task["task_spec"]
            wanted = names.get(name, name)
            spec, there = before.task_specs[name], after.task_specs.get(wanted)
            living = bool(task["state"] & TaskState.NOT_FINISHED_MASK)
            if isinstance(spec, Boundary) and there is None:
                # A clock or an event the step no longer has.
                gone[identity] = kept["tasks"].pop(identity)
                continue
            if isinstance(spec, Attached) and there is None:
                gone[identity] = kept["tasks"].pop(identity)
                continue
            if there is None or type(there) is not type(spec):
                if living or isinstance(spec, Attached):
                    code = "step_gone" if there is None else "other_kind"
                    self._refuse(f"migration.{code}", spec.element or name)
                    continue
                # What is finished holds the tree together, and says nothing any more.
                task["task_spec"] = "Start" if task["parent"] is None else wanted
                if task["parent"] is not None:
                    self._refuse("migration.step_gone", spec.element or name)
                continue
            task["task_spec"] = wanted
            self._flow(task, there, living)
            self._below(identity, spec, there)
        for task in kept["tasks"].values():
            while task["parent"] in gone:
                task["parent"] = gone[task["parent"]]["parent"]

    def _name(self, name: str, old: str, new: str) -> str:
        """What a node is called in the other definition."""
        if name == f"{old}.EndJoin":
            return f"{new}.EndJoin"
        element, dot, rest = name.partition(".")
        return f"{self._mapping.get(element, element)}{dot}{rest}"

    def _flow(self, task: dict[str, Any], there: Any, living: bool) -> None:
        """A token that waits at a join waits for those of the other flows."""
        flow = task["internal_data"].get(FLOW)
        joins = isinstance(there, Joining) and len(there.incoming) > 1
        if living and joins and flow and flow not in there.incoming:
            self._refuse("migration.flow_gone", there.element, flow=flow)

    def _below(self, identity: str, spec: Any, there: Any) -> None:
        part = self._parts.get(identity)
        if part is not None:
            self.scope(part, spec.spec, there.spec)

    def _refuse(self, code: str, element: str, **facts: str) -> None:
        reason = Reason(code, element, facts)
        if reason not in self.reasons:
            self.reasons.append(reason)


class _Moving(CaseRun):
    """A case just put on another definition."""

    def settle_in(self, was: CaseRun, before: Compiled) -> Moved:
        """Give every step the clocks and events the definition draws there."""
        old_timers = {timer.id: timer for timer in was.outcome().timers}
        old_steps = {task.id: task.element for task in was.outcome().tasks}
        self._renew()
        try:
            for holder in list(self._holders()):
                self._attach(holder, before)
            for task in list(self._case.tasks_in_order()):
                if outcomes.is_waiting(task, Kind.TIMER):
                    self._recount(task, was)
        except Broken as error:
            element = str(error.facts.get("element", ""))
            facts = {name: str(value) for name, value in error.facts.items()}
            return Moved(None, refused=(Reason(error.code, element, facts),))
        finally:
            self._case.scripts.now = self._environment.now
        stuck = outcomes.nobody_can_move(self._case)
        if stuck:
            return Moved(None, refused=(Reason("engine.stuck", stuck[0]),))
        found = self._look()
        moves = [
            TimerMove(timer.element, timer.name, timer.deadline, known.instant, timer.instant)
            for timer in found.timers
            if (known := old_timers.get(timer.id)) is not None and known.instant != timer.instant
        ]
        present = {timer.id for timer in found.timers}
        moves += [
            TimerMove(timer.element, timer.name, timer.deadline, None, timer.instant)
            for timer in found.timers
            if timer.id not in old_timers
        ]
        moves += [
            TimerMove(timer.element, timer.name, timer.deadline, timer.instant, None)
            for timer in old_timers.values()
            if timer.id not in present
        ]
        steps = tuple((old_steps.get(task.id, ""), task.element) for task in found.tasks)
        return Moved(found, steps, tuple(moves))

    def _holders(self) -> Iterator[Any]:
        """The nodes that hold each open activity and its boundary events; made where missing."""
        for task in list(self._case.tasks_in_order()):
            if not unfinished(task) or task.task_spec.repeated_by:
                continue
            name = f"{task.task_spec.name}.BoundaryEventSplit"
            wanted = task.workflow.spec.task_specs.get(name)
            if wanted is None or wanted.main != task.task_spec.name:
                continue
            holder = task.parent
            if holder.task_spec is not wanted:
                holder = grow(task.parent, name)
                holder._set_state(TaskState.COMPLETED)
                task.parent._children.remove(task.id)
                task.parent = holder
                holder._children.append(task.id)
            yield holder

    def _attach(self, holder: Any, before: Compiled) -> None:
        """Events only this definition has begin to wait, as of when the step began."""
        scope = before.scopes.get(holder.workflow.spec.name)
        known = scope.task_specs if scope is not None else {}
        mains = [c for c in holder.children if c.task_spec.name == holder.task_spec.main]
        since = _begun(mains[0], self._environment.now)
        for flow in holder.task_spec.flows:
            node = holder.workflow.spec.task_specs[flow.target]
            if not isinstance(node, Boundary) or flow.target in known:
                continue
            if any(child.task_spec is node for child in holder.children):
                continue
            self._case.scripts.now = since
            made = grow(holder, flow.target)
            made.data = dict(holder.data)
            made.task_spec._update(made)

    def _recount(self, task: Any, was: CaseRun) -> None:
        """A clock whose expression is another is counted again, from when it began."""
        now, old = task.task_spec.trigger.timer, _waiting_in(was, str(task.id))
        if old is None or old.task_spec.trigger.timer == now:
            return
        kept = task.internal_data[TIMER]
        rule = timers.rule_from_json(kept.get("rule"))
        begun = _begun(task.parent, None) or (rule.armed or rule.since if rule else None)
        self._case.scripts.now = begun or self._environment.now
        task.internal_data[TIMER] = timers.start(task, now, self._case.scripts)
        task.task_spec.armed(task)


def _waiting_in(was: CaseRun, identity: str) -> Any:
    return was._find(identity, lambda task: isinstance(task.task_spec, Waiting))


def _begun(task: Any, otherwise: datetime | None) -> Any:
    """When an activity was opened."""
    for one in (task, *task.children):
        kept = one.internal_data.get(OPENED)
        if kept is not None:
            return timers.read(kept)
    for child in task.children:
        rule = timers.rule_from_json(child.internal_data.get(TIMER, {}).get("rule"))
        if rule is not None:
            return rule.armed or rule.since
    return otherwise
