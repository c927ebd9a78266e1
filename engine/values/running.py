"""What the engine answers after it moved a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.values.timing import TimerRule

#: A JSON value. The case file is a mapping of field ids to such values.
Json = Any
CaseFile = Mapping[str, Json]


@dataclass(frozen=True)
class OpenTask:
    """A user task somebody can complete now."""

    id: str
    element: str
    name: str
    role: str
    body: str
    opened_at: datetime
    #: Instant of the boundary timer marked as its deadline.
    due_at: datetime | None = None
    #: Local values of a multi-instance item, not part of the case file.
    local: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Timer:
    """A timer the case waits for."""

    id: str
    element: str
    name: str
    instant: datetime
    rule: TimerRule | None = None
    #: Marked ``duban:deadline``.
    deadline: bool = False
    interrupting: bool = True
    #: Engine ids of the open tasks this boundary timer is attached to.
    attached_to: tuple[str, ...] = ()
    #: Stands still while the case is stopped.
    standing: bool = False


@dataclass(frozen=True)
class OpenMessage:
    """A message event that waits: something a person may ask for, such as an extension."""

    id: str
    element: str
    message: str
    name: str
    role: str
    body: str


@dataclass(frozen=True)
class OperationRequest:
    """A named operation a service task asks for, parameters already evaluated."""

    id: str
    element: str
    name: str
    parameters: Mapping[str, Json] = field(default_factory=dict)
    #: Key of the case file under which the services put the result.
    result: str = ""


class PassedKind(StrEnum):
    """How an element was left."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Passed:
    """An element the case went through in this step, in order."""

    element: str
    kind: PassedKind
    #: Sequence flow ids taken out of it.
    flows: tuple[str, ...] = ()
    task: str = ""


@dataclass(frozen=True)
class Outcome:
    """All that a step decided. The store applies it whole."""

    state: bytes
    data: CaseFile
    tasks: tuple[OpenTask, ...] = ()
    timers: tuple[Timer, ...] = ()
    messages: tuple[OpenMessage, ...] = ()
    operations: tuple[OperationRequest, ...] = ()
    passed: tuple[Passed, ...] = ()
    finished: bool = False

    @property
    def wake_at(self) -> datetime | None:
        """The earliest instant at which the clock must move this case."""
        return min((one.instant for one in self.timers if not one.standing), default=None)


@dataclass(frozen=True)
class Bounds:
    """What one command may use before it is refused."""

    steps: int = 5_000
    tasks: int = 5_000
    cpu_seconds: float = 2.0
    #: Of all values it writes, evaluates for operations or hands to instances, overwritten or not.
    memory_bytes: int = 32_000_000
    state_bytes: int = 2_000_000
