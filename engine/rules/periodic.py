"""Periodic duties: reading ``processes/periodic.toml`` and finding the days they come due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time

from engine.rules.calendar import Calendar
from engine.rules.tables import Problems, Row, load, rows
from engine.values.periodic import Period, PeriodicDuty
from engine.values.process import LegalBasis
from engine.values.timing import COUNTY_ZONE

PeriodicDuties = Mapping[str, PeriodicDuty]

#: Cases are opened when offices open.
_OPENS = time(8)
#: The year of the notice; duties of every second year are counted from it.
_FIRST_YEAR = 2018
_PLACEHOLDERS = ("year", "previous_year", "next_year", "quarter", "body")


def read(text: str, file: str = "periodic.toml") -> dict[str, PeriodicDuty]:
    """The duties of a file by code. Raises Invalid ``not_toml`` or ``bad_table``."""
    tables, problems = load(text, file), Problems(file)
    for name in tables:
        if name != "duty":
            problems.add(name, "unknown_field")
    found: dict[str, PeriodicDuty] = {}
    for row in rows(tables, "duty", "code", problems):
        duty = _duty(row)
        row.finish()
        if duty.code in found:
            row.problem("code", "twice", value=duty.code)
        found[duty.code] = duty
    problems.raise_any()
    return found


def _duty(row: Row) -> PeriodicDuty:
    duty = PeriodicDuty(
        code=row.text("code"),
        name=row.text("zh"),
        name_en=row.text("en"),
        clauses=row.texts("clauses"),
        basis=LegalBasis(row.text("law"), row.text("article", optional=True)),
        months=row.numbers("months"),
        workday=row.number("workday", otherwise=0),
        day=row.number("day", otherwise=0),
        years=row.number("years", otherwise=1),
        bodies=row.texts("bodies"),
        slot=row.text("slot", optional=True),
        values=row.words("values"),
        counts=row.words("counts"),
    )
    if not duty.months or not all(1 <= month <= 12 for month in duty.months):
        row.problem("months", "not_a_month")
    if bool(duty.day) == bool(duty.workday) or not 0 <= duty.day <= 28 or duty.workday > 20:
        row.problem("day", "day_or_workday")
    if duty.years < 1:
        row.problem("years", "not_positive")
    if duty.each != bool(duty.slot):
        row.problem("slot", "bodies_need_a_slot")
    for field, value in duty.values.items():
        try:
            value.format(**dict.fromkeys(_PLACEHOLDERS, ""))
        except (KeyError, ValueError, IndexError, AttributeError):
            row.problem(f"values.{field}", "unknown_placeholder", value=value)
    return duty


def periods(duty: PeriodicDuty, since: date, until: date, calendar: Calendar) -> Iterator[Period]:
    """The periods that open after the day ``since`` and by ``until``, in order."""
    for year in range(since.year, until.year + 1):
        if (year - _FIRST_YEAR) % duty.years:
            continue
        for month in sorted(duty.months):
            found = period(duty, date(year, month, 1), calendar)
            if since < found.opens.date() <= until:
                yield found


def period(duty: PeriodicDuty, month: date, calendar: Calendar) -> Period:
    """The period of a month. Working days are those of the county's offices."""
    key = datetime.combine(month, time(), COUNTY_ZONE)
    if duty.workday:
        # The day before the month is not counted: its first working day may be the 1st.
        day = calendar.add_working_days(date.fromordinal(month.toordinal() - 1), duty.workday)
    else:
        day = calendar.next_working_day(month.replace(day=duty.day))
    return Period(key, datetime.combine(day, _OPENS, COUNTY_ZONE))


def values(duty: PeriodicDuty, month: date, body: str) -> dict[str, str]:
    """The words of the new case, filled in for a month and a body."""
    known = {
        "year": str(month.year),
        "previous_year": str(month.year - 1),
        "next_year": str(month.year + 1),
        # A report is made after its quarter: in January on the last one of the year before.
        "quarter": str((month.month - 4) // 3 % 4 + 1),
        "body": body,
    }
    return {field: text.format(**known) for field, text in duty.values.items()}
