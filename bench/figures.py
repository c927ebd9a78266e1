"""Figures: what was measured, how it spread, and whether its budget is met."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the report. ``budget`` is the most that is allowed, or the least if ``floor``."""

    name: str
    value: float
    unit: str
    spread: float = 0.0
    budget: float | None = None
    floor: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; ``None`` for a figure without one."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.floor else self.value <= self.budget

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "spread": round(self.spread, 4),
            "budget": self.budget,
            "budget_is": None if self.budget is None else "least" if self.floor else "most",
            "met": self.met,
            "note": self.note,
        }

    def as_line(self) -> str:
        """For people."""
        verdict = {True: "met   ", False: "MISSED", None: "      "}[self.met]
        sign = "≥" if self.floor else "≤"
        budget = "" if self.budget is None else f"  ({sign} {self.budget:g})"
        spread = f" ± {self.spread:.3g}" if self.spread else ""
        note = f"  — {self.note}" if self.note else ""
        return f"{verdict}  {self.name}: {self.value:.3g}{spread} {self.unit}{budget}{note}"


@dataclass(frozen=True)
class Sample:
    """Several timings of one thing, in seconds."""

    seconds: Sequence[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles."""
        if len(self.seconds) < 4:
            return (max(self.seconds) - min(self.seconds)) / 2
        first, _, third = statistics.quantiles(self.seconds, n=4)
        return (third - first) / 2

    def percentile(self, percent: int) -> float:
        """The value below which this percentage of the timings lies."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def timed(act: Callable[[], object]) -> float:
    """Seconds one call takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def sampled(act: Callable[[], object], times: int) -> Sample:
    """So many timings of a call."""
    return Sample([timed(act) for _ in range(times)])
