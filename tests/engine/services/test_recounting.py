"""The calendar changes: every running deadline is counted again, and the people are told."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Conflict, Forbidden, Invalid, Unavailable
from engine.services import (
    calendars,
    cases,
    deadlines,
    notifications,
    recounting,
    recounts,
    tasks,
)
from engine.services.calendars import Change
from engine.store import cases as case_store
from engine.store import recounts as recount_store
from engine.store import timers as timer_store
from engine.values.case_pages import DeadlineView
from engine.values.timing import COUNTY_ZONE, CalendarDay, DayKind, LedgerKind
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, send, task, to_rectification


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def off(day: str, name: str = "停电") -> CalendarDay:
    return CalendarDay(date.fromisoformat(day), DayKind.HOLIDAY, name)


def closed(county: County, *days: str) -> None:
    """The administrator enters days on which the offices are closed."""
    with county.office.begin(county.actor("admin")) as work:
        calendars.change(work, Change("corrections", "县政府通知", [off(day) for day in days]))


def recounted(county: County) -> recount_store.RecountRow:
    while recounting.tick(county.office):
        pass
    with county.office.read(COMMAND_LINE) as work:
        return recount_store.latest(work.session, 1)[0]


def clock(county: County, case_id: int) -> DeadlineView:
    with county.office.read(county.actor("intake")) as work:
        return deadlines.of_case(work, case_id)[0]


def due(county: County, case_id: int) -> str:
    at = clock(county, case_id).due.due_at
    assert at is not None
    return at.astimezone(COUNTY_ZONE).date().isoformat()


def test_every_running_deadline_moves_with_a_line_and_the_people_are_told(county: County) -> None:
    held, free = to_rectification(county, matter="甲"), to_rectification(county, matter="乙")
    done = to_rectification(county, matter="丙")
    with county.office.begin(county.actor("market")) as work:
        tasks.claim(work, task(county, held, "rectify").id)
    complete(county, done, "rectify", "market", feedback="已整改")
    complete(county, done, "recheck", "sup3", conclusion="done")
    assert due(county, held) == "2026-03-30"
    closed(county, "2026-03-12", "2026-03-13")
    assert due(county, held) == "2026-03-30", "nothing moves before the job has come by"
    row = recounted(county)
    assert (row.examined, row.moved, row.failed) == (2, 2, 0)
    assert row.finished_at is not None
    for case_id in (held, free):
        assert due(county, case_id) == "2026-04-01"
        assert task(county, case_id, "rectify").due_at == clock(county, case_id).due.due_at
        kinds = [event.kind for event in clock(county, case_id).ledger]
        assert kinds == [LedgerKind.STARTED, LedgerKind.RECALCULATED]
    with county.office.read(county.actor("intake")) as work:
        lines = [
            entry for entry in cases.page(work, held).audit if entry.act == "deadline_recalculated"
        ]
        assert [(one.actor, one.facts["due_before"][:10]) for one in lines] == [
            ("clock", "2026-03-30")
        ]
        live = {t.name: t.instant for t in timer_store.live(work.session, held)}
        assert live["剩3日提醒"].astimezone(COUNTY_ZONE).date() == date(2026, 3, 27)
        assert live["超10日终止整改"].astimezone(COUNTY_ZONE).date() == date(2026, 4, 16)
        kept = case_store.get(work.session, held)
        assert kept is not None
        assert kept.wake_at == min(live.values())
    with county.office.read(county.actor("market")) as work:
        told = notifications.mine(work).rows
    assert sorted(row.case_number for row in told if "重新计算" in row.titles["zh_CN"]) == sorted(
        clock_number(county, case_id) for case_id in (held, free)
    )
    assert "2026年3月30日" in told[0].texts["zh_CN"]
    assert "2026年4月1日" in told[0].texts["zh_CN"]


def clock_number(county: County, case_id: int) -> str:
    with county.office.read(COMMAND_LINE) as work:
        return cases.page(work, case_id).case.number


def test_a_day_that_concerns_no_deadline_moves_nothing_and_tells_nobody(county: County) -> None:
    to_rectification(county)
    closed(county, "2026-09-09")
    row = recounted(county)
    assert (row.examined, row.moved) == (1, 0)
    with county.office.read(county.actor("market")) as work:
        assert not [r for r in notifications.mine(work).rows if "重新计算" in r.titles["zh_CN"]]


def test_a_recount_that_was_cut_off_goes_on_where_it_stopped(county: County) -> None:
    ids = [to_rectification(county, matter=str(n)) for n in range(3)]
    closed(county, "2026-03-12")
    with county.office.read(COMMAND_LINE) as work:
        row = recount_store.first_unfinished(work.session)
    assert row is not None
    # The node dies after the first case.
    assert recounting._one(county.office, row, 0, ids[0], 1)
    assert [due(county, one) for one in ids] == ["2026-03-31", "2026-03-30", "2026-03-30"]
    # Another that still has the old reading must not count the case twice.
    assert not recounting._one(county.office, row, 0, ids[1], 2)
    last = recounted(county)
    assert [due(county, one) for one in ids] == ["2026-03-31"] * 3
    assert (last.examined, last.moved) == (3, 3)
    for one in ids:
        assert len(clock(county, one).ledger) == 2


def test_a_damaged_case_is_an_incident_and_the_others_are_counted(county: County) -> None:
    first, second = to_rectification(county), to_rectification(county)
    with county.office.begin(COMMAND_LINE) as work:
        row = case_store.get(work.session, first)
        assert row is not None
        case_store.save(work.session, first, row.revision, {"state_mac": b"x" * 32})
    closed(county, "2026-03-12")
    last = recounted(county)
    assert (last.examined, last.moved, last.failed) == (2, 1, 1)
    assert due(county, second) == "2026-03-31"


@pytest.mark.parametrize("moment", [Conflict("busy"), Unavailable("database")])
def test_a_case_that_cannot_be_had_for_a_moment_is_taken_again_and_is_no_incident(
    county: County, monkeypatch: pytest.MonkeyPatch, moment: Exception
) -> None:
    case = to_rectification(county, matter="甲")
    before = due(county, case)
    closed(county, "2026-03-16")
    real = recounts.recalculate

    def once(*given: object) -> object:
        monkeypatch.setattr(recounts, "recalculate", real)
        raise moment

    monkeypatch.setattr(recounts, "recalculate", once)
    with suppress(Unavailable):
        assert recounting.tick(county.office) == 0
    assert due(county, case) == before
    row = recounted(county)
    assert (row.failed, row.moved) == (0, 1)
    assert due(county, case) > before


def test_completing_a_year_takes_the_mark_provisional_away(county: County) -> None:
    county.at("2026-12-21 09:00")
    case_id = to_rectification(county)
    assert clock(county, case_id).due.provisional
    before = due(county, case_id)
    text = "# 通知\n2027-01-01~2027-01-03，休，元旦\n2027-02-20,班,春节调休\n"
    with county.office.begin(county.actor("admin")) as work:
        assert calendars.import_year(work, "announced", 2027, text, "国办发明电") == 4
    recounted(county)
    assert not clock(county, case_id).due.provisional
    assert before == "2027-01-18"
    assert due(county, case_id) == "2027-01-19", "New Year's Day is a Friday"
    with county.office.begin(county.actor("admin")) as work:
        calendars.reopen_year(work, 2027, "录入有误")
    recounted(county)
    assert clock(county, case_id).due.provisional


def test_a_stopped_clock_keeps_the_date_that_held_and_moves_when_it_goes_on(
    county: County,
) -> None:
    case_id = to_rectification(county)
    county.at("2026-03-10 10:00")
    send(county, case_id, "中止", "market", pause_reason="补正")
    closed(county, "2026-03-12")
    recounted(county)
    assert clock(county, case_id).due.code == "paused"
    county.at("2026-03-11 10:00")
    send(county, case_id, "恢复", "market")
    # Without the stop and the closed day it is 30 March.
    assert due(county, case_id) == "2026-04-01"


def test_only_an_administrator_changes_the_calendar_and_never_without_a_note(
    county: County,
) -> None:
    wish = Change("corrections", "通知", [off("2026-03-12")])
    with pytest.raises(Forbidden), county.office.begin(county.actor("market")) as work:
        calendars.change(work, wish)
    with pytest.raises(Invalid) as refused, county.office.begin(county.actor("admin")) as work:
        calendars.change(work, Change("corrections", "  ", [off("2026-03-12")]))
    assert "note" in refused.value.fields
    with (
        pytest.raises(Invalid, match="nothing_to_change"),
        county.office.begin(county.actor("admin")) as work,
    ):
        calendars.change(work, Change("corrections", "通知", remove=[date(2026, 3, 12)]))
    with (
        pytest.raises(Invalid, match="unknown_layer"),
        county.office.begin(county.actor("admin")) as work,
    ):
        calendars.change(work, Change("national", "通知", [off("2026-03-12")]))


def test_a_year_with_wrong_lines_is_refused_whole_and_each_line_is_named(county: County) -> None:
    text = (
        "2027-01-01,休,元旦\n2027-13-01,休\n2027-01-04,班\n\n2026-01-01,休\n2027-01-01,休\n1,2,3,4"
    )
    with (
        pytest.raises(Invalid, match="bad_year_lines") as refused,
        county.office.begin(county.actor("admin")) as work,
    ):
        calendars.import_year(work, "announced", 2027, text, "通知")
    assert {line: error.code for line, error in refused.value.fields.items()} == {
        "2": "line_day",
        "3": "line_makeup_on_workday",
        "5": "line_other_year",
        "6": "line_twice",
        "7": "line_columns",
    }
    with county.office.read(county.actor("admin")) as work:
        page = calendars.page(work, 2027)
    assert page.provisional
    assert page.layers["announced"] == 0
