"""One case in memory that time and people move by command: what ``run.py play`` plays on.

Time moves only by command. When it passes several timers, each is let fire at its own instant, so
the session comes to what a service comes to that looks at the clock all the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.bpmn import periods
from engine.bpmn.definition import Definition
from engine.bpmn.runtime import CaseRun, Environment
from engine.errors import Broken, Conflict, DubanError, Invalid
from engine.values.running import Json, OperationRequest, Outcome, Passed
from engine.values.timing import COUNTY_ZONE, Schedule, Span, TimerRule, Unit

#: One command may let this many timers fire.
MAX_WAKINGS = 5_000

_UNITS = {
    "working_days": Unit.WORKING_DAY,
    "days": Unit.DAY,
    "months": Unit.MONTH,
    "hours": Unit.HOUR,
}
#: What may stand beside the word that names a command.
COMMANDS = {
    "complete": {"with", "task"},
    "advance": {"amount"},
    "advance_to": set[str](),
    "message": {"with"},
    "set": set[str](),
    "start": {"with"},
    "cancel": set[str](),
}


class Session:
    """One case in memory, and the time it is."""

    def __init__(self, definition: Definition, at: datetime, schedule: Schedule) -> None:
        self._definition = definition
        self._now = at
        self._schedule = schedule
        self._kept: Outcome | None = None
        self._operations: list[OperationRequest] = []
        self._passed: list[Passed] = []

    # --- Commands ---------------------------------------------------------------------------

    def start(self, element: str | None = None, values: Mapping[str, Json] | None = None) -> None:
        """Begin, or begin anew. Raises as :meth:`CaseRun.start`."""
        run = CaseRun.start(self._definition, values or {}, self._environment(), element=element)
        self._take(run.outcome())

    def do(self, command: Mapping[str, Any]) -> None:
        """Do one command. Raises a :class:`DubanError` when it is refused; nothing moved then."""
        name = next((word for word in COMMANDS if word in command), None)
        if name is None or len([word for word in COMMANDS if word in command]) != 1:
            raise Invalid("play.unknown_command", known=", ".join(COMMANDS))
        extra = set(command) - {name} - COMMANDS[name]
        if extra:
            raise Invalid("play.unknown_key", key=min(extra))
        values = _values(command.get("with", {}))
        if name == "start":
            self.start(_text(command[name], optional=True) or None, values)
        elif name == "complete":
            self._complete(_text(command[name]), _text(command.get("task"), optional=True), values)
        elif name == "message":
            self._send(_text(command[name]), values)
        elif name == "advance":
            self._advance(self._after(_text(command[name]), command.get("amount")))
        elif name == "advance_to":
            self._advance(_until(_text(command[name])))
        elif name == "set":
            self._set(_values(command[name]))
        else:
            self._take(self._load().cancel())

    def _complete(self, element: str, task_id: str, values: Mapping[str, Json]) -> None:
        open_here = [
            task
            for task in self._present().tasks
            if task.element == element and task_id in ("", task.id)
        ]
        if not open_here:
            known = ", ".join(sorted({task.element for task in self._present().tasks}))
            raise Conflict("play.no_such_task", element=element, open=known)
        self._take(self._load().complete(open_here[0].id, values))

    def _send(self, name: str, values: Mapping[str, Json]) -> None:
        waiting = [m for m in self._present().messages if name in (m.message, m.element)]
        if waiting:
            self._take(self._load().send(waiting[0].id, values))
            return
        try:
            self._take(self._load().signal(name, values))
        except Conflict as error:
            known = ", ".join(sorted({m.message for m in self._present().messages}))
            raise Conflict("play.no_such_message", message=name, open=known) from error

    def _set(self, values: Mapping[str, Json]) -> None:
        present = self._present()
        data = {**present.data, **values}
        loaded = CaseRun.load(self._definition, present.state, data, self._environment())
        # What waits for a condition on the values is let see them.
        self._take(loaded.advance())

    def _after(self, text: str, amount: object) -> datetime:
        if text in _UNITS:
            if isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= 4_000:
                raise Invalid("play.amount", value=str(amount)[:40])
            rule = TimerRule(self._now, span=Span(amount, _UNITS[text]))
            return max(self._now, self._schedule.instant(rule))
        if amount is not None:
            raise Invalid("play.unknown_key", key="amount")
        return periods.duration(text).after(self._now)

    def _advance(self, target: datetime) -> None:
        """Move the time on, stopping at every timer on the way."""
        if target < self._now:
            raise Invalid("play.backwards", now=told(self._now), to=told(target))
        for _ in range(MAX_WAKINGS):
            wake_at = self._present().wake_at
            if wake_at is None or wake_at > target:
                self._now = target
                return
            before = self._now
            self._now = max(wake_at, self._now)
            try:
                self._take(self._load().advance())
            except DubanError:
                self._now = before
                raise
        raise Broken("play.too_many_timers", maximum=MAX_WAKINGS)

    # --- The case ---------------------------------------------------------------------------

    def _environment(self) -> Environment:
        return Environment(now=self._now, schedule=self._schedule)

    def _present(self) -> Outcome:
        if self._kept is None:
            raise Conflict("play.not_started")
        return self._kept

    def _load(self) -> CaseRun:
        present = self._present()
        return CaseRun.load(self._definition, present.state, present.data, self._environment())

    def _take(self, outcome: Outcome) -> None:
        self._kept = outcome
        self._operations += outcome.operations
        self._passed += outcome.passed

    def results(self) -> tuple[str, ...]:
        """Names under which operations asked for since the last look put their results."""
        return tuple(asked.result for asked in self._operations if asked.result)

    @property
    def data(self) -> Mapping[str, Json]:
        """The case file; empty before the start."""
        return {} if self._kept is None else self._kept.data

    def look(self) -> dict[str, Any]:
        """How the case stands, with what happened since the last look."""
        operations, passed = self._operations, self._passed
        self._operations, self._passed = [], []
        present = self._kept
        return {
            "now": told(self._now),
            "finished": present is not None and present.finished,
            "tasks": [
                {
                    "element": task.element,
                    "name": task.name,
                    "role": task.role,
                    "due": None if task.due_at is None else told(task.due_at),
                    "task": task.id,
                    **({"local": dict(task.local)} if task.local else {}),
                }
                for task in (present.tasks if present else ())
            ],
            "timers": [
                {
                    "element": timer.element,
                    "name": timer.name,
                    "instant": told(timer.instant),
                    "deadline": timer.deadline,
                    "interrupting": timer.interrupting,
                }
                for timer in (present.timers if present else ())
            ],
            "messages": [
                {"element": m.element, "message": m.message, "name": m.name, "role": m.role}
                for m in (present.messages if present else ())
            ],
            "operations": [
                {
                    "element": asked.element,
                    "operation": asked.name,
                    "parameters": dict(asked.parameters),
                }
                for asked in operations
            ],
            "passed": [
                {"element": left.element, "how": left.kind.value, "flows": list(left.flows)}
                for left in passed
            ],
        }


def _values(found: object) -> Mapping[str, Json]:
    if not isinstance(found, dict):
        raise Invalid("play.values", value=str(found)[:40])
    return found


def _text(found: object, *, optional: bool = False) -> str:
    if optional and (found is None or found is True):
        return ""
    if not isinstance(found, str) or not found:
        raise Invalid("play.text", value=str(found)[:40])
    return found


def _until(text: str) -> datetime:
    """The instant a text names; a day means its end, and a second its end, as they are printed."""
    at = periods.instant(text)
    return at if at.microsecond else at + timedelta(microseconds=999_999)


def told(at: datetime) -> str:
    """An instant in county time, to the second."""
    return at.astimezone(COUNTY_ZONE).isoformat(timespec="seconds")
