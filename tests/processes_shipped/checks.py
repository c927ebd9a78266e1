"""The conditions forms of shipped diagrams state, asked of values as a service asks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.bpmn import expressions
from engine.rules.deadlines import CountySchedule
from engine.values.process import Check
from tests.processes_shipped.walk import MONDAY, calendar, shipped, table


class Names(Mapping[str, Any]):
    """What is filled in; whatever else the diagram declares reads as ``None``."""

    def __init__(self, main: str, values: Mapping[str, Any]) -> None:
        self._known = shipped(main).names
        self._values = values

    def __getitem__(self, name: str) -> Any:
        if name not in self._values and name in self._known:
            return None
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._known, *self._values})

    def __len__(self) -> int:
        return len({*self._known, *self._values})


def failed(
    main: str, element: str, values: Mapping[str, Any], now: datetime = MONDAY
) -> tuple[Check, ...]:
    """The checks of a form the values break."""
    schedule = CountySchedule(calendar(), table(), now.date())
    functions = expressions.functions(now, schedule)
    names = Names(main, values)
    return tuple(
        check
        for check in shipped(main).description.forms[element].checks
        if expressions.evaluate(check.expression, names, functions) is not True
    )
