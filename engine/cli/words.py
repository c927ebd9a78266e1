"""How the command line words things: errors and findings in the language of the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from engine.errors import BadDefinition, DubanError, Invalid
from engine.i18n import Translator, negotiate, translator
from engine.values.process import Finding
from engine.values.proof import Flaw, ProofReport

#: Codes that mean the command was used wrongly.
USAGE_CODES = frozenset(
    {
        "bad_setting",
        "bad_start",
        "limit_or_amount",
        "unknown_limit",
        "limit_not_in_force",
        "unknown_option",
        "span_out_of_bounds",
        "date_out_of_range",
        "no_benchmark",
        "no_such_path",
        "not_a_diagram",
    }
)


def here() -> Translator:
    """The translator of the terminal's language; English unless it is a Chinese one."""
    language = os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return translator(negotiate([language.partition(".")[0].replace("C", "en")]))


def sentence(code: str, facts: object) -> str:
    """A code in words."""
    given = dict(facts) if isinstance(facts, dict) else {}
    return here().sentence(code, given)


def finding(found: Finding) -> str:
    """One finding in one line: file, line, severity, rule, element, sentence."""
    where = found.file if found.line is None else f"{found.file}:{found.line}"
    element = f" [{found.element}]" if found.element else ""
    told = here().sentence(found.sentence, found.facts)
    return f"{where}: {found.severity.value} {found.rule}{element}: {told}"


def proof(report: ProofReport) -> Iterator[str]:
    """What a proof found, each flaw with the way that leads there."""
    say = here()
    for flaw in report.flaws:
        yield f"{flaw.rule} [{flaw.element}]: {say.sentence(flaw.rule, flaw_facts(flaw))}"
        for hop in flaw.way:
            entered = ", ".join(f"{name}={value}" for name, value in hop.values.items())
            passed = " → ".join(step.element for step in hop.passed)
            yield f"    {hop.doing.value} {hop.element} {entered} {passed}".rstrip()
    bounds = ", ".join(report.bounds)
    code = "proof.bounded" if bounds else "proof.whole"
    facts = {"states": report.states, "moves": report.moves, "seconds": report.seconds}
    yield say.sentence(code, {**facts, "bounds": bounds})


def flaw_facts(flaw: Flaw) -> dict[str, str]:
    """The facts of a flaw with the name of its element."""
    return {**flaw.facts, "name": flaw.name}


def refusal(error: DubanError) -> None:
    """Say on the error stream what was refused and why."""
    say = here()
    print(f"{say.sentence(error.code, dict(error.facts))} ({error})", file=sys.stderr)
    if isinstance(error, BadDefinition):
        for found in error.findings:
            print(finding(found), file=sys.stderr)
    if isinstance(error, Invalid):
        for field, problem in error.fields.items():
            told = say.sentence(problem.code, dict(problem.facts))
            print(f"  {field}: {told} ({problem})", file=sys.stderr)
