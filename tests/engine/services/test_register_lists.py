"""Lists of registers: narrowed, run out, taken along as a workbook."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from engine.actor import COMMAND_LINE
from engine.errors import Forbidden, Invalid
from engine.rules.registers import Validity
from engine.services import register_export, registers
from engine.services.registers import RegisterQuery
from engine.store import audit
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, perform


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")


def written(county: County, code: str, body: str = "market", **columns: object) -> int:
    case_id = opened(county, body)
    perform(county, case_id, "register", register=code, **columns)
    return case_id


def keys(county: County, code: str, who: str = "intake", **query: object) -> list[str]:
    with county.office.read(county.actor(who)) as work:
        page = registers.entries(work, code, RegisterQuery(**query))  # type: ignore[arg-type]
    return [row.key for row in page.rows]


def exported(county: County, who: str, code: str, **query: object) -> list[list[object]]:
    with county.office.begin(county.actor(who)) as work:
        made = register_export.workbook(work, code, RegisterQuery(**query))  # type: ignore[arg-type]
    sheet = load_workbook(io.BytesIO(made.content)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_list_is_narrowed_by_the_columns_it_offers_and_no_others(county: County) -> None:
    for body, status in (("market", "办理中"), ("traffic", "办理中"), ("market", "已办结")):
        written(county, "complaints", body, subject="subject", status=status, matter="收费")
    with county.office.read(county.actor("intake")) as work:
        page = registers.entries(work, "complaints", RegisterQuery(where={"status": "办理中"}))
    offered = {one.column.id: [option.label for option in one.options] for one in page.filters}
    assert offered == {
        "subject": ["市场监督管理局", "交通运输局"],
        "status": ["办理中", "已办结"],
    }
    assert len(page.rows) == 2
    market = str(county.bodies["market"])
    both = {"status": "办理中", "subject": market}
    assert keys(county, "complaints", where=both) == ["红文〔2026〕1号"]
    assert keys(county, "complaints", where=both, text="没有") == []
    with pytest.raises(Invalid, match="unknown_option"):
        keys(county, "complaints", where={"matter": "收费"})


def test_an_entry_changed_is_found_by_what_it_says_now(county: County) -> None:
    case_id = written(county, "complaints", subject="subject", status="办理中")
    perform(county, case_id, "register", register="complaints", status="已办结")
    assert keys(county, "complaints", where={"status": "办理中"}) == []
    assert keys(county, "complaints", where={"status": "已办结"}) == ["红文〔2026〕1号"]


def test_what_runs_out_soon_is_counted_and_listed(county: County) -> None:
    for day in ("2026-03-01", "2026-04-30", "2026-05-02"):
        written(county, "delegations", township="subject", valid_to=day)
    found = {one: len(keys(county, "delegations", validity=one)) for one in Validity}
    assert found == {"none": 3, "expired": 1, "soon": 1, "valid": 2}
    with county.office.read(county.actor("intake")) as work:
        row = next(one for one in registers.registers(work) if one.code == "delegations")
        lights = [one.validity for one in registers.entries(work, "delegations").rows]
    assert (row.entries, row.soon) == (3, 1)
    assert lights == ["valid", "soon", "expired"]


def test_text_that_looks_like_a_formula_stays_text_in_the_workbook(county: County) -> None:
    for text in ("=1+1", "+86", "-1", "@SUM(A1)"):
        written(
            county, "fee_reports", subject="subject", fee=text, amount="12.50",
            received_on="2026-03-01",
        )  # fmt: skip
    head, *rows = exported(county, "intake", "fee_reports")
    fee = head.index("收费项目")
    assert [row[fee] for row in rows] == ["@SUM(A1)", "-1", "+86", "=1+1"]
    with county.office.begin(county.actor("intake")) as work:
        made = register_export.workbook(work, "fee_reports", RegisterQuery())
    sheet = load_workbook(io.BytesIO(made.content)).active
    assert sheet is not None
    assert {row[fee].data_type for row in sheet.iter_rows(min_row=2)} == {"s"}
    received = sheet.cell(2, head.index("收到日期") + 1).value
    assert isinstance(received, datetime)
    with county.office.read(COMMAND_LINE) as work:
        *_, last = audit.entries(work.session, 0)
    assert (last.act, last.facts) == (
        "register_exported",
        {"register": "fee_reports", "entries": 4},
    )


def test_who_reads_only_their_own_exports_only_that_and_sees_no_names(county: County) -> None:
    for body in ("market", "traffic"):
        written(
            county, "talent_pool", body, handling="subject", name="钱学林", contact="13987650000",
            field="法学", status="在库",
        )  # fmt: skip
    head, *rows = exported(county, "market", "talent_pool")
    assert len(rows) == 1
    assert rows[0][head.index("姓名或者名称")] == "钱某"
    assert rows[0][head.index("联系方式")] == "＊＊＊"
    _, *whole = exported(county, "head", "talent_pool")
    assert {row[head.index("姓名或者名称")] for row in whole} == {"钱学林"}
    with county.office.begin(county.actor("admin")) as work, pytest.raises(Forbidden):
        register_export.workbook(work, "talent_pool", RegisterQuery())


def test_a_register_may_be_for_some_roles_of_a_body_only(county: County) -> None:
    written(county, "assessments", "market", handling="subject", content="甲 90", year=2026)
    with county.office.read(county.actor("head")) as work:
        assert registers.entries(work, "assessments").all_entries
    with county.office.read(county.actor("intake")) as work:
        page = registers.entries(work, "assessments")
    assert (page.all_entries, page.rows) == (False, ())


def test_an_entry_names_the_cases_behind_it_and_their_documents(county: County) -> None:
    case_id = written(county, "complaints", subject="subject", status="办理中")
    perform(county, case_id, "issue_document", type="rectification_proposal")
    with county.office.read(county.actor("intake")) as work:
        entry_id = registers.entries(work, "complaints").rows[0].id
        page = registers.entry(work, entry_id)
    [(case, papers)] = page.cases
    assert (case.id, [one.type for one in papers]) == (case_id, ["rectification_proposal"])
    assert page.history[0].case == case
