"""The prefecture's own holidays: reading ``processes/calendar.toml`` (domain E.9)."""

from __future__ import annotations

from typing import NamedTuple

from engine.rules.calendar import LOCAL, Layer, Switches, layer
from engine.rules.tables import Problems, Row, load, rows
from engine.values.timing import CalendarDay, DayKind, Evidence


class LocalCalendar(NamedTuple):
    """The prefecture's layer, and whether it counts for parties and for agencies.

    The layer covers no year as a whole: it adds holidays to years the national layer knows.
    """

    layer: Layer
    switches: Switches


def read(text: str, file: str = "calendar.toml") -> LocalCalendar:
    """The layer and the switches. Raises ``Invalid("not_toml")`` or ``Invalid("bad_table")``."""
    tables, problems = load(text, file), Problems(file)
    for name in tables:
        if name not in ("switches", "day"):
            problems.add(name, "unknown_field")
    days: list[CalendarDay] = []
    for row in rows(tables, "day", "date", problems):
        day, name = row.day("date"), row.text("name")
        row.choice("evidence", Evidence)
        row.finish()
        if day is None:
            row.problem("date", "required")
        elif any(day == other.day for other in days):
            row.problem("date", "twice", value=day)
        else:
            days.append(CalendarDay(day, DayKind.HOLIDAY, name, LOCAL))
    switches = _switches(tables.get("switches", {}), problems)
    problems.raise_any()
    return LocalCalendar(layer(LOCAL, days), switches)


def _switches(values: object, problems: Problems) -> Switches:
    if not isinstance(values, dict):
        problems.add("switches", "wrong_type", wanted="dict", found=type(values).__name__)
        return Switches()
    row, otherwise = Row(values, "switches", problems), Switches()
    found = Switches(*(row.flag(name, getattr(otherwise, name)) for name in Switches._fields))
    row.finish()
    return found
