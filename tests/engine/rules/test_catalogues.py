"""Documents, registers, messages and the county are data; what is wrong with a file is named."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import Invalid
from engine.i18n import translator
from engine.rules import county, documents, messages, registers
from engine.rules.documents import DocumentType
from engine.rules.messages import LOCALES
from engine.services import catalogue

OFFERED = catalogue.offered()


def wrong(error: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {where: problem.code for where, problem in error.value.fields.items()}


# --- Documents --------------------------------------------------------------------------------


def test_a_number_has_six_corner_brackets_the_whole_year_and_no_leading_zero() -> None:
    county_wide = DocumentType("a", "整改建议书", "legal_office", number="红执改建")
    own = DocumentType("b", "审核意见书", "handling", number="红{mark}审")
    assert documents.number(county_wide, "司", 2026, 3) == "红执改建〔2026〕3号"
    assert documents.number(own, "市监", 2026, 12) == "红市监审〔2026〕12号"


@pytest.mark.parametrize(
    ("day", "figures", "characters"),
    [
        (date(2026, 3, 2), "2026年3月2日", "二〇二六年三月二日"),
        (date(2026, 10, 10), "2026年10月10日", "二〇二六年十月十日"),
        (date(2018, 12, 31), "2018年12月31日", "二〇一八年十二月三十一日"),
        (date(2025, 1, 20), "2025年1月20日", "二〇二五年一月二十日"),
    ],
)
def test_dates_are_written_as_official_documents_write_them(
    day: date, figures: str, characters: str
) -> None:
    assert documents.day(day) == figures
    assert documents.day_in_characters(day) == characters


def test_two_types_cannot_share_a_number_code() -> None:
    text = """
    [[document]]
    code = "a"
    title = "甲"
    body = "legal_office"
    number = "红执"
    disclosure = "internal"
    [[document]]
    code = "b"
    title = "乙"
    body = "legal_office"
    number = "红执"
    disclosure = "internal"
    """
    with pytest.raises(Invalid, match="bad_table") as error:
        documents.read(text)
    assert wrong(error) == {"b.number": "twice"}


def test_a_document_that_is_published_needs_a_place_to_be_listed() -> None:
    with pytest.raises(Invalid) as error:
        documents.read("[[document]]\ncode='a'\ntitle='甲'\nbody='x'\ndisclosure='public'\n")
    assert wrong(error) == {"a.category": "required"}


def test_every_shipped_document_without_a_number_is_internal() -> None:
    loose = [d.code for d in OFFERED.documents.values() if not d.number]
    assert loose
    assert all(OFFERED.documents[code].disclosure.value == "internal" for code in loose)


# --- Registers --------------------------------------------------------------------------------

REGISTER = registers.read("""
[[register]]
code = "hearings"
title = "听证台账"
key = "number"
body = "handling"
valid_to = "until"
columns = [
  { id = "number", label = "编号", type = "text" },
  { id = "handling", label = "部门", type = "body" },
  { id = "amount", label = "金额", type = "money" },
  { id = "times", label = "次数", type = "number" },
  { id = "until", label = "截止", type = "date" },
]
""")["hearings"]


def test_an_entry_takes_values_that_fit_their_columns() -> None:
    taken = registers.take(
        REGISTER,
        {
            "number": "1",
            "handling": 7,
            "amount": "1000.50",
            "times": "3",
            "until": "2026-03-02T15:59:59+00:00",
        },
    )
    assert taken == {
        "number": "1",
        "handling": 7,
        "amount": "1000.50",
        "times": 3,
        "until": "2026-03-02",
    }


def test_an_entry_refuses_unknown_columns_and_values_that_do_not_fit() -> None:
    with pytest.raises(Invalid, match="bad_entry") as error:
        registers.take(
            REGISTER,
            {"nobody": 1, "handling": "market", "amount": "much", "times": "NaN", "until": "soon"},
        )
    assert wrong(error) == {
        "nobody": "unknown_field",
        "handling": "not_a_number",
        "amount": "not_a_number",
        "times": "not_a_number",
        "until": "not_a_date",
    }


def test_a_register_must_have_the_columns_it_names() -> None:
    with pytest.raises(Invalid) as error:
        registers.read(
            "[[register]]\ncode='r'\ntitle='甲'\nkey='no'\nbody='when'\n"
            "columns=[{id='when',label='时间',type='date'}]\n"
        )
    assert wrong(error) == {"r.key": "unknown_option", "r.body": "unknown_option"}


# --- Messages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("message", OFFERED.messages.values(), ids=lambda m: m.code)
def test_every_message_names_the_same_things_in_every_language(message: messages.Message) -> None:
    for words in (message.titles, message.texts):
        named = [messages.Message("x", {}, {"x": words[locale]}).placeholders for locale in LOCALES]
        assert named[0] == named[1]


def test_placeholders_are_filled_and_those_without_a_value_read_as_a_dash() -> None:
    assert messages.fill("{a}，{b}，{c}", {"a": "甲{b}", "b": ""}) == "甲{b}，—，—"


def test_a_message_must_be_worded_in_every_language() -> None:
    with pytest.raises(Invalid) as error:
        messages.read("[[message]]\ncode='m'\ntitle.zh_CN='甲'\ntext.zh_CN='乙'\ntext.en='b'\n")
    assert wrong(error) == {"m.title.en": "required"}


# --- The county -------------------------------------------------------------------------------


def test_the_demo_county_has_every_body_the_notice_speaks_of() -> None:
    kinds = [body.kind for body in OFFERED.county.bodies]
    assert kinds.count("COUNTY_GOV") == kinds.count("LEGAL_OFFICE") == 1
    assert kinds.count("TOWNSHIP") == 13
    assert kinds.count("DEPT") == kinds.count("DEPT_LEGAL") >= 10
    parents = {body.code: body.kind for body in OFFERED.county.bodies}
    legal = [body for body in OFFERED.county.bodies if body.kind == "DEPT_LEGAL"]
    assert all(parents[body.parent] == "DEPT" for body in legal)


def test_nobody_in_the_demo_county_both_enforces_and_supervises_at_one_body() -> None:
    pools = {code: role.pool for code, role in OFFERED.roles.items() if role.pool}
    for person in OFFERED.county.people:
        by_body: dict[str, set[str]] = {}
        for role, body in person.roles:
            if role in pools:
                by_body.setdefault(body, set()).add(pools[role])
        assert all(len(held) == 1 for held in by_body.values()), person.login


def test_marks_tell_the_bodies_that_issue_documents_apart() -> None:
    marks = [b.mark for b in OFFERED.county.bodies if b.kind not in ("DEPT_LEGAL", "ENF_UNIT")]
    assert len(set(marks)) == len(marks)


def test_a_county_file_says_all_that_is_wrong_with_it() -> None:
    text = """
    [[body]]
    code = "a"
    kind = "DEPT"
    name = "甲"
    mark = "甲"
    parent = "nowhere"
    [[person]]
    login = "p"
    name = "乙"
    body = "elsewhere"
    roles = ["wizard"]
    [[person]]
    login = "p"
    name = "丙"
    administrator = true
    body = "a"
    roles = ["supervisor"]
    """
    with pytest.raises(Invalid) as error:
        county.read(text, ["supervisor"])
    assert wrong(error) == {
        "a.parent": "unknown_option",
        "p.roles": "unknown_option",
        "p.administrator": "administrator_with_roles",
        "p.body": "unknown_option",
        "p.login": "twice",
    }


# --- The demo county can play every procedure -------------------------------------------------


@pytest.mark.parametrize("kind", ["DEPT", "TOWNSHIP"])
def test_every_department_and_township_can_discuss_collectively_and_hold_a_hearing(
    kind: str,
) -> None:
    holders: dict[tuple[str, str], set[str]] = {}
    for person in OFFERED.county.people:
        for role, body in person.roles:
            holders.setdefault((body, role), set()).add(person.login)
    for body in (plan.code for plan in OFFERED.county.bodies if plan.kind == kind):
        # 行政处罚法 art. 57: discussed by its leaders, of whom the diagram wants three.
        assert len(holders[body, "panel_member"]) >= 3, body
        assert holders[body, "hearing_presider"], body
        # Who reviews does not sign the opinion.
        legal = f"{body}.legal" if (f"{body}.legal", "legal_head") in holders else body
        assert holders[legal, "legal_reviewer"].isdisjoint(holders[legal, "legal_head"]), body


def test_everything_the_demo_county_is_called_has_an_english_name() -> None:
    english = translator("en")
    named = [plan.name for plan in OFFERED.county.bodies]
    named += [plan.name for plan in OFFERED.county.people]
    assert [name for name in named if english.text(name) == name] == []
