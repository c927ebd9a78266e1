"""Which clauses of the notice are served, told from the code itself, and the page that says so."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import engine
from engine.bpmn.serving import serving as read_diagrams
from engine.config import Settings
from engine.rules import clauses as rules
from engine.rules import periodic, registers
from engine.services import shipped
from engine.values.clauses import ClauseCoverage, Lack, Serving

ROOT = Path(engine.__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "coverage.md"

_HEAD = """# What of the notice is served, and by what

Every clause of 红政发〔2018〕36号 (A01 to A67) with the steps, registers, periodic duties and rules
that serve it and the tests that show it. A clause is **open** as long as something it orders has
nothing to show: a workflow without a step, a register that nobody fills, a periodic duty that opens
no case, anything without a test. Diagrams, registers and duties name their clauses themselves;
`processes/clauses.toml` adds steps, rules and tests, and a reference to what does not exist is an
error. `run.py coverage [--json]` says the same for an installation.

Types: WF workflow, RG register, PD periodic duty, PB publication, SV supervision, ONE one-off task,
RULE constraint, LIFE life of the notice itself. This page is written by `run.py coverage --write`.
"""
_LACKS = {
    Lack.STEP: "no step of a procedure",
    Lack.REGISTER: "no register",
    Lack.WRITER: "a register that no procedure fills",
    Lack.DUTY: "no periodic duty",
    Lack.OPENING: "a periodic duty that opens no case",
    Lack.PUBLISHING: "no publication",
    Lack.RULE: "no rule",
    Lack.TEST: "no test",
}


def report(settings: Settings, root: Path = ROOT) -> tuple[ClauseCoverage, ...]:
    """Every clause with what serves it.

    Tests are looked for where the source tree has them. Raises Invalid ``bad_table`` where the
    file names what does not exist.
    """
    sources = shipped.sources(settings)
    kept = registers.read(shipped.text(settings, "registers.toml"))
    serving = Serving(
        read_diagrams(sources),
        {code: register.clauses for code, register in kept.items()},
        frozenset(code for code, register in kept.items() if register.source),
        {
            code: duty.clauses
            for code, duty in periodic.read(shipped.text(settings, "periodic.toml")).items()
        },
    )
    clauses = rules.read(shipped.text(settings, rules.FILE))

    def is_rule(name: str) -> bool:
        return name in sources if name.endswith(".dmn") else _is_function(name)

    rules.check(clauses, serving, is_rule, _tests_of(root))
    return tuple(rules.judge(clause, serving) for clause in clauses.values())


def _is_function(name: str) -> bool:
    module, _, function = name.partition(":")
    if not module.startswith("engine."):
        return False
    try:
        return callable(getattr(importlib.import_module(module), function, None))
    except ModuleNotFoundError:
        return False


def _tests_of(root: Path) -> Callable[[str], bool] | None:
    """Whether a test of the source tree exists; None where only the package is installed."""
    if not (root / "tests").is_dir():
        return None

    def is_test(name: str) -> bool:
        file, _, test = name.partition("::")
        path = root / "tests" / file
        if not path.is_file() or not test:
            return False
        text = path.read_text("utf-8")
        if path.suffix == ".toml":
            return test in tomllib.loads(text).get("walk", {})
        return f"\ndef {test}(" in text

    return is_test


def page(found: Sequence[ClauseCoverage]) -> str:
    """The page as it should be."""
    missing = [one for one in found if one.open]
    parts = [_HEAD, f"\n{len(found) - len(missing)} of {len(found)} clauses are served.\n"]
    if missing:
        parts.append("\n## Open\n\n| clause | what it orders | lacks |\n|---|---|---|\n")
        parts += [f"| {one.clause.id} | {one.clause.text_en} | {lacks(one)} |\n" for one in missing]
    parts.append("\n## Every clause\n\n| clause | | served by | shown by |\n|---|---|---|---|\n")
    parts += [_row(one) for one in found]
    return "".join(parts)


def lacks(one: ClauseCoverage) -> str:
    """What a clause lacks, in words."""
    return "; ".join(_LACKS[lack] for lack in one.lacking)


def served_by(one: ClauseCoverage) -> list[str]:
    """What serves a clause, each with its kind."""
    whole = sorted(set(one.processes) - {step.partition(".")[0] for step in one.clause.steps})
    return [
        *(f"step {step}" for step in one.clause.steps),
        *(f"procedure {process}" for process in whole),
        *(f"register {register}" for register in one.registers),
        *(f"duty {duty}" for duty in one.duties),
        *(f"rule {rule}" for rule in one.clause.rules),
    ]


def _row(one: ClauseCoverage) -> str:
    clause = one.clause
    head = f"{clause.id}<br>{clause.section}<br>{' '.join(clause.types)}"
    words = f"{clause.text}<br>{clause.text_en}" + ("<br>**open**" if one.open else "")
    return f"| {head} | {words} | {_codes(served_by(one))} | {_codes(clause.tests)} |\n"


def _codes(texts: Sequence[str]) -> str:
    told = []
    for text in texts:
        kind, _, name = text.rpartition(" ")
        told.append(f"{kind} `{name}`".strip())
    return "<br>".join(told) or "—"


def as_json(found: Sequence[ClauseCoverage]) -> list[dict[str, object]]:
    """The same for machines."""
    return [
        {
            "clause": one.clause.id,
            "section": one.clause.section,
            "text": one.clause.text,
            "text_en": one.clause.text_en,
            "types": list(one.clause.types),
            "open": one.open,
            "lacking": list(one.lacking),
            "processes": list(one.processes),
            "steps": list(one.clause.steps),
            "registers": list(one.registers),
            "duties": list(one.duties),
            "rules": list(one.clause.rules),
            "tests": list(one.clause.tests),
        }
        for one in found
    ]
