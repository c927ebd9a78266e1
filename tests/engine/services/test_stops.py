"""Stops on grounds of their own, what begins while one stands, and reminders after an extension."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Conflict
from engine.services import cases, deadlines, dockets, inbox, starts, stops, tasks, timers
from engine.services.stops import Ground
from engine.store import cases as case_store
from engine.store import dossiers
from engine.store import timers as timer_store
from engine.values.case_pages import DeadlineView
from engine.values.inbox_pages import Group, InboxQuery, Tab
from engine.values.timing import COUNTY_ZONE, Light, Span, Unit
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, send, task, to_rectification
from tests.engine.services.test_deadlines_core import allow_extension


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")
    county.publish("waiting.bpmn")


def clock(county: County, case_id: int, name: str = "") -> DeadlineView:
    with county.office.read(COMMAND_LINE) as work:
        found = deadlines.of_case(work, case_id)
    return next(one for one in found if not name or one.name == name)


def due(county: County, case_id: int, name: str = "") -> str:
    at = clock(county, case_id, name).due.due_at
    assert at is not None
    return at.astimezone(COUNTY_ZONE).date().isoformat()


def pause(county: County, case_id: int, reason: str, origin: int | None = None) -> int:
    with county.office.begin(COMMAND_LINE) as work, dockets.held(work, case_id) as docket:
        return stops.pause(work, docket, Ground("中止通知", reason, "局长", origin))["ground"]


def resume(county: County, case_id: int, ground: int | None = None) -> None:
    with county.office.begin(COMMAND_LINE) as work, dockets.held(work, case_id) as docket:
        stops.resume(work, docket, Ground("恢复通知"), ground)


def look(county: County, text: str) -> None:
    county.at(text)
    while timers.tick(county.office):
        pass


def instants(county: County, case_id: int) -> dict[str, datetime]:
    with county.office.read(COMMAND_LINE) as work:
        live = timer_store.live(work.session, case_id)
    return {row.name: row.instant.astimezone(COUNTY_ZONE) for row in live}


def test_the_clock_goes_on_when_the_last_of_two_grounds_has_ended(county: County) -> None:
    case_id = to_rectification(county)
    assert due(county, case_id) == "2026-03-30"
    county.at("2026-03-10 10:00")
    first = pause(county, case_id, "等待检测")
    county.at("2026-03-12 10:00")
    second = pause(county, case_id, "等待复议")
    county.at("2026-03-17 10:00")
    resume(county, case_id, first)
    assert clock(county, case_id).due.light is Light.GREY, "the second ground still stands"
    look(county, "2026-05-01 10:00")
    assert clock(county, case_id).status == "paused"
    with pytest.raises(Conflict, match="pause_over"):
        resume(county, case_id, first)
    county.at("2026-05-06 10:00")
    resume(county, case_id, second)
    # Six working days were used on 10 March; fourteen are left after 6 May (9 May is worked).
    assert due(county, case_id) == "2026-05-25"
    assert clock(county, case_id).due.light is Light.GREEN
    with county.office.read(county.actor("intake")) as work:
        page = cases.page(work, case_id)
        why = deadlines.explain(work, clock(county, case_id).id)
    assert [(p.reason, p.resumed_at is not None) for p in page.pauses] == [
        ("等待检测", True),
        ("等待复议", True),
    ]
    assert why.arithmetic.due_at == why.due.due_at
    assert len([line for line in why.arithmetic.days if line.counted]) == 20


def test_a_second_ground_inside_the_first_adds_nothing(county: County) -> None:
    case_id = to_rectification(county)
    county.at("2026-03-10 10:00")
    outer = pause(county, case_id, "外")
    county.at("2026-03-11 10:00")
    inner = pause(county, case_id, "内")
    county.at("2026-03-12 10:00")
    resume(county, case_id, inner)
    county.at("2026-03-13 10:00")
    resume(county, case_id, outer)
    assert due(county, case_id) == "2026-04-02", "three working days stood still, not five"


def test_without_a_name_the_latest_ground_of_the_same_origin_ends(county: County) -> None:
    case_id = to_rectification(county)
    county.at("2026-03-10 10:00")
    pause(county, case_id, "流程自身")
    county.at("2026-03-11 10:00")
    pause(county, case_id, "申请", origin=77)
    resume(county, case_id)
    with county.office.read(COMMAND_LINE) as work:
        assert [ground.reason for ground in stops.standing(work, case_id)] == ["申请"]
    resume(county, case_id)
    with county.office.read(COMMAND_LINE) as work:
        assert len(stops.standing(work, case_id)) == 1, "another's ground is not ended by chance"


def test_a_period_that_begins_while_the_clock_stands_runs_and_reminds(county: County) -> None:
    case_id = to_rectification(county)
    county.at("2026-03-03 09:00")
    pause(county, case_id, "等待检测")
    county.at("2026-03-04 09:00")
    complete(county, case_id, "rectify", "market", feedback="已整改")
    complete(county, case_id, "recheck", "sup3", conclusion="again")
    # The second round begins while the stop lasts.
    second = task(county, case_id, "rectify")
    assert not second.paused
    with county.office.read(COMMAND_LINE) as work:
        row = case_store.get(work.session, case_id)
    assert row is not None
    assert row.paused_at is not None
    assert row.wake_at == min(instants(county, case_id).values())
    with county.office.begin(county.actor("market")) as work:
        tasks.claim(work, second.id)
    with county.office.read(county.actor("market")) as work:
        (shown,) = inbox.page(work, InboxQuery(Tab.TODO)).rows
    assert (shown.group, shown.due.light) == (Group.LATER, Light.GREEN)
    look(county, "2026-04-03 00:00")
    assert fired(county, case_id) == ["remind", "overdue"]
    county.at("2026-04-10 09:00")
    resume(county, case_id)
    newest = [one for one in all_clocks(county, case_id) if one.name == "整改"][-1]
    assert newest.due.due_at is not None
    assert newest.due.due_at.astimezone(COUNTY_ZONE).date().isoformat() == "2026-04-01"


def all_clocks(county: County, case_id: int) -> tuple[DeadlineView, ...]:
    with county.office.read(COMMAND_LINE) as work:
        return deadlines.of_case(work, case_id)


def fired(county: County, case_id: int) -> list[str]:
    with county.office.read(COMMAND_LINE) as work:
        return [
            element
            for row in dossiers.steps_of(work.session, case_id)
            for element, kind, _ in row.steps
            if kind == "completed" and element in ("remind", "overdue", "late")
        ]


def test_plain_iso_timers_stand_still_and_a_fixed_date_does_not_move(county: County) -> None:
    with county.office.begin(county.actor("intake")) as work:
        case_id = starts.start(work, "waiting", {"matter": ["等"]}).case.id
    before = instants(county, case_id)
    county.at("2026-03-03 09:00")
    pause(county, case_id, "等待")
    look(county, "2026-03-13 09:00")
    assert set(instants(county, case_id)) == set(before), "nothing fires while the clock stands"
    resume(county, case_id)
    moved = instants(county, case_id)
    assert (moved["三日"] - before["三日"]).days == 10
    assert (moved["每日"] - before["每日"]).days == 10
    assert moved["一月"] == before["一月"].replace(day=12), "a month moves by the days stood still"
    assert moved["定日"] == before["定日"]
    look(county, "2026-03-16 10:00")
    assert "三日" not in instants(county, case_id)


def test_a_reminder_already_sent_comes_again_before_the_extended_date(county: County) -> None:
    allow_extension(county, "CMP.RECTIFY", Span(10, Unit.WORKING_DAY))
    case_id = to_rectification(county)
    look(county, "2026-03-26 09:00")
    assert "剩3日提醒" not in instants(county, case_id), "it has been sent"
    send(county, case_id, "申请延期", "market", extension_reason="设备更换")
    complete(county, case_id, "approve", "head", approval="同意")
    assert due(county, case_id) == "2026-04-14"
    assert instants(county, case_id)["剩3日提醒"].date().isoformat() == "2026-04-09"
    look(county, "2026-04-10 00:00")
    assert fired(county, case_id) == ["remind", "remind"]
