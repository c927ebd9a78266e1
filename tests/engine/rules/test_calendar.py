"""The working calendar against the State Council's totals and the package's own answers."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.rules.calendar import (
    Calendar,
    Switches,
    county_calendars,
    days_between,
    layer,
    national,
)
from engine.values.timing import CalendarDay, DayKind

NATIONAL = Calendar(national())
DAYS = st.dates(date(2004, 1, 1), date(2027, 12, 31))

MAKE_UPS = {
    2018: "02-11 02-24 04-08 04-28 09-29 09-30 12-29",
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


def off(day: str, name: str = "", layer_name: str = "local") -> CalendarDay:
    return CalendarDay(date.fromisoformat(day), DayKind.HOLIDAY, name, layer_name)


@pytest.mark.parametrize(("year", "total"), [(2018, 250), (2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_its_known_number_of_working_days(year, total):
    assert sum(NATIONAL.is_working(day.day) for day in NATIONAL.year(year)) == total


@pytest.mark.parametrize("year", MAKE_UPS)
def test_a_year_has_exactly_its_known_make_up_days(year):
    found = [
        f"{day.day:%m-%d}" for day in NATIONAL.year(year) if day.kind is DayKind.MAKEUP_WORKDAY
    ]
    assert found == MAKE_UPS[year].split()


def test_every_day_the_package_covers_is_judged_as_the_package_judges_it():
    for year in range(2004, 2027):
        for day in NATIONAL.year(year):
            assert NATIONAL.is_working(day.day) == chinese_calendar.is_workday(day.day), day


def test_holidays_and_make_up_days_carry_their_name_in_chinese():
    assert NATIONAL.day(date(2026, 2, 17)).name == "春节"
    assert NATIONAL.day(date(2026, 2, 14)).name == "春节"
    assert NATIONAL.day(date(2026, 2, 13)).name == ""


@pytest.mark.parametrize("year", [2003, 2027, 2050])
def test_a_year_without_a_layer_is_provisional_and_counts_monday_to_friday(year):
    assert NATIONAL.provisional(year)
    assert NATIONAL.provisional(date(year, 5, 1))
    for day in NATIONAL.year(year):
        expected = DayKind.WEEKEND if day.day.weekday() > 4 else DayKind.WORKDAY
        assert day.kind is expected


@pytest.mark.parametrize("year", [2004, 2026])
def test_a_year_the_national_layer_covers_is_not_provisional(year):
    assert not NATIONAL.provisional(year)


def test_a_year_an_administrator_completes_is_no_longer_provisional():
    notice = layer("correction", [off("2027-01-01", "元旦", "correction")], years=[2027])
    calendar = Calendar(national(), notice)
    assert not calendar.provisional(2027)
    assert calendar.kind(date(2027, 1, 1)) is DayKind.HOLIDAY
    assert calendar.provisional(2028)


def test_single_corrected_days_leave_their_year_provisional():
    calendar = Calendar(national(), layer("correction", [off("2027-01-01")]))
    assert calendar.provisional(2027)


def test_a_correction_outranks_the_prefectures_layer_and_that_outranks_the_national():
    day = date(2026, 2, 14)  # A make-up Saturday.
    local = layer("local", [off("2026-02-14")])
    back = layer("correction", [CalendarDay(day, DayKind.WORKDAY, "", "correction")])
    assert Calendar(national(), local).kind(day) is DayKind.HOLIDAY
    assert Calendar(national(), local, back).kind(day) is DayKind.WORKDAY


@pytest.mark.parametrize("party", [True, False])
@pytest.mark.parametrize("agency", [True, False])
def test_the_switches_decide_for_each_side_whether_local_holidays_count(party, agency):
    day = date(2024, 7, 12)
    sides = county_calendars(layer("local", [off("2024-07-12")]), (), Switches(party, agency))
    assert sides.party.is_working(day) is not party
    assert sides.agency.is_working(day) is not agency


def test_local_holidays_stop_parties_but_not_agencies_unless_somebody_says_otherwise():
    sides = county_calendars(layer("local", [off("2024-07-12")]))
    assert not sides.party.is_working(date(2024, 7, 12))
    assert sides.agency.is_working(date(2024, 7, 12))


def test_no_working_days_on_is_the_day_itself_rolled_to_a_working_day():
    assert NATIONAL.add_working_days(date(2026, 10, 1), 0) == date(2026, 10, 8)
    assert NATIONAL.add_working_days(date(2026, 10, 8), 0) == date(2026, 10, 8)


@pytest.mark.parametrize(("start", "amount"), [(date(2199, 12, 31), 1), (date(1949, 1, 1), -1)])
def test_counting_beyond_the_calendars_years_is_refused(start, amount):
    with pytest.raises(Invalid, match="date_out_of_range"):
        NATIONAL.add_working_days(start, amount)


@given(DAYS, st.integers(1, 120))
def test_counting_forward_lands_on_a_working_day_with_that_many_in_between(start, amount):
    end = NATIONAL.add_working_days(start, amount)
    assert NATIONAL.is_working(end)
    assert NATIONAL.working_days(start, end) == amount


@given(DAYS, st.integers(1, 120))
def test_counting_forward_and_back_from_a_working_day_returns_to_it(start, amount):
    start = NATIONAL.next_working_day(start)
    assert NATIONAL.add_working_days(NATIONAL.add_working_days(start, amount), -amount) == start


@given(DAYS, DAYS)
def test_working_days_between_two_days_are_at_most_the_days_between_them(one, other):
    found = NATIONAL.working_days(one, other)
    assert 0 <= found <= max((other - one).days, 0)


@given(DAYS, st.integers(0, 40))
def test_the_days_between_are_the_days_after_the_first_to_the_last(start, amount):
    days = list(days_between(start, start + timedelta(days=amount)))
    assert days == [start + timedelta(days=number) for number in range(1, amount + 1)]
