"""Recusals as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.values.pages import Choice
from engine.values.people import ALLOWED, Verdict


@dataclass(frozen=True)
class RecusalRow:
    """A request as the case page shows it."""

    id: int
    person_id: int
    person: str
    kind: str
    asked_by: str
    asked_at: datetime
    reason: str
    status: str
    grounds: str
    decided_by: str
    decided_at: datetime | None
    decided_in: int | None
    replaced_by: str
    #: Labels of the fields that still name the person.
    named_in: tuple[str, ...] = ()
    #: Who could be named instead, for those who may.
    instead: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class RecusalPage:
    """What the people of a case may read and ask about recusals."""

    rows: tuple[RecusalRow, ...] = ()
    may: Verdict = ALLOWED
    #: Who may be challenged.
    people: tuple[Choice, ...] = ()
