"""What the verbs answer to a page: frozen values with codes and facts, no words of the interface.

Text that comes from diagrams (names of tasks, labels of fields) is Chinese as drawn; the edge
translates it. Counts are bounded by :data:`COUNT_LIMIT` so that no page counts a million rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import datetime

from engine.values.people import Verdict
from engine.values.process import Field
from engine.values.running import Json
from engine.values.timing import Light

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
    #: Void: it counts no longer, its number is never given again.
    voided_at: datetime | None = None
    void_reason: str = ""
    #: Whether the reader may make it void, or correct it by another.
    may_void: bool = False
    #: Number (or title) of the document it corrects, and of the one that corrects it.
    corrects: str = ""
    corrected_by: str = ""
    #: Step that issued it.
    element: str = ""
    recipient_body_id: int | None = None


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
    #: Whom they stood in for.
    by_for: str = ""
