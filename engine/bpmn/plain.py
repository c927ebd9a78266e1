"""Plain values: JSON and instants, bounded in size, copied before an expression sees them."""

from __future__ import annotations

import math
from sys import getsizeof
from typing import Any

from engine.bpmn.instants import Instant
from engine.bpmn.syntax import MAX_DEPTH, MAX_NUMBER, refuse
from engine.values.running import Json

#: Bounds of all that one value holds, its parts included.
MAX_TEXT = 100_000
MAX_ITEMS = 20_000


def measure(value: object) -> None:
    """Refuse a value larger than the bounds, or one that is neither JSON nor an instant."""
    if value is not None and not isinstance(value, (bool, Instant)):
        _Budget().spend(value)


def plain(value: object) -> Json:
    """A measured copy of a JSON value; instants stay. Refuses everything else."""
    measure(value)
    return _copied(value)


class _Budget:
    """Counts what a value holds, items shared between its parts as often as they appear."""

    def __init__(self) -> None:
        self.items = MAX_ITEMS
        self.text = MAX_TEXT

    def spend(self, value: object, depth: int = 0) -> None:
        self.items -= 1
        if self.items < 0:
            refuse("expression.value_too_large", maximum=MAX_ITEMS)
        if isinstance(value, str):
            self._spend_text(value)
        elif isinstance(value, (int, float)):
            if abs(value) > MAX_NUMBER or not math.isfinite(value):
                refuse("expression.number_too_big")
        elif isinstance(value, (list, tuple, dict)):
            if depth >= MAX_DEPTH:
                refuse("expression.value_too_deep", maximum=MAX_DEPTH)
            for part in value:
                self.spend(part, depth + 1)
            for part in value.values() if isinstance(value, dict) else ():
                self.spend(part, depth + 1)
        elif value is not None and not isinstance(value, Instant):
            refuse("expression.not_plain", what=type(value).__name__)

    def _spend_text(self, value: str) -> None:
        self.text -= len(value)
        if self.text < 0:
            refuse("expression.text_too_long", maximum=MAX_TEXT)


def _copied(value: Any) -> Json:
    if isinstance(value, dict):
        return {str(key): _copied(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copied(part) for part in value]
    return value


def weight(value: Json) -> int:
    """About how many bytes a plain value takes in memory."""
    found = 0
    waiting = [value]
    while waiting:
        part = waiting.pop()
        found += getsizeof(part)
        if isinstance(part, dict):
            waiting += part.keys()
            waiting += part.values()
        elif isinstance(part, (list, tuple)):
            waiting += part
    return found


def storable(value: Any) -> Json:
    """A value as the case file may hold it: instants as ISO text in the county's zone."""
    if isinstance(value, Instant):
        return str(value)
    if isinstance(value, dict):
        return {key: storable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [storable(part) for part in value]
    return value
