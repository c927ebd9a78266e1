"""A deadline of the complaint procedure changes; two hundred running complaints are moved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.actor import COMMAND_LINE
from engine.bpmn import definition as bpmn
from engine.errors import Forbidden, Invalid
from engine.services import definitions, tasks, upgrades, upgrading, verification
from engine.store import deadlines as ledger
from engine.values.timing import LedgerKind
from engine.values.upgrades import RowState
from tests.databases import Databases
from tests.fakes import FakeClock
from tests.processes_shipped.office import Staffed, staffed
from tests.processes_shipped.walk import MONDAY, shipped

CASES = 200
MANAGER = "legal_office_head"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def county(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Staffed]:
    """A county with complaints at two steps; its tests follow one another."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.filled()
    with staffed(url, FakeClock(), tmp_path_factory.mktemp("office"), "complaint.bpmn") as found:
        found.clock.set(MONDAY)
        yield found
    databases.drop(url)


def another(county: Staffed, *changes: tuple[str, str]) -> int:
    """A version of the procedure that differs; its number."""
    pinned = dict(shipped("complaint.bpmn").sources)
    text = pinned["complaint.bpmn"].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    made = bpmn.read({**pinned, "complaint.bpmn": text.encode()}, "complaint.bpmn")
    with county.office.begin(COMMAND_LINE) as work:
        return definitions.keep(work, made, "期限调整").version


def complaint(county: Staffed, number: int) -> int:
    return county.start(
        "intake1",
        identity="named",
        complainant_name=f"举报人{number}",
        received_on="2026-03-02",
    )


def clean(county: Staffed) -> None:
    report = verification.county(county.office, COMMAND_LINE)
    assert not report.differences, report.differences[:5]


def test_a_changed_deadline_reaches_every_running_case_and_nothing_else_changes(
    county: Staffed,
) -> None:
    ids = [complaint(county, number) for number in range(CASES)]
    for case_id in ids[:10]:
        with county.office.begin(county.actor("intake1")) as work:
            tasks.claim(work, county.task(case_id, "screen").id)
    for case_id in ids[10:14]:
        county.do(case_id, "screen", "intake1", screening="accept", remedy_open="no")
    before = {one: {row.engine_id: row for row in county.open(one)} for one in ids}
    version = another(
        county, ('limit("CMP.ACCEPT", received_on)', 'limit("CMP.REPORT", received_on)')
    )
    with county.office.read(county.actor(MANAGER)) as work:
        found = upgrades.touched(work, "complaint", version)
        assert (found.running, found.vanished) == (CASES, ())
        assert next(row for row in found.rows if row.element == "screen").deadlines
        seen = upgrades.preview(work, ids[0], {}, version)
        assert not seen.refused
        assert [one for one in seen.timers if one.deadline]
    with county.office.begin(county.actor(MANAGER)) as work:
        made = upgrades.start(work, "complaint", {}, "按新期限办理", version=version)
    while upgrading.tick(county.office):
        pass
    with county.office.read(county.actor(MANAGER)) as work:
        row, failures = upgrades.progress(work, made)
        assert (row.done, row.counts, failures) == (CASES, {RowState.MOVED: CASES}, ())
        assert row.finished_at is not None
    for case_id in ids:
        now = {row.engine_id: row for row in county.open(case_id)}
        was = before[case_id]
        assert now.keys() == was.keys()
        for key, task in now.items():
            assert (task.id, task.assignee_id) == (was[key].id, was[key].assignee_id)
            moved = task.due_at != was[key].due_at
            assert moved == (task.element == "screen"), task.element
    with county.office.read(COMMAND_LINE) as work:
        running = ledger.unended(work.session, ids[0])
        lines = ledger.ledgers(work.session, ids[0])
        assert [event.kind for event in lines[running[0].id]] == [LedgerKind.RECALCULATED]
    clean(county)
    # The cases go on by the new version.
    county.do(ids[0], "screen", "intake1", screening="accept", remedy_open="no")
    assert [row.element for row in county.open(ids[0])] == ["assign"]
    clean(county)


def test_a_case_whose_step_vanished_is_refused_until_somebody_says_where_it_goes(
    county: Staffed,
) -> None:
    case_id = complaint(county, 999)
    with county.office.begin(county.actor("intake1")) as work:
        tasks.claim(work, county.task(case_id, "screen").id)
    before = county.task(case_id, "screen")
    version = another(
        county,
        ('"screen"', '"screen_anew"'),
        (">screen<", ">screen_anew<"),
        ('limit("CMP.ACCEPT", received_on)', 'limit("CMP.REPORT", received_on)'),
    )
    with county.office.read(county.actor(MANAGER)) as work:
        found = upgrades.touched(work, "complaint", version)
        assert {row.element for row in found.vanished} == {"screen"}
        refused = upgrades.preview(work, case_id, {}, version).refused
        assert ("migration.step_gone", "screen") in [(one.code, one.element) for one in refused]
        there = upgrades.preview(work, case_id, {"screen": "screen_anew"}, version)
        assert not there.refused
    moved(county, version, {}, case_id)
    with county.office.read(county.actor(MANAGER)) as work:
        row, (failed,) = upgrades.progress(work, upgrades.listing(work)[0].id)
        assert (failed.state, failed.code) == (RowState.REFUSED, "migration.step_gone")
        assert row.finished_at is not None
    assert county.task(case_id, "screen") == before
    moved(county, version, {"screen": "screen_anew"}, case_id)
    after = county.task(case_id, "screen_anew")
    assert (after.id, after.assignee_id, after.due_at) == (
        before.id,
        before.assignee_id,
        before.due_at,
    )
    clean(county)


def moved(county: Staffed, version: int, mapping: dict[str, str], *ids: int) -> None:
    with county.office.begin(county.actor(MANAGER)) as work:
        upgrades.start(work, "complaint", mapping, "改步骤", ids, version)
    while upgrading.tick(county.office):
        pass


def test_who_does_not_manage_procedures_moves_nothing(county: Staffed) -> None:
    with (
        pytest.raises(Forbidden, match="diagram_manager_only"),
        county.office.begin(county.actor("intake1")) as work,
    ):
        upgrades.start(work, "complaint", {}, "无权")
    with (
        pytest.raises(Invalid) as error,
        county.office.begin(county.actor(MANAGER)) as work,
    ):
        upgrades.start(work, "complaint", {}, " ")
    assert "note" in error.value.fields
