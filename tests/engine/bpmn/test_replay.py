"""Saved and loaded after every step, a case does what it does when it stays in memory.

Beside what :mod:`tests.engine.bpmn.test_pruning` drives by, here happens whatever can happen to a
case from outside: signals, stops, timers set to another instant, a clock put back. ``make soak``
drives processes nobody has seen before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bpmn.definition import Definition
from engine.bpmn.runtime import CaseRun, Environment
from engine.errors import Conflict
from engine.values.running import Outcome
from tests.engine.bpmn.diagrams import environment
from tests.engine.bpmn.generated import generate
from tests.engine.bpmn.test_pruning import Driver, Side


class StoppableSide(Side):
    """A side whose clocks can be stopped."""

    stopped: datetime | None = None

    def _environment(self, now: datetime) -> Environment:
        return environment(now, prune=self.prune, stopped=self.stopped)


class Restless(Driver):
    """Does everything to a case that can be done to one."""

    def __init__(self, definition: Definition, seed: int) -> None:
        super().__init__(definition, seed)
        values = dict(self.sides[0].values)
        self.sides = [
            StoppableSide(definition, dict(values), prune=True, saved=saved)
            for saved in (False, True)
        ]

    def move(self, outcome: Outcome) -> bool:
        chosen = self.random.choice(["as usual"] * 6 + ["signal", "stop", "set", "backwards"])
        doing: dict[str, Callable[[Outcome], bool]] = {
            "as usual": super().move,
            "signal": self._signal,
            "stop": self._stop,
            "set": self._set,
            "backwards": self._backwards,
        }
        return doing[chosen](outcome)

    def _signal(self, _: Outcome) -> bool:
        def once(run: CaseRun, seen: Outcome) -> Outcome:
            try:
                return run.signal("all", {"x": 3})
            except Conflict:
                return run.advance()

        return self.everywhere(lambda side: side.act(self.now, once))

    def _stop(self, _: Outcome) -> bool:
        """Stop the clocks, or let them go on."""
        for side in self.sides:
            assert isinstance(side, StoppableSide)
            side.stopped = self.now if side.stopped is None else None
        return self.try_on_all(lambda run, seen: run.advance())

    def _set(self, outcome: Outcome) -> bool:
        """Another instant for every timer of one element."""
        if not outcome.timers:
            return self._backwards(outcome)
        element = self.random.choice(sorted({timer.element for timer in outcome.timers}))
        by = timedelta(hours=self.random.randint(-60, 60))

        def once(run: CaseRun, seen: Outcome) -> Outcome:
            moved = {t.id: t.instant + by for t in seen.timers if t.element == element}
            return run.reschedule(moved)

        return self.everywhere(lambda side: side.act(self.now, once))

    def _backwards(self, _: Outcome) -> bool:
        """The machine's clock was put back."""
        self.now -= timedelta(minutes=40)
        return self.try_on_all(lambda run, seen: run.advance())


@given(seed=st.integers(0, 2**40))
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_a_random_process_driven_at_random_is_the_same_saved_or_in_memory(seed: int) -> None:
    Restless(generate(seed), seed).play(60)
