"""The 33 vectors of the domain reference, section E.1: known periods and their due dates."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from engine.rules.calendar import Calendar, layer, national
from engine.rules.deadlines import due, explain
from engine.values.timing import (
    COUNTY_ZONE,
    CalendarDay,
    DayKind,
    LimitTable,
    Span,
    TimerRule,
    Unit,
)

NATIONAL = Calendar(national())
HONGHE = Calendar(
    national(),
    layer(
        "local",
        (
            CalendarDay(date.fromisoformat(day), DayKind.HOLIDAY, "", "local")
            for day in ("2024-07-12", "2024-07-29", "2024-11-18", "2024-11-19")
        ),
    ),
)
UNITS = {"WD": Unit.WORKING_DAY, "CD": Unit.DAY, "M": Unit.MONTH, "H": Unit.HOUR}

# Sentence, start, period, due day.
VECTORS = [
    ("1 a make-up Sunday counts before Spring Festival", "2018-02-09", "5 WD", "2018-02-22"),
    ("2 a make-up Sunday counts after Tomb-sweeping", "2018-04-04", "5 WD", "2018-04-12"),
    ("3 a make-up Saturday counts before Labour Day", "2018-04-27", "3 WD", "2018-05-03"),
    ("4 Dragon Boat Monday is passed over", "2018-06-14", "5 WD", "2018-06-22"),
    ("5 four plain weeks", "2018-08-13", "20 WD", "2018-09-10"),
    ("6 a whole make-up weekend before National Day", "2018-09-28", "5 WD", "2018-10-10"),
    ("7 across the year with a make-up Saturday", "2018-12-28", "3 WD", "2019-01-03"),
    ("8 ninety days roll over National Day", "2018-07-03", "90 CD", "2018-10-08"),
    ("9 fifteen days roll over National Day", "2018-09-16", "15 CD", "2018-10-08"),
    ("10 a roll may land on a make-up Sunday", "2024-01-11", "30 CD", "2024-02-18"),
    ("11 New Year's Eve of 2024 was a workday", "2024-02-08", "5 WD", "2024-02-21"),
    ("12 a make-up Sunday before Labour Day", "2024-04-26", "5 WD", "2024-05-07"),
    ("13 a make-up Saturday before Mid-autumn", "2024-09-13", "7 WD", "2024-09-25"),
    ("14 due on a make-up Saturday", "2024-09-27", "7 WD", "2024-10-12"),
    ("15 two holidays and a make-up Sunday", "2024-12-31", "20 WD", "2025-02-05"),
    ("16 Spring Festival of 2025", "2025-01-24", "5 WD", "2025-02-07"),
    ("17 a make-up Sunday before Labour Day 2025", "2025-04-25", "5 WD", "2025-05-06"),
    ("18 Dragon Boat weekend of 2025", "2025-05-29", "5 WD", "2025-06-06"),
    ("19 sixty days roll over eight days off", "2025-08-02", "60 CD", "2025-10-09"),
    ("20 a make-up Saturday after National Day", "2025-09-30", "5 WD", "2025-10-14"),
    ("21 across the year with a make-up Sunday", "2025-12-31", "3 WD", "2026-01-06"),
    ("22 fifteen days roll over Spring Festival", "2026-02-01", "15 CD", "2026-02-24"),
    ("23 two make-up Saturdays around Spring Festival", "2026-02-13", "7 WD", "2026-03-02"),
    ("24 a make-up Saturday after Labour Day", "2026-04-30", "5 WD", "2026-05-11"),
    ("25 ninety days roll over National Day 2026", "2026-07-04", "90 CD", "2026-10-08"),
    ("26 Mid-autumn and National Day of 2026", "2026-09-18", "10 WD", "2026-10-09"),
    ("27 no 30 February: month end, a make-up Saturday", "2025-11-30", "3 M", "2026-02-28"),
    ("28 three months roll over National Day", "2025-07-01", "3 M", "2025-10-09"),
    ("29 seven working days back from the hearing", "2025-10-16", "-7 WD", "2025-09-30"),
]
LOCAL_VECTORS = [
    ("31 a local holiday in July", "2024-07-10", "3 WD", "2024-07-15", "2024-07-16"),
    ("32 two local holidays in November", "2024-11-15", "5 WD", "2024-11-22", "2024-11-26"),
    ("33 a roll over local holidays", "2024-10-19", "30 CD", "2024-11-18", "2024-11-20"),
]


def span(text: str) -> Span:
    amount, unit = text.split()
    return Span(int(amount), UNITS[unit])


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), COUNTY_ZONE)


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T23:59:59.999999+08:00")


@pytest.mark.parametrize(
    ("start", "period", "expected"),
    [vector[1:] for vector in VECTORS],
    ids=[vector[0] for vector in VECTORS],
)
def test_a_period_ends_on_its_known_day(start, period, expected):
    assert due(span(period), noon(start), NATIONAL) == end_of(expected)
    told = explain(TimerRule(noon(start), span=span(period)), LimitTable(), NATIONAL)
    assert told.due_at == end_of(expected)
    assert told.days[-1].reason == "due"
    assert told.days[-1].day == date.fromisoformat(expected)
    assert not told.provisional


def test_29_seven_clear_working_days_before_the_hearing_end_one_working_day_earlier():
    assert due(span("-7 WD"), noon("2025-10-16"), NATIONAL, clear=True) == end_of("2025-09-29")


def test_30_hours_run_through_holidays():
    start = datetime(2026, 2, 14, 10, tzinfo=COUNTY_ZONE)
    assert due(span("24 H"), start, NATIONAL) == datetime(2026, 2, 15, 10, tzinfo=COUNTY_ZONE)


@pytest.mark.parametrize(
    ("start", "period", "nationally", "locally"),
    [vector[1:] for vector in LOCAL_VECTORS],
    ids=[vector[0] for vector in LOCAL_VECTORS],
)
def test_the_prefectures_holidays_stop_a_period_only_where_their_layer_counts(
    start, period, nationally, locally
):
    assert due(span(period), noon(start), NATIONAL) == end_of(nationally)
    assert due(span(period), noon(start), HONGHE) == end_of(locally)


def test_all_33_vectors_are_here():
    # Vectors 29 and 30 have tests of their own for their second halves.
    assert len(VECTORS) + 1 + len(LOCAL_VECTORS) == 33
