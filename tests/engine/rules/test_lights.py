"""Lights and the sentences beside them, at the right minute and not before."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.calendar import Calendar, national
from engine.rules.deadlines import explain
from engine.rules.lights import light, overdue_working_days, standing
from engine.values.timing import (
    COUNTY_ZONE,
    LedgerEvent,
    LedgerKind,
    Light,
    LimitTable,
    Span,
    TimerRule,
    Unit,
)

CALENDAR = Calendar(national())
WD, CD, M, H = Unit.WORKING_DAY, Unit.DAY, Unit.MONTH, Unit.HOUR
MICROSECOND = timedelta(microseconds=1)


def at(text: str) -> datetime:
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(12), COUNTY_ZONE)
    return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)


def explained(start: str, amount: int, unit: Unit, *ledger: LedgerEvent):
    return explain(TimerRule(at(start), span=Span(amount, unit)), LimitTable(), CALENDAR, ledger)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "warned"),
    [
        ("2026-03-02", 5, WD, "2026-03-05T00:00"),  # Two working days after this one: 6, 9.
        ("2026-03-02", 20, WD, "2026-03-24T00:00"),  # A fifth is four: 25, 26, 27, 30.
        ("2026-03-02", 14, WD, "2026-03-18T00:00"),  # A fifth is 2.8, so two: 19 and 20.
        ("2026-07-04", 90, CD, "2026-09-14T00:00"),  # 18 days before the unrolled 10-02.
        ("2026-03-02", 3, CD, "2026-03-03T00:00"),  # Two working days outlast a fifth of three.
        ("2025-11-30", 3, M, "2026-02-10T00:00"),  # A fifth of 90 days before 2026-02-28.
        ("2026-03-02", 1, WD, "2026-03-02T12:00"),  # Never before it starts.
        ("2026-03-02T10:00:00", 24, H, "2026-03-02T10:00"),
        ("2026-03-02T10:00:00", 240, H, "2026-03-10T00:00"),  # Due 03-12 10:00: two working days.
        ("2026-03-02T10:00:00", 1000, H, "2026-04-04T18:00"),  # Due 04-13 02:00: 200 hours.
    ],
)
def test_the_warning_begins_at_a_fifth_or_two_working_days_whichever_is_longer(
    start, amount, unit, warned
):
    found = explained(start, amount, unit)
    assert found.warn_at == at(warned)
    assert light(found.due_at, found.warn_at, found.warn_at) is Light.YELLOW
    if found.warn_at > found.rule.since:
        before = found.warn_at - MICROSECOND
        assert light(found.due_at, found.warn_at, before) is Light.GREEN


def test_the_warning_looks_at_the_unrolled_end():
    # Ends on Saturday 2026-03-07 and rolls to Monday: 4, 5 and 6 March remain on the 4th.
    found = explained("2026-02-25", 10, CD)
    assert found.due_on == date(2026, 3, 9)
    assert found.unrolled == date(2026, 3, 7)
    assert found.warn_at == at("2026-03-04T00:00:00")


def test_paused_days_are_not_days_left():
    ledger = (
        LedgerEvent(LedgerKind.PAUSED, at("2026-03-06")),
        LedgerEvent(LedgerKind.RESUMED, at("2026-03-12")),
    )
    found = explained("2026-03-02", 5, WD, *ledger)
    assert found.due_on == date(2026, 3, 13)
    assert found.warn_at == at("2026-03-05T00:00:00")


def test_periods_that_count_back_and_rungs_of_a_ladder_have_no_warning():
    assert explained("2025-10-16", -7, WD).warn_at is None
    rung = TimerRule(at("2026-03-02"), span=Span(5, WD), offset=Span(1, WD))
    assert explain(rung, LimitTable(), CALENDAR).warn_at is None


DUE, WARN = at("2026-03-09T23:59:59.999999"), at("2026-03-05T00:00:00")


@pytest.mark.parametrize(
    ("now", "paused", "done", "colour"),
    [
        ("2026-03-04T23:59:59", False, None, Light.GREEN),
        ("2026-03-05T00:00:00", False, None, Light.YELLOW),
        ("2026-03-09T23:59:59.999999", False, None, Light.YELLOW),
        ("2026-03-10T00:00:00", False, None, Light.RED),
        ("2026-03-10T00:00:00", True, None, Light.GREY),
        ("2026-04-01", False, "2026-03-09T23:59:59.999999", Light.BLUE),
        ("2026-04-01", False, "2026-03-10T00:00:00", Light.VIOLET),
        ("2026-04-01", True, "2026-03-10T00:00:00", Light.VIOLET),
    ],
)
def test_a_light_changes_on_the_microsecond(now, paused, done, colour):
    done_at = at(done) if done else None
    assert light(DUE, WARN, at(now), paused=paused, done_at=done_at) is colour


def test_without_a_deadline_there_is_no_light():
    assert light(None, None, at("2026-03-05")) is Light.NONE


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-03-09T23:59:59.999999", 0),
        ("2026-03-10T00:00:00", 1),
        ("2026-03-13", 4),
        ("2026-03-14", 4),
        ("2026-03-16", 5),
    ],
)
def test_overdue_days_are_working_days_after_the_due_day(now, days):
    assert overdue_working_days(DUE, at(now), CALENDAR) == days


FRIDAY = at("2026-03-06T23:59:59.999999")
HOURS = at("2026-03-06T10:00:00")
SUNDAY = at("2026-03-08T10:00:00")


@pytest.mark.parametrize(
    ("due_at", "now", "paused", "done", "code", "facts"),
    [
        (None, "2026-03-06", None, None, "no_deadline", {}),
        (FRIDAY, "2026-03-04", None, None, "due_in_days", {"days": 2}),
        (FRIDAY, "2026-03-05", None, None, "due_in_days", {"days": 1}),
        (FRIDAY, "2026-03-06", None, None, "due_today", {}),
        (FRIDAY, "2026-03-07", None, None, "overdue_today", {}),
        (FRIDAY, "2026-03-09", None, None, "overdue", {"days": 1}),
        (FRIDAY, "2026-03-20", "2026-03-03", None, "paused", {"days": 3}),
        (FRIDAY, "2026-03-20", "2026-03-09", None, "paused_overdue", {}),
        (FRIDAY, "2026-03-20", None, "2026-03-06", "done_on_time", {}),
        (FRIDAY, "2026-03-20", None, "2026-03-07", "done_late_same_day", {}),
        (FRIDAY, "2026-03-20", None, "2026-03-10", "done_late", {"days": 2}),
        (HOURS, "2026-03-05T11:30:00", None, None, "due_in_hours", {"hours": 22, "minutes": 30}),
        (HOURS, "2026-03-02T10:00:00", None, None, "due_in_days", {"days": 4}),
        (SUNDAY, "2026-03-06T09:00:00", None, None, "due_in_calendar_days", {"days": 2}),
    ],
)
def test_the_sentence_says_what_is_left_or_how_late(due_at, now, paused, done, code, facts):
    found = standing(
        due_at,
        None,
        at(now),
        CALENDAR,
        paused_since=at(paused) if paused else None,
        done_at=at(done) if done else None,
    )
    assert (found.code, found.facts) == (code, facts)


@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2026, 6, 30)),
    st.sampled_from((WD, CD, M)),
    st.integers(1, 24),
)
def test_the_light_never_goes_back_while_time_goes_on(naive, unit, amount):
    start = naive.replace(tzinfo=COUNTY_ZONE)
    found = explain(TimerRule(start, span=Span(amount, unit)), LimitTable(), CALENDAR)
    order = [Light.GREEN, Light.YELLOW, Light.RED]
    seen = [
        order.index(light(found.due_at, found.warn_at, start + timedelta(days=step)))
        for step in range((found.due_at - start).days + 3)
    ]
    assert seen == sorted(seen)
    assert seen[-1] == 2
    assert found.warn_at is not None
    assert start <= found.warn_at <= found.due_at
