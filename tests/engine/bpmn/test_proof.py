"""The proof finds what is wrong with a process, shows the way, and finds nothing otherwise."""

from __future__ import annotations

import pytest

from engine.bpmn.definition import Definition, read
from engine.bpmn.proof import prove
from engine.values.proof import Effort, Flaw, ProofReport
from tests.engine.bpmn.diagrams import document, end, extended, node, process, script, start, user

OPTIONS = '<duban:option value="yes" label="是"/><duban:option value="no" label="否"/>'


def flow(id: str, source: str, target: str, condition: str = "") -> str:
    said = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return node("sequenceFlow", id, said, sourceRef=source, targetRef=target)


def choice(id: str, *more: str) -> str:
    return extended(f'<duban:field id="{id}" label="答" type="choice" required="true">{OPTIONS}'
                    "</duban:field>", *more)  # fmt: skip


def proved(*parts: str, effort: Effort | None = None) -> ProofReport:
    return prove(defined(*parts), effort)


def defined(*parts: str) -> Definition:
    return read({"p.bpmn": document(process(*parts))}, "p.bpmn")


def only(report: ProofReport, rule: str) -> Flaw:
    assert [flaw.rule for flaw in report.flaws] == [rule]
    return report.flaws[0]


def asked(*targets: str) -> tuple[str, ...]:
    """A task whose answer decides between two ways."""
    yes, no = targets
    return (
        start(),
        user("ask", choice("answer")),
        node("exclusiveGateway", "which", default="to_no"),
        flow("f1", "start", "ask"),
        flow("f2", "ask", "which"),
        flow("to_yes", "which", yes, 'answer == "yes"'),
        flow("to_no", "which", no),
    )


def test_a_process_without_a_flaw_is_clean() -> None:
    report = proved(*asked("good", "bad"), end("good"), end("bad"))
    assert report.clean
    assert report.states > 1


def test_a_join_that_waits_for_a_token_that_never_comes_is_a_deadlock_with_the_way_there() -> None:
    report = proved(
        *asked("one", "join"),
        user("one"),
        node("parallelGateway", "join"),
        end(),
        flow("f3", "one", "join"),
        flow("f4", "join", "end"),
    )
    deadlock = report.flaws[0]
    assert deadlock.rule == "proof.deadlock"
    assert dict(deadlock.way[-1].values) == {"answer": "no"}
    assert deadlock.elements == ("start", "ask", "which", "join")
    assert deadlock.flows[-1] == "to_no"


def test_a_loop_nobody_stops_is_endless() -> None:
    report = proved(
        *asked("again", "end"),
        script("again", "n = 1"),
        end(),
        flow("f3", "again", "which"),
    )
    assert "proof.endless" in {flaw.rule for flaw in report.flaws}


def test_what_no_answer_leads_to_is_never_reached() -> None:
    report = proved(
        *asked("checked", "end"),
        node("exclusiveGateway", "checked", default="to_end"),
        user("never"),
        end(),
        end("other"),
        flow("to_never", "checked", "never", 'answer == "no"'),
        flow("to_end", "checked", "end"),
        flow("f4", "never", "other"),
    )
    assert {(flaw.rule, flaw.element) for flaw in report.flaws} == {
        ("proof.task_unreached", "never"),
        ("proof.end_unreached", "other"),
    }


def test_two_tokens_at_one_step_are_found() -> None:
    report = proved(
        start(),
        node("parallelGateway", "split"),
        node("exclusiveGateway", "meet"),
        user("step"),
        end(),
        flow("f1", "start", "split"),
        flow("f2", "split", "meet"),
        flow("f3", "split", "meet"),
        flow("f4", "meet", "step"),
        flow("f5", "step", "end"),
    )
    assert ("proof.twice", "step") in {(flaw.rule, flaw.element) for flaw in report.flaws}


@pytest.mark.parametrize(("to", "clean"), [("review", True), ("decide", False)])
def test_a_decision_is_not_reached_without_the_review_it_requires(to: str, clean: bool) -> None:
    report = proved(
        *asked("review", to),
        user("review"),
        user("decide", extended('<duban:requires passed="review"/>')),
        end(),
        flow("f3", "review", "decide"),
        flow("f4", "decide", "end"),
    )
    assert report.clean == clean
    if not clean:
        flaw = only(report, "proof.unguarded")
        assert flaw.element == "decide"
        assert dict(flaw.way[-1].values) == {"answer": "no"}


def test_a_proof_that_met_its_bound_says_so_and_calls_nothing_clean() -> None:
    report = proved(*asked("good", "bad"), end("good"), end("bad"), effort=Effort(states=1))
    assert report.bounds == ("states",)
    assert not report.clean
    assert not report.flaws
