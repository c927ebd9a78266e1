"""The time-limit table."""

from __future__ import annotations

from datetime import date

from engine.errors import Invalid
from engine.values.timing import Limit, LimitTable


def find(table: LimitTable, key: str, on: date, sector: str | None = None) -> Limit:
    """The row of the key that is in force on the day, a sector's own before the general one.

    Raises ``Invalid("unknown_limit")``, or ``Invalid("limit_not_in_force")`` when rows exist but
    none holds on that day for that sector.
    """
    rows = [row for row in table.rows if row.key == key]
    if not rows:
        raise Invalid("unknown_limit", key=key)
    holding = [row for row in rows if in_force(row, on)]
    for wanted in (sector, None):
        for row in holding:
            if row.sector == wanted:
                return row
    raise Invalid("limit_not_in_force", key=key, on=on.isoformat())


def in_force(row: Limit, on: date) -> bool:
    """Whether the row holds on the day; both ends are included."""
    return (row.in_force_from is None or row.in_force_from <= on) and (
        row.in_force_to is None or on <= row.in_force_to
    )
