"""Clocks of a case: stopped, resumed, extended, explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Invalid
from engine.services import cases, deadlines, inbox, tasks, timers
from engine.store import cases as case_store
from engine.store import limits
from engine.store import timers as timer_store
from engine.values.case_pages import DeadlineView
from engine.values.inbox_pages import Group, InboxQuery, Tab
from engine.values.timing import COUNTY_ZONE, LedgerKind, Light, Span, Unit
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, send, task, to_rectification


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def clocks(county: County, case_id: int) -> dict[str, str]:
    """County time of each timer the case waits for, by name."""
    with county.office.read(county.actor("intake")) as work:
        return {
            row.name: row.instant.astimezone(COUNTY_ZONE).isoformat(timespec="minutes")[:16]
            for row in timer_store.live(work.session, case_id)
        }


def allow_extension(county: County, key: str, span: Span, approver: str | None = None) -> None:
    with county.office.begin(COMMAND_LINE) as work:
        limits.replace(
            work.session,
            [
                replace(row, extension=span, extensions_allowed=1, extension_approver=approver)
                if row.key == key
                else row
                for row in limits.every(work.session)
            ],
        )


def only_deadline(county: County, case_id: int) -> DeadlineView:
    with county.office.read(county.actor("intake")) as work:
        found = deadlines.of_case(work, case_id)
    assert len(found) == 1
    return found[0]


def test_a_stopped_clock_gives_back_exactly_what_was_left(county: County) -> None:
    case_id = to_rectification(county)
    assert clocks(county, case_id) == {
        "剩3日提醒": "2026-03-25T23:59",
        "整改期限": "2026-03-30T23:59",
        "超10日终止整改": "2026-04-14T23:59",
    }
    county.at("2026-03-10 10:00")
    send(county, case_id, "中止", "market", pause_reason="补正材料")
    stopped = task(county, case_id, "rectify")
    assert stopped.paused
    county.at("2026-04-20 10:00")
    assert timers.tick(county.office) == 0, "a stopped clock fires nothing"
    assert only_deadline(county, case_id).due.light is Light.GREY
    send(county, case_id, "恢复", "market")
    # Six of twenty working days had passed when it stopped on 10 March, the day itself excluded.
    moved = clocks(county, case_id)
    assert moved["整改期限"] > "2026-04-20"
    found = only_deadline(county, case_id)
    kinds = [event.kind for event in found.ledger]
    assert kinds == [LedgerKind.STARTED, LedgerKind.PAUSED, LedgerKind.RESUMED]
    with county.office.read(county.actor("intake")) as work:
        why = deadlines.explain(work, found.id)
    counted = [line for line in why.arithmetic.days if line.counted]
    assert len({line.counted for line in counted}) == 20
    assert why.arithmetic.due_at == found.due.due_at
    assert not any(
        line.counted
        for line in why.arithmetic.days
        if date(2026, 3, 11) <= line.day < date(2026, 4, 20)
    )
    assert task(county, case_id, "rectify").due_at == found.due.due_at
    assert not task(county, case_id, "rectify").paused


def test_an_extension_moves_the_whole_ladder_and_is_given_as_often_as_allowed(
    county: County,
) -> None:
    allow_extension(county, "CMP.RECTIFY", Span(10, Unit.WORKING_DAY))
    case_id = to_rectification(county)
    assert only_deadline(county, case_id).extensions_left == 1
    county.at("2026-03-24 09:00")
    send(county, case_id, "申请延期", "market", extension_reason="设备更换")
    complete(county, case_id, "approve", "head", approval="同意")
    after = {
        "剩3日提醒": "2026-04-09T23:59",
        "整改期限": "2026-04-14T23:59",
        "超10日终止整改": "2026-04-28T23:59",
    }
    assert clocks(county, case_id) == after
    found = only_deadline(county, case_id)
    assert (found.extensions, found.extensions_left) == (1, 0)
    assert task(county, case_id, "rectify").due_at == found.due.due_at
    with county.office.read(county.actor("intake")) as work:
        why = deadlines.explain(work, found.id)
    assert why.arithmetic.due_at == found.due.due_at
    assert [event.kind for event in why.ledger] == [LedgerKind.STARTED, LedgerKind.EXTENDED]
    send(county, case_id, "申请延期", "market", extension_reason="再延")
    with pytest.raises(Invalid, match="extensions_used_up"):
        complete(county, case_id, "approve", "head", approval="同意")
    assert task(county, case_id, "approve").status == "open"
    assert clocks(county, case_id) == after


def test_what_is_over_or_may_not_be_extended_is_not_extended(county: County) -> None:
    case_id = to_rectification(county)
    send(county, case_id, "申请延期", "market", extension_reason="难")
    with pytest.raises(Invalid, match="extension_not_allowed"):
        complete(county, case_id, "approve", "head", approval="同意")
    allow_extension(county, "CMP.RECTIFY", Span(10, Unit.WORKING_DAY))
    county.at("2026-03-31 00:00")
    with pytest.raises(Invalid, match="deadline_passed"):
        complete(county, case_id, "approve", "head", approval="同意")


def test_an_overdue_task_stands_first_in_the_inbox_and_a_paused_one_last(county: County) -> None:
    late = to_rectification(county, matter="早")
    county.at("2026-03-20 09:00")
    to_rectification(county, matter="晚")
    paused = to_rectification(county, matter="停")
    for case_id in (late, late + 1, paused):
        with county.office.begin(county.actor("market")) as work:
            tasks.claim(work, task(county, case_id, "rectify").id)
    county.at("2026-03-20 09:01")
    send(county, paused, "中止", "market", pause_reason="补正")
    county.at("2026-04-01 09:00")
    timers.tick(county.office)
    with county.office.read(county.actor("market")) as work:
        page = inbox.page(work, InboxQuery(Tab.TODO))
    assert [(row.case.title, row.group) for row in page.rows] == [
        ("早", Group.OVERDUE),
        ("晚", Group.LATER),
        ("停", Group.PAUSED),
    ]
    assert page.rows[0].due.code == "overdue"
    assert page.rows[0].due.facts == {"days": 2}
    assert page.groups[Group.OVERDUE] == 1
    assert page.counts[Tab.TODO] == 3


def test_completing_after_the_end_counts_as_late_even_before_the_clock_came_by(
    county: County,
) -> None:
    case_id = to_rectification(county)
    county.at("2026-03-31 00:00")
    complete(county, case_id, "rectify", "market", feedback="迟")
    found = only_deadline(county, case_id)
    assert found.status == "missed"
    assert found.due.light is Light.VIOLET
    assert task(county, case_id, "urge").status == "open"


def test_completing_in_the_last_microsecond_is_in_time(county: County) -> None:
    case_id = to_rectification(county)
    county.clock.set(datetime(2026, 3, 30, 15, 59, 59, 999998, tzinfo=UTC))
    complete(county, case_id, "rectify", "market", feedback="准时")
    assert only_deadline(county, case_id).status == "met"
    assert only_deadline(county, case_id).due.light is Light.BLUE


def test_a_clock_late_by_days_goes_through_the_ladder_in_order(county: County) -> None:
    case_id = to_rectification(county)
    county.at("2026-06-01 12:00")
    while timers.tick(county.office):
        pass
    with county.office.read(county.actor("intake")) as work:
        page = cases.page(work, case_id)
        row = case_store.get(work.session, case_id)
    fired = [one.facts["name"] for one in page.timeline if one.code == "timer_fired"]
    assert fired == ["剩3日提醒", "整改期限", "超10日终止整改"]
    assert task(county, case_id, "recheck").status == "open"
    assert row is not None
    assert row.wake_at is None


def test_what_was_never_done_is_overdue_and_not_done_late(county: County) -> None:
    case_id = to_rectification(county)
    county.at("2026-05-01 00:00")
    timers.tick(county.office)
    assert task(county, case_id, "rectify").status == "cancelled"
    found = only_deadline(county, case_id)
    assert (found.status, found.due.light, found.due.code) == ("missed", Light.RED, "overdue")
    assert found.ended_at is not None
    assert [event.kind for event in found.ledger] == [LedgerKind.STARTED, LedgerKind.MISSED]
    assert found.ledger[-1].at == found.due.due_at
