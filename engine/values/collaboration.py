"""What colleagues do around a case: comments, copies, absences, acts on many tasks, views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date, datetime

from engine.values.pages import CaseRef, Choice, DueView, PersonRow
from engine.values.people import Verdict


@dataclass(frozen=True)
class Comment:
    """A comment on a case."""

    id: int
    by: str
    at: datetime
    text: str
    mentions: tuple[str, ...] = ()
    withdrawn_at: datetime | None = None
    mine: bool = False


@dataclass(frozen=True)
class Copy:
    """A case sent to somebody for information."""

    id: int
    to: str
    by: str
    at: datetime
    note: str = ""
    read_at: datetime | None = None
    mine: bool = False


@dataclass(frozen=True)
class Circle:
    """What colleagues said and were sent in a case, and who can be."""

    comments: tuple[Comment, ...] = ()
    copies: tuple[Copy, ...] = ()
    mentionable: tuple[Choice, ...] = ()
    receivers: tuple[Choice, ...] = ()
    may_copy: Verdict = default(default_factory=lambda: Verdict(False))


@dataclass(frozen=True)
class Absence:
    """An absence with its deputy."""

    id: int
    person: PersonRow
    deputy: PersonRow | None
    from_day: date
    to_day: date
    reason: str
    #: planned, present, over, ended
    state: str
    may_end: bool = False


@dataclass(frozen=True)
class AbsencePage:
    """The reader's absences, whom they stand in for, and those of people they lead."""

    own: tuple[Absence, ...]
    standing_in: tuple[Absence, ...]
    led: tuple[Absence, ...]
    #: Whose absence the reader may record: themselves first.
    people: tuple[PersonRow, ...]
    #: Whose is being typed, and who could stand in for them, with the rule against it.
    chosen: PersonRow
    deputies: tuple[Choice, ...]
    today: date


@dataclass(frozen=True)
class BulkTask:
    """A task that may be handed over with others."""

    task_id: int
    case: CaseRef
    name: str
    body: str
    holder: str
    due: DueView


@dataclass(frozen=True)
class BulkPage:
    """What may be handed over at once, and to whom."""

    rows: tuple[BulkTask, ...]
    #: Whose tasks are shown; ``None`` is everybody's.
    of: PersonRow | None
    #: People with tasks at the bodies the reader leads, and people who can be given some.
    holders: tuple[PersonRow, ...]
    receivers: tuple[PersonRow, ...]
    #: More than these are open.
    more: bool = False
    latest: tuple[tuple[int, datetime, int], ...] = ()


@dataclass(frozen=True)
class BulkResult:
    """What became of one task of a bulk act."""

    task_id: int
    case_id: int
    number: str
    name: str
    done: bool
    #: Why not.
    verdict: Verdict = default(default_factory=lambda: Verdict(True))


@dataclass(frozen=True)
class BulkReport:
    """A bulk act and what became of each task."""

    id: int
    act: str
    at: datetime
    to: str
    reason: str
    wanted: int
    results: tuple[BulkResult, ...]
    ended_at: datetime | None

    @property
    def done(self) -> int:
        """How many went through."""
        return sum(result.done for result in self.results)


@dataclass(frozen=True)
class SavedView:
    """A saved view of the inbox."""

    id: int
    name: str
    query: Mapping[str, str]
    #: The body it is shared with; empty for one's own.
    shared_with: str = ""
    mine: bool = True
