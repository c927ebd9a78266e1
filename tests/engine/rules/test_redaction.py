"""Published texts do not tell people's numbers, accounts, telephones, addresses or names."""

from __future__ import annotations

import pytest

from engine.rules.redaction import HIDDEN, personal, text


@pytest.mark.parametrize(
    "secret",
    [
        "532529198001011234",
        "53252919800101123X",
        "532529800101123",
        "５３２５２９１９８００１０１１２３４",
        "6222021234567890123",
        "6222 0212 3456 7890",
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        "0873-4621234",
        "someone@example.com",
    ],
)
def test_a_number_or_address_is_hidden_wherever_it_stands(secret: str) -> None:
    assert text(f"联系{secret}，已核实") == f"联系{HIDDEN}，已核实"


@pytest.mark.parametrize(
    "harmless",
    [
        "红执改建〔2026〕3号",
        "2026年3月2日至2026年12月31日",
        "罚款人民币12345.00元",
        "统一社会信用代码91532529MA6K12345X",
        "证号25110302001",
        "第5325号",
        "《中华人民共和国行政处罚法》第六十三条",
    ],
)
def test_what_is_no_secret_stays(harmless: str) -> None:
    assert text(harmless) == harmless


def test_several_secrets_are_hidden_each() -> None:
    told = text("身份证532529198001011234，电话13812345678，住址：某村12号，已告知")
    assert told == f"身份证{HIDDEN}，电话{HIDDEN}，住址{HIDDEN}，已告知"


def test_of_a_name_the_surname_stays() -> None:
    assert personal("张小三") == "张某"
    assert personal("欧阳小三") == "欧阳某"
    assert personal(" 李四 ") == "李某"


def test_text_that_is_no_name_is_searched_for_secrets() -> None:
    assert personal("红河县某某商贸有限公司，13812345678") == f"红河县某某商贸有限公司，{HIDDEN}"
