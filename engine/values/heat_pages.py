"""Where cases of a procedure spend their time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Heat(StrEnum):
    """How a step does, said with colour and word."""

    NONE = "none"
    GOOD = "good"
    SLOW = "slow"
    LATE = "late"


@dataclass(frozen=True)
class HeatRow:
    """One step in a period."""

    element: str
    name: str
    passed: int
    #: Hours in the step; nothing when nobody passed it.
    median: float | None
    p90: float | None
    late: int
    waiting: int
    #: Of those that wait, how many are overdue now.
    overdue: int
    heat: Heat


@dataclass(frozen=True)
class HeatPage:
    """The steps of a published version in a period."""

    version: int
    xml: bytes
    since: date
    until: date
    rows: tuple[HeatRow, ...]
    #: Whether more was done than is read at once: figures are of the part.
    cut: bool
