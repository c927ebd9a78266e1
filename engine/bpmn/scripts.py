"""Scripts: lines ``name = expression`` and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.evaluation import evaluate
from engine.bpmn.plain import storable
from engine.bpmn.syntax import KNOWN_FUNCTIONS, RESERVED, Problem, check, names_read
from engine.errors import Broken
from engine.values.running import Json

MAX_LINES = 60


@dataclass(frozen=True)
class _Assignment:
    """One line ``name = expression``."""

    name: str
    expression: str
    line: int


_ASSIGNMENT = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,79})\s*=(?!=)\s*(.+)", re.DOTALL)


def _assignments(text: str) -> list[_Assignment | Problem]:
    """The lines of a script in order, those that are no assignment as problems."""
    lines = [
        line.split("#", 1)[0] if line.lstrip().startswith("#") else line
        for line in text.splitlines()
    ]
    found: list[_Assignment | Problem] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        match = _ASSIGNMENT.fullmatch(line.strip())
        if len(found) >= MAX_LINES:
            return [
                *found,
                Problem("expression.script_too_long", {"maximum": str(MAX_LINES)}, number),
            ]
        if match is None:
            found.append(
                Problem("expression.not_an_assignment", {"text": line.strip()[:80]}, number)
            )
        elif match[1] in RESERVED:
            found.append(Problem("expression.reserved_name", {"name": match[1]}, number))
        else:
            found.append(_Assignment(match[1], match[2], number))
    return found


def check_script(
    text: str, known_functions: Collection[str] = KNOWN_FUNCTIONS
) -> tuple[Problem, ...]:
    """What is wrong with a script: anything but lines ``name = expression``."""
    problems: list[Problem] = []
    for found in _assignments(text):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            problems += [
                Problem(problem.code, problem.facts, found.line)
                for problem in check(found.expression, known_functions)
            ]
    return tuple(problems)


def script_names(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names a script reads from outside, and the names it assigns."""
    reads: set[str] = set()
    assigned: set[str] = set()
    for found in _assignments(text):
        if isinstance(found, _Assignment):
            reads |= names_read(found.expression) - assigned
            assigned.add(found.name)
    return frozenset(reads), frozenset(assigned)


def run_script(
    text: str, names: Mapping[str, Json], functions: Mapping[str, Callable[..., Any]]
) -> dict[str, Json]:
    """The assignments of a script in order; each line sees those above it.

    Instants become ISO text. Raises :class:`Broken` as :func:`evaluate` does; nothing is assigned
    then.
    """
    assigned: dict[str, Json] = {}
    for found in _assignments(text):
        if isinstance(found, Problem):
            raise Broken(found.code, line=found.line, **found.facts)
        value = evaluate(found.expression, _Layered(assigned, names), functions)
        assigned[found.name] = storable(value)
    return assigned


class _Layered(Mapping[str, Json]):
    """Names assigned so far, then those handed over."""

    def __init__(self, upper: Mapping[str, Json], lower: Mapping[str, Json]) -> None:
        self._upper = upper
        self._lower = lower

    def __getitem__(self, name: str) -> Json:
        return self._upper[name] if name in self._upper else self._lower[name]

    def __iter__(self) -> Iterator[str]:
        yield from {*self._upper, *self._lower}

    def __len__(self) -> int:
        return len({*self._upper, *self._lower})
