"""What the verbs answer to the pages about cases, incidents and definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date, datetime

from engine.values.audit_pages import AuditRow
from engine.values.pages import (
    AttachmentRow,
    BodyRow,
    CaseRef,
    DocumentRow,
    DueView,
    FieldView,
    PersonRow,
    Shown,
    TimelineRow,
)
from engine.values.people import Verdict
from engine.values.process import Form, LegalBasis, ProcessInfo
from engine.values.task_pages import Opinion
from engine.values.timing import LedgerEvent, Limit


@dataclass(frozen=True)
class PresentTask:
    """A task of the case, open or over. ``task_id`` only when the reader may open it."""

    element: str
    name: str
    role: str
    body: str
    #: open, completed, cancelled
    status: str
    opened_at: datetime
    task_id: int | None = None
    assignee: str = ""
    due: DueView = default(default_factory=DueView)
    completed_at: datetime | None = None
    completed_by: str = ""


@dataclass(frozen=True)
class RungView:
    """A rung of a ladder: when it was climbed, when it will be, or that it no longer will."""

    element: str
    name: str
    level: str
    #: past, coming, standing, stopped
    state: str
    at: datetime | None = None


@dataclass(frozen=True)
class DeadlineView:
    """One clock of the case with its ledger."""

    id: int
    name: str
    #: running, paused, met, missed, cancelled
    status: str
    due: DueView
    started_at: datetime
    ended_at: datetime | None = None
    limit: Limit | None = None
    #: Name of the limit in Chinese, or what is drawn on the diagram.
    label: str = ""
    extensions: int = 0
    extensions_left: int = 0
    ledger: tuple[LedgerEvent, ...] = ()
    rungs: tuple[RungView, ...] = ()


@dataclass(frozen=True)
class ActionView:
    """A message event that waits: something that may be asked for, such as an extension."""

    message_id: str
    element: str
    name: str
    form: Form
    body: str
    may: Verdict
    fields: tuple[FieldView, ...] = ()


@dataclass(frozen=True)
class ActionPage:
    """The page on which one of them is filled in."""

    case: CaseRef
    action: ActionView
    #: The most pressing running deadline of the case.
    due: DueView = default(default_factory=DueView)
    draft_saved_at: datetime | None = None


@dataclass(frozen=True)
class PersonInCase:
    """Somebody who acted in the case or has a task in it now."""

    person: PersonRow
    #: Names of the steps completed, and of those in hand.
    did: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    last_at: datetime | None = None


@dataclass(frozen=True)
class LinkRow:
    """A case this one opened or was opened by; ``case`` is ``None`` if it must not be seen."""

    #: opened, opened_by
    kind: str
    at: datetime
    case: CaseRef | None = None


@dataclass(frozen=True)
class PauseRow:
    """A time during which every clock of the case stood still."""

    paused_at: datetime
    document: str
    reason: str
    resumed_at: datetime | None = None
    resume_document: str = ""
    id: int = 0
    approver: str = ""
    resume_reason: str = ""
    resume_approver: str = ""


@dataclass(frozen=True)
class ArchivedIn:
    """Where the history of an archived case lies."""

    at: datetime
    file: str
    sha256: str
    #: ``None`` is for good.
    keep_until: date | None


@dataclass(frozen=True)
class CasePage:
    """A case with what a tab of its page shows; what other tabs show is left empty.

    ``tasks`` are at least those open.
    """

    case: CaseRef
    process: ProcessInfo
    version: int
    started_at: datetime
    started_by: str
    finished_at: datetime | None = None
    #: The most pressing running deadline.
    due: DueView = default(default_factory=DueView)
    paused_since: datetime | None = None
    bodies: tuple[tuple[str, BodyRow], ...] = ()
    facts: tuple[Shown, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    tasks: tuple[PresentTask, ...] = ()
    deadlines: tuple[DeadlineView, ...] = ()
    pauses: tuple[PauseRow, ...] = ()
    actions: tuple[ActionView, ...] = ()
    documents: tuple[DocumentRow, ...] = ()
    attachments: tuple[AttachmentRow, ...] = ()
    people: tuple[PersonInCase, ...] = ()
    timeline: tuple[TimelineRow, ...] = ()
    audit: tuple[AuditRow, ...] = ()
    links: tuple[LinkRow, ...] = ()
    basis: tuple[LegalBasis, ...] = ()
    followed: bool = False
    withdraw: Verdict = default(default_factory=lambda: Verdict(False))
    #: When it was archived, in which file, until when that is kept.
    archived: ArchivedIn | None = None
    #: References of open incidents, for administrators and for a sentence to everybody else.
    incidents: tuple[int, ...] = ()
    #: How much the tabs hold, by tab.
    quantities: Mapping[str, int] = default(default_factory=dict)


@dataclass(frozen=True)
class DefinitionPageRow:
    """A procedure in the list of published ones."""

    id: int
    process: ProcessInfo
    version: int
    checksum: str
    note: str
    published_at: datetime
    published_by: str
    #: Cases that run on any version; bounded.
    running: int = 0
    overdue: int = 0
