"""Decision tables (DMN): read from their file, and decided on the case file.

A cell is a test of its input as DMN writes it: empty or ``-`` for anything, a value, values
separated by commas, ``< 5``, ``[1..5]``, ``not(…)``, or a condition in which ``?`` is the input.
Everything in a cell is the safe expression language. A table that gives no answer stops the case:
a decision of consequence is never made by silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.bpmn import xml
from engine.bpmn.expressions import storable
from engine.errors import Broken
from engine.values.running import Json

#: Evaluates a text, with further names.
Evaluate = Callable[[str, Mapping[str, Json]], Any]

#: Name under which a cell knows its input.
INPUT = "input_value"


class HitPolicy(StrEnum):
    """Which of the matching rows count."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    ANY = "ANY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"


@dataclass(frozen=True)
class Output:
    """A column of answers; ``default`` is the answer when no row matches."""

    name: str
    default: str | None = None


@dataclass(frozen=True)
class Row:
    """One rule: tests of the inputs, and the answers."""

    number: int
    tests: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A decision table."""

    id: str
    policy: HitPolicy
    inputs: tuple[str, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]


def read(root: xml.Element, name: str) -> dict[str, Table]:
    """The decision tables of a file by decision id. Raises :class:`BadDefinition`."""
    tables = {}
    for decision in root.iter(*(f"{{{space}}}decision" for space in xml.DMN)):
        table = _child(decision, "decisionTable")
        if table is not None:
            identity = decision.get("id") or ""
            tables[identity] = _table(identity, table, name)
    return tables


def _table(identity: str, table: xml.Element, name: str) -> Table:
    policy = (table.get("hitPolicy") or "UNIQUE").upper()
    if policy not in set(HitPolicy) or table.get("aggregation"):
        raise xml.bad("dmn.hit_policy", name, line=xml.line_of(table), policy=policy)
    inputs: list[str] = []
    outputs: list[Output] = []
    rows: list[Row] = []
    for element in table.iterchildren():
        kind = xml.local(element)
        if kind == "input":
            inputs.append(xml.text(_child(_child(element, "inputExpression"), "text")))
        elif kind == "output":
            default = xml.text(_child(_child(element, "defaultOutputEntry"), "text"))
            column = element.get("name") or element.get("label") or ""
            outputs.append(Output(column, default or None))
        elif kind == "rule":
            rows.append(
                Row(
                    len(rows) + 1,
                    tuple(xml.text(_child(e, "text")) for e in _children(element, "inputEntry")),
                    tuple(xml.text(_child(e, "text")) for e in _children(element, "outputEntry")),
                )
            )
            if len(rows[-1].tests) != len(inputs) or len(rows[-1].answers) != len(outputs):
                raise xml.bad("dmn.row_length", name, line=xml.line_of(element), row=str(len(rows)))
    if not all(inputs) or not outputs or not all(output.name for output in outputs):
        raise xml.bad("dmn.unnamed_column", name, line=xml.line_of(table))
    return Table(identity, HitPolicy(policy), tuple(inputs), tuple(outputs), tuple(rows))


def _child(element: xml.Element | None, tag: str) -> xml.Element | None:
    return next(iter(_children(element, tag)), None)


def _children(element: xml.Element | None, tag: str) -> list[xml.Element]:
    if element is None:
        return []
    return [child for child in element.iterchildren() if xml.local(child) == tag]


# --- Deciding -----------------------------------------------------------------------------------


def decide(table: Table, evaluate: Evaluate) -> dict[str, Json]:
    """The answers by output name. Raises :class:`Broken` without a clear answer."""
    values = [storable(evaluate(text, {})) for text in table.inputs]
    matching = []
    for row in table.rows:
        if all(
            _passes(test, value, evaluate) for test, value in zip(row.tests, values, strict=True)
        ):
            matching.append(row)
            if table.policy is HitPolicy.FIRST:
                break
    if table.policy in (HitPolicy.COLLECT, HitPolicy.RULE_ORDER):
        answers = [_answers(table, row, evaluate) for row in matching]
        return {output.name: [a[output.name] for a in answers] for output in table.outputs}
    if not matching:
        return _defaults(table, values, evaluate)
    if len(matching) > 1 and table.policy is HitPolicy.UNIQUE:
        rows = ", ".join(str(row.number) for row in matching)
        raise Broken("decision.several_rules", decision=table.id, rows=rows)
    answers = [_answers(table, row, evaluate) for row in matching]
    if any(answer != answers[0] for answer in answers):
        rows = ", ".join(str(row.number) for row in matching)
        raise Broken("decision.several_rules", decision=table.id, rows=rows)
    return answers[0]


def _answers(table: Table, row: Row, evaluate: Evaluate) -> dict[str, Json]:
    return {
        output.name: storable(evaluate(answer, {})) if answer else None
        for output, answer in zip(table.outputs, row.answers, strict=True)
    }


def _defaults(table: Table, values: list[Json], evaluate: Evaluate) -> dict[str, Json]:
    if all(output.default is None for output in table.outputs):
        given = ", ".join(
            f"{text}={value!s:.40}" for text, value in zip(table.inputs, values, strict=True)
        )
        raise Broken("decision.no_rule", decision=table.id, inputs=given)
    return {
        output.name: None if output.default is None else storable(evaluate(output.default, {}))
        for output in table.outputs
    }


_COMPARISON = re.compile(r"(<=|>=|<|>|==|=|!=)(?P<rest>.+)", re.DOTALL)
_RANGE = re.compile(r"(?P<left>[\[\](])(?P<low>.+?)\.\.(?P<high>.+)(?P<right>[\])\[])", re.DOTALL)
_NOT = re.compile(r"not\s*\((?P<inner>.*)\)", re.DOTALL)


def _passes(cell: str, value: Json, evaluate: Evaluate) -> bool:
    test = condition(cell)
    if test is None:
        return True
    try:
        return evaluate(test, {INPUT: value}) is True
    except Broken as error:
        if value is None and error.code == "expression.wrong_kind":
            # An input nobody has filled in lies in no range.
            return False
        raise


def condition(cell: str) -> str | None:
    """The expression a cell means, about :data:`INPUT`; ``None`` for a cell that takes anything."""
    cell = cell.strip()
    if cell in ("", "-"):
        return None
    negated = _NOT.fullmatch(cell)
    if negated is not None:
        inner = condition(negated["inner"])
        return "True" if inner is None else f"not ({inner})"
    parts = _split(cell, ",")
    if len(parts) > 1:
        return " or ".join(f"({condition(part) or 'True'})" for part in parts)
    if "?" in _outside_quotes(cell):
        return _replace_question_marks(cell)
    compared = _COMPARISON.fullmatch(cell)
    if compared is not None:
        sign = "==" if compared[1] == "=" else compared[1]
        return f"{INPUT} {sign} ({compared['rest'].strip()})"
    interval = _RANGE.fullmatch(cell)
    if interval is not None and ".." in _outside_quotes(cell):
        low = ">=" if interval["left"] == "[" else ">"
        high = "<=" if interval["right"] == "]" else "<"
        return (
            f"{INPUT} {low} ({interval['low'].strip()}) and "
            f"{INPUT} {high} ({interval['high'].strip()})"
        )
    return f"{INPUT} == ({cell})"


def _outside_quotes(text: str) -> str:
    """The text with everything inside quotes blanked out, of the same length."""
    out, quote, escaped = [], "", False
    for character in text:
        if quote:
            out.append(" ")
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
            out.append(" ")
        else:
            out.append(character)
    return "".join(out)


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators outside quotes and brackets."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(_outside_quotes(text)):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == separator and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _replace_question_marks(text: str) -> str:
    outside = _outside_quotes(text)
    return "".join(
        INPUT if outside[place] == "?" else character for place, character in enumerate(text)
    )
