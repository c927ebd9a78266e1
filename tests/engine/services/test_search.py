"""Cases are found at once by two characters of their number, title or party."""

from __future__ import annotations

import pytest

from engine.services import search
from engine.store import search as store
from tests.engine.services.conftest import County
from tests.engine.services.steps import started


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def found(county: County, words: str) -> list[str]:
    with county.office.read(county.actor("intake")) as work:
        return [row.case.title for row in search.cases(work, words).rows]


def test_two_characters_of_any_field_are_enough(county: County) -> None:
    started(county, matter="反映某中心违规收费", complainant="张三")
    started(county, matter="反映执法不公", complainant="李四四")
    assert found(county, "收费") == ["反映某中心违规收费"]
    assert found(county, "李四") == ["反映执法不公"]
    assert found(county, "四四") == ["反映执法不公"]
    assert found(county, "〔2026〕2号") == ["反映执法不公"]
    assert found(county, "红测〔2026〕") == ["反映执法不公", "反映某中心违规收费"]


def test_words_must_stand_together_and_in_order(county: County) -> None:
    started(county, matter="甲乙丙丁")
    assert found(county, "乙丙") == ["甲乙丙丁"]
    assert found(county, "丙乙") == []
    assert found(county, "甲丙") == []


def test_latin_words_and_numbers_are_found_by_their_beginning(county: County) -> None:
    started(county, matter="WPS Office 2019 采购")
    assert found(county, "wps off") == ["WPS Office 2019 采购"]
    assert found(county, "201") == ["WPS Office 2019 采购"]
    assert found(county, "ＷＰＳ") == ["WPS Office 2019 采购"]


@pytest.mark.parametrize(
    "words", ["", "  ", '"', "*", "a OR b", "' --", "\x00", "()", ":*&|!", "〔〕"]
)
def test_any_text_whatever_is_a_harmless_question(county: County, words: str) -> None:
    started(county, matter="平常")
    assert found(county, words) == []


def test_tokens_are_ascii_and_one_per_character() -> None:
    assert store.tokens("红执诉〔2026〕17号") == ["u7ea2", "u6267", "u8bc9", "2026", "17", "u53f7"]
    assert store.tokens("𠮷野家 Ab9") == ["u20bb7", "u91ce", "u5bb6", "ab9"]
