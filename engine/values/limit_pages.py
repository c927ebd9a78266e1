"""What the verbs answer to the pages of the time-limit table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date, datetime
from enum import StrEnum

from engine.values.pages import CaseRef
from engine.values.people import Verdict
from engine.values.running import Json
from engine.values.timing import Limit, Measure


class Force(StrEnum):
    """Whether a row holds today."""

    NOW = "now"
    COMING = "coming"
    PAST = "past"


@dataclass(frozen=True)
class LimitRow:
    """A row of the table as lists show it."""

    limit: Limit
    force: Force
    sector: str = ""
    sector_en: str = ""


@dataclass(frozen=True)
class LimitQuery:
    """What of the table is asked for; every part has a place in the page's address."""

    text: str = ""
    sector: str = ""
    evidence: str = ""
    #: statutory, internal
    kind: str = ""
    #: Also rows that hold no longer.
    past: bool = False


@dataclass(frozen=True)
class ChangeRow:
    """One change of the table."""

    key: str
    sector: str | None
    at: datetime
    by: str
    in_force_from: date
    note: str
    before: Json
    after: Json


@dataclass(frozen=True)
class LimitPage:
    """The table, or what of it was asked for."""

    query: LimitQuery
    rows: tuple[LimitRow, ...]
    total: int
    #: Clocks that run now, by key.
    running: Mapping[str, int]
    sectors: Mapping[str, tuple[str, str]]
    measures: tuple[Measure, ...]
    may_change: Verdict
    changes: tuple[ChangeRow, ...] = ()


@dataclass(frozen=True)
class Touched:
    """Running cases of one procedure whose clocks run by a key."""

    process_name: str
    clocks: int
    #: Those of them the reader may see.
    cases: tuple[CaseRef, ...] = ()


@dataclass(frozen=True)
class KeyPage:
    """Every version of one key, beside one another."""

    key: str
    rows: tuple[LimitRow, ...]
    #: Names of procedures whose diagrams count by the key.
    procedures: tuple[str, ...]
    touched: tuple[Touched, ...]
    #: Whether more cases run than were looked at.
    more: bool
    changes: tuple[ChangeRow, ...]
    sectors: Mapping[str, tuple[str, str]]
    may_change: Verdict
    today: date
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What a change would do, before it is made."""

    before: Limit | None
    after: Limit | None
    in_force_from: date
    #: Running cases that keep the rule they began with, by procedure.
    keep: tuple[Touched, ...] = ()
    more: bool = False
    #: Rows as they would stand.
    rows: tuple[LimitRow, ...] = default(default_factory=tuple)
