"""Finished cases leave for files that can be read back; what must stay stays."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Forbidden, Invalid
from engine.rules import retention
from engine.services import anchors, archives, cases, verification
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, to_rectification

FUTURE = date(2030, 1, 1)


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def finished(county: County) -> int:
    case_id = to_rectification(county)
    complete(county, case_id, "rectify", "market", feedback="已退还")
    complete(county, case_id, "recheck", "sup3", conclusion="done")
    return case_id


def test_an_archived_case_can_be_found_read_back_and_verified_and_its_rows_are_few(
    county: County, tmp_path: Path
) -> None:
    case_id, running = finished(county), started(county)
    with county.office.begin(COMMAND_LINE) as work:
        anchors.anchor(work)
    written = list(archives.archive(county.office, tmp_path, FUTURE))
    assert [one.cases for one in written] == [1]
    checked = archives.verify(county.office, written[0].path)
    assert (checked.cases, checked.problems) == (1, ())
    with county.office.read(county.actor("intake")) as work:
        page = cases.page(work, case_id)
        found = cases.find(work, "违规收费")
        open_page = cases.page(work, running)
    assert page.archived is not None
    assert (page.archived.file, page.archived.sha256) == (written[0].path.name, written[0].sha256)
    assert page.case.title == "违规收费"
    assert {row.case.id for row in found.rows} == {case_id, running}
    assert open_page.archived is None
    with zipfile.ZipFile(written[0].path) as file:
        lines = [json.loads(line) for line in file.read(f"cases/{case_id}.jsonl").splitlines()]
    kept = {line["table"] for line in lines}
    assert {"cases", "tasks", "audit_entries", "passed", "deadlines"} <= kept
    assert len([line for line in lines if line["table"] == "audit_entries"]) == checked.entries
    assert verification.county(county.office, COMMAND_LINE).differences == ()
    assert list(archives.archive(county.office, tmp_path, FUTURE)) == []


def test_running_cases_held_cases_and_cases_still_at_hand_are_not_archived(
    county: County, tmp_path: Path
) -> None:
    case_id = finished(county)
    started(county)
    assert list(archives.archive(county.office, tmp_path)) == []
    with county.office.begin(COMMAND_LINE) as work:
        archives.hold(work, case_id, "复议")
    assert list(archives.archive(county.office, tmp_path, FUTURE)) == []
    with county.office.begin(COMMAND_LINE) as work:
        archives.release(work, case_id)
    county.at("2028-03-02 09:00")
    assert [one.cases for one in archives.archive(county.office, tmp_path)] == [1]


def test_only_administrators_hold_a_case(county: County) -> None:
    case_id = finished(county)
    with (
        pytest.raises(Forbidden, match="administrator_only"),
        county.office.begin(county.actor("intake")) as work,
    ):
        archives.hold(work, case_id, "复议")


@pytest.mark.parametrize("changed", ["cases/", "manifest.json"])
def test_a_changed_archive_does_not_verify(county: County, tmp_path: Path, changed: str) -> None:
    finished(county)
    (written,) = archives.archive(county.office, tmp_path, FUTURE)
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(written.path) as whole, zipfile.ZipFile(forged, "w") as other:
        for name in whole.namelist():
            content = whole.read(name)
            other.writestr(
                name, content.replace("红测".encode(), "红册".encode())
                if name.startswith(changed) else content,
            )  # fmt: skip
    assert archives.verify(county.office, forged).problems
    with pytest.raises(Invalid, match="no_archive"):
        archives.verify(county.office, Path(__file__))


def test_periods_are_data_and_a_leap_day_ends_on_the_last_of_february() -> None:
    periods = retention.read("stay_months = 12\nkeep_years = 10\n[process.a]\nkeep_years = 0\n")
    leap = date(2028, 2, 29)
    assert periods.of("b").leaves(leap) == date(2029, 2, 28)
    assert periods.of("b").keep_until(leap) == date(2038, 2, 28)
    assert periods.of("a").keep_until(leap) is None
    with pytest.raises(Invalid, match="bad_retention"):
        retention.read("stay_months = -1")
