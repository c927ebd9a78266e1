"""Incidents as their page lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.values.pages import CaseRef
from engine.values.running import Json


@dataclass(frozen=True)
class IncidentRow:
    """Something that failed. ``reference`` is what the person who met it was told."""

    id: int
    reference: str
    verb: str
    code: str
    facts: Mapping[str, Json]
    first_at: datetime
    last_at: datetime
    attempts: int
    #: open, resolved
    status: str
    case: CaseRef | None = None
    next_at: datetime | None = None
    actor: str = ""
    detail: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class IncidentPage:
    """A page of incidents, newest first."""

    rows: tuple[IncidentRow, ...] = ()
    after: str = ""
    open: int = 0
