"""The case file as expressions, scripts and decision tables see it, and the way they write to it.

Every value lives once, under its field id, in the case's data. Only the variables of a
multi-instance activity live in engine tasks: they are looked up first, innermost activity first, so
that the item a signer works on is never mistaken for a field of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from engine.bpmn import expressions
from engine.bpmn.syntax import TOKEN_NAMES
from engine.errors import Broken
from engine.values.running import Json
from engine.values.timing import Schedule

#: Key of a task's internal data under which a collecting instance keeps what was written in it.
WRITTEN = "written"


class CaseFileScripts(PythonScriptEngine):
    """The only evaluator a running case has. ``data`` is the case file; ``now`` moves with timers.

    Derived from the library's engine so that nothing in the library can fall back on ``eval``.
    """

    def __init__(
        self,
        data: Mapping[str, Json],
        declared: Collection[str],
        schedule: Schedule,
        now: datetime,
    ) -> None:
        super().__init__(environment=None)
        self.data: dict[str, Json] = dict(data)
        self._declared = declared
        self._schedule = schedule
        self._made: dict[str, Callable[..., Any]] | None = None
        self.now = now

    @property
    def now(self) -> datetime:
        """The instant expressions see: that of the command, or of the timer that fires."""
        return self._now

    @now.setter
    def now(self, instant: datetime) -> None:
        self._now = instant
        self._made = None

    @property
    def _functions(self) -> dict[str, Callable[..., Any]]:
        """The vocabulary at this instant; most commands evaluate nothing."""
        if self._made is None:
            self._made = expressions.functions(self._now, self._schedule)
        return self._made

    def renew(self, schedule: Schedule, now: datetime) -> None:
        """Begin another command."""
        self._schedule = schedule
        self.now = now

    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, Json] | None = None
    ) -> Any:
        """The value of an expression at a task. Raises :class:`Broken` naming the element."""
        names = _Names(task, self, external_context or {})
        with at_element(task):
            task.workflow.top_workflow.step.meter.evaluation()
            return expressions.evaluate(expression, names, self._functions)

    def execute(
        self, task: Any, script: str, external_context: Mapping[str, Json] | None = None
    ) -> bool:
        """Run a script's assignments and write them. Raises :class:`Broken`, writing nothing."""
        names = _Names(task, self, external_context or {})
        with at_element(task):
            written = expressions.run_script(script, names, self._functions)
        self.write(task, written)
        return True

    def call_service(self, task: Any, **kwargs: Any) -> Any:
        """Never used: operations leave the engine as requests."""
        raise Broken("engine.service_call", element=task.task_spec.element)

    def write(self, task: Any, values: Mapping[str, Json]) -> None:
        """Put values where they belong: into the collecting instance around, or the case file."""
        with at_element(task):
            task.workflow.top_workflow.step.meter.hold(values)
        instance = collecting_instance(task)
        if instance is None:
            self.data.update(values)
        else:
            instance.data = {**instance.data, **values}
            kept = instance.internal_data.get(WRITTEN, [])
            instance.internal_data[WRITTEN] = [*kept, *(k for k in values if k not in kept)]

    def names_at(self, task: Any) -> Mapping[str, Json]:
        """What an expression at the task may name."""
        return _Names(task, self, {})

    def lookup(self, name: str) -> Json:
        """A value of the case file; a declared name nobody has filled in yet is ``None``."""
        if name in self.data:
            return self.data[name]
        if name in self._declared:
            return None
        raise KeyError(name)

    def names(self) -> set[str]:
        """Every name that can be read."""
        return {*self.data, *self._declared}


class _Names(Mapping[str, Json]):
    """What an expression at a task may name, innermost first."""

    def __init__(self, task: Any, scripts: CaseFileScripts, extra: Mapping[str, Json]) -> None:
        self._task = task
        self._scripts = scripts
        self._extra = extra

    def __getitem__(self, name: str) -> Json:
        if name in self._extra:
            return self._extra[name]
        for task in enclosing(self._task):
            if name in task.data:
                return task.data[name]
        return self._scripts.lookup(name)

    def __iter__(self) -> Iterator[str]:
        names = {*self._extra, *self._scripts.names()}
        for task in enclosing(self._task):
            names.update(task.data)
        return iter(names)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class at_element:  # noqa: N801  # Reads as a word in a with statement.
    """Adds the element to a :class:`Broken` that passes through."""

    def __init__(self, task: Any) -> None:
        self._task = task

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Broken) and "element" not in error.facts:
            element = self._task.task_spec.element
            raise Broken(error.code, **{**error.facts, "element": element}) from error


def enclosing(task: Any) -> Iterator[Any]:
    """The task, then the subprocess it runs in, then the one around that."""
    while task is not None:
        yield task
        task = owner(task.workflow)


def owner(scope: Any) -> Any:
    """The task whose subprocess the scope is; ``None`` for the case itself."""
    if scope.parent_task_id is None:
        return None
    return scope.top_workflow.get_task_from_id(scope.parent_task_id)


def collecting_instance(task: Any) -> Any:
    """The innermost instance around the task whose multi-instance activity collects outputs."""
    for around in enclosing(task):
        parent = around.parent
        if parent is not None and parent.task_spec.collects_from(around):
            return around
    return None


def local_values(task: Any) -> dict[str, Json]:
    """The variables of the multi-instance activities around a task."""
    values: dict[str, Json] = {}
    for around in enclosing(task):
        values = {**around.data, **values}
    return {name: value for name, value in values.items() if name not in TOKEN_NAMES}
