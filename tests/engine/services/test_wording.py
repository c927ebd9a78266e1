"""Values are worded as officials write them."""

from __future__ import annotations

import pytest

from engine.actor import COMMAND_LINE
from engine.services import dockets, wording
from engine.values.process import (
    Description,
    Disclosure,
    Field,
    FieldType,
    Form,
    Option,
    ProcessInfo,
)
from engine.values.running import Json
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, uploaded


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("", ""),
        (True, "是"),
        (False, "否"),
        (3, "3"),
        ("2026-03-02", "2026年3月2日"),
        ("2026-13-02", "2026-13-02"),
        ("2026-03-02T16:00:00+00:00", "2026年3月3日"),
        ("2026-03-02T23:59", "2026年3月2日"),
        (["甲", "乙"], "甲、乙"),
        ({"number": "红执受〔2026〕1号", "title": "告知书"}, "红执受〔2026〕1号"),
        ({"document": 3}, ""),
    ],
)
def test_what_a_script_or_an_operation_left_is_worded_by_its_shape(value: Json, words: str) -> None:
    assert wording.plain(value) == words


def test_what_a_form_asked_for_is_worded_by_its_field(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")
    case_id = opened(county)
    row = uploaded(county, "intake", case_id)
    with county.office.begin(COMMAND_LINE) as work, dockets.held(work, case_id) as docket:
        fields = wording.fields_of(docket.description)
        given: dict[str, Json] = {
            "subject": county.bodies["market"],
            "officers": [county.people["sup1"], county.people["sup2"]],
            "files": [row.id],
            "finding": "illegal",
            "means": ["forum", "survey"],
            "amount": "1234567.5",
            "crime": {"answer": False, "note": "未发现"},
            "proposal_basis": [
                {"law": "行政处罚法", "article": "第四条"},
                {"law": "《信访工作条例》", "article": ""},
            ],
            "seen_on": "2026-03-01",
            "subject_matter": "",
        }
        told = {id: wording.words(work, fields[id], value) for id, value in given.items()}
    assert told == {
        "subject": "市场监督管理局",
        "officers": "监督一、监督二",
        "files": "凭证.pdf",
        "finding": "属实（违法）",
        "means": "座谈、调查",
        "amount": "1,234,567.50元",
        "crime": "否：未发现",
        "proposal_basis": "《行政处罚法》第四条、《信访工作条例》",
        "seen_on": "2026年3月1日",
        "subject_matter": "",
    }


def test_a_field_has_the_options_of_every_form_that_shows_it() -> None:
    offered = Field("end", "情形", FieldType.CHOICE, options=(Option("breach", "违约"),))
    shown = Field(
        "end",
        "情形",
        FieldType.CHOICE,
        options=(Option("breach", "违约"), Option("expired", "期满")),
        readonly=True,
    )
    description = Description(
        ProcessInfo("p", "p", "x", "legal_office"),
        "",
        "p.bpmn",
        forms={
            "a": Form("a", "a", "r", "b", fields=(shown,)),
            "b": Form("b", "b", "r", "b", fields=(offered,)),
        },
    )
    field = wording.fields_of(description)["end"]
    assert not field.readonly
    assert [option.label for option in field.options] == ["违约", "期满"]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (Field("a", "a"), "（不予公开）"),
        (Field("a", "a", disclosure=Disclosure.PUBLIC), "张小三＊＊＊"),
        (Field("a", "a", disclosure=Disclosure.REDACT), "张小三＊＊＊"),
        (Field("a", "a", disclosure=Disclosure.PUBLIC, hidden_from=("subject",)), "（不予公开）"),
    ],
)
def test_the_public_reads_what_a_field_allows(field: Field, words: str) -> None:
    assert wording.public(field, "张小三13812345678") == words
