"""Periodic duties: the file that lists them, and the days they come due."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from engine.errors import Invalid
from engine.rules import periodic
from engine.rules.calendar import CORRECTIONS, Calendar, layer, national
from engine.values.timing import CalendarDay, DayKind

SHIPPED = periodic.read(resources.files("processes").joinpath("periodic.toml").read_text("utf-8"))
ROW = """
[[duty]]
code = "REVIEW"
zh = "审核"
en = "Review"
clauses = ["A28"]
law = "红政发〔2018〕36号"
article = "二（四）1"
{when}
"""


def opening(text: str, since: date, until: date) -> list[str]:
    duty = periodic.read(ROW.format(when=text))["REVIEW"]
    found = periodic.periods(duty, since, until, Calendar(national()))
    return [f"{one.day:%Y-%m} {one.opens:%Y-%m-%d %H:%M}" for one in found]


def test_the_first_working_day_of_january_passes_over_the_new_year_and_its_weekend() -> None:
    duty = SHIPPED["ZERO_CHECK"]
    calendar = Calendar(national())
    # 2026: 1 to 3 January are holidays, Sunday the 4th is worked instead of the 2nd.
    assert periodic.period(duty, date(2026, 1, 1), calendar).opens.date() == date(2026, 1, 4)
    assert periodic.period(duty, date(2025, 1, 1), calendar).opens.date() == date(2025, 1, 2)


def test_a_correction_of_the_calendar_moves_the_day_but_not_the_name_of_the_period() -> None:
    duty = SHIPPED["ZERO_CHECK"]
    closed = layer(
        CORRECTIONS, [CalendarDay(date(2026, 1, 4), DayKind.HOLIDAY, "停电", CORRECTIONS)]
    )
    before = periodic.period(duty, date(2026, 1, 1), Calendar(national()))
    after = periodic.period(duty, date(2026, 1, 1), Calendar(national(), closed))
    assert (before.key, after.key) == (before.key, before.key)
    assert after.opens.date() == date(2026, 1, 5)


def test_a_day_that_is_free_rolls_on_to_the_next_working_day() -> None:
    # 1 November 2026 is a Sunday.
    found = opening("months = [11]\nday = 1", date(2026, 1, 1), date(2026, 12, 31))
    assert found == ["2026-11 2026-11-02 08:00"]


def test_quarters_come_four_times_a_year_and_each_once() -> None:
    found = opening("months = [1, 4, 7, 10]\nday = 10", date(2025, 12, 31), date(2026, 12, 31))
    assert [one[:7] for one in found] == ["2026-01", "2026-04", "2026-07", "2026-10"]


def test_every_second_year_is_counted_from_the_year_of_the_notice() -> None:
    found = opening("months = [3]\nday = 1\nyears = 2", date(2018, 12, 31), date(2024, 12, 31))
    assert [one[:4] for one in found] == ["2020", "2022", "2024"]


@pytest.mark.parametrize(
    ("when", "place", "code"),
    [
        ("months = [13]\nday = 1", "REVIEW.months", "not_a_month"),
        ("months = []\nday = 1", "REVIEW.months", "not_a_month"),
        ('months = ["1"]\nday = 1', "REVIEW.months", "not_a_list_of_numbers"),
        ("months = [1]", "REVIEW.day", "day_or_workday"),
        ("months = [1]\nday = 1\nworkday = 1", "REVIEW.day", "day_or_workday"),
        ("months = [1]\nday = 30", "REVIEW.day", "day_or_workday"),
        ("months = [1]\nday = 1\nyears = 0", "REVIEW.years", "not_positive"),
        ('months = [1]\nday = 1\nbodies = ["DEPT"]', "REVIEW.slot", "bodies_need_a_slot"),
        ("months = [1]\nday = 1\nwhom = 1", "REVIEW.whom", "unknown_field"),
        (
            'months = [1]\nday = 1\n[duty.values]\ntitle = "{nobody}"',
            "REVIEW.values.title",
            "unknown_placeholder",
        ),
    ],
)
def test_a_row_that_is_wrong_is_refused_by_its_field(when: str, place: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        periodic.read(ROW.format(when=when))
    assert caught.value.fields[place].code == code


def test_a_report_of_january_is_on_the_last_quarter_of_the_year_before() -> None:
    duty = periodic.read(
        ROW.format(when='months = [1, 4]\nday = 10\n[duty.values]\ntitle = "{quarter}"')
    )["REVIEW"]
    assert periodic.values(duty, date(2026, 1, 1), "")["title"] == "4"
    assert periodic.values(duty, date(2026, 4, 1), "")["title"] == "1"
