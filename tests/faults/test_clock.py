"""A machine whose clock goes wrong: nothing fires twice, no date moves, no chain breaks."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.actor import COMMAND_LINE
from engine.services import anchors, cases, timers
from engine.store import deadlines as ledger
from tests.engine.services.steps import complete, send, task, to_rectification
from tests.faults.conftest import Town
from tests.faults.soundness import completed_once, fired, sound, work_off

pytestmark = pytest.mark.faults


def due(town: Town, case_id: int) -> list[tuple[str, datetime, str]]:
    with town.office.read(COMMAND_LINE) as work:
        rows = ledger.deadlines_of(work.session, case_id)
    return [(row.element, row.due_at, row.status) for row in rows]


def anchored(town: Town) -> None:
    with town.office.begin(COMMAND_LINE) as work:
        anchors.daily(work, work.now)


def whole(town: Town) -> None:
    with town.office.read(COMMAND_LINE) as work:
        assert anchors.verify(work).broken == ()
    sound(town.office)


def test_a_clock_put_back_an_hour_fires_nothing_twice_and_moves_no_date(town: Town) -> None:
    case_id = to_rectification(town)
    dates = due(town, case_id)
    town.at("2026-03-31 00:30")
    work_off(town.office)
    seen = fired(town.office, case_id)
    assert seen == {"remind": 1, "overdue": 1}
    town.at("2026-03-30 23:30")
    assert timers.tick(town.office) == 0
    other = to_rectification(town)
    complete(town, case_id, "rectify", "market", feedback="已整改")
    complete(town, case_id, "urge", "head", urging="催")
    town.at("2026-03-31 00:45")
    work_off(town.office)
    assert fired(town.office, case_id) == seen
    assert fired(town.office, other) == {}
    assert [(element, at) for element, at, _ in due(town, case_id)] == [
        (element, at) for element, at, _ in dates
    ]
    assert [status for *_, status in due(town, case_id)] == ["missed"]
    complete(town, case_id, "recheck", "sup3", conclusion="done")
    whole(town)


def test_acts_before_those_on_record_do_not_shorten_a_pause_below_nothing(town: Town) -> None:
    case_id = to_rectification(town)
    before = task(town, case_id, "rectify").due_at
    assert before is not None
    send(town, case_id, "中止", "market", pause_reason="补正")
    town.at("2026-03-02 08:00")
    send(town, case_id, "恢复", "market")
    after = task(town, case_id, "rectify").due_at
    assert after is not None
    assert after >= before, "a clock put back must not cost anybody a day"
    whole(town)


def test_a_clock_a_month_ahead_does_each_thing_once_and_is_told_apart_when_put_right(
    town: Town,
) -> None:
    case_id = to_rectification(town)
    anchored(town)
    town.at("2026-04-02 09:00")
    work_off(town.office)
    anchored(town)
    seen = fired(town.office, case_id)
    assert seen == {"remind": 1, "overdue": 1}
    # Put right again: what happened stands, nothing of it happens once more.
    town.at("2026-03-03 09:00")
    other = to_rectification(town)
    complete(town, case_id, "rectify", "market", feedback="已整改")
    anchored(town)
    for day in ("2026-03-04", "2026-03-31", "2026-04-02", "2026-04-03"):
        town.at(f"{day} 09:00")
        work_off(town.office)
        anchored(town)
    assert fired(town.office, case_id) == seen
    assert fired(town.office, other) == {"remind": 1, "overdue": 1}
    assert completed_once(town.office, [case_id])[case_id, "rectify"] == 1
    whole(town)


def test_a_tail_cut_off_after_a_clock_ran_ahead_is_still_seen(town: Town) -> None:
    anchored(town)
    town.at("2026-04-02 09:00")
    anchored(town)
    town.at("2026-03-03 09:00")
    case_id = to_rectification(town)
    town.at("2026-03-04 09:00")
    anchored(town)
    with town.office.read(COMMAND_LINE) as work:
        page = cases.page(work, case_id)
    content = (town.place.home / "anchors" / "2026-03-04.jsonl").read_text()
    assert f'"case": {case_id}, "length": {len(page.audit)}' in content
