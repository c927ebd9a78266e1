"""Due dates of rules: limits, offsets, ledgers with pauses and extensions, refused arguments."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.errors import Invalid
from engine.rules.deadlines import due, explain
from engine.values.timing import (
    LedgerEvent,
    LedgerKind,
    Span,
    TimerRule,
    Unit,
)
from tests.engine.rules.clocks import CALENDAR, CD, TABLE, WD, H, M, at, pause


def extension(day: str, amount: int, unit: Unit) -> LedgerEvent:
    return LedgerEvent(LedgerKind.EXTENDED, at(day), Span(amount, unit))


def due_on(start: str, amount: int, unit: Unit, *ledger: LedgerEvent) -> str:
    rule = TimerRule(at(start), span=Span(amount, unit))
    return explain(rule, TABLE, CALENDAR, ledger).due_on.isoformat()


# --- Pauses -----------------------------------------------------------------------------------


def test_a_pause_gives_back_exactly_the_working_days_that_were_left():
    # Two of ten days used; eight are counted from the day after resumption.
    assert due_on("2026-03-02", 10, WD, *pause("2026-03-04", "2026-03-09")) == "2026-03-19"


def test_two_pauses_add_up():
    ledger = (*pause("2026-03-04", "2026-03-09"), *pause("2026-03-11", "2026-03-12"))
    assert due_on("2026-03-02", 10, WD, *ledger) == "2026-03-20"


def test_a_pause_within_rest_days_costs_no_working_day():
    assert due_on("2026-03-02", 10, WD, *pause("2026-03-06T18:00:00", "2026-03-08")) == "2026-03-16"


def test_calendar_days_stand_still_for_every_day_of_a_pause():
    # Raw end 2026-04-01 moves by five days to Monday 2026-04-06, a holiday.
    assert due_on("2026-03-02", 30, CD, *pause("2026-03-04", "2026-03-09")) == "2026-04-07"


def test_months_stand_still_for_every_day_of_a_pause():
    assert due_on("2025-11-30", 3, M, *pause("2026-01-05", "2026-01-10")) == "2026-03-05"


def test_hours_stand_still_to_the_microsecond():
    rule = TimerRule(at("2026-02-14T10:00:00"), span=Span(24, H))
    ledger = pause("2026-02-14T12:00:00.000001", "2026-02-14T15:30:00.000003")
    found = explain(rule, TABLE, CALENDAR, ledger)
    assert found.due_at == at("2026-02-15T13:30:00.000002")
    assert found.days[-1].counted == 24


def test_hours_are_real_hours_in_a_zone_that_changes_its_clocks():
    elsewhere = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))  # 11:00 UTC.
    assert due(Span(24, H), elsewhere, CALENDAR) == at("2026-03-29T19:00:00")


def test_a_pause_on_the_last_day_gives_the_rest_of_that_day_back():
    assert due_on("2026-03-02", 10, WD, *pause("2026-03-16", "2026-03-18")) == "2026-03-18"
    assert due_on("2026-03-02", 10, WD, *pause("2026-03-16", "2026-03-21")) == "2026-03-23"


def test_a_pause_while_the_end_is_rolling_over_rest_days_is_given_back():
    # Thirty days from 2026-01-17 end within the Spring Festival and roll to 02-24.
    assert due_on("2026-01-17", 30, CD, *pause("2026-02-20", "2026-03-03")) == "2026-03-03"


def test_a_pause_after_the_due_day_does_not_heal_lateness():
    assert due_on("2026-03-02", 10, WD, *pause("2026-03-17", "2026-03-25")) == "2026-03-16"


def test_a_clock_that_starts_while_paused_counts_from_the_resumption():
    assert due_on("2026-03-02", 1, WD, *pause("2026-03-02", "2026-03-05")) == "2026-03-06"
    before = pause("2026-02-27", "2026-03-05")
    assert due_on("2026-03-02", 1, WD, *before) == "2026-03-06"
    assert due_on("2026-03-02", 5, CD, *before) == "2026-03-10"
    assert due_on("2026-03-02", 1, M, *before) == "2026-04-07"  # 04-05 is a holiday Sunday.
    hours = explain(
        TimerRule(at("2026-03-02T10:00:00"), span=Span(24, H)),
        TABLE,
        CALENDAR,
        pause("2026-03-02T08:00:00", "2026-03-02T12:00:00"),
    )
    assert hours.due_at == at("2026-03-03T12:00:00")


def test_a_stop_at_the_last_instant_of_hours_holds_until_the_resumption():
    rule = TimerRule(at("2026-03-02T10:00:00"), span=Span(24, H))
    stopped = pause("2026-03-03T10:00:00", "2026-03-04T09:00:00")
    assert explain(rule, TABLE, CALENDAR, stopped).due_at == at("2026-03-04T09:00:00")
    late = pause("2026-03-03T10:00:00.000001", "2026-03-04T09:00:00")
    assert explain(rule, TABLE, CALENDAR, late).due_at == at("2026-03-03T10:00:00")


def test_while_the_clock_stands_the_due_date_is_the_one_that_held():
    stopped = LedgerEvent(LedgerKind.PAUSED, at("2026-03-04"))
    assert due_on("2026-03-02", 10, WD, stopped) == "2026-03-16"


def test_a_pause_does_not_move_a_period_that_counts_back_from_an_event():
    still = pause("2025-10-10", "2025-10-13")
    assert due_on("2025-10-16", -7, WD, *still) == "2025-09-30"
    assert due_on("2025-10-16", -7, CD, *still) == "2025-10-09"
    assert due_on("2025-10-16", -1, M, *still) == "2025-09-16"


def test_paused_days_are_listed_as_such_and_not_counted():
    rule = TimerRule(at("2026-03-02"), span=Span(10, WD))
    days = explain(rule, TABLE, CALENDAR, pause("2026-03-04", "2026-03-09")).days
    paused = [line.day.day for line in days if line.reason == "paused"]
    assert paused == [5, 6, 7, 8, 9]
    assert all(line.counted is None for line in days if line.reason == "paused")


@pytest.mark.parametrize(
    "ledger",
    [
        [LedgerEvent(LedgerKind.RESUMED, at("2026-03-04"))],
        [LedgerEvent(LedgerKind.PAUSED, at(day)) for day in ("2026-03-04", "2026-03-05")],
        [LedgerEvent(LedgerKind.EXTENDED, at("2026-03-04"))],
        [LedgerEvent(LedgerKind.EXTENDED, at("2026-03-04"), Span(-1, WD))],
    ],
)
def test_a_ledger_that_makes_no_sense_gives_no_due_date(ledger):
    with pytest.raises(Invalid, match="ledger_disordered"):
        due_on("2026-03-02", 10, WD, *ledger)


def test_events_that_move_nothing_leave_the_due_date_alone():
    kinds = (LedgerKind.STARTED, LedgerKind.RECALCULATED, LedgerKind.MET, LedgerKind.CANCELLED)
    events = [LedgerEvent(kind, at("2026-03-03")) for kind in kinds]
    assert due_on("2026-03-02", 10, WD, *events) == "2026-03-16"


# --- Extensions -------------------------------------------------------------------------------


def test_an_extension_counts_on_from_the_unrolled_due_date():
    # 30 days end on 2026-02-16, a holiday rolling to 02-24; 30 more count from the 16th.
    assert due_on("2026-01-17", 30, CD) == "2026-02-24"
    assert due_on("2026-01-17", 30, CD, extension("2026-02-10", 30, CD)) == "2026-03-18"


def test_an_extension_of_months_keeps_the_day_of_the_month():
    assert due_on("2025-11-30", 3, M, extension("2026-02-01", 1, M)) == "2026-03-30"


def test_an_extension_in_another_unit_counts_on_from_the_first_end():
    ledger = extension("2026-03-05", 15, CD)
    assert due_on("2026-03-02", 5, WD, ledger) == "2026-03-24"
    days = explain(TimerRule(at("2026-03-02"), span=Span(5, WD)), TABLE, CALENDAR, (ledger,)).days
    assert [line.counted for line in days if line.counted] == [*range(1, 6), *range(1, 16)]


def test_several_extensions_and_pauses_add_up():
    ledger = (
        *pause("2026-03-04", "2026-03-09"),
        extension("2026-03-10", 5, WD),
        *pause("2026-03-11", "2026-03-12"),
        extension("2026-03-13", 5, WD),
    )
    # Twenty working days and four that stood still: 03-05, 06, 09 and 12.
    assert (
        due_on("2026-03-02", 10, WD, *ledger)
        == CALENDAR.add_working_days(date(2026, 3, 2), 24).isoformat()
    )


@pytest.mark.parametrize(
    ("amount", "unit", "more", "code"),
    [
        (-7, WD, CD, "backward_period_extended"),
        (24, H, WD, "mixed_units"),
        (5, WD, H, "mixed_units"),
    ],
)
def test_an_extension_that_has_no_meaning_is_refused(amount, unit, more, code):
    with pytest.raises(Invalid, match=code):
        due_on("2026-03-02", amount, unit, extension("2026-03-03", 1, more))
