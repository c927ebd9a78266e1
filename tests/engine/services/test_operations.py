"""What a diagram may ask for is exactly what lint knows, and clocks and linked cases obey it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.actor import COMMAND_LINE
from engine.config import Settings
from engine.errors import Broken, Invalid
from engine.services import cases, catalogue, definitions, operations
from engine.store import cases as case_store
from engine.values.process import OPERATIONS, Catalogue
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, perform


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")


def _offered() -> Catalogue:
    return definitions.offer(Settings(Path(), "sqlite://"))


def test_lint_knows_every_operation_that_is_performed_and_no_other() -> None:
    assert operations.catalogue() == OPERATIONS == _offered().operations


def test_lint_knows_what_the_data_files_offer() -> None:
    known, offered = _offered(), catalogue.offered()
    assert known.documents == set(offered.documents)
    assert known.messages == set(offered.messages)
    assert known.registers["supervised"] >= {"key", "body", "step", "due_on"}
    assert {"legal_office", "county_government"} <= known.slots
    assert known.limits["CMP.RECTIFY"].value == "working_day"
    assert "supervisor" in known.roles


def test_the_page_on_diagrams_tells_every_operation_with_its_parameters() -> None:
    page = (Path(__file__).parents[3] / "docs" / "bpmn.md").read_text("utf-8")
    told = {
        cells[0].strip("`"): re.findall(r"`(\w+)`", " ".join(cells[1:3]))
        for line in page.splitlines()
        if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 4
        and cells[0].strip("`") in OPERATIONS
    }
    assert told == {
        name: [*shape.required, *shape.one_of, *shape.optional]
        for name, shape in OPERATIONS.items()
    }


@pytest.mark.parametrize(
    "name", sorted(name for name, shape in OPERATIONS.items() if shape.required or shape.one_of)
)
def test_an_operation_without_what_it_needs_stops_the_case(county: County, name: str) -> None:
    with pytest.raises(Broken):
        perform(county, opened(county), name)


def test_the_clock_of_a_case_is_stopped_and_goes_on(county: County) -> None:
    case_id = opened(county)
    issued = perform(
        county, case_id, "issue_document", type="pause_notice", to="party", reason="鉴定"
    )
    perform(county, case_id, "pause_clock", document=issued, reason="检测鉴定")
    with county.office.read(COMMAND_LINE) as work:
        row = case_store.get(work.session, case_id)
        audit = cases.page(work, case_id).audit
    assert row is not None
    assert row.paused_at is not None
    assert audit[-1].facts == {"document": issued["number"], "reason": "检测鉴定"}
    county.at("2026-03-05 09:00")
    perform(county, case_id, "resume_clock")
    with county.office.read(COMMAND_LINE) as work:
        row = case_store.get(work.session, case_id)
    assert row is not None
    assert row.paused_at is None


def test_only_a_running_deadline_is_extended(county: County) -> None:
    with pytest.raises(Invalid, match="no_running_deadline"):
        perform(
            county, opened(county), "extend_clock", limit="CMP.HANDLE", reason="复杂",
            approver="legal_office_head",
        )  # fmt: skip


def test_a_case_opens_another_and_both_know(county: County) -> None:
    case_id = opened(county)
    done = perform(
        county, case_id, "open_case", process="paperwork", subject_matter="另案",
        subject=county.bodies["traffic"],
    )  # fmt: skip
    assert done["number"] == "红文〔2026〕2号"
    with county.office.read(county.actor("intake")) as work:
        here, there = cases.page(work, case_id), cases.page(work, done["case"])
    assert [link.case.number for link in here.links if link.case] == [done["number"]]
    assert [link.kind for link in there.links] == ["opened_by"]
    assert there.case.title == "另案"
