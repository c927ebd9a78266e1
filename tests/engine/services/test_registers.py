"""Registers are written by diagrams, keep their history, and are read by whom they are for."""

from __future__ import annotations

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Forbidden, Invalid, NotFound
from engine.services import registers
from engine.services.registers import RegisterQuery
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, perform


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")


def listed(county: County, code: str, who: str = "intake", text: str = "") -> list[tuple[str, ...]]:
    with county.office.read(county.actor(who)) as work:
        return [row.cells for row in registers.entries(work, code, RegisterQuery(text)).rows]


def test_an_entry_is_written_in_words_and_found_again_by_its_case(county: County) -> None:
    case_id = opened(county)
    first = perform(
        county,
        case_id,
        "register",
        register="rectifications",
        subject="subject",
        problem="未按清单收费",
        due_on="2026-03-30T15:59:59.999999+00:00",
        status="整改中",
    )
    county.at("2026-03-20 10:00")
    second = perform(
        county, case_id, "register", register="rectifications", outcome="illegal", status="已办结",
        decision=None,
    )  # fmt: skip
    assert first == {"entry": first["entry"], "key": "红文〔2026〕1号", "revision": 1}
    assert second == {**first, "revision": 2}
    assert listed(county, "rectifications") == [
        (
            "红文〔2026〕1号",
            "市场监督管理局",
            "未按清单收费",
            "",
            "2026-03-30",
            "",
            "属实（违法）",
            "",
            "",
            "已办结",
        )
    ]


def test_every_change_of_an_entry_is_kept(county: County) -> None:
    case_id = opened(county)
    for status in ("整改中", "已办结"):
        written = perform(
            county, case_id, "register", register="rectifications", subject="subject", status=status
        )
    with county.office.read(county.actor("intake")) as work:
        page = registers.entry(work, written["entry"])
    told = [dict(change.cells)["状态"] for change in page.history]
    assert told == ["整改中", "已办结"]
    assert page.entry.revision == 2


def test_several_entries_of_one_case_have_keys_of_their_own(county: County) -> None:
    case_id = opened(county)
    for step in ("verify", "rectify", "verify"):
        perform(county, case_id, "register", register="supervised", key=step, body="subject")
    keys = [cells[0] for cells in listed(county, "supervised")]
    assert keys == ["红文〔2026〕1号/rectify", "红文〔2026〕1号/verify"]


def test_a_register_never_tells_who_complained(county: County) -> None:
    case_id = opened(county)
    perform(
        county, case_id, "register", register="complaints", subject="subject",
        matter="王小某反映违规收费，电话13812345678",
    )  # fmt: skip
    cells = listed(county, "complaints", "market")[0]
    assert "（不予公开）反映违规收费，电话（不予公开）" in cells


def test_a_department_reads_what_is_about_itself_only(county: County) -> None:
    for body in ("market", "traffic"):
        perform(county, opened(county, body), "register", register="complaints", subject="subject")
    assert len(listed(county, "complaints")) == 2
    assert [cells[3] for cells in listed(county, "complaints", "market")] == ["市场监督管理局"]
    assert [cells[3] for cells in listed(county, "complaints", "unit")] == ["市场监督管理局"]
    with county.office.read(county.actor("market")) as work:
        assert not registers.entries(work, "complaints").all_entries
        rows = {row.code: row.entries for row in registers.registers(work)}
        assert rows["complaints"] is None
    with county.office.read(county.actor("intake")) as work:
        other = registers.entries(work, "complaints").rows[0].id
        assert {row.code: row.entries for row in registers.registers(work)}["complaints"] == 2
    with county.office.read(county.actor("market")) as work, pytest.raises(NotFound):
        registers.entry(work, other)


def test_somebody_of_no_body_reads_no_register(county: County) -> None:
    with county.office.read(county.actor("admin")) as work:
        assert registers.registers(work) == []
        with pytest.raises(Forbidden, match="register_not_yours"):
            registers.entries(work, "complaints")


def test_a_register_is_searched_and_paged(county: County) -> None:
    for number in range(3):
        perform(
            county, opened(county), "register", register="complaints", subject="subject",
            matter=f"第{number}件 100%退费",
        )  # fmt: skip
    assert len(listed(county, "complaints", text="退费")) == 3
    assert [cells[4] for cells in listed(county, "complaints", text="第1件 100%")] == [
        "第1件 100%退费"
    ]
    assert listed(county, "complaints", text="100_退费") == []
    with county.office.read(county.actor("intake")) as work:
        first = registers.entries(work, "complaints", RegisterQuery(rows=2))
        rest = registers.entries(work, "complaints", RegisterQuery(rows=2, after=first.after))
        with pytest.raises(Invalid, match="bad_cursor"):
            registers.entries(work, "complaints", RegisterQuery(after="x"))
        with pytest.raises(NotFound, match="no_such_register"):
            registers.entries(work, "nothing")
    assert [row.cells[4][1] for row in (*first.rows, *rest.rows)] == ["2", "1", "0"]
    assert rest.after == ""


def test_an_entry_runs_out_after_its_last_day(county: County) -> None:
    perform(
        county, opened(county), "register", register="delegations", township="subject",
        valid_to="2026-03-31",
    )  # fmt: skip

    def expired() -> bool:
        with county.office.read(COMMAND_LINE) as work:
            return registers.entries(work, "delegations").rows[0].expired

    county.at("2026-03-31 23:59:59")
    assert not expired()
    county.at("2026-04-01 00:00")
    assert expired()


def test_an_entry_that_does_not_fit_its_register_stops_the_case(county: County) -> None:
    with pytest.raises(Invalid, match="bad_entry") as error:
        perform(county, opened(county), "register", register="complaints", colour="红")
    assert error.value.facts["columns"] == "colour"
