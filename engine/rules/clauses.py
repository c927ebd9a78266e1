"""Which clauses of the notice are served: reading ``processes/clauses.toml`` and judging it.

A clause is open as long as one of the things it orders has nothing to show. Which process,
register or periodic duty serves a clause is said by these themselves; the file adds the steps,
rules and tests, and every one of them must exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.rules.tables import Problems, Row, load, rows
from engine.values.clauses import Clause, ClauseCoverage, ClauseType, Lack, Serving

FILE = "clauses.toml"
#: The notice has so many clauses (A01 to A67).
COUNT = 67

_BY_STEP = frozenset({
    ClauseType.WORKFLOW,
    ClauseType.SUPERVISION,
    ClauseType.ONE_OFF,
    ClauseType.LIFECYCLE,
})  # fmt: skip


def read(text: str, file: str = FILE) -> dict[str, Clause]:
    """The clauses by id, in order. Raises Invalid ``not_toml`` or ``bad_table``."""
    tables, problems = load(text, file), Problems(file)
    found: dict[str, Clause] = {}
    for row in rows(tables, "clause", "id", problems):
        clause = _clause(row)
        row.finish()
        if clause.id in found:
            row.problem("id", "twice", value=clause.id)
        found[clause.id] = clause
    for number in range(1, COUNT + 1):
        if f"A{number:02}" not in found:
            problems.add(f"A{number:02}", "missing")
    problems.raise_any()
    return found


def _clause(row: Row) -> Clause:
    types = []
    for told in row.texts("types"):
        if told in set(ClauseType):
            types.append(ClauseType(told))
        else:
            row.problem("types", "unknown_type", value=told)
    return Clause(
        id=row.text("id"),
        section=row.text("section"),
        text=row.text("text"),
        text_en=row.text("english"),
        types=tuple(types),
        steps=row.texts("steps"),
        rules=row.texts("rules"),
        tests=row.texts("tests"),
    )


def check(
    clauses: Mapping[str, Clause],
    serving: Serving,
    is_rule: Callable[[str], bool],
    is_test: Callable[[str], bool] | None,
) -> None:
    """Refuse references to what does not exist; tests are not looked for where there are none.

    Raises Invalid ``bad_table``.
    """
    problems = Problems(FILE)
    for clause in clauses.values():
        for step in clause.steps:
            process_id, _, element = step.partition(".")
            process = serving.processes.get(process_id)
            if process is None or element not in process.steps:
                problems.add(f"{clause.id}.steps", "unknown_step", value=step)
            elif clause.id not in process.clauses:
                problems.add(f"{clause.id}.steps", "process_serves_another_clause", value=step)
        for rule in clause.rules:
            if not is_rule(rule):
                problems.add(f"{clause.id}.rules", "unknown_rule", value=rule)
        for test in clause.tests:
            if is_test is not None and not is_test(test):
                problems.add(f"{clause.id}.tests", "unknown_test", value=test)
    named = [(process.id, process.clauses) for process in serving.processes.values()]
    for code, ids in [*named, *serving.registers.items(), *serving.duties.items()]:
        for unknown in set(ids) - clauses.keys():
            problems.add(code, "unknown_clause", value=unknown)
    problems.raise_any()


def judge(clause: Clause, serving: Serving) -> ClauseCoverage:
    """What serves a clause, and what of the things it orders has nothing to show."""
    return ClauseCoverage(
        clause,
        processes=tuple(sorted(p.id for p in serving.processes.values() if clause.id in p.clauses)),
        registers=_naming(clause, serving.registers),
        duties=_naming(clause, serving.duties),
        lacking=tuple(dict.fromkeys(_lacking(clause, serving))),
    )


def _naming(clause: Clause, told: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted(code for code, clauses in told.items() if clause.id in clauses))


def _lacking(clause: Clause, serving: Serving) -> Iterator[Lack]:
    types = set(clause.types)
    if types & _BY_STEP and not clause.steps:
        yield Lack.STEP
    if ClauseType.REGISTER in types:
        yield from _lacking_register(clause, serving)
    if ClauseType.PERIODIC in types:
        yield from _lacking_duty(clause, serving)
    if ClauseType.PUBLICATION in types and not any(
        process.publishing for process in serving.processes.values() if clause.id in process.clauses
    ):
        yield Lack.PUBLISHING
    if ClauseType.RULE in types and not clause.rules and not clause.steps:
        yield Lack.RULE
    if not clause.tests:
        yield Lack.TEST


def _lacking_register(clause: Clause, serving: Serving) -> Iterator[Lack]:
    """A register that names the clause, and every such register filled by somebody."""
    written = frozenset().union(*(process.registers for process in serving.processes.values()))
    registers = _naming(clause, serving.registers)
    if not registers:
        yield Lack.REGISTER
    if not set(registers) <= written | serving.following:
        yield Lack.WRITER


def _lacking_duty(clause: Clause, serving: Serving) -> Iterator[Lack]:
    """A duty that names the clause, and every such duty opening cases of a process."""
    opened = frozenset().union(*(process.duties for process in serving.processes.values()))
    duties = _naming(clause, serving.duties)
    if not duties:
        yield Lack.DUTY
    if not set(duties) <= opened:
        yield Lack.OPENING
