"""A case of the proof: the same engine, but time stands and any timer may fire at any moment.

Only what decides the way is evaluated. Parameters of operations, and the instants of timers, do
not: whether and when a timer fires is tried, not computed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from SpiffWorkflow.util.task import TaskState
from typing_extensions import override

from engine.bpmn import expressions, outcomes, returning, state
from engine.bpmn.casefile import CaseFileScripts, at_element, owner
from engine.bpmn.compile import Compiled
from engine.bpmn.events import Kind, Waiting
from engine.bpmn.expressions import Instant
from engine.bpmn.gateways import Joining
from engine.bpmn.nodes import FLOW, EndJoin, Finish, unfinished
from engine.bpmn.proof.choices import nearest
from engine.bpmn.proof.reading import DRAFT, Reading, relevant_lines
from engine.bpmn.proof.settled import Settled
from engine.bpmn.pruning import prune
from engine.bpmn.repetition import Repeat
from engine.bpmn.runtime import CaseRun, Environment, library_errors
from engine.bpmn.syntax import TOKEN_NAMES
from engine.bpmn.tasks import Decision, Service
from engine.bpmn.timers import TIMER
from engine.errors import Broken
from engine.values.running import Bounds, CaseFile, Json, Passed
from engine.values.timing import TimerRule

NOW = datetime(2026, 3, 3, 2, tzinfo=UTC)
#: One command in the proof may take less than in a case: an endless loop is found sooner.
BOUNDS = Bounds(steps=1_500, tasks=1_500, cpu_seconds=5.0)
#: Data of a token that says nothing about its way.
_NO_MATTER = TOKEN_NAMES | {"loopCounter"}

#: What a state looks like, apart from identities: equal states go on alike.
Key = tuple[Any, ...]


class Standing:
    """The schedule of the proof: whatever is counted lies ahead."""

    def instant(self, rule: TimerRule) -> datetime:
        """A day from now."""
        del rule
        return NOW + timedelta(days=1)


class ProofScripts(CaseFileScripts):
    """Evaluates only what decides the way."""

    reading: Reading

    @override
    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, Json] | None = None
    ) -> Any:
        node = task.task_spec
        if isinstance(node, Service) and not (isinstance(node, Decision) and _decides(node)):
            return None
        if isinstance(node, Waiting) and node.trigger.kind is Kind.TIMER:
            return Instant(NOW + timedelta(days=1))
        self._functions["digest"] = self._draft
        return super().evaluate(task, expression, external_context)

    def _draft(self, *values: Json) -> Json:
        """A digest tells drafts apart, whatever stands in them."""
        del values
        return f"{self.data.get(DRAFT)}"

    @override
    def execute(
        self, task: Any, script: str, external_context: Mapping[str, Json] | None = None
    ) -> bool:
        lines = "\n".join(relevant_lines(script, self.reading.relevant))
        if lines:
            functions = {**expressions.functions(NOW, Standing()), "digest": self._draft}
            with at_element(task):
                written = expressions.run_script(lines, self.names_at(task), functions)
            self.write(task, written)
        return True

    @override
    def write(self, task: Any, values: Mapping[str, Json]) -> None:
        uses = self.reading.uses
        kept = {name: nearest(uses[name], v) if name in uses else v for name, v in values.items()}
        super().write(task, kept)


def _decides(node: Decision) -> bool:
    return node.extensions["table"] is not None


class ProofRun(CaseRun):
    """A case whose timers fire when the proof says so."""

    @classmethod
    def proving(cls, reading: Reading) -> type[ProofRun]:
        """The class whose cases read by this reading."""

        class Scripts(ProofScripts):
            pass

        Scripts.reading = reading

        class Run(ProofRun):
            @classmethod
            @override
            def _scripts(
                cls, ready: Compiled, data: CaseFile, environment: Environment
            ) -> CaseFileScripts:
                names = ready.names | TOKEN_NAMES
                return Scripts(data, names, environment.schedule, environment.now)

        return Run

    @staticmethod
    def environment() -> Environment:
        """The instant at which everything in the proof happens."""
        return Environment(now=NOW, schedule=Standing(), bounds=BOUNDS)

    @override
    def _fire_due(self, since: datetime | None) -> None:
        """Nothing is due: timers fire when the proof says so."""

    @override
    def _finish(self) -> Any:
        stuck = [] if self._case.completed else outcomes.nobody_can_move(self._case)
        if stuck:
            raise Broken("engine.stuck", element=stuck[0], elements=", ".join(stuck))
        prune(self._case)
        return None

    def kept(self) -> bytes:
        """The state, to go on from."""
        return state.dump(self._case, self._compiled.checksum, BOUNDS.state_bytes)

    # --- Commands ---------------------------------------------------------------------------

    def fire(self, task_id: str, values: Mapping[str, Json]) -> None:
        """Let a waiting event happen."""
        self._move(lambda: self._waiting(task_id).task_spec.fire(self._waiting(task_id), values))

    def finish_task(self, task_id: str, values: Mapping[str, Json]) -> None:
        """A person completes a task."""

        def act() -> None:
            task = self._open(task_id)
            self._case.scripts.write(task, values)
            task.run()

        self._move(act)

    def give_back(self, task_id: str, element: str) -> None:
        """A person returns a task to an earlier step."""
        self._move(lambda: returning.send_back(self._open(task_id), element))

    def know(self, values: Mapping[str, Json]) -> None:
        """Results of operations arrive; what waits for a condition is let see them."""
        self.data.update(values)

        self._move(lambda: None, anew=False)

    def _move(self, act: Callable[[], None], *, anew: bool = True) -> None:
        before = [] if anew else self._case.step.passed
        self._renew()
        self._case.step.passed = before
        self._do(act)

    def _waiting(self, task_id: str) -> Any:
        return self._find(task_id, outcomes.is_waiting)

    # --- How it stands ----------------------------------------------------------------------

    @property
    def data(self) -> dict[str, Json]:
        """The case file."""
        return self._case.scripts.data

    @property
    def finished(self) -> bool:
        """Whether the case is over."""
        return bool(self._case.completed)

    @property
    def passed(self) -> tuple[Passed, ...]:
        """What the last command passed."""
        return tuple(self._case.step.passed)

    @property
    def results(self) -> tuple[str, ...]:
        """Names under which operations asked for by the last command put their results."""
        return tuple(asked.result for asked in self._case.step.operations if asked.result)

    def evaluate(self, expression: str) -> Any:
        """An expression over the case file."""
        root = self._case.task_tree
        return CaseFileScripts.evaluate(self._case.scripts, root, expression)

    def open(self) -> Iterator[Any]:
        """Open tasks, of several that can only go on alike one."""
        seen: set[Key] = set()
        for task in self._case.tasks_in_order():
            if outcomes.is_open(task):
                key = (_way(task), _own(task))
                if key not in seen:
                    seen.add(key)
                    yield task

    def waiting(self) -> Iterator[Any]:
        """Events that can happen now."""
        for task in self._case.tasks_in_order():
            if outcomes.is_waiting(task, Kind.TIMER, Kind.MESSAGE, Kind.SIGNAL):
                yield task

    def twice(self) -> str:
        """An element at which more tokens are than can be meant; empty if there is none."""
        found: Counter[Key] = Counter()
        for task in self._case.tasks_in_order():
            node = task.task_spec
            if not unfinished(task) or node.repeated_by or not node.element:
                continue
            if isinstance(node, Waiting) and task._state == TaskState.WAITING:
                continue
            flow = task.internal_data.get(FLOW) if isinstance(node, Joining) else ""
            holder = owner(task.workflow)
            found[(None if holder is None else holder.id, node.name, flow)] += 1
        return next((key[1] for key, count in found.items() if count > 1), "")

    def forget(self, reading: Reading) -> None:
        """Drop the values nothing can read any more before it writes them."""
        live = set(reading.always)
        for scope, element in self.places():
            live |= reading.live(scope, element)
        scripts = self._case.scripts
        scripts.data = {name: v for name, v in scripts.data.items() if name in live}

    def places(self) -> Iterator[tuple[str, str]]:
        """Scope and element of every token."""
        for task in self._case.tasks_in_order():
            if unfinished(task) and task.task_spec.element:
                yield task.workflow.spec.name, task.task_spec.element

    def key(self, besides: Collection[str], settled: Settled) -> Key:
        """What the state looks like; events named in ``besides`` are left out."""
        if self.finished:
            return ("finished",)
        known = settled.seen(self.data, self.places())
        data = json.dumps(known, sort_keys=True, ensure_ascii=False, default=str)
        return (data, _scope_key(self._case, self._case, besides))


def _scope_key(case: Any, scope: Any, besides: Collection[str]) -> Key:
    found = []
    for task in scope.tasks.values():
        node = task.task_spec
        if not unfinished(task) or isinstance(node, (EndJoin, Finish)):
            continue
        waiting = isinstance(node, Waiting) and task._state == TaskState.WAITING
        if waiting and node.event_element in besides:
            continue
        inner = case.subprocesses.get(task.id)
        below = () if inner is None or inner.completed else _scope_key(case, inner, besides)
        found.append((node.name, task._state, _own(task), below))
    return tuple(sorted(found, key=repr))


def _own(task: Any) -> str:
    """What a token knows for itself that its way depends on."""
    node, own = task.task_spec, {}
    items = set()
    parent = task.parent
    if parent is not None and isinstance(parent.task_spec, Repeat):
        items = {parent.task_spec.how.item}
    own = {n: v for n, v in task.data.items() if n not in _NO_MATTER and n not in items}
    if isinstance(node, Joining):
        own[FLOW] = task.internal_data.get(FLOW, "")
    if isinstance(node, Repeat):
        endless = node.how.loop and node.how.loop_maximum is None
        own["repeat"] = {
            n: v
            for n, v in task.internal_data.items()
            if n != FLOW and not (endless and n in ("begun", "done"))
        }
    cycle = task.internal_data.get(TIMER, {}).get("cycle")
    if cycle:
        own["left"] = cycle["left"]
    return json.dumps(own, sort_keys=True, ensure_ascii=False, default=str)


def _way(task: Any) -> tuple[str, ...]:
    """The scopes around a task, innermost first."""
    found = [task.task_spec.name]
    holder = owner(task.workflow)
    while holder is not None:
        found.append(holder.task_spec.name)
        holder = owner(holder.workflow)
    return tuple(found)


__all__ = ["Key", "ProofRun", "library_errors"]
