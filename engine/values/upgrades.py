"""Moving running cases to another version: what it would do to each, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.values.running import Outcome

#: Steps of the version a case leaves, and the steps of the new one that take their place.
Mapped = Mapping[str, str]


@dataclass(frozen=True)
class Reason:
    """Why a case cannot be moved: a code with facts."""

    code: str
    element: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TimerMove:
    """A clock the new version counts differently; ``after`` is ``None`` for one it drops."""

    element: str
    name: str
    deadline: bool
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True)
class Moved:
    """What moving a case to another version comes to."""

    outcome: Outcome | None
    #: Open steps before, each with the step it is afterwards.
    steps: tuple[tuple[str, str], ...] = ()
    timers: tuple[TimerMove, ...] = ()
    refused: tuple[Reason, ...] = ()


class RowState(StrEnum):
    """How far one case of an upgrade is."""

    WAITING = "waiting"
    MOVED = "moved"
    REFUSED = "refused"
    FAILED = "failed"
    #: Over, or on that version already, when its turn came.
    PASSED_OVER = "passed_over"


@dataclass(frozen=True)
class TouchedRow:
    """Running cases of one version that stand at one step."""

    definition_id: int
    version: int
    element: str
    name: str
    cases: int
    #: Whether the new version has the step, with the same kind of work.
    kept: bool
    #: The expressions of its deadlines before and after, where they differ.
    deadlines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Touched:
    """What a new version does to the cases that run on older ones."""

    target_id: int
    version: int
    running: int
    rows: tuple[TouchedRow, ...]

    @property
    def vanished(self) -> tuple[TouchedRow, ...]:
        """Steps with cases at them that the new version does not have."""
        return tuple(row for row in self.rows if not row.kept)


@dataclass(frozen=True)
class Preview:
    """What moving one case would do."""

    case_id: int
    number: str
    title: str
    version: int
    steps: tuple[tuple[str, str], ...]
    timers: tuple[TimerMove, ...]
    refused: tuple[Reason, ...]


@dataclass(frozen=True)
class UpgradeRow:
    """An upgrade and how far it has come."""

    id: int
    process_id: str
    process_name: str
    version: int
    at: datetime
    by: str
    note: str
    finished_at: datetime | None
    counts: Mapping[RowState, int]

    @property
    def total(self) -> int:
        """Cases it is about."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Cases whose turn has come."""
        return self.total - self.counts.get(RowState.WAITING, 0)


@dataclass(frozen=True)
class UpgradeCase:
    """A case of an upgrade that did not simply move."""

    case_id: int
    number: str
    title: str
    state: RowState
    code: str
    facts: Mapping[str, str]
