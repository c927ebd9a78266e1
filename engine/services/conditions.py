"""Conditions a form states over the case file and the values being entered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine.bpmn import expressions
from engine.errors import DubanError, Invalid
from engine.services import schedules
from engine.values.process import Form
from engine.values.running import CaseFile, Json
from engine.values.timing import Schedule
from engine.work import Work

if TYPE_CHECKING:
    from engine.bpmn.definition import Definition


class Names(Mapping[str, Json]):
    """Values by name; what the definition declares and nobody has filled in reads as ``None``."""

    def __init__(self, definition: Definition, *layers: CaseFile) -> None:
        self._declared = definition.names
        self._values = {name: value for layer in layers for name, value in layer.items()}

    def __getitem__(self, name: str) -> Json:
        if name not in self._values and name in self._declared:
            return None
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._declared, *self._values})

    def __len__(self) -> int:
        return len({*self._declared, *self._values})


def holds(work: Work, expression: str, names: Names, schedule: Schedule | None = None) -> bool:
    """Whether a condition is true. Raises Broken ``expression.…`` for one that cannot be asked."""
    calendar = schedule or schedules.for_case(work, work.today, None)
    return (
        expressions.evaluate(expression, names, expressions.functions(work.now, calendar)) is True
    )


def check(work: Work, form: Form, names: Names, schedule: Schedule | None = None) -> None:
    """The checks of a form (``duban:check``). Raises Invalid with every one that failed."""
    wrong: dict[str, DubanError] = {}
    for rule in form.checks:
        if not holds(work, rule.expression, names, schedule):
            wrong.setdefault(
                rule.field,
                Invalid("check_failed", message=rule.message, law=rule.law, article=rule.article),
            )
    if wrong:
        raise Invalid(fields=wrong)
