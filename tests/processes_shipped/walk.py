"""Walks a shipped procedure: real engine, real calendar, real time limits; only the clock is told.

After every command the case is put away as bytes and taken up again, as the service does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any

from engine.bpmn.definition import Definition, read
from engine.bpmn.runtime import CaseRun, Environment
from engine.rules import limits
from engine.rules.calendar import Calendar, national
from engine.rules.deadlines import CountySchedule
from engine.values.running import OpenTask, OperationRequest, Outcome, Timer
from engine.values.timing import COUNTY_ZONE, LedgerEvent, LedgerKind, LimitTable

#: An instant at which nothing special happens: a Monday morning.
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=COUNTY_ZONE)
MINUTE = timedelta(minutes=1)


@cache
def shipped(main: str) -> Definition:
    """A definition from processes/ with all that it calls and decides by."""
    files = resources.files("processes").iterdir()
    sources = {f.name: f.read_bytes() for f in files if f.name.endswith((".bpmn", ".dmn"))}
    return read(sources, main)


@cache
def calendar() -> Calendar:
    return Calendar(national())


@cache
def table() -> LimitTable:
    text = (resources.files("processes") / "limits.toml").read_text("utf-8")
    return limits.read(text).table


def midnight_after(day: date) -> datetime:
    """24:00 of a day: when a period that ends on it has ended."""
    return datetime.combine(day, time.max, COUNTY_ZONE) + timedelta(microseconds=1)


def working_day(base: datetime | date, number: int) -> datetime:
    """24:00 of the number-th working day after the base (before it, if negative)."""
    day = base.astimezone(COUNTY_ZONE).date() if isinstance(base, datetime) else base
    return midnight_after(calendar().add_working_days(day, number))


@dataclass(frozen=True)
class Sight:
    """What can be seen of a case after a command, without the ids of a run."""

    open: tuple[tuple[str, datetime | None], ...]
    timers: tuple[tuple[str, datetime], ...]
    messages: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]
    passed: tuple[str, ...]
    finished: bool


class Walk:
    """One case under way."""

    #: Whether finished history is forgotten after each command, as in service.
    pruning = True

    def __init__(
        self,
        main: str,
        values: Mapping[str, Any],
        now: datetime = MONDAY,
        element: str | None = None,
    ) -> None:
        self.definition = shipped(main)
        self.now = now
        self.schedule = CountySchedule(calendar(), table(), now.astimezone(COUNTY_ZONE).date())
        self.operations: list[OperationRequest] = []
        self.fresh: tuple[OperationRequest, ...] = ()
        self.flows: set[str] = set()
        self.passed: list[str] = []
        self.history: list[Sight] = []
        begun = CaseRun.start(self.definition, values, self._environment(), element=element)
        self._take(begun.outcome())

    # --- Commands

    def do(self, element: str, **values: Any) -> Walk:
        """Complete the one open task of an element."""
        return self._take(self._run().complete(self.task(element).id, values))

    def complete(self, task_id: str, **values: Any) -> Walk:
        """Complete a task by its id, where several of one element are open."""
        return self._take(self._run().complete(task_id, values))

    def send(self, message: str, **values: Any) -> Walk:
        """Send a message to the one event that waits for it."""
        waiting = [m for m in self.outcome.messages if m.message == message]
        assert len(waiting) == 1, (message, self.messages)
        return self._take(self._run().send(waiting[0].id, values))

    def until(self, instant: datetime) -> Walk:
        """Let the clock reach an instant; the worker looks once."""
        assert instant >= self.now
        self.now = instant
        return self._take(self._run().advance())

    def cancel(self) -> Walk:
        return self._take(self._run().cancel())

    def extend(self, limit: str, at: datetime) -> Walk:
        """Do what extend_clock does: move every timer that counts on the limit."""
        span = self.schedule.limit(limit).extension
        ledger = (LedgerEvent(LedgerKind.EXTENDED, at, span=span),)
        moved = {
            timer.id: self.schedule.explain(timer.rule, ledger).due_at
            for timer in self.outcome.timers
            if timer.rule is not None and timer.rule.limit == limit
        }
        assert moved
        return self._take(self._run().reschedule(moved))

    # --- What is to be seen

    @property
    def open(self) -> list[str]:
        """Elements of the open tasks."""
        return sorted(task.element for task in self.outcome.tasks)

    @property
    def messages(self) -> list[str]:
        return sorted({message.message for message in self.outcome.messages})

    @property
    def data(self) -> Mapping[str, Any]:
        return self.outcome.data

    @property
    def finished(self) -> bool:
        return self.outcome.finished

    def task(self, element: str) -> OpenTask:
        found = [task for task in self.outcome.tasks if task.element == element]
        assert len(found) == 1, (element, self.open)
        return found[0]

    def due(self, element: str) -> datetime:
        """24:00 of the due day of an open task."""
        due = self.task(element).due_at
        assert due is not None, element
        return due + timedelta(microseconds=1)

    def timer(self, element: str) -> Timer:
        return next(timer for timer in self.outcome.timers if timer.element == element)

    def named(self, name: str, **parameters: Any) -> list[OperationRequest]:
        """Operations asked for so far, by name and parameters."""
        return [
            request
            for request in self.operations
            if request.name == name
            and all(request.parameters.get(key) == value for key, value in parameters.items())
        ]

    def issued(self) -> list[str]:
        """Types of the documents issued so far, in order."""
        return [str(request.parameters["type"]) for request in self.named("issue_document")]

    # --- Inner

    def _environment(self) -> Environment:
        return Environment(self.now, self.schedule, prune=self.pruning)

    def _run(self) -> CaseRun:
        return CaseRun.load(
            self.definition, self.outcome.state, self.outcome.data, self._environment()
        )

    def _take(self, outcome: Outcome) -> Walk:
        self.outcome = outcome
        self.fresh = outcome.operations
        self.operations.extend(outcome.operations)
        self.flows.update(flow for passed in outcome.passed for flow in passed.flows)
        self.passed.extend(passed.element for passed in outcome.passed)
        self.history.append(_sight(outcome))
        return self


def _sight(outcome: Outcome) -> Sight:
    return Sight(
        tuple(sorted((t.element, t.due_at) for t in outcome.tasks)),
        tuple(sorted((t.element, t.instant) for t in outcome.timers)),
        tuple(sorted(m.message for m in outcome.messages)),
        tuple((r.element, repr(sorted(r.parameters.items()))) for r in outcome.operations),
        tuple(p.element for p in outcome.passed),
        outcome.finished,
    )


def all_flows(definition: Definition) -> set[str]:
    """Every sequence flow of a definition and of what it calls."""
    return {flow.id for model in definition.models.values() for flow in model.flows}
