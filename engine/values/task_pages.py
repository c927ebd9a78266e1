"""What the task page shows, and what completing one brings about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import datetime

from engine.values.pages import (
    AttachmentRow,
    BodyRow,
    CaseRef,
    Choice,
    DocumentRow,
    DueView,
    FieldView,
    PersonRow,
    Shown,
    TimelineRow,
)
from engine.values.people import Verdict
from engine.values.process import Element, Form, LegalBasis


@dataclass(frozen=True)
class Opinion:
    """What somebody entered when completing an earlier task of the case."""

    task_id: int
    name: str
    person: str
    body: str
    at: datetime
    shown: tuple[Shown, ...] = ()
    #: Whom the person stood in for.
    acting_for: str = ""


@dataclass(frozen=True)
class Returned:
    """A task that was returned to an earlier step."""

    source: str
    target: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Asked:
    """An opinion asked of a colleague on a task."""

    id: int
    task_id: int
    asker: str
    asked: str
    question: str
    asked_at: datetime
    answer: str = ""
    answered_at: datetime | None = None
    withdrawn_at: datetime | None = None
    #: Whether the reader asked it and may still withdraw it.
    may_withdraw: bool = False


@dataclass(frozen=True)
class Signer:
    """One of several who do a task at once, and whether they have."""

    name: str
    done_at: datetime | None = None


@dataclass(frozen=True)
class TaskPage:
    """All that a person needs to decide a task without opening a second page."""

    id: int
    case: CaseRef
    form: Form
    #: Revision of the case this page was made from; sent back on completion.
    revision: int
    #: open, completed, cancelled
    status: str
    opened_at: datetime
    due: DueView = default(default_factory=DueView)
    body: str = ""
    assignee: PersonRow | None = None
    mine: bool = False
    fields: tuple[FieldView, ...] = ()
    draft_saved_at: datetime | None = None
    #: Per verb (complete, save_draft, claim, unclaim, reassign): allowed or the reason why not.
    may: Mapping[str, Verdict] = default(default_factory=dict)
    #: People a reassignment may choose; those who may not say why.
    colleagues: tuple[Choice, ...] = ()
    started_at: datetime | None = None
    started_by: str = ""
    #: Bodies of the case by slot: (slot code, body).
    bodies: tuple[tuple[str, BodyRow], ...] = ()
    facts: tuple[Shown, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    documents: tuple[DocumentRow, ...] = ()
    attachments: tuple[AttachmentRow, ...] = ()
    timeline: tuple[TimelineRow, ...] = ()
    process_basis: tuple[LegalBasis, ...] = ()
    completed_at: datetime | None = None
    completed_by: str = ""
    #: Whom who has it, or completed it, stands in for.
    acting_for: str = ""
    #: The reader has it and had not opened it before.
    unread: bool = False
    #: Whom the reader would stand in for.
    reader_for: str = ""
    returned: Returned | None = None
    #: Steps it may be returned to.
    steps: tuple[Element, ...] = ()
    asked: tuple[Asked, ...] = ()
    #: People an opinion may be asked of.
    advisers: tuple[Choice, ...] = ()
    #: The others of several who do it at once, in order, and the rule by which they decide.
    signers: tuple[Signer, ...] = ()


@dataclass(frozen=True)
class NextTask:
    """Who has the case now."""

    name: str
    role: str
    body: str
    person: str = ""
    #: Set only when the reader may open it.
    task_id: int | None = None


@dataclass(frozen=True)
class Completed:
    """What a completion, or a start, brought about."""

    case: CaseRef
    name: str
    now_with: tuple[NextTask, ...] = ()
    finished: bool = False
    #: The reader's own most urgent task, and one in this case, to go on with.
    next_due: int | None = None
    next_in_case: int | None = None


@dataclass(frozen=True)
class DraftSaved:
    """A draft is kept; ``visible`` are the field ids asked for under its values."""

    at: datetime
    visible: tuple[str, ...] = ()
