"""``CaseRun``: start, load, complete, advance, send, cancel, reschedule. Decides; writes nothing.

Every command first lets what is already due happen, then does its own, then lets happen what has
become due by that. While a timer fires, expressions see the timer's own instant: what follows from
a lapse on day D is counted from D, however late the clock was asked. So one late command and many
timely ones come to the same. What began before the case was stopped stands still meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from SpiffWorkflow.exceptions import SpiffWorkflowException

from engine.bpmn import outcomes, returning, rungs, state, timers
from engine.bpmn.casefile import CaseFileScripts
from engine.bpmn.compile import Compiled, compiled
from engine.bpmn.definition import Definition
from engine.bpmn.events import Kind
from engine.bpmn.nodes import withdraw_all
from engine.bpmn.pruning import prune
from engine.bpmn.timers import TIMER
from engine.bpmn.tokens import Case, Meter, Step
from engine.errors import Broken, Conflict, Invalid
from engine.values.running import Bounds, CaseFile, Json, Outcome, Timer
from engine.values.timing import Schedule


@dataclass(frozen=True)
class Environment:
    """What one command is given: the instant (aware), the calendar, and what it may use."""

    now: datetime
    schedule: Schedule
    #: Beginning of the latest stop that lasts; timers that began before it stand still.
    stopped: datetime | None = None
    bounds: Bounds = field(default_factory=Bounds)
    #: Whether finished tasks are forgotten after each command; tests compare both.
    prune: bool = True

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("an environment's instant is aware")


class CaseRun:
    """One case, loaded. After an error other than :class:`Conflict` it must be thrown away."""

    def __init__(self, definition: Compiled, case: Case, environment: Environment) -> None:
        self._compiled = definition
        self._case = case
        self._environment = environment
        self._outcome: Outcome | None = None

    # --- Beginning --------------------------------------------------------------------------

    @classmethod
    def start(
        cls,
        definition: Definition,
        values: CaseFile,
        environment: Environment,
        *,
        element: str | None = None,
    ) -> CaseRun:
        """Start a case, by the named start event where there are several.

        Raises :class:`Invalid` for a start event that cannot be chosen, :class:`Broken` when the
        first steps fail.
        """
        ready = compiled(definition)
        step = Step(Meter(environment.bounds), prune=environment.prune)
        step.begin = _begin(ready, element)
        with library_errors():
            case = Case(ready.main, ready.scopes, cls._scripts(ready, values, environment), step)
        run = cls(ready, case, environment)
        run._do(lambda: None)
        return run

    @classmethod
    def load(
        cls, definition: Definition, kept: bytes, data: CaseFile, environment: Environment
    ) -> CaseRun:
        """A case as :attr:`Outcome.state` and :attr:`Outcome.data` left it.

        Raises :class:`Broken` for a state that is foreign or damaged.
        """
        ready = compiled(definition)
        step = Step(Meter(environment.bounds), prune=environment.prune)
        case = Case(
            ready.main,
            ready.scopes,
            cls._scripts(ready, data, environment),
            step,
            deserializing=True,
        )
        state.load(kept, ready.checksum, case, environment.bounds.state_bytes)
        return cls(ready, case, environment)

    def at(self, environment: Environment) -> CaseRun:
        """The same case in memory, for a later command."""
        self._environment = environment
        return self

    def outcome(self) -> Outcome:
        """What the last command decided; of a case just loaded, how it stands."""
        if self._outcome is None:
            self._outcome = self._look()
        return self._outcome

    @classmethod
    def _scripts(cls, ready: Compiled, data: CaseFile, environment: Environment) -> CaseFileScripts:
        return CaseFileScripts(data, ready.names, environment.schedule, environment.now)

    # --- Commands ---------------------------------------------------------------------------

    def complete(self, task_id: str, values: Mapping[str, Json]) -> Outcome:
        """A person completed an open task; the values go to the case file.

        Raises :class:`Conflict` ``task_not_open`` for any other task, also for one that a timer
        already due has just withdrawn.
        """

        def act() -> None:
            task = self._open(task_id)
            self._case.scripts.write(task, values)
            task.run()

        return self._command(act)

    def send_back(self, task_id: str, element: str) -> Outcome:
        """Return an open task to an earlier step. Raises as :func:`complete` and ``returning``."""
        return self._command(lambda: returning.send_back(self._open(task_id), element))

    def advance(self) -> Outcome:
        """Let happen what is due."""
        return self._command(lambda: None)

    def send(self, message_id: str, values: Mapping[str, Json]) -> Outcome:
        """Hand a message to the event that waits for it, by :attr:`OpenMessage.id`.

        Raises :class:`Conflict` ``message_not_open``.
        """

        def act() -> None:
            task = self._find(message_id, lambda t: outcomes.is_waiting(t, Kind.MESSAGE))
            if task is None:
                raise Conflict("message_not_open", message=message_id)
            task.task_spec.fire(task, values)

        return self._command(act)

    def signal(self, name: str, values: Mapping[str, Json]) -> Outcome:
        """Let everything that waits for a signal of this name know of it.

        Raises :class:`Conflict` ``signal_not_open`` if nothing does.
        """

        def act() -> None:
            waiting = [
                task
                for task in self._case.tasks_in_order()
                if outcomes.is_waiting(task, Kind.SIGNAL) and task.task_spec.trigger.name == name
            ]
            if not waiting:
                raise Conflict("signal_not_open", signal=name)
            for task in waiting:
                if outcomes.is_waiting(task):
                    task.task_spec.fire(task, values)

        return self._command(act)

    def cancel(self) -> Outcome:
        """Withdraw everything; the case is over."""
        self._renew()
        with library_errors():
            withdraw_all(self._case)
            self._case.completed = True
        return self._finish()

    def reached(self) -> tuple[Timer, ...]:
        """Timers that fired beside activities still open: reminders sent, rungs climbed."""
        return tuple(rungs.reached(self._case.tasks_in_order()))

    def reschedule(
        self, instants: Mapping[str, datetime], again: Mapping[str, datetime] | None = None
    ) -> Outcome:
        """Move timers to new instants, by :attr:`Timer.id`. Nothing fires by this alone.

        ``again`` sets timers of :meth:`reached` anew, which have fired for an earlier due date.
        Raises :class:`Conflict` ``timer_not_waiting`` for a timer that is not, and moves none then.
        """
        self._renew()
        moved = []
        for timer_id, instant in instants.items():
            task = self._find(timer_id, lambda t: outcomes.is_waiting(t, Kind.TIMER))
            if task is None:
                raise Conflict("timer_not_waiting", timer=timer_id)
            moved.append((task, timers.move(task.internal_data[TIMER], instant)))
        for task, kept in moved:
            task.internal_data[TIMER] = kept
            task.task_spec.armed(task)
        with library_errors():
            rungs.climb_again(self._case.tasks_in_order(), again or {})
        return self._finish()

    # --- How a command runs -----------------------------------------------------------------

    def _renew(self) -> None:
        case, environment = self._case, self._environment
        case.step = Step(Meter(environment.bounds), prune=environment.prune)
        case.scripts.renew(environment.schedule, environment.now)

    def _command(self, act: Callable[[], None]) -> Outcome:
        if self._case.completed:
            # Nothing is open in a case that is over: the look-ups below say so.
            self._renew()
        else:
            self._renew()
            with library_errors():
                self._fire_due(since=None)
        return self._do(act)

    def _do(self, act: Callable[[], None]) -> Outcome:
        now = self._environment.now
        self._case.scripts.now = now
        with library_errors():
            act()
            self._case.settle()
            self._fire_due(since=now)
        return self._finish()

    def _fire_due(self, since: datetime | None) -> None:
        """Fire what is due, one timer after another, each at its instant but not before ``since``.

        At one instant what interrupts comes last, so that a reminder is sent before a step ends.
        """
        stopped = self._environment.stopped
        while True:
            due = [
                (
                    timers.instant(task.internal_data[TIMER]),
                    task.task_spec.interrupting,
                    place,
                    task,
                )
                for place, task in enumerate(self._case.tasks_in_order())
                if outcomes.is_waiting(task, Kind.TIMER)
                and not timers.stands(task.internal_data[TIMER], stopped)
            ]
            due = [entry for entry in due if entry[0] <= self._environment.now]
            if not due:
                return
            instant, _, _, task = min(due, key=lambda entry: entry[:3])
            since = instant if since is None else max(instant, since)
            self._case.step.meter.step(task)
            self._case.scripts.now = since
            task.task_spec.fire(task)
            self._case.settle()

    def _finish(self) -> Outcome:
        stuck = [] if self._case.completed else outcomes.nobody_can_move(self._case)
        if stuck:
            raise Broken("engine.stuck", element=stuck[0], elements=", ".join(stuck))
        if self._environment.prune:
            prune(self._case)
        self._outcome = self._look()
        return self._outcome

    def _look(self) -> Outcome:
        case = self._case
        return Outcome(
            state=state.dump(case, self._compiled.checksum, self._environment.bounds.state_bytes),
            data=dict(case.scripts.data),
            tasks=outcomes.open_tasks(case),
            timers=outcomes.waiting_timers(case, self._environment.stopped),
            messages=outcomes.open_messages(case),
            operations=tuple(case.step.operations),
            passed=tuple(case.step.passed),
            finished=bool(case.completed),
        )

    def _open(self, task_id: str) -> Any:
        task = self._find(task_id, outcomes.is_open)
        if task is None:
            raise Conflict("task_not_open", task=task_id)
        return task

    def _find(self, identity: str, wanted: Callable[[Any], bool]) -> Any:
        for task in self._case.tasks_in_order():
            if str(task.id) == identity and wanted(task):
                return task
        return None


def _begin(ready: Compiled, element: str | None) -> str:
    """The start event to begin with."""
    starts = ready.main.start.starts
    if element is not None:
        if element not in starts:
            raise Invalid("unknown_start", element=element, known=", ".join(starts))
        return element
    plain = ready.main.start.plain
    if len(plain) > 1 or (not plain and len(starts) > 1):
        raise Invalid("start_to_be_chosen", known=", ".join(plain or starts))
    return next(iter(plain or starts))


@contextmanager
def library_errors() -> Iterator[None]:
    """Errors of the library, and of running out of stack or memory, as what they are to us."""
    try:
        yield
    except SpiffWorkflowException as error:
        raise Broken("engine.library", reason=str(error)[:200]) from error
    except RecursionError as error:
        raise Broken("engine.too_deep") from error
    except MemoryError as error:
        raise Broken("engine.out_of_memory") from error
