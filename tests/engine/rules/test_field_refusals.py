"""Form fields: what was typed becomes values, or an error that names what is wrong."""

from __future__ import annotations

import pytest

from engine.errors import Invalid
from engine.rules.fields import parse
from engine.values.process import Field
from tests.engine.rules.forms import TODAY, T, field, never, read, refused


@pytest.mark.parametrize(
    ("one", "text", "code", "facts"),
    [
        (field(T.TEXT), "字" * 501, "too_long", {"maximum": 500, "length": 501}),
        (field(T.TEXT, maximum="3"), "一二三四", "too_long", {"maximum": 3, "length": 4}),
        (field(T.TEXT, minimum="3"), "一二", "too_short", {"minimum": 3, "length": 2}),
        (field(T.LONG_TEXT), "字" * 20_001, "too_long", {"maximum": 20_000, "length": 20_001}),
        (field(T.TEXT), "一\n二", "control_character", {"character": "U+000A"}),
        (field(T.TEXT), "a\x00", "control_character", {"character": "U+0000"}),
        (field(T.LONG_TEXT), "a\x1b[2J", "control_character", {"character": "U+001B"}),
        (field(T.LONG_TEXT), "a\u202eb", "control_character", {"character": "U+202E"}),
        (field(T.TEXT), "a\ud800", "control_character", {"character": "U+D800"}),
        (field(T.TEXT), "a\u2028b", "control_character", {"character": "U+2028"}),
        (field(T.NUMBER), "十", "not_a_number", {"value": "十"}),
        (field(T.NUMBER), "1e5", "not_a_number", {"value": "1e5"}),
        (field(T.NUMBER), "nan", "not_a_number", {"value": "nan"}),
        (field(T.NUMBER), "Infinity", "not_a_number", {"value": "Infinity"}),
        (field(T.NUMBER), "1,23", "not_a_number", {"value": "1,23"}),
        (field(T.NUMBER), "٣", "not_a_number", {"value": "٣"}),
        (field(T.DATE), "2026-0٢-24", "not_a_date", {"value": "2026-0٢-24"}),
        (field(T.NUMBER), "0x10", "not_a_number", {"value": "0x10"}),
        (field(T.NUMBER), "1" * 16, "too_many_digits", {"maximum": 15}),
        (field(T.NUMBER, minimum="1"), "0", "below_minimum", {"minimum": "1"}),
        (field(T.NUMBER, maximum="1.5"), "1.6", "above_maximum", {"maximum": "1.5"}),
        (field(T.NUMBER, maximum="viel"), "1", "bad_bound", {"field": "x", "bound": "viel"}),
        (field(T.MONEY), "一千", "not_money", {"value": "一千"}),
        (field(T.MONEY), "1.234", "too_many_decimals", {"maximum": 2}),
        (field(T.MONEY), "-1", "below_minimum", {"minimum": "0"}),
        (field(T.MONEY, minimum="100"), "99.99", "below_minimum", {"minimum": "100"}),
        (field(T.MONEY, maximum="100"), "100.01", "above_maximum", {"maximum": "100"}),
        (field(T.DATE), "2026-02-29", "not_a_date", {"value": "2026-02-29"}),
        (field(T.DATE), "24.02.2026", "not_a_date", {"value": "24.02.2026"}),
        (field(T.DATE), "2026-2", "not_a_date", {"value": "2026-2"}),
        (field(T.DATE), "明天", "not_a_date", {"value": "明天"}),
        (field(T.DATE), "2026-02-24T00:00", "not_a_date", {"value": "2026-02-24T00:00"}),
        (field(T.DATE), "1900-01-01", "date_out_of_range", {"first": 1949, "last": 2199}),
        (field(T.DATE, maximum="today"), "2026-03-03", "above_maximum", {"maximum": "2026-03-02"}),
        (field(T.DATE, minimum="today"), "2026-03-01", "below_minimum", {"minimum": "2026-03-02"}),
        (
            field(T.DATE, minimum="2026-03-05"),
            "2026-03-04",
            "below_minimum",
            {"minimum": "2026-03-05"},
        ),
        (field(T.DATE, minimum="soon"), "2026-03-04", "bad_bound", {"field": "x", "bound": "soon"}),
        (field(T.CHOICE), "d", "unknown_option", {"value": "d"}),
        (field(T.MULTIPLE_CHOICE), "d", "unknown_option", {"value": "d"}),
        (field(T.CHECKLIST, minimum="2"), "a", "too_few", {"minimum": 2, "count": 1}),
        (field(T.YES_NO_NOTE), "maybe", "unknown_option", {"value": "maybe"}),
        (field(T.PERSON), "李", "unknown_person", {"value": "李"}),
        (field(T.PERSON), "0", "unknown_person", {"value": "0"}),
        (field(T.PERSON), "-7", "unknown_person", {"value": "-7"}),
        (field(T.PERSON), "７", "unknown_person", {"value": "７"}),
        (field(T.PEOPLE), str(2**63), "unknown_person", {"value": str(2**63)}),
        (field(T.BODY), "x", "unknown_body", {"value": "x"}),
        (field(T.FILE), "../1", "unknown_attachment", {"value": "../1"}),
    ],
)
def test_what_cannot_be_taken_is_named(one, text, code, facts):
    error = refused(one, text)
    assert error.code == code
    assert error.facts == facts


def test_two_texts_for_one_value_are_refused():
    assert refused(field(T.TEXT), "a", "b").code == "one_value_only"
    assert refused(field(T.PERSON), "1", "2").code == "one_value_only"


def test_lists_are_counted():
    assert refused(field(T.PEOPLE, maximum="2"), "1", "2", "3").code == "too_many"
    assert refused(field(T.PEOPLE, minimum="2"), "1", "1").code == "too_few"
    assert refused(field(T.PEOPLE), *map(str, range(1, 300))).code == "too_many"
    assert read(field(T.PEOPLE, minimum="2")) == []  # Optional and left empty.


def test_a_note_without_an_answer_asks_for_the_answer():
    assert refused(field(T.YES_NO_NOTE), note=["见第3页"]).code == "answer_missing"
    assert refused(field(T.YES_NO_NOTE), "yes", note=["字" * 2001]).code == "too_long"


def test_half_a_legal_article_names_its_row():
    one = field(T.LEGAL_ARTICLE)
    missing = refused(one, law=["行政处罚法", "行政强制法"], article=["第一条", ""])
    assert (missing.code, missing.facts) == ("article_missing", {"row": 2})
    assert refused(one, law=[""], article=["第一条"]).code == "law_missing"
    assert refused(one, law=["行政处罚法"]).code == "article_missing"
    assert refused(one, law=["法" * 121], article=["一"]).code == "too_long"


@pytest.mark.parametrize(
    ("type_", "code"),
    [
        (T.PERSON, "unknown_person"),
        (T.PEOPLE, "unknown_person"),
        (T.BODY, "unknown_body"),
        (T.FILE, "unknown_attachment"),
    ],
)
def test_only_what_was_offered_is_taken(type_, code):
    known = {"x": {7}}
    assert read(field(type_), "7", known=known) in (7, [7])
    assert refused(field(type_), "8", known=known).code == code
    assert refused(field(type_), "7", known={}).code == code


def test_every_wrong_field_is_named_at_once():
    fields = [
        Field("a", "", T.DATE),
        Field("b", "", T.NUMBER),
        Field("c", "", T.TEXT, required=True),
        Field("d", "", T.TEXT),
    ]
    with pytest.raises(Invalid) as error:
        parse(fields, {"a": ["x"], "b": ["y"], "d": ["z"]}, {}, never, TODAY)
    codes = {key: problem.code for key, problem in error.value.fields.items()}
    assert codes == {"a": "not_a_date", "b": "not_a_number", "c": "required"}


def test_keys_that_are_no_field_are_ignored():
    values = parse([field(T.TEXT)], {"x": ["a"], "y": ["b"], "_revision": ["1"]}, {}, never, TODAY)
    assert values == {"x": "a"}


def test_a_readonly_field_is_left_alone():
    one = field(T.TEXT, readonly=True, required=True)
    assert parse([one], {"x": ["forged"]}, {"x": "真"}, never, TODAY) == {}
