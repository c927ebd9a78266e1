"""Due dates of rules: limits, offsets, ledgers with pauses and extensions, refused arguments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.rules.calendar import Calendar, layer, national
from engine.rules.deadlines import CountySchedule, due, explain
from engine.values.timing import (
    COUNTY_ZONE,
    CalendarDay,
    DayKind,
    Evidence,
    LedgerEvent,
    LedgerKind,
    Limit,
    LimitTable,
    Span,
    TimerRule,
    Unit,
)

CALENDAR = Calendar(national())
WD, CD, M, H = Unit.WORKING_DAY, Unit.DAY, Unit.MONTH, Unit.HOUR


def limit(key: str, amount: int, unit: Unit, **more: Any) -> Limit:
    return Limit(key, key, Span(amount, unit), None, 0, "", Evidence.DEFAULT, **more)


TABLE = LimitTable(
    (
        limit("TEN", 10, WD),
        limit("TEN", 7, WD, sector="market"),
        limit("OLD", 3, CD, in_force_to=date(2021, 7, 14)),
        limit("OLD", 5, WD, in_force_from=date(2021, 7, 15)),
        limit("PARTY", 3, WD, party=True),
        limit("HALF", 30, CD),
    )
)
SCHEDULE = CountySchedule(CALENDAR, TABLE, date(2026, 3, 2))


def at(text: str) -> datetime:
    """An instant in county time; a day alone is its noon."""
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(12), COUNTY_ZONE)
    return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)


def end(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(23, 59, 59, 999_999), COUNTY_ZONE)


def pause(stopped: str, resumed: str) -> tuple[LedgerEvent, LedgerEvent]:
    return (
        LedgerEvent(LedgerKind.PAUSED, at(stopped)),
        LedgerEvent(LedgerKind.RESUMED, at(resumed)),
    )


def extension(day: str, amount: int, unit: Unit) -> LedgerEvent:
    return LedgerEvent(LedgerKind.EXTENDED, at(day), Span(amount, unit))


def due_on(start: str, amount: int, unit: Unit, *ledger: LedgerEvent) -> str:
    rule = TimerRule(at(start), span=Span(amount, unit))
    return explain(rule, TABLE, CALENDAR, ledger).due_on.isoformat()


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


# --- Properties -------------------------------------------------------------------------------

STARTS = st.datetimes(datetime(2006, 1, 1), datetime(2026, 6, 30)).map(
    lambda naive: naive.replace(tzinfo=COUNTY_ZONE)
)
FORWARD = st.one_of(
    st.builds(Span, st.integers(1, 60), st.just(WD)),
    st.builds(Span, st.integers(1, 120), st.just(CD)),
    st.builds(Span, st.integers(1, 12), st.just(M)),
)


@st.composite
def ledgers(draw, start: datetime) -> list[LedgerEvent]:
    """Pauses one after the other, from before the start to long after most periods."""
    events, moment = [], start - timedelta(days=2)
    for kind in (LedgerKind.PAUSED, LedgerKind.RESUMED) * draw(st.integers(0, 3)):
        moment += timedelta(days=draw(st.integers(0, 40)), hours=draw(st.integers(1, 23)))
        events.append(LedgerEvent(kind, moment))
    return events


def counted(days) -> list[int]:
    return [line.counted for line in days if line.counted is not None]


@given(st.data(), STARTS, FORWARD)
def test_the_lines_tell_the_same_story_as_the_arithmetic(data, start, span):
    ledger = data.draw(ledgers(start))
    found = explain(TimerRule(start, span=span), TABLE, CALENDAR, ledger)
    days = found.days
    # 1. Every day from the start to the due day, in order.
    first = days[0].day
    assert [line.day for line in days] == [first + timedelta(days=n) for n in range(len(days))]
    assert first == start.date()
    assert days[-1].day == found.due_on
    assert [line.reason for line in days].count("due") == 1
    # 2. The period never ends on a day without work.
    assert CALENDAR.is_working(found.due_on)
    assert found.unrolled <= found.due_on
    # 3. Exactly the budget was counted, and never on a paused day.
    if span.unit is M:
        assert counted(days)[-1] == span.amount
    else:
        assert counted(days) == list(range(1, span.amount + 1))
    for stopped, resumed in zip(ledger[::2], ledger[1::2], strict=True):
        for line in days[1:]:
            if stopped.at.date() < line.day <= resumed.at.date():
                assert line.counted is None
    if span.unit is WD:
        assert all(CALENDAR.is_working(line.day) for line in days if line.counted is not None)


@given(STARTS, FORWARD)
def test_an_explained_date_is_the_instant_a_timer_waits_for(start, span):
    rule = TimerRule(start, span=span)
    assert explain(rule, TABLE, CALENDAR).due_at == SCHEDULE.instant(rule)


@given(STARTS, FORWARD, st.integers(0, 200))
def test_starting_later_never_ends_earlier(start, span, days):
    later = start + timedelta(days=days)
    assert due(span, start, CALENDAR) <= due(span, later, CALENDAR)


@given(STARTS, FORWARD, st.integers(0, 30))
def test_a_longer_period_never_ends_earlier(start, span, more):
    longer = Span(span.amount + more, span.unit)
    assert due(span, start, CALENDAR) <= due(longer, start, CALENDAR)


@given(STARTS, FORWARD, st.integers(0, 100), st.integers(0, 600))
def test_stopping_and_resuming_on_one_day_changes_nothing(start, span, days, minutes):
    stopped = datetime.combine(start.date() + timedelta(days=days), time(9), COUNTY_ZONE)
    ledger = (
        LedgerEvent(LedgerKind.PAUSED, stopped),
        LedgerEvent(LedgerKind.RESUMED, stopped + timedelta(minutes=minutes)),
    )
    rule = TimerRule(start, span=span)
    found = explain(rule, TABLE, CALENDAR, ledger)
    assert found.due_at == explain(rule, TABLE, CALENDAR).due_at


@given(STARTS, st.integers(1, 60), st.integers(0, 40), st.integers(0, 40))
def test_working_days_left_at_a_stop_are_counted_from_the_resumption(start, amount, used, gap):
    stopped, resumed = start + timedelta(days=used), start + timedelta(days=used + gap)
    left = amount - CALENDAR.working_days(start.date(), stopped.date())
    ledger = (
        LedgerEvent(LedgerKind.PAUSED, stopped),
        LedgerEvent(LedgerKind.RESUMED, resumed),
    )
    found = explain(TimerRule(start, span=Span(amount, WD)), TABLE, CALENDAR, ledger)
    if left > 0:
        assert found.due_on == CALENDAR.add_working_days(resumed.date(), left)


@given(STARTS, st.integers(1, 90), st.data())
def test_a_pause_moves_the_unrolled_end_of_calendar_days_by_its_length(start, amount, data):
    used = data.draw(st.integers(0, amount - 1))
    gap = data.draw(st.integers(0, 60))
    ledger = (
        LedgerEvent(LedgerKind.PAUSED, start + timedelta(days=used)),
        LedgerEvent(LedgerKind.RESUMED, start + timedelta(days=used + gap)),
    )
    rule = TimerRule(start, span=Span(amount, CD))
    moved = explain(rule, TABLE, CALENDAR, ledger).unrolled
    assert moved - explain(rule, TABLE, CALENDAR).unrolled == timedelta(days=gap)


@given(STARTS, FORWARD, st.integers(1, 40))
def test_extending_by_a_span_is_the_longer_period(start, span, more):
    added = LedgerEvent(LedgerKind.EXTENDED, start, Span(more, span.unit))
    extended = explain(TimerRule(start, span=span), TABLE, CALENDAR, (added,))
    whole = explain(TimerRule(start, span=Span(span.amount + more, span.unit)), TABLE, CALENDAR)
    assert (extended.due_at, extended.unrolled) == (whole.due_at, whole.unrolled)


@given(STARTS, st.integers(1, 200), st.data())
def test_hours_left_at_a_stop_are_given_back_exactly(start, hours, data):
    used = data.draw(st.timedeltas(timedelta(0), timedelta(hours=hours)))
    gap = data.draw(st.timedeltas(timedelta(0), timedelta(days=30)))
    ledger = (
        LedgerEvent(LedgerKind.PAUSED, start + used),
        LedgerEvent(LedgerKind.RESUMED, start + used + gap),
    )
    found = explain(TimerRule(start, span=Span(hours, H)), TABLE, CALENDAR, ledger)
    assert found.due_at == start + timedelta(hours=hours) + gap


@given(STARTS, st.integers(1, 60))
def test_counting_back_ends_on_a_working_day_with_that_many_passed(start, amount):
    found = explain(TimerRule(start, span=Span(-amount, WD)), TABLE, CALENDAR)
    assert CALENDAR.is_working(found.due_on)
    assert counted(found.days) == list(range(1, amount + 1))
    assert (
        CALENDAR.working_days(found.due_on - timedelta(days=1), start.date() - timedelta(days=1))
        == amount
    )
