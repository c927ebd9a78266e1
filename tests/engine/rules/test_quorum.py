"""R13: enough of those who decide together, every opinion on record; what signers decide."""

from __future__ import annotations

import pytest

from engine.rules.duties import may_claim, may_complete
from engine.values.people import Membership
from engine.values.process import Duty
from engine.values.quorum import Result, Rule, decided, enough, needed, valid
from tests.engine.rules.duty_facts import AT_UNIT, UNIT, ask, form, person, refusal

CONCLUDE = form(
    "dept_deputy",
    "handling",
    Duty("R13", members="panel", opinions="minutes", quorum="2/3", heard_at="discuss"),
)
RECORDER = person(9, Membership(UNIT, "dept_deputy"))


def line(number, position="agree", words="同意", present=True):
    return {"person": number, "present": present, "position": position, "words": words}


def absent(number):
    return line(number, "", "出差", present=False)


def conclude(lines, panel=(1, 2, 3), **more):
    data = {"panel": list(panel), "minutes": lines}
    others = [person(number) for number in (1, 2, 3, 4)]
    return ask(may_complete, CONCLUDE, RECORDER, AT_UNIT, data=data, others=others, **more)


def test_minutes_with_every_opinion_and_a_quorum_stand():
    assert conclude([line(1), line(2, "disagree", "证据不足"), line(3)])
    assert conclude([line(1), line(2), absent(3)])


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (None, "opinion_missing"),
        ([line(1), line(2)], "opinion_missing"),
        ([line(1), line(2), line(3, "")], "opinion_missing"),
        ([line(1), line(2), line(3, words="")], "opinion_missing"),
        ([line(1), absent(2), absent(3)], "no_quorum"),
        ([line(1), line(2), line(3), line(4)], "not_a_member"),
        (["text", 7], "opinion_missing"),
    ],
)
def test_minutes_that_lack_an_opinion_or_people_are_refused(lines, code):
    assert refusal(conclude(lines)) == (code, "R13")


def test_a_missing_opinion_is_told_by_name_and_a_missing_quorum_by_numbers():
    assert conclude([line(1), line(2)]).facts == {"name": "人3"}
    assert conclude([line(1), absent(2), absent(3)]).facts == {"needed": "2", "found": "1"}


def test_nobody_writes_another_opinion_into_the_minutes_than_was_given():
    lines = [line(1), line(2), line(3)]
    assert conclude(lines, given={1: "agree", 2: "agree"})
    assert refusal(conclude(lines, given={1: "disagree"})) == ("opinion_altered", "R13")
    gone = [line(1), line(2), absent(3)]
    assert refusal(conclude(gone, given={3: "agree"})) == ("opinion_altered", "R13")


@pytest.mark.parametrize("stands", ["pending", "granted"])
def test_a_challenged_member_does_not_decide_and_is_not_counted(stands):
    assert refusal(conclude([line(1), line(2), line(3)], recusals={3: stands})) == (
        "recused_member_decides",
        "R13",
    )
    assert conclude([line(1), line(2), absent(3)], recusals={3: stands})


def test_the_form_can_be_taken_before_the_minutes_are_written():
    assert ask(may_claim, CONCLUDE, RECORDER, AT_UNIT, data={"panel": [1, 2, 3]})


@pytest.mark.parametrize(
    ("share", "members", "least"),
    [
        ("2/3", 3, 2), ("2/3", 4, 3), ("2/3", 5, 4), ("1/2", 4, 2), ("1/2+", 4, 3), ("1/2+", 5, 3),
        ("", 5, 3), ("all", 4, 4), ("3", 7, 3), ("1/1", 6, 6),
    ],
)  # fmt: skip
def test_how_many_must_attend(share, members, least):
    assert needed(share, members) == least
    assert enough(share, members, least)
    assert not enough(share, members, least - 1)


def test_nobody_makes_no_meeting():
    assert not enough("all", 0, 0)


@pytest.mark.parametrize(
    ("share", "can_be_read"),
    [("2/3", True), ("1/2+", True), ("all", True), ("3", True), ("3/2", False), ("0", False),
     ("0/2", False), ("2/0", False), ("many", False), ("-1", False)],
)  # fmt: skip
def test_only_shares_that_mean_something_can_be_read(share, can_be_read):
    assert valid(share) is can_be_read


@pytest.mark.parametrize(
    ("rule", "invited", "agreed", "refused", "result"),
    [
        (Rule.ALL, 3, 3, 0, Result.AGREED),
        (Rule.ALL, 3, 2, 0, Result.OPEN),
        (Rule.ALL, 3, 2, 1, Result.REFUSED),
        (Rule.MAJORITY, 4, 2, 1, Result.OPEN),
        (Rule.MAJORITY, 4, 3, 0, Result.AGREED),
        (Rule.MAJORITY, 4, 2, 2, Result.REFUSED),
        (Rule.ANY, 3, 1, 2, Result.AGREED),
        (Rule.ANY, 3, 0, 2, Result.OPEN),
        (Rule.ANY, 3, 0, 3, Result.REFUSED),
        (Rule.ALL, 0, 0, 0, Result.OPEN),
    ],
)
def test_signers_decide_as_soon_as_nothing_can_change_it(rule, invited, agreed, refused, result):
    assert decided(rule, invited, agreed, refused) is result
