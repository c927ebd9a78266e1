"""What fails is rolled back, on record, tried again, and never in the way of others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Broken, Conflict, Forbidden, Invalid
from engine.services import anchors, cases, incidents, moves, operations, timers
from engine.store import cases as case_store
from engine.store import incidents as store
from engine.store.cases import cases as case_table
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, send, task, to_rectification


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def damage(county: County, case_id: int) -> None:
    """Somebody with the database alone changes what a case is."""
    with county.office.begin(COMMAND_LINE) as work:
        work.session.execute(
            case_table.update().where(case_table.c.id == case_id).values(data={"matter": "假"})
        )


def test_a_case_that_cannot_move_does_not_stop_the_others(county: County) -> None:
    broken, whole = to_rectification(county), to_rectification(county)
    damage(county, broken)
    county.at("2026-03-31 00:00")
    assert timers.tick(county.office) == 2
    assert task(county, whole, "urge").status == "open"
    admin = county.actor("admin")
    with county.office.read(admin) as work:
        page = incidents.listing(work)
    assert [(row.code, row.attempts) for row in page.rows] == [("state_damaged", 1)]
    assert page.rows[0].case is not None
    assert page.rows[0].case.id == broken
    assert page.rows[0].next_at == county.clock.now() + timedelta(minutes=1)
    assert timers.tick(county.office) == 0, "not before its time"


def test_the_clock_tries_again_ever_more_rarely_and_counts(county: County) -> None:
    broken = to_rectification(county)
    damage(county, broken)
    county.at("2026-03-31 00:00")
    waits = []
    for _ in range(4):
        before = county.clock.now()
        assert timers.tick(county.office) == 1
        with county.office.read(county.actor("admin")) as work:
            row = incidents.listing(work).rows[0]
        assert row.next_at is not None
        waits.append(row.next_at - before)
        county.clock.set(row.next_at)
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
    with county.office.read(county.actor("admin")) as work:
        assert [row.attempts for row in incidents.listing(work).rows] == [4]


def test_an_incident_resolves_itself_when_the_clock_gets_through(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = to_rectification(county)
    county.at("2026-03-31 00:00")
    whole = moves.run

    def fail(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(moves, "run", fail)
    assert timers.tick(county.office) == 1
    monkeypatch.setattr(moves, "run", whole)
    admin = county.actor("admin")
    with county.office.begin(admin) as work:
        incidents.retry(work, incidents.listing(work).rows[0].id)
    assert timers.tick(county.office) == 1
    assert task(county, case_id, "urge").status == "open"
    with county.office.read(admin) as work:
        assert incidents.listing(work).rows == ()
        done = incidents.listing(work, "resolved").rows
        row = case_store.get(work.session, case_id)
    assert [one.code for one in done] == ["failure.RuntimeError"]
    assert row is not None
    assert row.failures == 0


def test_a_persons_command_that_fails_is_undone_and_has_a_reference(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = to_rectification(county)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(operations, "perform", fail)
    with pytest.raises(Broken, match="command_failed") as caught:
        send(county, case_id, "中止", "market", pause_reason="补正")
    with county.office.read(county.actor("admin")) as work:
        row = incidents.listing(work).rows[0]
    assert caught.value.facts["reference"] == row.reference
    assert row.case is not None
    assert (row.case.id, row.actor, row.code) == (case_id, "市监局长", "failure.OSError")
    assert "disk full" in row.detail
    with county.office.read(county.actor("market")) as work:
        page = cases.page(work, case_id)
        stored = case_store.get(work.session, case_id)
    assert stored is not None
    assert "pause_reason" not in stored.data
    assert [one.name for one in page.actions if one.name == "中止"] == ["中止"]
    assert page.incidents == (row.id,)
    with county.office.read(COMMAND_LINE) as work:
        assert anchors.verify(work).broken == ()


def test_an_incident_is_put_away_once_with_a_note_by_an_administrator(county: County) -> None:
    case_id = to_rectification(county)
    damage(county, case_id)
    county.at("2026-03-31 00:00")
    timers.tick(county.office)
    admin = county.actor("admin")
    with county.office.read(admin) as work:
        incident = incidents.listing(work).rows[0].id
    with pytest.raises(Forbidden), county.office.begin(county.actor("head")) as work:
        incidents.resolve(work, incident, "好了")
    with pytest.raises(Invalid), county.office.begin(admin) as work:
        incidents.resolve(work, incident, " ")
    with county.office.begin(admin) as work:
        incidents.resolve(work, incident, "已由备份恢复")
    with pytest.raises(Conflict), county.office.begin(admin) as work:
        incidents.resolve(work, incident, "再次")
    complete_is_refused(county, case_id)


def complete_is_refused(county: County, case_id: int) -> None:
    """A damaged case is moved by nobody."""
    with pytest.raises(Broken):
        complete(county, case_id, "rectify", "market", feedback="好")


def test_a_moment_in_which_others_stood_in_the_way_is_no_incident(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = to_rectification(county)
    county.at("2026-03-31 00:00")

    def busy(*_: object) -> None:
        raise Conflict("busy")

    with monkeypatch.context() as patch:
        patch.setattr(timers, "move", busy)
        timers.fire(county.office, case_id)
    with county.office.read(COMMAND_LINE) as work:
        assert store.count_open(work.session, 10) == 0
    assert timers.tick(county.office) == 1, "it is still due"
