"""What the inbox shows: tabs, filters, rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import datetime
from enum import StrEnum

from engine.values.collaboration import SavedView
from engine.values.pages import PAGE_ROWS, CaseRef, DueView
from engine.values.people import Verdict
from engine.values.task_pages import Asked
from engine.values.timing import Light


class Tab(StrEnum):
    """The lists of the inbox."""

    TODO = "todo"
    POOL = "pool"
    DONE = "done"
    STARTED = "started"
    FOLLOWED = "followed"
    COPIED = "copied"


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
    #: Whom the reader stands in for with it.
    acting_for: str = ""
    #: Not opened yet by the reader, who has it or was sent it.
    unread: bool = False
    #: Whether the reader may take it from the pool.
    claim: Verdict = default(default_factory=lambda: Verdict(False))
    opened_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True)
class Question:
    """An opinion the reader was asked for."""

    asked: Asked
    case: CaseRef


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
    #: Opinions asked of the reader.
    questions: tuple[Question, ...] = ()
    views: tuple[SavedView, ...] = ()
    #: Absent people whose tasks are among the rows.
    standing_in_for: tuple[str, ...] = ()
