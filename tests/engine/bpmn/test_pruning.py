"""Pruning and saving change nothing but size: every process moves alike with and without them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn.definition import Definition, read
from engine.bpmn.runtime import CaseRun, Environment
from engine.errors import BadDefinition, Broken, DubanError
from engine.values.process import FieldType
from engine.values.running import Outcome
from tests.engine.bpmn.diagrams import MONDAY, environment
from tests.engine.bpmn.generated import FIELDS, generate

SHIPPED = sorted((Path(__file__).parents[3] / "processes").glob("*.bpmn"))

#: What another case, or the timer of a step, gives a process it opens.
OPENED_WITH = {
    "level": "urge",
    "step": "verify",
    "step_name": "核查",
    "step_role": "supervisor",
    "step_body": "legal_office",
    "step_due": "2026-03-09T23:59:59.999999+08:00",
    "step_people": [11],
}

Act = Callable[[CaseRun, Outcome], Outcome]


class Side:
    """One way to run a case: pruned or not, in memory or saved and loaded after every command."""

    def __init__(self, definition: Definition, values: dict, *, prune: bool, saved: bool) -> None:
        self.definition = definition
        self.prune = prune
        self.saved = saved
        self.run: CaseRun | None = None
        self.values = values
        self.outcome: Outcome | None = None

    def __str__(self) -> str:
        kept = "saved" if self.saved else "in memory"
        return f"{'pruned' if self.prune else 'whole'}, {kept}"

    def _environment(self, now: datetime) -> Environment:
        return environment(now, prune=self.prune)

    def start(self, now: datetime, element: str | None) -> None:
        self.run = CaseRun.start(
            self.definition, self.values, self._environment(now), element=element
        )
        self.outcome = self.run.outcome()

    def act(self, now: datetime, act: Act) -> None:
        assert self.run is not None
        assert self.outcome is not None
        if self.saved:
            self.run = CaseRun.load(
                self.definition, self.outcome.state, self.outcome.data, self._environment(now)
            )
        else:
            self.run.at(self._environment(now))
        self.outcome = act(self.run, self.outcome)

    def seen(self) -> dict[str, Any]:
        """Everything that can be seen from outside, ids aside."""
        assert self.outcome is not None
        outcome = self.outcome
        return {
            "tasks": [(t.element, t.opened_at, t.due_at, t.local) for t in outcome.tasks],
            "timers": sorted((t.element, t.instant, len(t.attached_to)) for t in outcome.timers),
            "messages": sorted((m.element, m.message) for m in outcome.messages),
            "operations": [(o.element, o.parameters) for o in outcome.operations],
            "passed": [(p.element, p.kind, p.flows, bool(p.task)) for p in outcome.passed],
            "data": outcome.data,
            "finished": outcome.finished,
        }


class Driver:
    """Does random things to all sides alike and compares what they come to."""

    def __init__(self, definition: Definition, seed: int) -> None:
        self.random = random.Random(seed)
        self.definition = definition
        self.now = MONDAY
        starts = definition.description.starts
        self.begin = starts[0] if starts else None
        values = {**self.values(set(FIELDS)), "people": [11, 12, 13], **OPENED_WITH}
        if self.begin is not None:
            values.update(self.filled(self.begin))
        self.sides = [
            Side(definition, dict(values), prune=prune, saved=saved)
            for prune in (True, False)
            for saved in (True, False)
        ]
        self.steps = 0

    def values(self, names: set[str]) -> dict[str, Any]:
        return {name: self.random.randint(0, 9) for name in sorted(names)}

    def filled(self, element: str) -> dict[str, Any]:
        """Values for a form, such as a person might enter."""
        form = self.definition.description.forms.get(element)
        if form is None or not form.fields:
            return self.values(set(FIELDS))
        found: dict[str, Any] = {}
        for field in form.fields:
            option = self.random.choice(field.options).value if field.options else "text"
            found[field.id] = {
                FieldType.NUMBER: self.random.randint(0, 9),
                FieldType.MONEY: str(self.random.choice((100, 60_000, 2_000_000))),
                FieldType.DATE: "2026-05-06",
                FieldType.CHOICE: option,
                FieldType.MULTIPLE_CHOICE: [option],
                FieldType.CHECKLIST: [o.value for o in field.options],
                FieldType.YES_NO_NOTE: {"answer": self.random.random() < 0.5, "note": ""},
                FieldType.FILE: [1],
                FieldType.PERSON: 11,
                FieldType.PEOPLE: [11, 12],
                FieldType.BODY: 3,
                FieldType.OPINIONS: [{"person": 11, "present": True, "position": option}],
                FieldType.LEGAL_ARTICLE: [{"law": "法", "article": "1"}],
            }.get(field.type, option)
        return found

    def everywhere(self, act: Callable[[Side], None]) -> bool:
        """Do it on all sides; all must end alike, in an outcome or in the same error."""
        ends: list[tuple[Side, Any]] = []
        for side in self.sides:
            try:
                act(side)
            except (Broken, BadDefinition) as error:
                ends.append((side, ("error", error.code, dict(error.facts))))
            else:
                ends.append((side, side.seen()))
        first = ends[0][1]
        for side, seen in ends[1:]:
            assert seen == first, f"step {self.steps}: {side} differs from {self.sides[0]}"
        self.steps += 1
        return not isinstance(first, tuple)

    def play(self, steps: int) -> str:
        """Random steps until the case ends, breaks or the steps are used up."""
        if not self.everywhere(lambda side: side.start(self.now, self.begin)):
            return "broken"
        for _ in range(steps):
            outcome = self.sides[0].outcome
            assert outcome is not None
            if outcome.finished:
                return "finished"
            if not self.move(outcome):
                return "broken"
        return "open"

    def move(self, outcome: Outcome) -> bool:
        self.now += timedelta(hours=self.random.choice((0, 0, 1, 7)))
        choices = ["task"] * 5 * len(outcome.tasks[:1]) + ["message"] * len(outcome.messages[:1])
        choices += ["timer"] * 2 * len(outcome.timers[:1]) + ["jump"] * len(outcome.timers[:1])
        choice = self.random.choice(choices or ["jump"])
        if choice == "task":
            place = self.random.randrange(len(outcome.tasks))
            values = self.filled(outcome.tasks[place].element)
            return self.try_on_all(lambda run, seen: run.complete(seen.tasks[place].id, values))
        if choice == "message":
            place = self.random.randrange(len(outcome.messages))
            return self.try_on_all(lambda run, seen: run.send(seen.messages[place].id, {"x": 5}))
        if choice == "timer":
            self.now = max(self.now, outcome.timers[0].instant)
        else:
            self.now += timedelta(days=self.random.randint(1, 6))
        return self.try_on_all(lambda run, seen: run.advance())

    def try_on_all(self, act: Act) -> bool:
        def once(run: CaseRun, seen: Outcome) -> Outcome:
            try:
                return act(run, seen)
            except DubanError as error:
                # A timer due by now may have withdrawn the task: then only time passes.
                if error.code not in ("task_not_open", "message_not_open"):
                    raise
                return run.advance()

        return self.everywhere(lambda side: side.act(self.now, once))


@pytest.mark.parametrize("seed", range(80))
def test_a_generated_process_moves_alike_pruned_or_not_saved_or_not(seed: int) -> None:
    definition = generate(seed)
    Driver(definition, seed).play(60)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", range(4))
def test_a_shipped_process_moves_alike_pruned_or_not_saved_or_not(path: Path, seed: int) -> None:
    sources = {
        p.name: p.read_bytes() for p in path.parent.iterdir() if p.suffix in (".bpmn", ".dmn")
    }
    Driver(read(sources, path.name), seed).play(80)
