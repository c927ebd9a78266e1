"""What the verbs answer to a page: frozen values with codes and facts, no words of the interface.

Text that comes from diagrams (names of tasks, labels of fields) is Chinese as drawn; the edge
translates it. Counts are bounded by :data:`COUNT_LIMIT` so that no page counts a million rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date, datetime
from enum import StrEnum

from engine.actor import Actor
from engine.values.people import Certificate, Verdict
from engine.values.process import Field, Form, LegalBasis, ProcessInfo
from engine.values.running import Json
from engine.values.timing import DueDate, LedgerEvent, Light

#: Counting stops here; a page shows "999+" for anything above 999.
COUNT_LIMIT = 1_000
#: Rows of a work list on one page.
PAGE_ROWS = 50

#: Text as a form sends it: several values under one name.
Raw = Mapping[str, Sequence[str]]


# --- People and bodies ------------------------------------------------------------------------


@dataclass(frozen=True)
class BodyRow:
    """A body as lists and choices show it."""

    id: int
    name: str
    kind: str
    parent_id: int | None = None


@dataclass(frozen=True)
class PersonRow:
    """A person as lists and choices show them; never a login or an address."""

    id: int
    name: str
    #: Names of the bodies the person belongs to, for telling namesakes apart.
    bodies: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignedIn:
    """Who a browser session belongs to.

    ``stamp`` changes with the password: a session that carries another one has ended.
    """

    actor: Actor
    login: str
    stamp: str
    #: Language the person chose (``zh_CN``, ``en``); empty when never chosen.
    locale: str = ""


@dataclass(frozen=True)
class MembershipRow:
    """A role at a body, with the body's name."""

    body: BodyRow
    role: str


@dataclass(frozen=True)
class Profile:
    """A person's own page."""

    id: int
    name: str
    login: str
    mail: str = ""
    locale: str = ""
    memberships: tuple[MembershipRow, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    password_changed_at: datetime | None = None


# --- Cases, due dates, fields -----------------------------------------------------------------


@dataclass(frozen=True)
class CaseRef:
    """Enough of a case to name it and link to it."""

    id: int
    number: str
    title: str
    process_id: str
    process_name: str
    party: str = ""
    #: running, finished, cancelled
    status: str = "running"
    stage: str = ""


@dataclass(frozen=True)
class DueView:
    """A due date as a list shows it: the light and the sentence of ``rules.lights.standing``."""

    light: Light = Light.NONE
    #: Code and facts of the sentence: ``overdue`` (days), ``due_today`` …
    code: str = "no_deadline"
    facts: Mapping[str, int] = default(default_factory=dict)
    due_at: datetime | None = None
    #: The due date reaches into a year whose calendar is not announced yet.
    provisional: bool = False
    #: Key of the time-limit table, its basis, and whether it may be called 法定期限.
    limit: str = ""
    basis: str = ""
    statutory: bool = False
    #: Set while the clock of the case is stopped.
    paused_since: datetime | None = None
    #: The ledger to explain; ``None`` when there is nothing to explain.
    deadline_id: int | None = None


@dataclass(frozen=True)
class AttachmentRow:
    """A file of a case."""

    id: int
    case_id: int | None
    filename: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime
    uploaded_by: str = ""


@dataclass(frozen=True)
class DocumentRow:
    """An official document issued in a case."""

    id: int
    case_id: int
    type: str
    title: str
    number: str
    issued_at: datetime
    filename: str
    size: int
    sha256: str
    issued_by: str = ""
    recipient: str = ""


@dataclass(frozen=True)
class Shown:
    """A field's value to be read. ``names`` resolves the ids of people and bodies in it."""

    field: Field
    value: Json
    names: Mapping[int, str] = default(default_factory=dict)
    attachments: tuple[AttachmentRow, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One person or body a field offers; one that may not be chosen says why."""

    value: str
    label: str
    detail: str = ""
    verdict: Verdict = default(default_factory=lambda: Verdict(True))


@dataclass(frozen=True)
class FieldView:
    """A field to be filled in.

    ``raw`` is the text the input shows: the draft if there is one, otherwise the case file's value.
    A field with ``visible`` false is not asked for under the values at hand.
    """

    field: Field
    raw: Raw = default(default_factory=dict)
    visible: bool = True
    #: People or bodies to choose from, for person, people and body fields.
    choices: tuple[Choice, ...] = ()
    #: Files already attached, for file fields.
    attachments: tuple[AttachmentRow, ...] = ()


@dataclass(frozen=True)
class TimelineRow:
    """Something that happened in a case, newest last. ``code`` is a sentence code."""

    at: datetime
    code: str
    facts: Mapping[str, str] = default(default_factory=dict)
    by: str = ""


# --- Inbox ------------------------------------------------------------------------------------


class Tab(StrEnum):
    """The lists of the inbox."""

    TODO = "todo"
    POOL = "pool"
    DONE = "done"
    STARTED = "started"
    FOLLOWED = "followed"


class Group(StrEnum):
    """How urgent an open task is."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    PAUSED = "paused"


@dataclass(frozen=True)
class InboxQuery:
    """A tab with its filters; every part has a place in the page's address."""

    tab: Tab = Tab.TODO
    process: str = ""
    body_id: int | None = None
    light: Light | None = None
    #: Opaque cursor of the page after; empty is the first page.
    after: str = ""
    rows: int = PAGE_ROWS


@dataclass(frozen=True)
class InboxRow:
    """One line: a task, or a case in the tabs that list cases (then ``task_id`` is ``None``)."""

    case: CaseRef
    task_id: int | None = None
    name: str = ""
    group: Group | None = None
    due: DueView = default(default_factory=DueView)
    #: The body the case is about or handled by.
    body: str = ""
    assignee: str = ""
    #: Whether the reader may take it from the pool.
    claim: Verdict = default(default_factory=lambda: Verdict(False))
    opened_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True)
class FilterOption:
    """A value a filter of the inbox offers."""

    value: str
    label: str


@dataclass(frozen=True)
class InboxPage:
    """A page of the inbox. Rows are ordered: overdue, soon, later (due ascending), paused."""

    query: InboxQuery
    rows: tuple[InboxRow, ...] = ()
    #: Per tab, bounded by COUNT_LIMIT: todo and pool at least.
    counts: Mapping[Tab, int] = default(default_factory=dict)
    #: Per group of the current tab under the current filters, bounded.
    groups: Mapping[Group, int] = default(default_factory=dict)
    processes: tuple[FilterOption, ...] = ()
    bodies: tuple[FilterOption, ...] = ()
    #: Cursor of the next page; empty at the end.
    after: str = ""
    #: Rows of this tab that the filters hide, bounded; only counted when no row is shown.
    hidden: int = 0
    #: False when the person holds no role that could ever receive a task.
    eligible: bool = True


# --- Task -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opinion:
    """What somebody entered when completing an earlier task of the case."""

    task_id: int
    name: str
    person: str
    body: str
    at: datetime
    shown: tuple[Shown, ...] = ()


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


# --- Start ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StartRow:
    """A procedure in the list of what can be started."""

    process: ProcessInfo
    version: int
    #: Roles that may start it.
    roles: tuple[str, ...] = ()
    may: Verdict = default(default_factory=lambda: Verdict(True))


@dataclass(frozen=True)
class StartPage:
    """The form by which a case is started."""

    process: ProcessInfo
    form: Form
    fields: tuple[FieldView, ...] = ()
    may: Verdict = default(default_factory=lambda: Verdict(True))
    #: Bodies for which the reader may start it; asked for when there are several.
    bodies: tuple[BodyRow, ...] = ()


# --- Deadlines --------------------------------------------------------------------------------


@dataclass(frozen=True)
class DueExplanation:
    """Why a due date is what it is: the arithmetic day by day and the ledger."""

    case: CaseRef
    #: Name of the task or phase the deadline belongs to.
    name: str
    due: DueView
    arithmetic: DueDate
    ledger: tuple[LedgerEvent, ...] = ()
    task_id: int | None = None
    extensions_left: int | None = None


# --- Notifications ----------------------------------------------------------------------------


@dataclass(frozen=True)
class NotificationRow:
    """A notice to a person. ``titles`` and ``texts`` are keyed by locale, placeholders filled."""

    id: int
    at: datetime
    #: remind, urge, supervise
    level: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    case_id: int | None = None
    case_number: str = ""
    task_id: int | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class NotificationPage:
    """A page of notices, newest first, with how many are unread (bounded)."""

    rows: tuple[NotificationRow, ...] = ()
    unread: int = 0
    after: str = ""


@dataclass(frozen=True)
class SimulatedClock:
    """The clock of the demo mode: what it shows and how far it was moved."""

    now: datetime
    #: The machine's time; equal to ``now`` when the clock was never moved.
    machine: datetime
    today: date
    working_day: bool
