"""What ``run.py due`` prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import Invalid
from engine.rules import holidays, limits
from engine.rules.due_report import as_text, due_report

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
TABLE = limits.read((PROCESSES / "limits.toml").read_text("utf-8")).table
LOCAL = holidays.read((PROCESSES / "calendar.toml").read_text("utf-8")).layer


def test_a_limit_comes_with_its_basis_and_evidence():
    report = due_report("2026-02-13", table=TABLE, limit="DLG.FILE")
    assert report["limit"] == "DLG.FILE"
    assert report["basis"] == "红政发〔2018〕36号二（一）"
    assert (report["evidence"], report["statutory"]) == ("default", False)
    assert report["start"] == "2026-02-13T00:00:00+08:00"
    assert report["due_on"] == report["unrolled"] == "2026-03-05"
    assert report["due_at"] == "2026-03-05T23:59:59+08:00"
    assert report["provisional"] is False
    assert json.loads(json.dumps(report)) == report


def test_the_days_add_up_to_the_period():
    report = due_report("2026-02-13", table=TABLE, amount=7, unit="working_day")
    counted = [day["counted"] for day in report["days"] if day["counted"]]
    assert counted == [1, 2, 3, 4, 5, 6, 7]
    assert report["days"][1] == {
        "day": "2026-02-14",
        "kind": "makeup_workday",
        "counted": 1,
        "reason": "makeup",
        "name": "春节",
        "provisional": False,
    }
    assert (report["limit"], report["basis"], report["evidence"]) == (None, None, None)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-02-14T10:00", "2026-02-15T10:00:00+08:00"),
        ("2026-02-14 10:00:00", "2026-02-15T10:00:00+08:00"),
        ("2026-02-14T02:00:00Z", "2026-02-15T10:00:00+08:00"),
        ("2026-02-14", "2026-02-15T00:00:00+08:00"),
    ],
)
def test_a_start_without_a_zone_is_county_time(start, expected):
    assert due_report(start, table=TABLE, amount=24, unit="hour")["due_at"] == expected


def test_a_foreign_zone_may_mean_another_day_in_the_county():
    report = due_report("2026-03-02T20:00:00Z", table=TABLE, amount=1, unit="day")
    assert report["due_on"] == "2026-03-04"


def test_local_holidays_count_only_when_asked_for():
    national = due_report("2024-07-10", table=TABLE, amount=3, unit="working_day")
    local = due_report("2024-07-10", table=TABLE, amount=3, unit="working_day", local=LOCAL)
    assert (national["due_on"], local["due_on"]) == ("2024-07-15", "2024-07-16")
    assert (national["local"], local["local"]) == (False, True)


def test_counting_back_also_tells_the_clear_day_date():
    report = due_report("2025-10-16", table=TABLE, limit="PEN.HEARING_NOTICE")
    assert (report["due_on"], report["clear_due_on"]) == ("2025-09-30", "2025-09-29")
    assert due_report("2025-10-16", table=TABLE, limit="PEN.PAY")["clear_due_on"] is None


def test_the_row_in_force_on_the_start_is_used_and_a_sectors_when_given():
    old = due_report("2020-06-01", table=TABLE, limit="PEN.HEARING_REQUEST")
    assert (old["amount"], old["unit"], old["evidence"]) == (3, "day", "recalled")
    market = due_report("2026-03-02", table=TABLE, limit="REV.REVIEW", sector="market")
    assert (market["amount"], market["sector"]) == (10, "market")


@pytest.mark.parametrize(
    ("start", "arguments", "code"),
    [
        ("2026-02-30", {"amount": 1, "unit": "day"}, "bad_start"),
        ("yesterday", {"amount": 1, "unit": "day"}, "bad_start"),
        ("", {"amount": 1, "unit": "day"}, "bad_start"),
        ("0001-01-01T00:00:00+14:00", {"amount": 1, "unit": "day"}, "date_out_of_range"),
        ("9999-12-31", {"amount": 1, "unit": "day"}, "date_out_of_range"),
        ("2026-02-13", {}, "limit_or_amount"),
        ("2026-02-13", {"amount": 1}, "limit_or_amount"),
        ("2026-02-13", {"unit": "day", "limit": "PEN.PAY"}, "limit_or_amount"),
        ("2026-02-13", {"amount": 1, "unit": "day", "limit": "PEN.PAY"}, "limit_or_amount"),
        ("2026-02-13", {"amount": 1, "unit": "week"}, "unknown_option"),
        ("2026-02-13", {"limit": "PEN.PAYS"}, "unknown_limit"),
        ("2026-02-13", {"amount": 10**9, "unit": "day"}, "span_out_of_bounds"),
    ],
)
def test_wrong_arguments_are_refused_by_name(start, arguments, code):
    with pytest.raises(Invalid, match=code):
        due_report(start, table=TABLE, **arguments)


def test_the_text_shows_the_arithmetic_day_by_day():
    text = as_text(due_report("2026-02-01", table=TABLE, amount=15, unit="day"))
    assert text.splitlines()[:4] == [
        "15 calendar days from 2026-02-01T00:00:00+08:00, national holidays",
        "due: 2026-02-24 Tue (2026-02-24T23:59:59+08:00)",
        "before rolling to a working day: 2026-02-16 Mon",
        "",
    ]
    assert text.splitlines()[-1] == "  2026-02-24 Tue         due"
    assert "  2026-02-14 Sat     13  counted, make-up workday (春节)" in text


def test_the_text_names_the_law_and_says_what_is_provisional():
    text = as_text(due_report("2026-12-28", table=TABLE, limit="PEN.PRESERVE"))
    assert "basis: 《行政处罚法》第五十六条、第八十五条 (statutory; evidence: seen)" in text
    assert "provisional: the calendar of a year it reaches is not announced yet" in text
