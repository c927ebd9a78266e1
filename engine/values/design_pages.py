"""What the verbs about procedures answer: drafts, their findings, differences and vocabulary.

The pages show them, and the same values are the JSON the modeler reads; names of fields are the
names in that JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from engine.values.people import Verdict
from engine.values.process import Finding


class DesignState(StrEnum):
    """How far a draft is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class DesignAct(StrEnum):
    """What happened to a draft."""

    OPENED = "opened"
    SAVED = "saved"
    RESTORED = "restored"
    REBASED = "rebased"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class VersionForce(StrEnum):
    """How a published version stands today."""

    NOW = "now"
    COMING = "coming"
    PAST = "past"
    ENDED = "ended"


@dataclass(frozen=True)
class ProcedureRow:
    """A procedure in the list."""

    process: str
    name: str
    #: The version cases start with today; 0 is none.
    version: int
    #: The newest one and its day, when that is still to come.
    coming: int
    coming_on: date | None
    #: Cases on any version, bounded.
    running: int
    overdue: int
    changed_at: datetime
    changed_by: str
    #: Of the open draft; empty without one.
    state: str
    drafted_by: str = ""


@dataclass(frozen=True)
class VersionRow:
    """A published version in the history."""

    id: int
    version: int
    force: VersionForce
    note: str
    published_at: datetime
    published_by: str
    reviewed_by: str
    effective_on: date | None
    ends_on: date | None
    checksum: str
    running: int = 0


@dataclass(frozen=True)
class ActRow:
    """One line of the history of a draft."""

    design_id: int
    revision: int
    at: datetime
    by: str
    act: str
    note: str
    #: Whether the draft can be looked at as it was then.
    kept: bool


@dataclass(frozen=True)
class Design:
    """A draft as it stands."""

    id: int
    process: str
    name: str
    main: str
    state: DesignState
    origin: str
    revision: int
    #: Version it changes; 0 for a new procedure.
    base: int
    #: Whether a newer version was published since.
    outdated: bool
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    note: str
    effective_on: date | None
    submitted_by: str
    submitted_at: datetime | None
    reviewed_by: str
    reviewed_at: datetime | None
    words: str


@dataclass(frozen=True)
class DesignPage:
    """A procedure with its draft, or as it is published when there is none."""

    process: str
    name: str
    design: Design | None
    #: What is shown: the draft's sources, or those of the newest version.
    main: str
    xml: bytes
    tables: Mapping[str, bytes]
    #: Diagrams of the procedures it calls, as they would be pinned now.
    called: Mapping[str, bytes]
    version: int
    #: Whether the reader draws, reviews and publishes.
    may_manage: Verdict
    may_review: Verdict
    findings: tuple[Finding, ...] = ()
    #: Everything written on the drawing, for its translation.
    texts: tuple[str, ...] = ()

    @property
    def editable(self) -> bool:
        """Whether a save would be taken."""
        drawn = self.design is not None and self.design.state is DesignState.DRAFT
        return drawn and bool(self.may_manage)


@dataclass(frozen=True)
class Saved:
    """The answer to a save."""

    revision: int
    at: datetime
    findings: tuple[Finding, ...]


# --- Vocabulary -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Term:
    """One thing a picker offers. ``name`` is Chinese as the county's files have it."""

    key: str
    name: str
    #: English where the files bring it; elsewhere the catalogue translates ``name``.
    en: str = ""
    #: What else is told of it, already plain.
    more: Mapping[str, Any] = default(default_factory=dict)


@dataclass(frozen=True)
class LimitTerm:
    """A row of the time-limit table as a picker shows it."""

    key: str
    name: str
    en: str
    amount: int
    #: working_day, day, month, hour
    unit: str
    statutory: bool
    law: str
    article: str
    evidence: str


@dataclass(frozen=True)
class Vocabulary:
    """Everything a diagram may refer to. Kinds worded by code have terms without names."""

    roles: tuple[Term, ...]
    #: Slots every county has one body of; a field of type body makes further ones.
    slots: tuple[Term, ...]
    limits: tuple[LimitTerm, ...]
    documents: tuple[Term, ...]
    #: more: required, one_of, optional, open
    operations: tuple[Term, ...]
    #: more: columns
    registers: tuple[Term, ...]
    messages: tuple[Term, ...]
    field_types: tuple[str, ...]
    disclosures: tuple[str, ...]
    #: more: file, inputs, outputs
    decisions: tuple[Term, ...]
    #: Published procedures, to be called or opened.
    processes: tuple[Term, ...]
    #: Laws published procedures and the time-limit table rest on.
    laws: tuple[str, ...]
    #: Public stages published procedures show.
    stages: tuple[str, ...]
    #: Rules of separation of duties.
    duties: tuple[str, ...]
    certificates: tuple[str, ...]
    #: Rungs of a ladder.
    levels: tuple[str, ...]
    countersign: tuple[str, ...]
    #: Functions of expressions with their arguments.
    functions: tuple[tuple[str, str], ...]
