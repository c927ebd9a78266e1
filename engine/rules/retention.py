"""How long finished cases stay at hand, and how long their archives are kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine.errors import Invalid

_MONTHS = 12


@dataclass(frozen=True)
class Period:
    """The periods of one procedure."""

    #: Months after its end that a case stays in the county's own rows.
    stay_months: int
    #: Years its archive is kept after its end; 0 is for good.
    keep_years: int

    def leaves(self, finished: date) -> date:
        """The first day on which a case that ended then may be archived."""
        return _later(finished, self.stay_months)

    def keep_until(self, finished: date) -> date | None:
        """The last day its archive must be kept; ``None`` is for good."""
        return _later(finished, self.keep_years * _MONTHS) if self.keep_years else None


@dataclass(frozen=True)
class Retention:
    """The periods of all procedures."""

    general: Period
    by_process: Mapping[str, Period]

    def of(self, process_id: str) -> Period:
        """The periods of a procedure."""
        return self.by_process.get(process_id, self.general)


def read(text: str) -> Retention:
    """Periods from ``retention.toml``. Raises Invalid ``bad_retention``."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid("bad_retention", reason=str(error)) from error
    general = _period(data, "", Period(24, 30))
    processes = data.get("process", {})
    return Retention(
        general, {name: _period(found, name, general) for name, found in processes.items()}
    )


def _period(data: Mapping[str, object], name: str, otherwise: Period) -> Period:
    stay = data.get("stay_months", otherwise.stay_months)
    keep = data.get("keep_years", otherwise.keep_years)
    if not isinstance(stay, int) or not isinstance(keep, int) or min(stay, keep) < 0:
        raise Invalid("bad_retention", reason=name or "stay_months, keep_years")
    return Period(stay, keep)


def _later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // _MONTHS, month % _MONTHS + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
