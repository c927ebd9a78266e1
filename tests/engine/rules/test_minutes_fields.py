"""Minutes as a field of a form: a line for each member, present with an opinion or absent."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import Invalid
from engine.rules.fields import Words, parse, show, to_raw
from engine.values.process import Field, FieldType, Option

MINUTES = Field(
    "m",
    "每人意见",
    FieldType.OPINIONS,
    options=(Option("agree", "同意"), Option("disagree", "不同意")),
    of="panel",
)
LINES = [
    {"person": 1, "present": True, "position": "agree", "words": "事实清楚"},
    {"person": 2, "present": False, "position": "", "words": "出差"},
]


def read(**parts: list[str]):
    raw = {f"m.{part}": texts for part, texts in parts.items()}
    return parse([MINUTES], raw, {}, lambda *_: True, date(2026, 3, 2))["m"]


def test_lines_are_read_in_the_order_of_the_form_and_read_back_the_same():
    found = read(
        person=["1", "2"], present=["yes", "no"], position=["agree", ""], words=["事实清楚", "出差"]
    )
    assert found == LINES
    assert parse([MINUTES], to_raw(MINUTES, found), {}, lambda *_: True, date.min)["m"] == LINES


def test_an_absent_member_thinks_nothing_and_a_line_of_nobody_is_no_line():
    found = read(person=["1", ""], present=["no", "yes"], position=["agree", "agree"])
    assert found == [{"person": 1, "present": False, "position": "", "words": ""}]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"person": ["x"]}, "unknown_person"),
        ({"person": ["1"], "position": ["maybe"]}, "unknown_option"),
        ({"person": ["1"], "words": ["长" * 2001]}, "too_long"),
        ({"person": ["1"] * 201}, "too_many"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(parts, code):
    with pytest.raises(Invalid) as refused:
        read(**parts)
    assert refused.value.fields["m"].code == code


def test_the_minutes_are_told_line_by_line():
    words = Words(people={1: "甲"}, absent="缺席")
    assert show(MINUTES, LINES, words) == "甲：同意，事实清楚\n#2：缺席，出差"
