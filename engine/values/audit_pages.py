"""The audit chain of a case, and the verification of all chains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.values.running import Json


@dataclass(frozen=True)
class AuditRow:
    """One entry of the case's chain."""

    seq: int
    at: datetime
    actor: str
    channel: str
    act: str
    facts: Mapping[str, Json]
    #: Hexadecimal digest that carries the one before it.
    digest: str


@dataclass(frozen=True)
class BrokenChain:
    """An audit chain that does not verify."""

    case_id: int
    number: str
    #: Code of what is wrong: entry_changed, entry_missing, tail_missing, anchor_missing, …
    code: str
    seq: int | None = None
    day: date | None = None


@dataclass(frozen=True)
class AuditReport:
    """The verification of audit chains and of their anchors."""

    chains: int
    entries: int
    anchors: int
    broken: tuple[BrokenChain, ...] = ()
