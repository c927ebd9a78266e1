from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.i18n import formats, negotiate, translator
from engine.i18n.articles import article, number
from engine.rules.roles import Roles


def test_a_code_becomes_a_sentence_with_its_facts_in_both_languages() -> None:
    facts = {"by": "受理登记员（一）", "at": datetime(2026, 3, 2, 1, 0, tzinfo=UTC)}
    assert translator("zh_CN").sentence("task_done", facts) == (
        "这个任务已由受理登记员（一）于 2026-03-02（周一） 09:00 办结。"
    )
    assert translator("en").sentence("task_done", facts) == (
        "Intake clerk 1 completed this task on 2026-03-02 (Mon) 09:00."
    )


@pytest.mark.parametrize(
    ("days", "chinese", "english"),
    [
        (1, "超期 1 个工作日", "1 working day overdue"),
        (12, "超期 12 个工作日", "12 working days overdue"),
    ],
)
def test_numbers_take_the_word_that_goes_with_them(days: int, chinese: str, english: str) -> None:
    assert translator("zh_CN").sentence("overdue", {"days": days}) == chinese
    assert translator("en").sentence("overdue", {"days": days}) == english


def test_roles_and_reasons_among_the_facts_are_worded_too() -> None:
    english = translator("en")
    assert english.sentence("role_needed", {"role": "intake_clerk"}) == (
        "The role “Intake clerk” is needed."
    )
    assert "已过有效期" in translator("zh_CN").sentence(
        "officer_unfit", {"name": "甲", "why": "certificate_expired"}
    )
    assert english.word("role", ["legal_head", "dept_head"]).count(", ") == 1


def test_instants_kept_as_text_are_shown_as_county_time() -> None:
    told = translator("zh_CN").word("due", "2026-02-24T15:59:59.999999+00:00")
    assert told == "2026-02-24（周二） 23:59"


def test_what_people_typed_cannot_smuggle_in_placeholders() -> None:
    chinese = translator("zh_CN")
    said = chinese.sentence("task_released", {"task": "{reason}", "reason": "{task.__class__}"})
    assert said == "退回待领：{reason}（{task.__class__}）"


def test_an_unknown_code_is_shown_not_hidden() -> None:
    assert translator("en").sentence("never_worded", {}) == "never_worded"


def test_text_of_definitions_reads_english_and_what_people_typed_stays() -> None:
    assert translator("en").text("受理登记员") == "Intake clerk"
    assert translator("en").text("张三反映的事项") == "张三反映的事项"
    assert translator("zh_CN").text("受理登记员") == "受理登记员"


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        (["en-GB", "zh"], "en"),
        (["zh-TW"], "zh_CN"),
        (["fr", "de"], "zh_CN"),
        (["fr", "en"], "en"),
        ([], "zh_CN"),
    ],
)
def test_the_browsers_languages_choose_ours(accepted: list[str], locale: str) -> None:
    assert negotiate(accepted) == locale


@pytest.mark.parametrize(
    ("text", "value"),
    [("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("一千零一十", 1010), ("54", 54)],
)
def test_chinese_numbers_are_read(text: str, value: int) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("第五十四条", "art. 54"),
        ("第四十二条第一款", "art. 42(1)"),
        ("第六十四条第四项", "art. 64(4)"),
        ("第二十九条、第三十条", "art. 29, art. 30"),
        ("第一百二十条之一", "art. 120-1"),
        ("二（三）3", ""),
        ("第六条所列情形", ""),
    ],
)
def test_numbers_of_articles_read_english(chinese: str, english: str) -> None:
    assert article(chinese) == english


def test_dates_money_and_sizes_read_as_officials_write_them() -> None:
    assert formats.day("zh_CN", date(2026, 2, 24)) == "2026-02-24（周二）"
    # 24:00 of the due day is still that day in the county, whatever the server's zone.
    assert formats.day("zh_CN", datetime(2026, 2, 24, 15, 59, 59, tzinfo=UTC)) == (
        "2026-02-24（周二）"
    )
    assert formats.short_day("en", date(2027, 1, 5), date(2026, 2, 1)) == "2027-01-05 Tue"
    assert formats.money("1234567.5") == "¥1,234,567.50"
    assert formats.money("约十万") == "约十万"
    assert [formats.size(octets) for octets in (500, 1536, 20_480, 5_242_880)] == [
        "500 B", "1.5 KB", "20 KB", "5.0 MB",
    ]  # fmt: skip


def test_every_role_of_the_county_has_a_name_in_both_languages() -> None:
    from importlib.resources import files

    from engine.rules import roles

    known: Roles = roles.read((files("processes") / "roles.toml").read_text("utf-8"))
    for locale in ("zh_CN", "en"):
        assert all(translator(locale).knows(f"role.{code}") for code in known)
