"""A year of the calendar as text: one line a day or a run of days (domain E.2, E.10).

    # 国务院办公厅关于2027年部分节假日安排的通知
    2027-01-01~2027-01-03, 休, 元旦
    2027-02-07, 班, 春节调休

Separated by commas (Chinese ones too), semicolons or tabs; blank lines and lines that begin with
``#`` are passed over. Read whole or not at all: every wrong line is named by its number.
"""

from __future__ import annotations

import re
from datetime import date

from engine.errors import DubanError, Invalid
from engine.rules.calendar import days_between, step
from engine.values.timing import CalendarDay, DayKind

#: Words for days off and for make-up workdays.
OFF = frozenset({"休", "放假", "holiday", "off"})
WORK = frozenset({"班", "上班", "调休上班", "workday", "work", "makeup_workday"})
#: The longest run of days one line may name; no holiday is longer.
LONGEST_RUN = 31
LONGEST_NAME = 60
#: More lines than a year has days are no year.
MOST_LINES = 1_000

_COLUMNS = re.compile(r"\s*[,，;；\t]\s*")
_RUN = re.compile(r"\s*(?:~|～|—|至|\.\.)\s*")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SATURDAY = 5


def read(text: str, year: int, layer: str) -> list[CalendarDay]:
    """The days of the year the text names.

    Raises Invalid ``empty_year_file``, or ``bad_year_lines`` with ``fields`` keyed by the number
    of the line: ``line_columns``, ``line_kind``, ``line_day``, ``line_run``, ``line_other_year``,
    ``line_twice``, ``line_makeup_on_workday``, ``line_name``.
    """
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        raise Invalid("year_file_too_long", most=MOST_LINES)
    wrong: dict[str, DubanError] = {}
    found: dict[date, tuple[int, CalendarDay]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            for day in _line(line, year, layer):
                if day.day in found:
                    raise Invalid("line_twice", day=day.day.isoformat(), line=found[day.day][0])
                found[day.day] = (number, day)
        except Invalid as error:
            wrong[str(number)] = error
    if wrong:
        raise Invalid("bad_year_lines", wrong, lines=len(wrong))
    if not found:
        raise Invalid("empty_year_file")
    return [day for _, day in sorted(found.values(), key=lambda one: one[1].day)]


def _line(line: str, year: int, layer: str) -> list[CalendarDay]:
    columns = _COLUMNS.split(line.strip())
    if len(columns) not in (2, 3):
        raise Invalid("line_columns", found=len(columns))
    days, word, name = (*columns, "")[:3]
    if len(name) > LONGEST_NAME:
        raise Invalid("line_name", longest=LONGEST_NAME)
    if word.lower() in OFF:
        kind = DayKind.HOLIDAY
    elif word.lower() in WORK:
        kind = DayKind.MAKEUP_WORKDAY
    else:
        raise Invalid("line_kind", value=word[:40])
    found = _days(days)
    if any(day.year != year for day in found):
        raise Invalid("line_other_year", year=year)
    if kind is DayKind.MAKEUP_WORKDAY:
        for day in found:
            if day.weekday() < _SATURDAY:
                raise Invalid("line_makeup_on_workday", day=day.isoformat())
    return [CalendarDay(day, kind, name, layer) for day in found]


def _days(text: str) -> list[date]:
    ends = [_day(part) for part in _RUN.split(text)]
    if len(ends) == 1:
        return ends
    if len(ends) != 2 or not 0 < (ends[1] - ends[0]).days < LONGEST_RUN:
        raise Invalid("line_run", value=text[:40], longest=LONGEST_RUN)
    return list(days_between(step(ends[0], -1), ends[1]))


def _day(text: str) -> date:
    match = _DAY.fullmatch(text.strip())
    if match is None:
        raise Invalid("line_day", value=text[:40])
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise Invalid("line_day", value=text[:40]) from None
