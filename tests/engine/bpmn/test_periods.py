from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.bpmn import expressions
from engine.bpmn.expressions import Instant, run_script
from engine.errors import Broken
from engine.values.timing import COUNTY_ZONE, Span, TimerRule, Unit
from tests.engine.bpmn.language import NOW, PlainDays, value


def test_a_limit_counts_from_now_unless_a_start_is_given():
    found = value('limit("CMP.RECTIFY")')
    assert found.rule == TimerRule(NOW, limit="CMP.RECTIFY")
    assert found.day == date(2026, 2, 23)
    since = value('limit("CMP.RECTIFY", served_on)', served_on="2026-03-01")
    assert since.rule.since == datetime(2026, 3, 1, tzinfo=COUNTY_ZONE)
    assert since == value('limit("CMP.RECTIFY", since=served_on)', served_on="2026-03-01")


def test_a_period_on_a_period_keeps_both_in_one_rule():
    found = value('working_days(-3, limit("CMP.RECTIFY"))')
    assert found.rule == TimerRule(
        NOW, limit="CMP.RECTIFY", span=None, offset=Span(-3, Unit.WORKING_DAY)
    )
    found = value("days(5, base=months(1, '2026-03-01T10:00:00+08:00'))")
    assert found.rule.span == Span(1, Unit.MONTH)
    assert found.rule.offset == Span(5, Unit.DAY)
    assert found.rule.since == datetime(2026, 3, 1, 2, tzinfo=UTC)


def test_hours_are_exact():
    assert value("hours(24)").at == NOW + timedelta(hours=24)


def test_a_third_period_is_refused_rather_than_miscounted():
    with pytest.raises(Broken, match="nested_periods"):
        value('days(1, days(2, limit("A")))')


def test_an_empty_field_as_start_never_silently_means_now():
    for text in ('limit("A", served_on)', "working_days(3, served_on)", "days(1, base=served_on)"):
        with pytest.raises(Broken, match="no_such_time"):
            value(text, served_on=None)


@pytest.mark.parametrize(
    "text",
    [
        "working_days('3')",
        "working_days(3.5)",
        "working_days(True)",
        "days(10 ** 9)",
        "months(-100000)",
        "hours(2 ** 60)",
        "days(1, 'tomorrow')",
        "days(1, '2026-02-30')",
        "days(1, '0000-00-00')",
        "days(1, '9999-12-31T23:59:59-23:59')",
        "days(1, 5)",
        "limit('')",
        "limit(5)",
        "limit('x' * 100)",
    ],
)
def test_a_period_that_makes_no_sense_is_an_error(text):
    with pytest.raises(Broken):
        value(text)


def test_an_unknown_limit_keeps_its_code_and_names_the_expression():
    with pytest.raises(Broken) as caught:
        value('limit("NO.SUCH")')
    assert caught.value.code == "unknown_limit"
    assert caught.value.facts["key"] == "NO.SUCH"
    assert caught.value.facts["text"] == 'limit("NO.SUCH")'


def test_instants_compare_with_instants_dates_and_times():
    assert value("now() < hours(1)")
    assert value("now() == '2026-02-13'")
    assert value("now() >= '2026-02-13T09:30:00+08:00'")
    assert value("'2026-02-14' > now()")
    assert value("days(1) != now()")
    assert value("now() != 'today'")
    assert value("now() in [now()]")
    with pytest.raises(Broken, match="wrong_kind"):
        value("now() < 5")
    with pytest.raises(Broken, match="wrong_kind"):
        value("now() <= 'tomorrow'")


def test_an_instant_in_the_case_file_can_be_counted_from_without_losing_its_day():
    stored = run_script("due = limit('A')", {}, expressions.functions(NOW, PlainDays()))
    assert stored == {"due": "2026-02-23T23:59:59.999999+08:00"}
    again = value("working_days(0, due)", **stored)
    assert again.day == date(2026, 2, 23)
    assert isinstance(value("now()"), Instant)


def test_a_digest_changes_with_every_part_and_with_nothing_else():
    first = value("digest(text, files)", text="决定书", files=[1, 2])
    assert first == value("digest(text, files)", text="决定书", files=[1, 2])
    assert len(first) == 64
    others = [
        value("digest(text, files)", text="决定书。", files=[1, 2]),
        value("digest(text, files)", text="决定书", files=[2, 1]),
        value("digest(text)", text="决定书"),
        value("digest(files, text)", text="决定书", files=[1, 2]),
        value("digest(text, files)", text="决定书", files="[1, 2]"),
    ]
    assert len({first, *others}) == 6
    assert value("digest({'a': 1, 'b': 2}) == digest({'b': 2, 'a': 1})")
    assert value("digest(none) == digest(null) and digest(now()) == digest(now())", none=None)
