"""Two administrators at one calendar: no day is lost, and who looked at an old one is told."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from engine.errors import Conflict
from engine.services import calendars, schedules
from engine.services.calendars import Change
from engine.values.timing import CalendarDay, DayKind
from tests.engine.services.conftest import County


def off(day: str) -> CalendarDay:
    return CalendarDay(date.fromisoformat(day), DayKind.HOLIDAY, "停电")


def test_two_who_enter_days_at_once_lose_none(county: County) -> None:
    county.at("2026-03-02 09:00")
    days = ("2026-04-01", "2026-04-02", "2026-04-03", "2026-04-07")
    ready = threading.Barrier(len(days))

    def enter(day: str) -> None:
        ready.wait(20)
        with county.office.begin(county.actor("admin")) as work:
            calendars.change(work, Change("corrections", "通知", [off(day)]))

    with ThreadPoolExecutor(len(days)) as pool:
        list(pool.map(enter, days))
    with county.office.read(county.actor("admin")) as work:
        found = schedules.county(work).layers["corrections"].days
    assert sorted(found) == [date.fromisoformat(day) for day in days]


def test_who_looked_at_an_older_calendar_is_told_and_changes_nothing(county: County) -> None:
    county.at("2026-03-02 09:00")
    with county.office.read(county.actor("admin")) as work:
        seen = calendars.page(work, 2026).revision
    with county.office.begin(county.actor("admin")) as work:
        calendars.change(work, Change("corrections", "通知", [off("2026-04-01")], revision=seen))
    with county.office.begin(county.actor("admin")) as work, pytest.raises(Conflict) as old:
        calendars.change(work, Change("corrections", "通知", [off("2026-04-02")], revision=seen))
    assert old.value.code == "calendar_changed"
    text = "2026-05-01, 休, 劳动节"
    with county.office.begin(county.actor("admin")) as work, pytest.raises(Conflict):
        calendars.import_year(work, "corrections", 2026, text, "通知", seen)
    with county.office.read(county.actor("admin")) as work:
        assert calendars.page(work, 2026).revision == seen + 1
