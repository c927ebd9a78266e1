"""What ``run.py due`` answers: a due date with its arithmetic, as JSON values and as text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from engine.errors import Invalid
from engine.rules.calendar import Calendar, Layer, national
from engine.rules.deadlines import CountySchedule, clear_of, due
from engine.rules.periods import local_day, start_of
from engine.values.timing import COUNTY_ZONE, DueDate, LimitTable, Span, TimerRule, Unit

#: A report as JSON can hold it.
Report = dict[str, Any]

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = {
    Unit.WORKING_DAY: "working day",
    Unit.DAY: "calendar day",
    Unit.MONTH: "month",
    Unit.HOUR: "hour",
}
_REASONS = {
    "start": "start, not counted",
    "counted": "counted",
    "makeup": "counted, make-up workday",
    "provisional": "counted, calendar not announced yet",
    "weekend": "weekend",
    "holiday": "holiday",
    "rolled": "the period ends or rolls on: no work on this day",
    "paused": "paused",
    "base": "due, offset counted from here",
    "due": "due",
}


def due_report(
    start: str,
    *,
    table: LimitTable,
    limit: str | None = None,
    amount: int | None = None,
    unit: str | None = None,
    sector: str | None = None,
    local: Layer | None = None,
    corrections: Iterable[Layer] = (),
) -> Report:
    """The due date of a limit, or of an amount of units, from a start.

    ``start`` is an ISO date or date-time; without a zone it is county time. ``local`` is the
    prefecture's layer when its holidays shall count, for whichever side the period is.
    Raises ``Invalid``: ``bad_start``, ``limit_or_amount``, ``unknown_limit``, ``unknown_option``,
    ``span_out_of_bounds``, ``date_out_of_range``.
    """
    since = read_start(start)
    calendar = Calendar(national(), *((local,) if local is not None else ()), *corrections)
    if (limit is None) == (amount is None) or (amount is None) != (unit is None):
        raise Invalid("limit_or_amount")
    if limit is not None:
        rule = TimerRule(since, limit=limit)
    else:
        rule = TimerRule(since, span=Span(amount or 0, _unit(unit or "")))
    schedule = CountySchedule(calendar, table, local_day(since), sector)
    return _report(schedule.explain(rule), calendar, local is not None)


def read_start(text: str) -> datetime:
    """An instant from an ISO date (its beginning) or date-time (county time without a zone)."""
    try:
        if len(text.strip()) == len("2026-02-24"):
            return start_of(date.fromisoformat(text.strip()))
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("bad_start", value=text) from None
    found = found.replace(tzinfo=COUNTY_ZONE) if found.tzinfo is None else found
    local_day(found)
    return found.astimezone(COUNTY_ZONE)


def _unit(text: str) -> Unit:
    for unit in Unit:
        if unit.value == text:
            return unit
    raise Invalid("unknown_option", value=text, allowed=" ".join(unit.value for unit in Unit))


def _report(found: DueDate, calendar: Calendar, local: bool) -> Report:
    limit, span = found.limit, found.span
    clear = clear_of(span)
    return {
        "limit": limit.key if limit else None,
        "name": limit.name if limit else None,
        "name_en": limit.name_en if limit else None,
        "basis": limit.basis if limit else None,
        "evidence": limit.evidence.value if limit else None,
        "statutory": limit.statutory if limit else None,
        "sector": limit.sector if limit else None,
        "note": limit.note if limit else None,
        "amount": span.amount,
        "unit": span.unit.value,
        "start": found.rule.since.isoformat(timespec="seconds"),
        "due_on": found.due_on.isoformat(),
        "due_at": found.due_at.astimezone(COUNTY_ZONE).isoformat(timespec="seconds"),
        "unrolled": found.unrolled.isoformat(),
        # Counting back, with the whole number of days between (domain E.8).
        "clear_due_on": (
            local_day(due(clear, found.rule.since, calendar)).isoformat() if clear != span else None
        ),
        "provisional": found.provisional,
        "local": local,
        "days": [
            {
                "day": line.day.isoformat(),
                "kind": line.kind.value,
                "counted": line.counted,
                "reason": line.reason,
                "name": line.name,
                "provisional": line.provisional,
            }
            for line in found.days
        ],
    }


def as_text(report: Report) -> str:
    """The report for a terminal, one day a line."""
    lines = [*_heading(report), ""]
    for day in report["days"]:
        counted = "" if day["counted"] is None else str(day["counted"])
        words = _REASONS[day["reason"]]
        if day["reason"] == "due" and day["kind"] == "makeup_workday":
            words += ", make-up workday"
        if day["name"]:
            words += f" ({day['name']})"
        lines.append(f"  {_dated(day['day'])}  {counted:>5}  {words}")
    return "\n".join(lines)


def _heading(report: Report) -> list[str]:
    lines = []
    if report["limit"]:
        lines.append(f"{report['limit']}  {report['name']}  {report['name_en']}")
        label = "statutory" if report["statutory"] else "internal, configurable"
        lines.append(f"basis: {report['basis']} ({label}; evidence: {report['evidence']})")
        if report["note"]:
            lines.append(f"note: {report['note']}")
    unit = _UNITS[Unit(report["unit"])]
    plural = "" if abs(report["amount"]) == 1 else "s"
    holidays = "national and local holidays" if report["local"] else "national holidays"
    lines.append(f"{report['amount']} {unit}{plural} from {report['start']}, {holidays}")
    lines.append(f"due: {_dated(report['due_on'])} ({report['due_at']})")
    if report["unrolled"] != report["due_on"]:
        lines.append(f"before rolling to a working day: {_dated(report['unrolled'])}")
    if report["clear_due_on"]:
        lines.append(f"with that many days clear between: {_dated(report['clear_due_on'])}")
    if report["provisional"]:
        lines.append("provisional: the calendar of a year it reaches is not announced yet")
    return lines


def _dated(text: str) -> str:
    return f"{text} {_WEEKDAYS[date.fromisoformat(text).weekday()]}"
