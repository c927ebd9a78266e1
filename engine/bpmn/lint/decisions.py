"""Rules on decision tables: columns, policies, and the expressions in their cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn import xml
from engine.bpmn.bundle import Bundle
from engine.bpmn.decisions import INPUT, condition
from engine.bpmn.lint.expressions import misuses
from engine.bpmn.lint.forms import name_rule
from engine.bpmn.lint.subject import Known, found
from engine.bpmn.syntax import MAX_CHARACTERS, check, names_read
from engine.values.process import Finding


def check_file(
    bundle: Bundle, root: xml.Element, file: str, known: Mapping[str, Known]
) -> Iterator[Finding]:
    """Everything about one DMN file."""
    space = f"{{{xml.namespace(root)}}}"
    decisions = list(root.iterchildren(f"{space}decision"))
    if not decisions:
        yield found("dmn.no_table", file, line=xml.line_of(root), name=file)
    for decision in decisions:
        ref = decision.get("id", "")
        table = decision.find(f"{space}decisionTable")
        if table is None:
            name = decision.get("name", "") or ref
            yield found("dmn.no_table", file, line=xml.line_of(decision), element=ref, name=name)
            continue
        yield from _Table(decision, table, space, file, _asking(bundle, known, ref)).findings()


def _asking(bundle: Bundle, known: Mapping[str, Known], ref: str) -> Known | None:
    """What the process that asks for the decision declares."""
    for name, process in bundle.processes.items():
        if ref in bundle.asks(process):
            return known[name]
    return None


class _Table:
    """One table with the lines of its cells."""

    def __init__(
        self,
        decision: xml.Element,
        table: xml.Element,
        space: str,
        file: str,
        known: Known | None,
    ) -> None:
        self._table = table
        self._space = space
        self._file = file
        self._known = known
        self._id = decision.get("id", "")
        self._name = decision.get("name", "") or self._id

    def findings(self) -> Iterator[Finding]:
        rows = list(self._table.iterchildren(f"{self._space}rule"))
        if not rows:
            yield self._at("dmn.no_rows", self._table)
        inputs = [
            self._text(column, "inputExpression")
            for column in self._table.iterchildren(f"{self._space}input")
        ]
        for column, text in zip(
            self._table.iterchildren(f"{self._space}input"), inputs, strict=True
        ):
            yield from self._expression(column, text)
        for column in self._table.iterchildren(f"{self._space}output"):
            name = column.get("name", "")
            rule = name_rule(name) if name else ""
            if rule:
                yield self._at(rule, column, unknown=name)
            default = self._text(column, "defaultOutputEntry")
            if default:
                yield from self._expression(column, default)
        for row in rows:
            yield from self._row(row, inputs)

    def _row(self, row: xml.Element, inputs: list[str]) -> Iterator[Finding]:
        for cell, given in zip(row.iterchildren(f"{self._space}inputEntry"), inputs, strict=False):
            text = xml.text(cell.find(f"{self._space}text"))
            # An interval has one pair of points: many of them only cost time.
            wrong = "too_long" if len(text) > MAX_CHARACTERS else ""
            wrong = wrong or ("syntax" if text.count("..") > 3 else "")
            if wrong:
                told = {"problem": wrong, "text": text[:80], "detail": ""}
                yield self._at("expressions.bad", cell, **told)
                continue
            meant = condition(text)
            if meant is not None:
                yield from self._expression(cell, meant, {INPUT: given})
        for cell in row.iterchildren(f"{self._space}outputEntry"):
            text = xml.text(cell.find(f"{self._space}text"))
            if text:
                yield from self._expression(cell, text)

    def _expression(
        self, element: xml.Element, text: str, aliases: Mapping[str, str] | None = None
    ) -> Iterator[Finding]:
        problems = check(text)
        for problem in problems:
            code = problem.code.removeprefix("expression.")
            detail = problem.facts.get("what") or problem.facts.get("name") or ""
            yield self._at("expressions.bad", element, problem=code, text=text[:80], detail=detail)
        if problems or self._known is None:
            return
        for name in sorted(names_read(text) - self._known.names - {INPUT}):
            yield self._at("expressions.unknown_name", element, unknown=name)
        for rule, facts in misuses(text, self._known, aliases):
            yield self._at(rule, element, **facts)

    def _text(self, column: xml.Element, tag: str) -> str:
        holder = column.find(f"{self._space}{tag}")
        return "" if holder is None else xml.text(holder.find(f"{self._space}text"))

    def _at(self, rule: str, element: xml.Element, **facts: str) -> Finding:
        told = {"name": self._name, "where": "decision", **facts}
        line = xml.line_of(element)
        return found(rule, self._file, line=line, element=self._id, **told)
