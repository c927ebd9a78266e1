"""Nobody with the database alone changes, drops or cuts off what was written down."""

from __future__ import annotations

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Forbidden
from engine.services import anchors, cases, periodic
from engine.services.anchors import verify
from engine.store.audit import audit_entries
from engine.store.cases import cases as case_table
from engine.store.settings import county_settings
from engine.worker.jobs import JOBS
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, to_rectification


def tick(county: County) -> int:
    """The worker looks at the calendar; how many anchors it wrote."""
    return periodic.tick(county.office, [job for job in JOBS if job.name == "anchor"])


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def broken(county: County) -> list[tuple[int, str, int | None]]:
    with county.office.read(COMMAND_LINE) as work:
        return [(one.case_id, one.code, one.seq) for one in verify(work).broken]


def change(county: County, statement: object) -> None:
    with county.office.begin(COMMAND_LINE) as work:
        work.session.execute(statement)  # type: ignore[call-overload]


def test_every_act_is_in_the_chain_and_the_chain_verifies(county: County) -> None:
    case_id = to_rectification(county)
    with county.office.read(county.actor("intake")) as work:
        acts = [row.act for row in cases.page(work, case_id).audit]
    assert acts == [
        "case_started",
        "task_completed",
        "task_completed",
    ]
    assert broken(county) == []


def test_a_changed_entry_is_seen(county: County) -> None:
    case_id = to_rectification(county)
    change(
        county,
        audit_entries.update()
        .where(audit_entries.c.case_id == case_id, audit_entries.c.seq == 2)
        .values(actor="别人"),
    )
    assert broken(county) == [(case_id, "entry_changed", 2)]


def test_a_dropped_entry_is_seen(county: County) -> None:
    case_id = to_rectification(county)
    change(
        county,
        audit_entries.delete().where(audit_entries.c.case_id == case_id, audit_entries.c.seq == 2),
    )
    assert broken(county) == [(case_id, "entry_missing", 2)]


def test_a_tail_cut_off_is_seen(county: County) -> None:
    case_id = to_rectification(county)
    change(
        county,
        audit_entries.delete().where(audit_entries.c.case_id == case_id, audit_entries.c.seq > 2),
    )
    assert broken(county) == [(case_id, "tail_missing", 3)]


def test_a_tail_cut_off_together_with_what_the_case_remembers_is_seen_by_the_anchor(
    county: County,
) -> None:
    case_id = to_rectification(county)
    assert tick(county) == 1
    assert tick(county) == 0, "once a day"
    with county.office.read(COMMAND_LINE) as work:
        entries = work.session.execute(
            audit_entries.select().where(audit_entries.c.case_id == case_id)
        ).all()
    change(
        county,
        audit_entries.delete().where(audit_entries.c.case_id == case_id, audit_entries.c.seq > 1),
    )
    change(
        county,
        case_table.update()
        .where(case_table.c.id == case_id)
        .values(audit_seq=1, audit_head=entries[0].digest),
    )
    assert broken(county) == [(case_id, "tail_missing", len(entries))]


def test_an_anchor_file_that_is_gone_or_changed_is_seen(county: County) -> None:
    to_rectification(county)
    tick(county)
    county.at("2026-03-03 09:00")
    to_rectification(county)
    tick(county)
    assert broken(county) == []
    files = sorted(county.office.settings.anchors.iterdir())
    assert [file.name for file in files] == ["2026-03-02.jsonl", "2026-03-03.jsonl"]
    files[0].write_text(files[0].read_text().replace('"length": ', '"length":  '))
    assert [code for _, code, _ in broken(county)] == ["anchor_changed"]
    files[0].unlink()
    assert [code for _, code, _ in broken(county)] == ["anchor_missing"]


def test_the_countys_own_chain_is_held_too(county: County) -> None:
    change(
        county,
        county_settings.update()
        .where(county_settings.c.key == "county_chain")
        .values(value=[99, "00" * 32]),
    )
    assert [(case, code) for case, code, _ in broken(county)] == [(0, "tail_missing")]


def test_only_an_administrator_verifies(county: County) -> None:
    with pytest.raises(Forbidden), county.office.read(county.actor("head")) as work:
        anchors.verify(work)


def test_a_finished_case_keeps_its_chain_whole(county: County) -> None:
    case_id = to_rectification(county)
    complete(county, case_id, "rectify", "market", feedback="好")
    complete(county, case_id, "recheck", "sup3", conclusion="done")
    assert broken(county) == []
