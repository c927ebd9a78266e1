"""What the pages of templates, services and case files show, and a Word file to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from engine.values.pages import AttachmentRow, CaseRef, DocumentRow
from engine.values.people import Verdict

# --- A Word file as blocks --------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """Text in one dress."""

    text: str
    #: Half points, as Word counts; 0 is the style's own.
    size: int = 0
    #: title, text, heading, kai, plain
    face: str = ""
    bold: bool = False
    underline: bool = False
    red: bool = False


@dataclass(frozen=True)
class Line:
    """A paragraph."""

    pieces: tuple[Piece, ...]
    #: start, center, end, both
    align: str = "start"
    #: Characters the first line stands in.
    indent: int = 0
    #: Characters kept free at the end.
    inset: int = 0
    #: A line drawn under it: red, black or none.
    rule: str = ""

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Cell:
    """A cell of a table."""

    lines: tuple[Line, ...]
    across: int = 1
    down: int = 1


@dataclass(frozen=True)
class Grid:
    """A table."""

    rows: tuple[tuple[Cell, ...], ...]


Block = Line | Grid


@dataclass(frozen=True)
class Reading:
    """A document to be read in a browser."""

    title: str
    blocks: tuple[Block, ...]
    row: DocumentRow | None = None
    case: CaseRef | None = None


# --- Templates --------------------------------------------------------------------------------


class TemplateState(StrEnum):
    """How a version of a template stands."""

    DRAFT = "draft"
    COMING = "coming"
    IN_FORCE = "in_force"
    PAST = "past"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class TemplateFinding:
    """Something a template names that its documents cannot have."""

    #: unknown_name, unknown_fact, unknown_field, field_of_some, unknown_parameter
    code: str
    name: str
    #: Procedures concerned, by name.
    processes: tuple[str, ...] = ()

    @property
    def grave(self) -> bool:
        """Whether a document could not be issued, or would stay silent where it means to speak."""
        return self.code != "field_of_some"


@dataclass(frozen=True)
class TemplateVersion:
    """One version of a type's template; version 0 is the one that ships."""

    version: int
    state: TemplateState
    sha256: str
    size: int
    filename: str = ""
    note: str = ""
    uploaded_at: datetime | None = None
    uploaded_by: str = ""
    effective_at: datetime | None = None
    approved_at: datetime | None = None
    approved_by: str = ""


@dataclass(frozen=True)
class TemplateType:
    """A type of document with the template its next document is made from."""

    code: str
    title: str
    number: str
    version: int
    #: A version that waits for its day, or to be looked at.
    waiting: int | None = None
    #: Procedures that issue it, by name.
    processes: tuple[str, ...] = ()
    issued: int = 0


@dataclass(frozen=True)
class TemplateList:
    """Every type of document."""

    rows: tuple[TemplateType, ...]
    total: int
    may: Verdict


@dataclass(frozen=True)
class TemplatePage:
    """A type of document with every version of its template."""

    code: str
    title: str
    number: str
    versions: tuple[TemplateVersion, ...]
    #: Fields its procedures know, with their labels.
    fields: tuple[tuple[str, str], ...]
    parameters: tuple[str, ...]
    processes: tuple[str, ...]
    may: Verdict


@dataclass(frozen=True)
class TemplatePreview:
    """A version filled in."""

    page: TemplatePage
    version: TemplateVersion
    findings: tuple[TemplateFinding, ...]
    blocks: tuple[Block, ...]
    #: The case it was filled from; None is a sample.
    case: CaseRef | None = None
    #: A value that is missing in that case.
    missing: str = ""


# --- Service ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ServiceView:
    """A service, or an attempt at one, to be read."""

    id: int
    method: str
    outcome: str
    recipient: str
    delivered_on: date
    served_on: date | None
    recorded_at: datetime
    recorded_by: str
    address: str = ""
    receiver: str = ""
    relation: str = ""
    witnesses: str = ""
    agent: str = ""
    tracking: str = ""
    reason: str = ""
    proofs: tuple[AttachmentRow, ...] = ()
    receipt: DocumentRow | None = None


@dataclass(frozen=True)
class PeriodView:
    """A period of the party that the day of service starts."""

    #: Key of the time-limit table.
    key: str
    name: str
    last_day: date


@dataclass(frozen=True)
class ToServe:
    """A document that has to be served, with how that went."""

    document: DocumentRow
    services: tuple[ServiceView, ...]
    #: none, attempted, announced, served
    state: str
    #: The last day for serving it, if the law gives one.
    due: date | None = None
    late: bool = False
    served_on: date | None = None
    periods: tuple[PeriodView, ...] = ()
    may: Verdict = field(default_factory=lambda: Verdict(False))


@dataclass(frozen=True)
class ServicePage:
    """Service of the documents of a case."""

    rows: tuple[ToServe, ...]
    late: int


# --- Case file --------------------------------------------------------------------------------


@dataclass(frozen=True)
class FileItem:
    """One line of the catalogue (卷内目录)."""

    number: int
    #: main or secondary
    part: str
    kind: str
    title: str
    reference: str
    author: str
    dated: date
    pages: int
    first_page: int
    sha256: str
    size: int
    #: Where it lies in the package.
    member: str
    id: int = 0
    note: str = ""


@dataclass(frozen=True)
class MadeFile:
    """A package that was made."""

    id: int
    part: str
    made_at: datetime
    made_by: str
    purpose: str
    size: int
    sha256: str
    items: int
    kept_until: datetime | None
    whole: bool
    #: Whether its bytes are there for this reader.
    open: bool


@dataclass(frozen=True)
class CaseFilePage:
    """The case file as it would be made now."""

    main: tuple[FileItem, ...]
    secondary: tuple[FileItem, ...]
    made: tuple[MadeFile, ...]
    may_secondary: Verdict
    may: Verdict
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class VoidRow:
    """A document that counts no longer, with its reason."""

    id: int
    case: CaseRef
    title: str
    number: str
    issued_by: str
    issued_at: datetime
    voided_at: datetime
    voided_by: str
    reason: str


@dataclass(frozen=True)
class VoidPage:
    """Void documents, the newest first."""

    rows: tuple[VoidRow, ...]
    #: Where the next page begins; empty on the last.
    after: str
    #: Whether this is the first page.
    first: bool
