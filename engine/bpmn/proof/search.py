"""The walk: breadth first, so that the way shown to a flaw is a shortest one."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from time import thread_time
from typing import Any

from engine.bpmn import expressions
from engine.bpmn.definition import Definition
from engine.bpmn.events import Kind, Waiting
from engine.bpmn.proof.beside import beside
from engine.bpmn.proof.choices import Alike, Choices
from engine.bpmn.proof.reading import DRAFT, Guard, Reading
from engine.bpmn.proof.settled import Settled
from engine.bpmn.proof.unreached import unreached
from engine.bpmn.proof.walking import NOW, Key, ProofRun, Standing
from engine.errors import Broken, Conflict
from engine.values.proof import Doing, Effort, Flaw, Hop, ProofReport
from engine.values.running import CaseFile, Json

#: Flaws of one kind at one element are shown once, and of one kind no more than this.
_SHOWN = 12
#: How often an event beside the ways is let happen, to reach everything behind it.
_TRIES = 40
_ENDLESS = ("engine.too_many_steps", "engine.too_many_tasks", "engine.too_long")


@dataclass(frozen=True)
class Move:
    """Something that can happen in a state."""

    doing: Doing
    element: str
    task: str
    values: CaseFile = field(default_factory=dict)
    to: str = ""
    #: The event may happen again while what it set off still runs.
    again: bool = False


@dataclass
class State:
    """A state somebody can come to, and how."""

    kept: bytes
    data: CaseFile
    met: frozenset[int]
    moves: list[Move]
    came: tuple[int, Hop] | None
    finished: bool = False
    next: set[int] = field(default_factory=set)


class Search:
    """The states of one definition."""

    def __init__(self, definition: Definition, effort: Effort) -> None:
        self._definition = definition
        self._effort = effort
        self._reading = Reading(definition)
        self._choices = Choices(self._reading, effort.choices)
        self._beside = beside(self._reading)
        self._run = ProofRun.proving(self._reading)
        self._functions = expressions.functions(NOW, Standing())
        self._settled = Settled(definition, self._reading, self._functions)
        self._states: list[State] = []
        self._known: dict[Key, int] = {}
        self._queue: deque[int] = deque()
        self._flaws: dict[tuple[str, str], Flaw] = {}
        self._reached: set[str] = set()
        self._tried: dict[str, int] = {}
        self._moves = 0
        self._bounds: set[str] = set()
        #: The case of the move under way, to tell what it passed should it break.
        self._acting: ProofRun | None = None
        self._began = thread_time()

    def report(self) -> ProofReport:
        """Walk, and tell."""
        self._begin()
        while self._queue and self._room():
            self._expand(self._queue.popleft())
        if self._queue:
            self._bounds.add(self._bound())
        if self._choices.cut:
            self._bounds.add("choices")
        flaws = list(self._flaws.values())
        if not self._bounds:
            flaws += self._endless_waits()
            flaws += unreached(self._definition, self._reached)
        return ProofReport(
            process=self._definition.description.main,
            flaws=tuple(flaws),
            states=len(self._states),
            moves=self._moves,
            seconds=round(thread_time() - self._began, 2),
            bounds=tuple(sorted(self._bounds)),
        )

    # --- Bounds -----------------------------------------------------------------------------

    def _room(self) -> bool:
        return not self._bound()

    def _bound(self) -> str:
        if len(self._states) >= self._effort.states:
            return "states"
        if self._moves >= self._effort.moves:
            return "moves"
        if thread_time() - self._began >= self._effort.seconds:
            return "seconds"
        return ""

    # --- Going on ---------------------------------------------------------------------------

    def _begin(self) -> None:
        description = self._definition.description
        for unwritten in self._choices.unwritten():
            for start in (*description.starts, *description.periods.values()):
                form = description.forms.get(start)
                for values in self._choices.entered(form, unwritten, self._holds):
                    move = Move(Doing.START, start, "", {**unwritten, **values})
                    self._try(None, move, self._starting(move))

    def _starting(self, move: Move) -> Callable[[], ProofRun]:
        def begin() -> ProofRun:
            run = self._run.start(
                self._definition, move.values, ProofRun.environment(), element=move.element
            )
            assert isinstance(run, ProofRun)  # noqa: S101  # Tells the type checker.
            return run

        return begin

    def _expand(self, at: int) -> None:
        for move in self._states[at].moves:
            if not self._room():
                self._queue.appendleft(at)
                return
            self._try(at, move, self._moving(at, move))

    def _moving(self, at: int, move: Move) -> Callable[[], ProofRun]:
        def go() -> ProofRun:
            run = self._acting = self._load(at)
            if move.doing is Doing.COMPLETE:
                run.finish_task(move.task, move.values)
            elif move.doing is Doing.RETURN:
                run.give_back(move.task, move.to)
            else:
                run.fire(move.task, move.values)
            return run

        return go

    def _load(self, at: int) -> ProofRun:
        state = self._states[at]
        run = self._run.load(self._definition, state.kept, state.data, ProofRun.environment())
        assert isinstance(run, ProofRun)  # noqa: S101  # Tells the type checker.
        return run

    def _try(self, at: int | None, move: Move, go: Callable[[], ProofRun]) -> None:
        self._moves += 1
        hop = Hop(move.doing, move.element, _told(move.values), move.to)
        self._acting = None
        try:
            run = go()
        except Conflict:
            # A return the engine refuses is refused to people as well.
            return
        except Broken as error:
            if self._acting is not None:
                hop = replace(hop, passed=self._acting.passed)
            self._broken(at, hop, error)
            return
        results = [name for name in run.results if name in self._reading.relevant]
        if not results:
            self._arrive(at, hop, run, again=move.again)
            return
        for values in product(*(self._results(name) for name in results)):
            again = go()
            again.know(dict(zip(results, values, strict=True)))
            self._arrive(at, hop, again, again=move.again)

    def _results(self, name: str) -> list[Json]:
        return [None, *([one for one in self._reading.uses[name].literals if one is not None])]

    def _arrive(self, at: int | None, hop: Hop, run: ProofRun, *, again: bool) -> None:
        hop = replace(hop, passed=run.passed)
        double = run.twice()
        if double and again:
            # What an event that may come again sets off may run beside itself: that is meant.
            return
        self._reached.update(step.element for step in hop.passed)
        met = self._guarded(at, hop, run)
        run.forget(self._reading)
        key = (*run.key(self._beside, self._settled), met)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self._states)
            self._add(at, hop, run, met, double)
        if at is not None:
            self._states[at].next.add(known)

    def _add(
        self, at: int | None, hop: Hop, run: ProofRun, met: frozenset[int], double: str
    ) -> None:
        came = (-1 if at is None else at, hop)
        state = State(b"", dict(run.data), met, [], came, run.finished)
        self._states.append(state)
        if run.finished:
            return
        if double:
            self._flaw("proof.twice", double, self._way(len(self._states) - 1))
            return
        state.moves = list(self._possible(run))
        state.kept = run.kept()
        self._look_beside(len(self._states) - 1, run)
        self._queue.append(len(self._states) - 1)

    # --- What can happen --------------------------------------------------------------------

    def _possible(self, run: ProofRun) -> Iterator[Move]:
        forms = self._definition.description.forms
        for task in run.open():
            element, task_id = task.task_spec.element, str(task.id)
            self._reached.add(element)
            form = forms.get(element)
            data = {**run.data, **task.data}
            alike = self._alike(run, task)
            for values in self._choices.entered(form, data, self._holds, alike):
                yield Move(Doing.COMPLETE, element, task_id, values)
            for to in form.returns if form else ():
                yield Move(Doing.RETURN, element, task_id, to=to)
        for task in run.waiting():
            node = task.task_spec
            if node.event_element in self._beside:
                continue
            again = not node.interrupting and node.trigger.kind is not Kind.TIMER
            form = forms.get(node.event_element)
            timed = node.trigger.kind is Kind.TIMER
            for values in self._choices.entered(None if timed else form, run.data, self._holds):
                doing = Doing.TIMER if timed else Doing.MESSAGE
                cyclic = "cycle" in task.internal_data.get("timer", {})
                yield Move(doing, node.event_element, str(task.id), values, again=again or cyclic)

    def _alike(self, run: ProofRun, task: Any) -> Alike:
        """Values that give the same answers to all that is asked after a task."""
        scope, element = task.workflow.spec.name, task.task_spec.element
        if task.task_spec.repeated_by:
            return lambda _: None
        others = [place for place in run.places() if place != (scope, element)]
        places = [*others, *self._settled.after(scope, element)]
        data = run.data

        def told(values: CaseFile) -> str:
            return json.dumps(
                self._settled.seen({**data, **values}, places), sort_keys=True, default=str
            )

        return told

    def _look_beside(self, at: int, run: ProofRun) -> None:
        """Let events that change no way happen, until all behind them was reached."""
        for task in run.waiting():
            node: Any = task.task_spec
            element = node.event_element
            if element not in self._beside or self._tried.get(element, 0) >= _TRIES:
                continue
            if self._tried.get(element, 0) > 0 and not self._missing_behind(node):
                continue
            self._tried[element] = self._tried.get(element, 0) + 1
            trial = self._load(at)
            hop = Hop(Doing.TIMER, element)
            try:
                trial.fire(str(task.id), {})
            except Broken as error:
                self._broken(at, hop, error)
                continue
            self._reached.update(step.element for step in trial.passed)

    def _missing_behind(self, node: Waiting) -> bool:
        return any(flow.target not in self._reached for flow in node.flows)

    def _holds(self, expression: str, values: CaseFile) -> bool:
        names = {**dict.fromkeys(self._definition.names), **values}
        functions = {**self._functions, "digest": lambda *_: f"{values.get(DRAFT)}"}
        return expressions.evaluate(expression, names, functions) is True

    # --- Guards -----------------------------------------------------------------------------

    def _guarded(self, at: int | None, hop: Hop, run: ProofRun) -> frozenset[int]:
        """Which required steps have been passed so far; a step entered without is a flaw."""
        met = set() if at is None else set(self._states[at].met)
        entered = {task.task_spec.element for task in run.open()}
        for step in hop.passed:
            for place, guard in enumerate(self._reading.guards):
                if guard.element == step.element and step.element != hop.element:
                    self._check(at, hop, run, guard, place in met)
                if guard.passed == step.element and step.kind.value == "completed":
                    met.add(place)
        trodden = {step.element for step in hop.passed}
        for place, guard in enumerate(self._reading.guards):
            if guard.element in entered - trodden:
                self._check(at, hop, run, guard, place in met)
        return frozenset(met)

    def _check(self, at: int | None, hop: Hop, run: ProofRun, guard: Guard, passed: bool) -> None:
        if passed or not guard.passed:
            try:
                if not guard.when or run.evaluate(guard.when) is True:
                    return
            except Broken:
                pass
        named = self._definition.description.elements.get(guard.passed)
        self._flaw(
            "proof.unguarded",
            guard.element,
            (*self._way(at), hop),
            required=named.name or named.id if named else guard.when,
        )

    # --- Flaws ------------------------------------------------------------------------------

    def _broken(self, at: int | None, hop: Hop, error: Broken) -> None:
        element = str(error.facts.get("element", hop.element))
        facts = {name: str(value) for name, value in error.facts.items() if name != "element"}
        if error.code == "engine.stuck":
            rule = "proof.deadlock"
        elif error.code in _ENDLESS:
            rule = "proof.endless"
        else:
            rule, facts = "proof.stops", {**facts, "cause": error.code}
        self._flaw(rule, element, (*self._way(at), hop), **facts)

    def _flaw(self, rule: str, element: str, way: tuple[Hop, ...], **facts: str) -> None:
        same = [one for one in self._flaws if one[0] == rule]
        if (rule, element) in self._flaws or len(same) >= _SHOWN:
            return
        known = self._definition.description.elements.get(element)
        name = known.name if known is not None and known.name else element
        self._flaws[rule, element] = Flaw(rule, element, name, facts, way)

    def _way(self, at: int | None) -> tuple[Hop, ...]:
        found: list[Hop] = []
        while at is not None and at >= 0:
            came = self._states[at].came
            if came is None:
                break
            at, hop = came
            found.append(hop)
        return tuple(reversed(found))

    def _endless_waits(self) -> list[Flaw]:
        """States from which no end can be reached, whatever anybody does."""
        sources: dict[int, list[int]] = {}
        for at, state in enumerate(self._states):
            for to in state.next:
                sources.setdefault(to, []).append(at)
        agenda = [at for at, state in enumerate(self._states) if state.finished]
        ends = set(agenda)
        while agenda:
            for at in sources.get(agenda.pop(), ()):
                if at not in ends:
                    ends.add(at)
                    agenda.append(at)
        lost = [at for at in range(len(self._states)) if at not in ends]
        if not lost or any(flaw.way for flaw in self._flaws.values()):
            # What breaks on the way is told already, and is often why nothing ends.
            return []
        way = self._way(lost[0])
        self._flaw("proof.no_end", way[-1].element, way, states=str(len(lost)))
        return [flaw for (rule, _), flaw in self._flaws.items() if rule == "proof.no_end"]


def _told(values: CaseFile) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}
