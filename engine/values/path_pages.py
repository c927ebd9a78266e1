"""The diagram of a case with the way it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.values.pages import CaseRef
from engine.values.process import Element
from engine.values.running import PassedKind


@dataclass(frozen=True)
class ElementTime:
    """Time spent in an element: when it was entered and left, how often."""

    element: str
    name: str
    times: int
    entered_at: datetime | None
    left_at: datetime | None
    seconds: int


@dataclass(frozen=True)
class Diagram:
    """One drawing: of the procedure, or of a procedure it calls."""

    process_id: str
    name: str
    xml: str
    #: What is written on it, as drawn.
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class PassedStep:
    """An element left, in the order the case went."""

    at: datetime
    element: Element
    kind: PassedKind


@dataclass(frozen=True)
class PathView:
    """The diagrams with the way the case took, and the same as lists."""

    case: CaseRef
    elements: Mapping[str, Element]
    #: The procedure itself first, then those it calls.
    diagrams: tuple[Diagram, ...] = ()
    #: Element ids completed and cancelled, and the flows taken, in order of first passing.
    passed: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    #: Late now, and close to it: open tasks and phases.
    overdue: tuple[str, ...] = ()
    soon: tuple[str, ...] = ()
    #: Completed after their deadline, and ended by the case after it without being completed.
    late: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    #: The clocks stand still.
    paused: tuple[str, ...] = ()
    times: tuple[ElementTime, ...] = ()
    steps: tuple[PassedStep, ...] = ()
