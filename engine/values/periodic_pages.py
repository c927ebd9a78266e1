"""What the verbs answer to the pages of periodic duties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine.values.pages import CaseRef
from engine.values.periodic import PeriodicDuty


@dataclass(frozen=True)
class Turn:
    """One period of a duty in a year."""

    #: First day of its month.
    month: date
    opens: datetime
    #: Cases it opened, and how many of them are over.
    opened: int
    finished: int
    #: The calendar of that year is not announced: the day may move.
    provisional: bool = False


@dataclass(frozen=True)
class DutyRow:
    """A duty with its periods of a year."""

    duty: PeriodicDuty
    #: The procedure it opens; empty if none in force is opened by it.
    process_id: str
    process_name: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class DutyPage:
    """The periodic duties of a year."""

    year: int
    now: datetime
    rows: tuple[DutyRow, ...]

    def of_month(self, month: int) -> list[tuple[DutyRow, Turn]]:
        """What opens in a month, by day."""
        found = [
            (row, turn) for row in self.rows for turn in row.turns if turn.month.month == month
        ]
        return sorted(found, key=lambda pair: pair[1].opens)


@dataclass(frozen=True)
class OpenedRow:
    """A case a duty opened, with the body it is for."""

    body: str
    case: CaseRef


@dataclass(frozen=True)
class TurnPage:
    """One period of a duty with its cases."""

    duty: PeriodicDuty
    month: date
    opens: datetime
    rows: tuple[OpenedRow, ...]
    #: Cases the reader may not see.
    hidden: int = 0
