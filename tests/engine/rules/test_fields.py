"""Form fields: what was typed becomes values, or an error that names what is wrong."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Broken, Invalid
from engine.rules.fields import Words, blank, is_blank, parse, show, to_raw, visible
from engine.values.process import Field, FieldType
from tests.engine.rules.forms import OPTIONS, TODAY, T, field, never, read, refused

# --- What is taken ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "texts", "value"),
    [
        (field(T.TEXT), ["  反映某中心违规收费 "], "反映某中心违规收费"),
        (field(T.TEXT), ["e\u0301"], "é"),  # Composed.
        (field(T.TEXT), ["１２ ＡＢ"], "１２ ＡＢ"),  # Full-width letters are text.
        (field(T.TEXT), ["", "  "], None),
        (field(T.TEXT), ["0"], "0"),
        (field(T.LONG_TEXT), [" 一\r\n二\r三\t四 \n"], "一\n二\n三\t四"),
        (field(T.NUMBER), ["42"], 42),
        (field(T.NUMBER), ["\t42\n"], 42),  # Pasted from a table.
        (field(T.NUMBER), ["-1.5"], -1.5),
        (field(T.NUMBER), ["1,234"], 1234),
        (field(T.NUMBER), ["１，２３４．５"], 1234.5),
        (field(T.NUMBER), ["2.0"], 2),
        (field(T.NUMBER), ["0"], 0),
        (field(T.MONEY), ["1234.5"], "1234.50"),
        (field(T.MONEY), ["￥１２，３４５．６７"], "12345.67"),
        (field(T.MONEY), ["1200元"], "1200.00"),
        (field(T.MONEY), ["0"], "0.00"),
        (field(T.MONEY, minimum="-5"), ["-0"], "0.00"),
        (field(T.MONEY, minimum="-5"), ["-4.99"], "-4.99"),
        (field(T.DATE), ["2026-02-24"], "2026-02-24"),
        (field(T.DATE), ["2026/2/24"], "2026-02-24"),
        (field(T.DATE), ["2026.2.4"], "2026-02-04"),
        (field(T.DATE), ["２０２６－０２－２４"], "2026-02-24"),
        (field(T.DATE), ["2026年2月24日"], "2026-02-24"),
        (field(T.DATE), ["2026 年 2 月 24 日"], "2026-02-24"),
        (field(T.DATE), ["20260224"], "2026-02-24"),
        (field(T.DATE), ["2024-02-29"], "2024-02-29"),
        (field(T.DATE, minimum="today", maximum="today"), ["2026-03-02"], "2026-03-02"),
        (field(T.DATE, minimum="2026-03-05", maximum="2026-03-05"), ["2026-03-05"], "2026-03-05"),
        (field(T.NUMBER, minimum="1.5", maximum="1.5"), ["1.5"], 1.5),
        (field(T.MONEY, minimum="100", maximum="100"), ["100"], "100.00"),
        (field(T.TEXT, minimum="2", maximum="2"), ["一二"], "一二"),
        (field(T.PEOPLE, minimum="2", maximum="2"), ["1", "2"], [1, 2]),
        (field(T.CHOICE), ["b"], "b"),
        (field(T.MULTIPLE_CHOICE), ["c", "a", "c"], ["a", "c"]),  # In the order of the options.
        (field(T.CHECKLIST), [], []),
        (field(T.PERSON), [" 7 "], 7),
        (field(T.BODY), ["7"], 7),
        (field(T.PEOPLE), ["9", "7", "9"], [9, 7]),
        (field(T.FILE), ["3"], [3]),
    ],
)
def test_text_becomes_a_value(one, texts, value):
    found = read(one, *texts)
    assert found == value
    assert type(found) is type(value)
    assert json.loads(json.dumps(found)) == value


def test_a_yes_or_no_comes_with_its_note():
    one = field(T.YES_NO_NOTE)
    assert read(one, "yes", note=[" 见案卷\r\n第3页 "]) == {
        "answer": True,
        "note": "见案卷\n第3页",
    }
    assert read(one, "no", note=[""]) == {"answer": False, "note": ""}
    assert read(one) is None


def test_legal_articles_come_in_rows():
    one = field(T.LEGAL_ARTICLE)
    rows = read(
        one,
        law=["《行政处罚法》", "", "行政强制法", "行政处罚法"],
        article=["第四十二条", "", "第十八条", "第四十二条"],
    )
    assert rows == [
        {"law": "行政处罚法", "article": "第四十二条"},
        {"law": "行政强制法", "article": "第十八条"},
    ]
    assert read(one) == []


@pytest.mark.parametrize("type_", list(FieldType))
def test_an_optional_field_may_be_left_empty_and_is_blank_then(type_):
    assert read(field(type_)) == blank(field(type_))
    assert is_blank(blank(field(type_)))


@pytest.mark.parametrize("type_", list(FieldType))
def test_a_required_field_may_not(type_):
    assert refused(field(type_, required=True)).code == "required"
    assert refused(field(type_, required=True), " ", "").code == "required"


def test_no_and_zero_are_answers():
    assert read(field(T.YES_NO_NOTE, required=True), "no")["answer"] is False
    assert read(field(T.NUMBER, required=True), "0") == 0
    assert not is_blank(0)
    assert not is_blank(False)


REASON = Field("reason", "理由", T.TEXT, required=True, visible_when="decline")


DETAIL = Field("detail", "说明", T.TEXT, required=True, visible_when="reason")


SCREENING = Field("screening", "审查", T.CHOICE, options=OPTIONS)


def holds(expression, names):
    """A small stand-in for the expression language."""
    if expression == "decline":
        return names["screening"] == "a"
    if expression == "reason":
        return names["reason"] is not None
    if expression == "number":
        if names["n"] is None:
            raise Broken("expression.type")
        return names["n"] > 5
    raise AssertionError(expression)


FORM = [SCREENING, REASON, DETAIL]


# --- Conditions -------------------------------------------------------------------------------


def test_a_field_is_asked_for_only_while_its_condition_holds():
    assert visible(FORM, {"screening": ["a"]}, {}, holds, TODAY) == {"screening", "reason"}
    assert visible(FORM, {"screening": ["b"]}, {}, holds, TODAY) == {"screening"}


def test_what_was_typed_where_nothing_is_asked_is_dropped():
    raw = {"screening": ["b"], "reason": ["\x00 not even valid"], "detail": ["x"]}
    assert parse(FORM, raw, {}, holds, TODAY) == {"screening": "b"}


def test_dropping_one_field_drops_those_that_hang_on_it():
    raw = {"screening": ["b"], "reason": ["r"], "detail": ["d"]}
    assert visible(FORM, raw, {}, holds, TODAY) == {"screening"}
    raw["screening"] = ["a"]
    assert parse(FORM, raw, {}, holds, TODAY) == {
        "screening": "a",
        "reason": "r",
        "detail": "d",
    }


def test_a_required_field_is_required_only_where_it_is_asked_for():
    assert parse(FORM, {"screening": ["b"]}, {}, holds, TODAY) == {"screening": "b"}
    with pytest.raises(Invalid) as error:
        parse(FORM, {"screening": ["a"]}, {}, holds, TODAY)
    assert error.value.fields["reason"].code == "required"


def test_an_earlier_rounds_answer_does_not_outlive_its_question():
    data = {"screening": "a", "reason": "旧理由", "detail": None}
    values = parse(FORM, {"screening": ["b"]}, data, holds, TODAY)
    assert values == {"screening": "b", "reason": None}


def test_conditions_see_what_is_typed_and_not_what_the_case_file_still_says():
    assert visible(FORM, {"screening": ["b"]}, {"screening": "a"}, holds, TODAY) == {"screening"}
    assert visible([REASON], {}, {"screening": "a"}, holds, TODAY) == {"reason"}


def test_a_condition_that_cannot_be_asked_yet_hides_nothing():
    number = Field("n", "数", T.NUMBER)
    more = Field("more", "更多", T.TEXT, visible_when="number")
    assert visible([number, more], {}, {}, holds, TODAY) == {"n", "more"}
    assert visible([number, more], {"n": ["3"]}, {}, holds, TODAY) == {"n"}


def test_conditions_in_a_circle_come_to_an_end():
    def circle(expression, names):
        return names[expression] is None

    pair = [Field("a", "", visible_when="b"), Field("b", "", visible_when="a")]
    shown = visible(pair, {"a": ["1"], "b": ["2"]}, {}, circle, TODAY)
    assert shown <= {"a", "b"}


WORDS = Words(people={7: "李主办"}, bodies={3: "市场监督管理局"}, files={5: "投诉信.pdf"})


# --- Reading and typing again -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        (T.TEXT, "甲", "甲"),
        (T.NUMBER, 5, "5"),
        (T.NUMBER, 0.1, "0.1"),
        (T.NUMBER, 1e-07, "0.0000001"),
        (T.MONEY, "12345.60", "12,345.60元"),
        (T.MONEY, "bad", "bad"),
        (T.DATE, "2026-02-24", "2026-02-24"),
        (T.DATE, "soon", "soon"),
        (T.CHOICE, "a", "甲"),
        (T.CHOICE, "gone", "gone"),
        (T.MULTIPLE_CHOICE, ["a", "c"], "甲、丙"),
        (T.YES_NO_NOTE, {"answer": True, "note": "见案卷"}, "是：见案卷"),
        (T.YES_NO_NOTE, {"answer": False, "note": ""}, "否"),
        (T.PERSON, 7, "李主办"),
        (T.PEOPLE, [7, 8], "李主办、#8"),
        (T.BODY, 3, "市场监督管理局"),
        (T.FILE, [5], "投诉信.pdf"),
        (T.LEGAL_ARTICLE, [{"law": "行政处罚法", "article": "第一条"}], "《行政处罚法》第一条"),
        (
            T.LEGAL_ARTICLE,
            [{"law": "国办发〔2018〕118号", "article": "（六）"}],
            "国办发〔2018〕118号（六）",
        ),
        (T.TEXT, None, ""),
        (T.PEOPLE, [], ""),
        (T.YES_NO_NOTE, "旧值", "旧值"),
        (T.LEGAL_ARTICLE, "旧值", "旧值"),
    ],
)
def test_a_value_is_shown_as_people_read_it(type_, value, text):
    assert show(field(type_), value, WORDS) == text


def test_words_may_be_of_another_language():
    english = Words(
        text=lambda chinese: {"甲": "First"}.get(chinese, chinese),
        day=lambda day: f"{day:%d/%m/%Y}",
        yes="yes",
        separator=", ",
    )
    assert show(field(T.CHOICE), "a", english) == "First"
    assert show(field(T.DATE), "2026-02-24", english) == "24/02/2026"
    assert show(field(T.YES_NO_NOTE), {"answer": True, "note": ""}, english) == "yes"


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40)


VALUES = st.one_of(
    st.tuples(st.just(T.TEXT), TEXT.map(lambda text: [text])),
    st.tuples(st.just(T.NUMBER), st.integers(-(10**14), 10**14).map(lambda n: [str(n)])),
    st.tuples(
        st.just(T.MONEY), st.decimals(0, 10**9, places=2).map(lambda amount: [f"{amount:,}"])
    ),
    st.tuples(
        st.just(T.DATE), st.dates(date(1949, 1, 1), date(2199, 1, 1)).map(lambda d: [str(d)])
    ),
    st.tuples(st.just(T.MULTIPLE_CHOICE), st.lists(st.sampled_from("abc"))),
    st.tuples(st.just(T.PEOPLE), st.lists(st.integers(1, 10**6).map(str), max_size=9)),
)


@given(VALUES)
def test_a_value_put_back_into_its_input_is_read_as_the_same_value(drawn):
    type_, texts = drawn
    one = field(type_)
    try:
        value = read(one, *texts)
    except Invalid:
        return
    assert parse([one], to_raw(one, value), {}, never, TODAY)["x"] == value


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (T.YES_NO_NOTE, {"answer": False, "note": "一\n二"}),
        (T.LEGAL_ARTICLE, [{"law": "甲法", "article": "一"}, {"law": "乙法", "article": "二"}]),
        (T.FILE, [3, 4]),
        (T.NUMBER, 0.000_000_1),
        (T.PERSON, 7),
    ],
)
def test_a_composite_value_survives_the_same_way(type_, value):
    one = field(type_)
    assert parse([one], to_raw(one, value), {}, never, TODAY)["x"] == value


@given(st.sampled_from(list(FieldType)), st.lists(st.text(max_size=30), max_size=3))
def test_whatever_is_typed_is_taken_or_refused_by_a_code_and_never_worse(type_, texts):
    raw = {"x": texts, "x.note": texts, "x.law": texts, "x.article": texts[:1]}
    try:
        values = parse([field(type_)], raw, {}, never, TODAY)
    except Invalid as error:
        wrong = error
    else:
        json.dumps(values, allow_nan=False)
        assert isinstance(show(field(type_), values["x"]), str)
        return
    assert wrong.fields["x"].code
