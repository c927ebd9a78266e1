"""Signing together by a modelled rule: it ends when nothing later can change it."""

from __future__ import annotations

import pytest

from engine.bpmn.definition import read
from tests.engine.bpmn.diagrams import Walk, extended
from tests.engine.bpmn.test_repetition import (
    OPINIONS,
    SIGNER,
    SIGNERS,
    answer,
    countersigned,
    many,
)


def signing(rule: str, signers: list[int], *, sequential: bool = False) -> Walk:
    mark = f'<duban:countersign rule="{rule}" value="opinion" agree="agree" result="signed"/>'
    field = '<duban:field id="opinion" label="意见" required="true"/>'
    repeated = many(SIGNERS, OPINIONS, SIGNER, sequential=sequential)
    definition = countersigned(SIGNERS, OPINIONS, SIGNER)
    source = definition.sources["main.bpmn"].decode()
    begin = source.index("<bpmn:multiInstanceLoopCharacteristics")
    close = "</bpmn:multiInstanceLoopCharacteristics>"
    end = source.index(close) + len(close)
    source = source[:begin] + extended(mark, field) + repeated + source[end:]
    return Walk(read({"main.bpmn": source.encode()}, "main.bpmn"), {"signers": signers})


@pytest.mark.parametrize(
    ("rule", "answers", "signed"),
    [
        ("all", ["agree", "agree", "agree"], "agreed"),
        ("all", ["agree", "oppose"], "refused"),
        ("majority", ["agree", "agree"], "agreed"),
        ("majority", ["oppose", "oppose"], "refused"),
        ("majority", ["agree", "oppose", "agree"], "agreed"),
        ("any", ["oppose", "agree"], "agreed"),
        ("any", ["oppose", "oppose", "oppose"], "refused"),
    ],
)
def test_three_signers_decide_as_soon_as_nothing_can_change_it(
    rule: str, answers: list[str], signed: str
) -> None:
    walk = signing(rule, [7, 8, 9])
    for place, said in enumerate(answers):
        assert walk.open == ["sign"] * (3 - place)
        answer(walk, 7 + place, opinion=said)
    assert walk.open == ["after"]
    assert walk.last.data["signed"] == signed
    assert len(walk.last.data["opinions"]) == len(answers)


def test_half_of_four_is_no_majority() -> None:
    walk = signing("majority", [1, 2, 3, 4])
    answer(walk, 1, opinion="agree")
    answer(walk, 2, opinion="agree")
    assert walk.last.data["signed"] == "open"
    answer(walk, 3, opinion="oppose")
    answer(walk, 4, opinion="oppose")
    assert walk.last.data["signed"] == "refused"


def test_one_after_the_other_the_next_is_asked_only_while_it_is_open() -> None:
    walk = signing("all", [1, 2, 3], sequential=True)
    answer(walk, 1, opinion="agree")
    assert [task.local["signer"] for task in walk.last.tasks] == [2]
    answer(walk, 2, opinion="oppose")
    assert walk.open == ["after"]


def test_nobody_asked_decides_nothing() -> None:
    walk = signing("all", [])
    assert walk.open == ["after"]
    assert walk.last.data["signed"] == "open"
