"""Periodic duties as plain values: what the notice orders every year, quarter or two years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date, datetime

from engine.values.process import LegalBasis


@dataclass(frozen=True)
class PeriodicDuty:
    """A duty that comes back with the calendar. At the end of its wait it opens cases.

    Which procedure it opens is told by the diagram: a start event with ``period("CODE")``.
    """

    code: str
    name: str
    name_en: str
    #: Clauses of the notice it serves (A01 to A67).
    clauses: tuple[str, ...]
    basis: LegalBasis
    #: Months of the year in which it is opened, January is 1.
    months: tuple[int, ...]
    #: Which working day of the month (1 is the first); 0 if ``day`` says it.
    workday: int = 0
    #: Which day of the month, rolled on to the next working day; 0 if ``workday`` says it.
    day: int = 0
    #: Every so many years, counted from 2018, the year of the notice.
    years: int = 1
    #: Kinds of bodies that get a case each; none: one case for the county.
    bodies: tuple[str, ...] = ()
    #: Slot of the case the body is put into.
    slot: str = ""
    #: Values of the new case by field id; ``{year}``, ``{previous_year}``, ``{next_year}``,
    #: ``{quarter}`` and ``{body}`` are filled in.
    values: Mapping[str, str] = default(default_factory=dict)
    #: Fields that begin with a count: the body's cases of a procedure started in the year before.
    counts: Mapping[str, str] = default(default_factory=dict)

    @property
    def each(self) -> bool:
        """Whether every body of some kinds gets a case of its own."""
        return bool(self.bodies)


@dataclass(frozen=True)
class Period:
    """One turn of a duty. ``key`` is what it is known by, whatever the calendar says later."""

    #: The first day of the month, midnight of the county.
    key: datetime
    #: When its cases are opened.
    opens: datetime

    @property
    def day(self) -> date:
        """The first day of the month it belongs to."""
        return self.key.date()
