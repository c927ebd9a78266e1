"""Which clauses of the notice are served (domain.md A), and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.errors import Invalid
from engine.rules import clauses
from engine.values.clauses import Clause, ClauseType, Lack, Serving, ServingProcess

A01 = Clause("A01", "一", "文", "words", (ClauseType.WORKFLOW,), steps=("p.s",), tests=("t::x",))
PROCESS = ServingProcess("p", ("A01",), frozenset({"s"}))
SERVING = Serving(
    {"p": PROCESS, "other": ServingProcess("other", ("A02",), frozenset({"s"}))},
    registers={"r": ("A01",), "people": ("A03",)},
    following=frozenset({"people"}),
    duties={"D": ("A01",)},
)


def ordered(kind: ClauseType, **told: Any) -> Clause:
    return replace(A01, types=(kind,), **told)


def lacking(clause: Clause, process: ServingProcess = PROCESS) -> tuple[Lack, ...]:
    serving = replace(SERVING, processes={**SERVING.processes, "p": process})
    return clauses.judge(clause, serving).lacking


@pytest.mark.parametrize("kind", ["WF", "SV", "ONE", "LIFE"])
def test_a_workflow_needs_a_step_and_everything_a_test(kind: str) -> None:
    clause = ordered(ClauseType(kind))
    assert lacking(clause) == ()
    assert lacking(replace(clause, steps=(), tests=())) == (Lack.STEP, Lack.TEST)


def test_a_register_is_served_only_if_somebody_fills_it() -> None:
    clause = ordered(ClauseType.REGISTER)
    assert lacking(clause) == (Lack.WRITER,)
    assert lacking(clause, replace(PROCESS, registers=frozenset({"r"}))) == ()
    assert lacking(replace(clause, id="A03")) == ()
    assert lacking(replace(clause, id="A09")) == (Lack.REGISTER,)


def test_a_periodic_duty_is_served_only_if_it_opens_cases() -> None:
    clause = ordered(ClauseType.PERIODIC)
    assert lacking(clause) == (Lack.OPENING,)
    assert lacking(clause, replace(PROCESS, duties=frozenset({"D"}))) == ()
    assert lacking(replace(clause, id="A09")) == (Lack.DUTY,)


def test_a_publication_needs_a_step_that_publishes_and_a_rule_something_that_holds_it() -> None:
    clause = ordered(ClauseType.PUBLICATION)
    assert lacking(clause) == (Lack.PUBLISHING,)
    assert lacking(clause, replace(PROCESS, publishing=frozenset({"s"}))) == ()
    assert lacking(ordered(ClauseType.RULE, steps=())) == (Lack.RULE,)
    assert lacking(ordered(ClauseType.RULE, steps=(), rules=("m:f",))) == ()


@pytest.mark.parametrize(
    ("told", "where", "code"),
    [
        ({"steps": ("p.none",)}, "A01.steps", "unknown_step"),
        ({"steps": ("none.s",)}, "A01.steps", "unknown_step"),
        ({"steps": ("other.s",)}, "A01.steps", "process_serves_another_clause"),
        ({"rules": ("m:none",)}, "A01.rules", "unknown_rule"),
        ({"tests": ("t::none",)}, "A01.tests", "unknown_test"),
    ],
)
def test_a_reference_to_what_does_not_exist_is_an_error(told, where, code) -> None:
    known = {id: replace(A01, id=id, steps=(), tests=()) for id in ("A02", "A03")}
    with pytest.raises(Invalid) as refused:
        clauses.check({"A01": replace(A01, **told), **known}, SERVING, "m:f".__eq__, "t::x".__eq__)
    assert {place: problem.code for place, problem in refused.value.fields.items()} == {where: code}


def test_a_clause_the_notice_does_not_have_is_an_error() -> None:
    with pytest.raises(Invalid) as refused:
        clauses.check({"A01": A01}, SERVING, "m:f".__eq__, None)
    assert refused.value.fields.keys() == {"other", "people"}


def test_no_clause_may_be_left_out_or_told_twice() -> None:
    row = (
        '[[clause]]\nid = "A01"\nsection = "一"\ntext = "文"\nenglish = "w"\ntypes = ["WF", "XX"]\n'
    )
    with pytest.raises(Invalid) as refused:
        clauses.read(row + row)
    found = {place: problem.code for place, problem in refused.value.fields.items()}
    assert len(found) == 2 + clauses.COUNT - 1
    assert found["A01.types"] == "unknown_type"
    assert found["A01.id"] == "twice"
    assert found["A67"] == "missing"
