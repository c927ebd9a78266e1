"""Due dates of rules: limits, offsets, ledgers with pauses and extensions, refused arguments."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.rules.deadlines import due, explain
from engine.values.timing import (
    COUNTY_ZONE,
    LedgerEvent,
    LedgerKind,
    Span,
    TimerRule,
)
from tests.engine.rules.clocks import CALENDAR, CD, SCHEDULE, TABLE, WD, H, M

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
