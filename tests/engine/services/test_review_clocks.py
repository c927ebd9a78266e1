"""Whatever is done to its clocks, a case shows one date: timers, tasks, ledger and explanation."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Conflict, Invalid
from engine.services import clocks, deadlines, tasks, timers
from engine.services import schedules as county_schedules
from engine.store import cases as case_store
from engine.store import deadlines as ledger
from engine.store import dossiers, pauses
from engine.store import tasks as task_store
from engine.store import timers as timer_store
from engine.values.timing import COUNTY_ZONE, LedgerKind, Span, Unit
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, send, task, to_rectification
from tests.engine.services.test_deadlines_core import allow_extension

DAYS = 60


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def agree(county: County, case_id: int) -> None:
    """Timers, deadlines, tasks and their explanation tell the same instants."""
    with county.office.read(COMMAND_LINE) as work:
        row = case_store.get(work.session, case_id)
        assert row is not None
        on = row.started_at.astimezone(COUNTY_ZONE).date()
        schedule = county_schedules.for_case(work, on, row.sector or None)
        live = {timer.engine_id: timer for timer in timer_store.live(work.session, case_id)}
        for timer in live.values():
            assert timer.rule is not None
            events = clocks.Past(work, case_id).events(timer.rule)
            assert schedule.explain(timer.rule, events).due_at == timer.instant, timer.name
        for found in ledger.unended(work.session, case_id):
            why = deadlines.explain(work, found.id)
            assert why.due.due_at == found.due_at
            assert why.arithmetic.due_at == found.due_at
            if found.status in (ledger.RUNNING, ledger.PAUSED):
                assert found.engine_id is not None
                assert live[found.engine_id].instant == found.due_at
        for open_task in task_store.open_of_case(work.session, case_id):
            if open_task.deadline_id is not None:
                dated = ledger.deadline(work.session, open_task.deadline_id)
                assert dated is not None
                assert dated.due_at == open_task.due_at
        stopped = max((p.paused_at for p in pauses.standing(work.session, case_id)), default=None)
        going = [
            t.instant for t in live.values() if t.rule and not clocks.stands(t.rule.begun, stopped)
        ]
        assert row.wake_at == (min(going, default=None) if row.status == "running" else None)
        assert (row.paused_at is None) == (stopped is None or row.status != "running")


def fired(county: County, case_id: int) -> list[tuple[str, datetime]]:
    with county.office.read(COMMAND_LINE) as work:
        return [
            (element, row.at)
            for row in dossiers.steps_of(work.session, case_id)
            for element, kind, _ in row.steps
            if kind == "completed" and element in ("remind", "overdue", "late")
        ]


@pytest.mark.parametrize("seed", range(3))
def test_dates_agree_after_any_order_of_stops_extensions_and_late_clocks(
    county: County, seed: int
) -> None:
    allow_extension(county, "CMP.RECTIFY", Span(10, Unit.WORKING_DAY))
    chance = random.Random(seed)
    case_id = to_rectification(county)
    now = datetime(2026, 3, 2, 9, 0, tzinfo=COUNTY_ZONE)
    end = now + timedelta(days=DAYS)
    agree(county, case_id)
    while now < end:
        now += timedelta(hours=chance.randint(1, 120))
        county.clock.set(now)
        if chance.random() < 0.6:
            while timers.tick(county.office):
                pass
        with county.office.read(COMMAND_LINE) as work:
            open_now = {t.element for t in task_store.open_of_case(work.session, case_id)}
            row = case_store.get(work.session, case_id)
        assert row is not None
        if row.status != "running":
            break
        _something(county, case_id, chance, open_now)
        agree(county, case_id)
    found = fired(county, case_id)
    rounds = 1 + len([1 for row in rows(county, case_id) if row == "recheck"])
    for element in ("remind", "overdue", "late"):
        assert len([1 for name, _ in found if name == element]) <= rounds


def rows(county: County, case_id: int) -> list[str]:
    with county.office.read(COMMAND_LINE) as work:
        return [row.element for row in task_store.of_case(work.session, case_id)]


def _something(county: County, case_id: int, chance: random.Random, open_now: set[str]) -> None:
    what = chance.choice(["中止", "恢复", "申请延期", "approve", "rectify", "recheck", "nothing"])
    try:
        if what == "nothing":
            return
        if what in ("approve", "rectify", "recheck"):
            if what not in open_now:
                return
            typed = {
                "approve": {"approval": "同意"},
                "rectify": {"feedback": "已整改"},
                "recheck": {"conclusion": "again"},
            }[what]
            who = {"approve": "head", "rectify": "market", "recheck": "sup3"}[what]
            complete(county, case_id, what, who, **typed)
            return
        if "rectify" not in open_now:
            return
        typed = {
            "中止": {"pause_reason": "补正"},
            "恢复": {},
            "申请延期": {"extension_reason": "设备更换"},
        }[what]
        send(county, case_id, what, "market", **typed)
    except (Conflict, Invalid, StopIteration):
        # What the clock ended meanwhile, or what may not be extended: refused whole.
        return


def test_a_step_done_at_the_very_instant_it_was_due_is_late_by_that_instant(
    county: County,
) -> None:
    case_id = to_rectification(county)
    due = task(county, case_id, "rectify").due_at
    assert due is not None
    county.clock.set(due)
    complete(county, case_id, "rectify", "market", feedback="已整改")
    with county.office.read(COMMAND_LINE) as work:
        (found,) = ledger.deadlines_of(work.session, case_id)
        events = [event.kind for event in deadlines.explain(work, found.id).ledger]
    assert events == [LedgerKind.STARTED, LedgerKind.MISSED]
    assert [name for name, _ in fired(county, case_id)] == ["remind", "overdue"]


def test_a_date_in_a_year_without_a_calendar_is_provisional_everywhere(county: County) -> None:
    county.at("2026-12-21 09:00")
    case_id = to_rectification(county)
    with county.office.read(COMMAND_LINE) as work:
        (found,) = ledger.deadlines_of(work.session, case_id)
        assert found.due_at.astimezone(COUNTY_ZONE).year == 2027
        assert found.provisional
        assert deadlines.explain(work, found.id).arithmetic.provisional
        assert tasks.page(work, task(county, case_id, "rectify").id).due.provisional
