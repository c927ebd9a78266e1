"""Changing the time-limit table without rewriting the past.

A case keeps the rows in force on the day it began. So a change begins on a day to come: the row
that holds then gets an end on the day before, and is never altered otherwise. Only a row that has
not begun to hold can still be replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from engine.errors import Invalid
from engine.rules.limits import in_force
from engine.rules.periods import LONGEST
from engine.values.timing import Limit

_DAY = timedelta(days=1)
LONGEST_NAME = 200


def changed(rows: Sequence[Limit], new: Limit, today: date) -> tuple[Limit, ...]:
    """The rows of one key with a new one from its day on.

    Raises Invalid ``no_effective_date``, ``effective_too_early`` or those of :func:`checked`.
    """
    begins = _begins(new.in_force_from, today)
    checked(new)
    kept = _ended(rows, new.sector, begins)
    later = [
        row.in_force_from
        for row in kept
        if row.sector == new.sector and row.in_force_from is not None and row.in_force_from > begins
    ]
    ends = min(later) - _DAY if later else None
    return (*kept, replace(new, in_force_to=ends))


def ended(
    rows: Sequence[Limit], sector: str | None, begins: date | None, today: date
) -> tuple[Limit, ...]:
    """The rows of one key when a sector's own row holds no longer from a day on.

    Raises Invalid ``general_row_needed``, ``no_such_row`` besides those of the day.
    """
    first = _begins(begins, today)
    if sector is None:
        raise Invalid("general_row_needed")
    if not any(row.sector == sector and in_force(row, first) for row in rows):
        raise Invalid("no_such_row", sector=sector)
    return _ended(rows, sector, first)


def checked(row: Limit) -> None:
    """Raises Invalid with an error per field: ``amount``, ``extension``, ``law``, ``name``."""
    wrong: dict[str, Invalid] = {}
    longest = LONGEST[row.span.unit]
    if row.span.amount == 0 or abs(row.span.amount) > longest:
        wrong["amount"] = Invalid("amount_out_of_range", longest=longest)
    if row.extension is not None:
        longest = LONGEST[row.extension.unit]
        if row.span.amount < 0:
            wrong["extension_amount"] = Invalid("backward_period_extended")
        elif not 0 < row.extension.amount <= longest:
            wrong["extension_amount"] = Invalid("amount_out_of_range", longest=longest)
        if row.extensions_allowed < 1:
            wrong["times"] = Invalid("required")
        if not row.extension_approver:
            wrong["approver"] = Invalid("required")
    if not row.sources or not all(source.law for source in row.sources):
        wrong["sources"] = Invalid("required")
    if not row.name.strip():
        wrong["name"] = Invalid("required")
    if wrong:
        raise Invalid(fields=wrong)


def _begins(day: date | None, today: date) -> date:
    if day is None:
        raise Invalid(fields={"in_force_from": Invalid("required")})
    if day <= today:
        raise Invalid(
            fields={
                "in_force_from": Invalid("effective_too_early", first=(today + _DAY).isoformat())
            }
        )
    return day


def _ended(rows: Sequence[Limit], sector: str | None, begins: date) -> tuple[Limit, ...]:
    """The rows with the sector's own cut off before the day; one that begins on it is gone."""
    kept = []
    for row in rows:
        if row.sector == sector and in_force(row, begins):
            if row.in_force_from == begins:
                continue
            row = replace(row, in_force_to=begins - _DAY)
        kept.append(row)
    return tuple(kept)
