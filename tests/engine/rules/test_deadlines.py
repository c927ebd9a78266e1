"""Due dates of rules: limits, offsets, ledgers with pauses and extensions, refused arguments."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from engine.errors import Invalid
from engine.rules.calendar import Calendar, layer, national
from engine.rules.deadlines import CountySchedule, due, explain
from engine.values.timing import (
    COUNTY_ZONE,
    CalendarDay,
    DayKind,
    Span,
    TimerRule,
)
from tests.engine.rules.clocks import CALENDAR, CD, SCHEDULE, TABLE, WD, H, M, at, pause


def end(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(23, 59, 59, 999_999), COUNTY_ZONE)


# --- Rules ------------------------------------------------------------------------------------


def test_a_limit_ends_at_the_last_microsecond_of_its_day():
    assert SCHEDULE.instant(TimerRule(at("2026-03-02"), limit="TEN")) == end("2026-03-16")


def test_the_hour_of_the_start_does_not_matter_but_its_day_in_the_county_does():
    just_before = datetime.fromisoformat("2026-03-02T15:59:59+00:00")
    at_midnight = datetime.fromisoformat("2026-03-02T16:00:00+00:00")
    assert due(Span(1, WD), just_before, CALENDAR) == end("2026-03-03")
    assert due(Span(1, WD), at_midnight, CALENDAR) == end("2026-03-04")


def test_a_sectors_own_limit_holds_for_its_cases():
    schedule = CountySchedule(CALENDAR, TABLE, date(2026, 3, 2), "market")
    assert schedule.instant(TimerRule(at("2026-03-02"), limit="TEN")) == end("2026-03-11")


def test_the_date_the_case_started_decides_which_limit_holds_not_the_date_the_period_starts():
    rule = TimerRule(at("2021-07-20"), limit="OLD")
    started_before = CountySchedule(CALENDAR, TABLE, date(2021, 7, 1))
    assert started_before.instant(rule) == end("2021-07-23")
    assert CountySchedule(CALENDAR, TABLE, date(2021, 7, 15)).instant(rule) == end("2021-07-27")


def test_a_partys_period_passes_over_local_holidays_where_an_agencys_does_not():
    local = layer("local", [CalendarDay(date(2024, 7, 12), DayKind.HOLIDAY, "", "local")])
    schedule = CountySchedule(
        CALENDAR, TABLE, date(2024, 7, 1), party_calendar=Calendar(national(), local)
    )
    agency = TimerRule(at("2024-07-10"), span=Span(3, WD))
    party = TimerRule(at("2024-07-10"), limit="PARTY")
    assert schedule.instant(agency) == end("2024-07-15")
    assert schedule.instant(party) == end("2024-07-16")
    assert [line.reason for line in schedule.explain(party).days].count("holiday") == 1


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (Span(-3, WD), "2026-03-11"),
        (Span(-1, WD), "2026-03-13"),
        (Span(0, WD), "2026-03-16"),
        (Span(1, WD), "2026-03-17"),
        (Span(5, WD), "2026-03-23"),
        (Span(5, CD), "2026-03-23"),
        (Span(-9, CD), "2026-03-07"),
        (Span(1, M), "2026-04-16"),
    ],
)
def test_a_rung_of_the_ladder_counts_on_from_the_due_day(offset, expected):
    rule = TimerRule(at("2026-03-02"), limit="TEN", offset=offset)
    assert SCHEDULE.instant(rule) == end(expected)
    days = SCHEDULE.explain(rule).days
    assert [line.day for line in days if line.reason == "base"] == [date(2026, 3, 16)]
    assert (days[-1].reason, days[-1].day.isoformat()) == ("due", expected)


def test_a_rung_moves_with_its_deadline_when_the_clock_stood_still():
    rule = TimerRule(at("2026-03-02"), limit="TEN", offset=Span(1, WD))
    moved = SCHEDULE.explain(rule, pause("2026-03-04", "2026-03-09"))
    assert moved.due_on.isoformat() == "2026-03-20"


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (Span(5, WD), "2026-03-30"),  # 17 and 18 March, then three from the 25th on.
        (Span(5, CD), "2026-03-30"),  # Raw end Saturday the 28th.
        (Span(-3, WD), "2026-03-11"),
    ],
)
def test_a_rung_after_the_due_date_stands_still_while_the_clock_does(offset, expected):
    rule = TimerRule(at("2026-03-02"), limit="TEN", offset=offset)
    found = SCHEDULE.explain(rule, pause("2026-03-18", "2026-03-25"))
    assert found.due_on.isoformat() == expected
    assert next(line.day for line in found.days if line.reason == "base") == date(2026, 3, 16)
    still = [line.day.day for line in found.days if line.reason == "paused"]
    assert still == ([19, 20, 21, 22, 23, 24, 25] if offset.amount > 0 else [])


def test_a_rung_counts_on_from_where_a_stop_on_the_last_day_moved_the_deadline():
    rule = TimerRule(at("2026-03-02"), limit="TEN", offset=Span(1, WD))
    found = SCHEDULE.explain(rule, pause("2026-03-16", "2026-03-18"))
    assert found.due_on.isoformat() == "2026-03-19"


def test_a_rule_with_neither_limit_nor_span_is_its_own_instant():
    instant = at("2026-03-07T10:30:00")
    assert SCHEDULE.instant(TimerRule(instant)) == instant
    assert SCHEDULE.instant(TimerRule(instant, offset=Span(1, WD))) == end("2026-03-09")


def test_no_working_days_on_is_the_end_of_the_day_rolled_to_a_working_day():
    assert SCHEDULE.instant(TimerRule(at("2026-03-07"), span=Span(0, WD))) == end("2026-03-09")
    assert SCHEDULE.instant(TimerRule(at("2026-03-06"), span=Span(0, WD))) == end("2026-03-06")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (TimerRule(at("2026-03-02"), limit="NONE"), "unknown_limit"),
        (TimerRule(at("2020-03-02"), limit="TEN", span=Span(1, CD)), "timer_rule_ambiguous"),
        (TimerRule(at("2026-03-02"), span=Span(12_501, WD)), "span_out_of_bounds"),
        (TimerRule(at("2026-03-02"), span=Span(-18_301, CD)), "span_out_of_bounds"),
        (TimerRule(at("2026-03-02"), span=Span(601, M)), "span_out_of_bounds"),
        (TimerRule(at("2026-03-02"), span=Span(10**30, H)), "span_out_of_bounds"),
        (TimerRule(at("2199-12-31"), span=Span(1, CD)), "date_out_of_range"),
        (TimerRule(at("2199-12-31"), span=Span(1, M)), "date_out_of_range"),
        (TimerRule(at("1949-01-01"), span=Span(-1, WD)), "date_out_of_range"),
        (TimerRule(at("9999-12-31"), span=Span(24, H)), "date_out_of_range"),
        (TimerRule(datetime(2026, 3, 2), span=Span(1, CD)), "naive_instant"),
    ],
)
def test_what_cannot_be_counted_is_refused(rule, code):
    with pytest.raises(Invalid, match=code):
        SCHEDULE.instant(rule)


# --- Provisional ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "amount", "unit", "provisional"),
    [
        ("2026-12-28", 3, WD, False),  # Due on 31 December.
        ("2026-12-28", 4, WD, True),
        ("2026-12-28", 4, CD, True),
        ("2026-12-27", 4, CD, False),
        ("2026-12-01", 1, M, True),
        ("2026-12-31", 48, H, False),
        ("2027-01-01", -1, WD, False),  # Only days of 2026 are passed over.
        ("2027-01-05", -1, WD, True),
        ("2027-01-05", -1, CD, False),
        ("2003-12-31", 5, CD, False),  # The days between do not matter, the last one does.
        ("2003-12-20", 5, CD, True),
        ("2003-12-31", 5, WD, False),
        ("2003-12-30", 5, WD, True),
    ],
)
def test_a_due_date_is_provisional_only_where_an_unknown_year_can_move_it(
    start, amount, unit, provisional
):
    found = explain(TimerRule(at(start), span=Span(amount, unit)), TABLE, CALENDAR)
    assert found.provisional is provisional


def test_a_roll_out_of_an_unknown_year_is_provisional_too():
    only_2023 = Calendar(layer("correction", [], years=[2023]))
    found = explain(TimerRule(at("2022-12-26"), span=Span(5, CD)), TABLE, only_2023)
    assert (found.unrolled, found.due_on) == (date(2022, 12, 31), date(2023, 1, 2))
    assert found.provisional


def test_days_of_an_unannounced_year_are_marked_in_the_list():
    days = explain(TimerRule(at("2026-12-30"), span=Span(2, WD)), TABLE, CALENDAR).days
    assert [(line.day.day, line.reason, line.provisional) for line in days] == [
        (30, "start", False),
        (31, "counted", False),
        (1, "due", True),
    ]
    days = explain(TimerRule(at("2026-12-30"), span=Span(3, WD)), TABLE, CALENDAR).days
    assert days[2].reason == "provisional"
    assert days[2].counted == 2


def test_a_completed_calendar_makes_the_due_date_certain_and_moves_it():
    notice = layer(
        "correction",
        [CalendarDay(date(2027, 1, 1), DayKind.HOLIDAY, "元旦", "correction")],
        years=[2027],
    )
    rule = TimerRule(at("2026-12-30"), span=Span(2, WD))
    assert explain(rule, TABLE, CALENDAR).due_on == date(2027, 1, 1)
    later = explain(rule, TABLE, Calendar(national(), notice))
    assert later.due_on == date(2027, 1, 4)
    assert not later.provisional
