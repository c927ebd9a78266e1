"""Answers that can change no more stand for the values they were found from.

Who complains, and how to reach them, may be entered in a dozen ways; the process asks one question
about it. Once nothing ahead writes only a part of what a question reads, its answer is all that
matters, and cases that give the same answers go on alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from engine.bpmn import decisions, expressions
from engine.bpmn.definition import Definition
from engine.bpmn.model import called_by, script_of
from engine.bpmn.proof.reading import DRAFT, Place, Reading, names_read, relevant_lines
from engine.errors import DubanError
from engine.values.running import CaseFile, Json

Functions = Mapping[str, Callable[..., object]]


@dataclass(frozen=True)
class Question:
    """Something that reads the case file and answers: a condition, a table, a line of a script."""

    text: str
    names: frozenset[str]
    table: decisions.Table | None = None


class Settled:
    """Which values of a case file are known by the answers to all that still reads them."""

    def __init__(self, definition: Definition, reading: Reading, functions: Functions) -> None:
        self._reading = reading
        self._declared = dict.fromkeys(definition.names)
        self._functions = functions
        self._questions = tuple(self._asked(definition))
        self._next = self._ways()
        self._ahead = cache(self._written_ahead)

    def seen(self, data: CaseFile, places: Iterable[tuple[str, str]]) -> dict[str, Json]:
        """What of a case file can make a difference."""
        writes: set[frozenset[str]] = set()
        for place in places:
            writes |= self._ahead(place)
        open_names = {
            name
            for question in self._questions
            if any(written & question.names and not question.names <= written for written in writes)
            for name in question.names
        }
        kept = {name: value for name, value in data.items() if name in open_names}
        known = {
            f"{question.text}": self._answer(question, data)
            for question in self._questions
            if question.names & data.keys() and not question.names <= open_names
        }
        return {**kept, **known}

    def after(self, scope: str, element: str) -> list[tuple[str, str]]:
        """Where a token goes from an element."""
        process = self._reading.process_of(scope)
        return [(at, name) for at, name in self._next.get((process, element), ())]

    def _answer(self, question: Question, data: CaseFile) -> Json:
        names = {**self._declared, **data}
        functions = {**self._functions, "digest": lambda *_: f"{data.get(DRAFT)}"}

        def evaluate(text: str, more: Mapping[str, Json]) -> object:
            return expressions.evaluate(text, {**names, **more}, functions)

        try:
            if question.table is not None:
                return decisions.decide(question.table, evaluate)
            return expressions.storable(evaluate(question.text, {}))
        except DubanError as error:
            # What cannot be answered is told apart by the values themselves.
            return [error.code, *(str(data.get(name)) for name in sorted(question.names))]

    def _asked(self, definition: Definition) -> Iterable[Question]:
        for model in self._reading.models.values():
            for text in self._reading.conditions(model):
                if text:
                    yield Question(text, names_read(text))
            for node in model.nodes.values():
                for text in self._reading.asked_at(node.id):
                    yield Question(text, names_read(text))
                for line in relevant_lines(script_of(node), self._reading.relevant):
                    right = line.partition("=")[2].strip()
                    yield Question(right, names_read(right))
        for table in definition.decisions.values():
            read = frozenset().union(*(names_read(text) for text in table.inputs))
            yield Question(f"table {table.id}", read, table)

    # --- What lies ahead --------------------------------------------------------------------

    def _ways(self) -> Mapping[Place, frozenset[Place]]:
        """Where a token may come to from each node; what a scope holds counts with it."""
        found: dict[Place, set[Place]] = {}
        for model in self._reading.models.values():
            for node in model.nodes.values():
                found[model.id, node.id] = {
                    (process, element)
                    for (process, element), _ in self._reading.successors(model, node)
                    if (process, element) != (model.id, node.id)
                } | {(called_by(node), inner) for inner in self._inside(called_by(node))}
        return {place: frozenset(ways) for place, ways in found.items()}

    def _inside(self, called: str) -> Iterable[str]:
        return self._reading.models[called].nodes if called in self._reading.models else ()

    def _written_ahead(self, place: tuple[str, str]) -> frozenset[frozenset[str]]:
        """For each node a token can still come to, the relevant names it writes."""
        scope, element = place
        start = (self._reading.process_of(scope), element)
        seen: set[Place] = set()
        agenda = [start]
        while agenda:
            at = agenda.pop()
            if at in seen or at not in self._next:
                continue
            seen.add(at)
            agenda.extend(self._next[at])
        found = set()
        for process, name in seen | self._beside():
            model = self._reading.models[process]
            written = self._reading.writes(model, model.nodes[name]) & self._reading.relevant
            if written:
                found.add(written)
        return frozenset(found)

    @cache  # noqa: B019  # Lives as long as one proof.
    def _beside(self) -> frozenset[Place]:
        """What event subprocesses may do at any time."""
        return frozenset(
            (model.id, inner.id)
            for model in self._reading.models.values()
            for holder in model.nodes.values()
            if holder.event_subprocess
            for inner in model.nodes.values()
            if any(around.id == holder.id for around in model.around(inner))
        )
