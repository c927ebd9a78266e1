"""What pages say about time: why a due date is what it is, and the simulated clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine.values.pages import CaseRef, DueView, FieldView
from engine.values.people import Verdict
from engine.values.process import Form
from engine.values.timing import DueDate, LedgerEvent


@dataclass(frozen=True)
class DueExplanation:
    """Why a due date is what it is: the arithmetic day by day and the ledger."""

    case: CaseRef
    #: Name of the task or phase the deadline belongs to.
    name: str
    due: DueView
    arithmetic: DueDate
    ledger: tuple[LedgerEvent, ...] = ()
    task_id: int | None = None
    extensions_left: int | None = None


@dataclass(frozen=True)
class ClockOffer:
    """Something that may be asked for about a clock, or the reason why not."""

    #: pause, resume, extend
    kind: str
    may: Verdict
    deadline_id: int | None = None
    ground: int | None = None
    name: str = ""


@dataclass(frozen=True)
class ClockRequestPage:
    """The form of a request about a clock."""

    case: CaseRef
    kind: str
    deadline_id: int | None
    ground: int | None
    clock: str
    form: Form
    fields: tuple[FieldView, ...]
    #: Role that decides.
    approver: str


@dataclass(frozen=True)
class SimulatedClock:
    """The clock of the demo mode: what it shows and how far it was moved."""

    now: datetime
    #: The machine's time; equal to ``now`` when the clock was never moved.
    machine: datetime
    today: date
    working_day: bool
