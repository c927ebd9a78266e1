"""What a definition says: the process, its lanes, its tasks with their forms and duties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # timing names legal bases of this module
    from engine.values.timing import Unit


class FieldType(StrEnum):
    """Types a form field may have."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    MULTIPLE_CHOICE = "multiple_choice"
    YES_NO_NOTE = "yes_no_note"
    CHECKLIST = "checklist"
    FILE = "file"
    PERSON = "person"
    PEOPLE = "people"
    BODY = "body"
    LEGAL_ARTICLE = "legal_article"
    #: Minutes: one line for each person of the field ``of``, present or absent, with an opinion.
    OPINIONS = "opinions"


class Disclosure(StrEnum):
    """Who may read a field's value besides those who handle the case."""

    PUBLIC = "public"
    REDACT = "redact"
    INTERNAL = "internal"


@dataclass(frozen=True)
class Option:
    """One option of a choice, or one line of a checklist."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One field of a form; its id is the key of its value in the case file."""

    id: str
    label: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    options: tuple[Option, ...] = ()
    help: str = ""
    #: Safe expression over the case file and the values being entered; empty is always.
    visible_when: str = ""
    disclosure: Disclosure = Disclosure.INTERNAL
    #: Body slots whose people must never see the value (R15).
    hidden_from: tuple[str, ...] = ()
    #: For person and people: the role and the body slot to choose from.
    role: str = ""
    body: str = ""
    minimum: str = ""
    maximum: str = ""
    #: For opinions: the people field whose members each have a line.
    of: str = ""
    #: Shown but not editable here; the value is already in the case file.
    readonly: bool = False


@dataclass(frozen=True)
class LegalBasis:
    """A law and an article, with the words that matter here."""

    law: str
    article: str = ""
    text: str = ""


@dataclass(frozen=True)
class Duty:
    """A rule of separation of duties or qualification attached to a task (domain C.3)."""

    rule: str
    #: Element ids; who completed one of them in this case may not act here.
    not_completed_by: tuple[str, ...] = ()
    #: R12: elements at which others enter theirs independently; who did one of them may not act
    #: here, and what each of them entered only they see until all are in.
    apart_from: tuple[str, ...] = ()
    #: Field ids holding people; who is named there may not act here.
    not_named_in: tuple[str, ...] = ()
    #: People needed, the actor and those named in ``officers`` together.
    min_officers: int = 0
    officers: str = ""
    #: Kind of certificate everybody counted must hold today: enforcement, supervision; or
    #: legal_profession, which only the actor needs.
    needs_certificate: str = ""
    #: Slots; the people of their bodies, of the department above and of the units below stay out.
    not_of: tuple[str, ...] = ()
    #: No deputy may act.
    in_person: bool = False
    #: Safe expression over the case file; the duty holds only while it is true. Empty is always.
    when: str = ""
    #: R13: the field naming who decides together, the field of their opinions, the share of them
    #: that must attend ("2/3", "1/2", or a number), and where each gave the opinion in person.
    members: str = ""
    opinions: str = ""
    quorum: str = ""
    heard_at: str = ""


@dataclass(frozen=True)
class Check:
    """A condition the entered values must meet, and what to say when they do not.

    ``expression`` reads the case file and the values being entered and must be true.
    """

    expression: str
    message: str
    #: Field the message is shown at; empty is the form as a whole.
    field: str = ""
    law: str = ""
    article: str = ""


@dataclass(frozen=True)
class Lane:
    """A lane is a role at a body slot of the case."""

    id: str
    name: str
    role: str
    body: str
    elements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """What a person sees at an element: a user task, a start event or a message event."""

    element: str
    name: str
    role: str
    body: str
    fields: tuple[Field, ...] = ()
    basis: tuple[LegalBasis, ...] = ()
    duties: tuple[Duty, ...] = ()
    checks: tuple[Check, ...] = ()
    #: Public stage label shown to the complainant.
    stage: str = ""
    #: What is expected, in one sentence.
    instruction: str = ""
    #: Field id holding the person or people who alone may act; empty is the whole pool.
    performer: str = ""
    documents: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    verb: str = ""
    #: Several people do it at once; by which rule they decide: all, majority, any. Empty is none.
    several: bool = False
    countersign: str = ""


@dataclass(frozen=True)
class DeadlineMark:
    """A boundary timer marked as the deadline of the activity it is attached to."""

    element: str
    name: str
    attached_to: str
    expression: str
    #: Key of the time-limit table, when the expression names one.
    limit: str | None


@dataclass(frozen=True)
class RungMark:
    """A boundary timer marked as a rung of the escalation ladder of its activity."""

    element: str
    name: str
    attached_to: str
    #: remind, today, due, urge, supervise, government
    level: str


@dataclass(frozen=True)
class ProcessInfo:
    """``duban:process``: what the procedure is."""

    id: str
    name: str
    number: str
    owner: str
    disclosure: Disclosure = Disclosure.INTERNAL
    clauses: tuple[str, ...] = ()
    summary: str = ""
    #: Field ids that give a case its title and its party.
    title: str = ""
    party: str = ""
    basis: tuple[LegalBasis, ...] = ()
    #: A sentence on how long it usually takes, for the start page.
    usual_length: str = ""
    #: Begins on the page of another case only, and acts on that case.
    on_case: bool = False


@dataclass(frozen=True)
class Element:
    """An element a person can see in a path or on a diagram."""

    id: str
    kind: str
    name: str


@dataclass(frozen=True)
class Description:
    """A definition in plain values, enough for every page and every check."""

    process: ProcessInfo
    checksum: str
    main: str
    lanes: tuple[Lane, ...] = ()
    forms: Mapping[str, Form] = field(default_factory=dict)
    #: Start event ids that a person may start a case by.
    starts: tuple[str, ...] = ()
    #: Start events by the code of the periodic duty that opens cases there.
    periods: Mapping[str, str] = field(default_factory=dict)
    deadlines: tuple[DeadlineMark, ...] = ()
    #: In the order they are drawn.
    rungs: tuple[RungMark, ...] = ()
    elements: Mapping[str, Element] = field(default_factory=dict)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by id; of several with one id, one that is filled in.

        It has the options of all of them: a form may offer fewer than scripts and other forms set.
        """
        found: dict[str, Field] = {}
        options: dict[str, dict[str, Option]] = {}
        for form in self.forms.values():
            for one in form.fields:
                known = found.get(one.id)
                if known is None or (known.readonly and not one.readonly):
                    found[one.id] = one
                for option in one.options:
                    options.setdefault(one.id, {}).setdefault(option.value, option)
        return {
            id: replace(one, options=tuple(options[id].values())) if id in options else one
            for id, one in found.items()
        }


class Severity(StrEnum):
    """How bad a finding is; only errors keep a definition from being published."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a file: what ``run.py lint`` prints."""

    rule: str
    severity: Severity
    sentence: str
    file: str = ""
    line: int | None = None
    element: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OperationShape:
    """How a named operation is asked for."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    #: One of these must be given as well.
    one_of: tuple[str, ...] = ()
    #: Whether further parameters may be given: columns of a register, values of a new case.
    open: bool = False


#: The operations a service task may ask for. ``engine.services.operations`` performs them.
OPERATIONS: Mapping[str, OperationShape] = {
    # ``case``: the linked case that is acted on instead of the own one.
    "issue_document": OperationShape(("type",), ("to", "title", "body", "case"), open=True),
    "register": OperationShape(("register",), ("key",), open=True),
    "publish": OperationShape((), ("document", "title", "until"), ("document", "title"), open=True),
    "notify": OperationShape(
        ("message",),
        ("role", "body", "people", "party", "level"),
        ("role", "people", "party"),
        open=True,
    ),
    # ``number_as``: the field of the new case that takes the number of the case that opens it.
    "open_case": OperationShape(("process",), ("number_as",), open=True),
    #: The case file of the case with a number, whole and for good; its hash.
    "keep_case_file": OperationShape(("number",)),
    # ``document``: types, separated by blanks; the newest of them that was issued.
    "record_service": OperationShape(
        ("document", "method", "delivered_on"),
        (
            "address",
            "receiver",
            "relation",
            "witnesses",
            "agent",
            "tracking",
            "reason",
            "proofs",
            "consent",
        ),
    ),
    "pause_clock": OperationShape(("document", "reason"), ("approver", "case")),
    "resume_clock": OperationShape((), ("document", "reason", "approver", "ground", "case")),
    #: In a case of the recusal procedure only: carries its decision into the case it is about.
    "decide_recusal": OperationShape(("decision", "grounds")),
    "extend_clock": OperationShape(("limit", "reason", "approver"), ("case",)),
    #: A person of one of the case's bodies: ``action`` is issue, suspend, restore or cancel.
    "certificate": OperationShape(
        ("action", "person", "reason"),
        ("number", "kind", "body", "field", "area", "valid_from", "valid_to", "until"),
    ),
    #: ``action`` is register or end.
    "auxiliary": OperationShape(
        ("action", "person", "reason"), ("body", "post", "duties", "valid_to")
    ),
    #: A body of the case, or a unit below one, is no body of enforcement any more.
    "end_body": OperationShape(("reason",), ("body", "successor"), ("body",)),
    #: A message to a linked case, by default the one that opened this one.
    "send_to": OperationShape(("message",), ("case",), open=True),
    "unpublish": OperationShape(("reason",), ("document", "title"), ("document", "title")),
    #: Entries of a register about the same, in an overlapping period.
    "overlaps": OperationShape(("register",), ("begins", "ends"), open=True),
}


@dataclass(frozen=True)
class Holder:
    """Somebody in service who holds a role at a body today."""

    person: int
    body: int
    #: Slots that always mean this body: legal_office, county_government.
    slots: frozenset[str] = frozenset()
    #: Kinds of certificates in force today.
    certificates: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Catalogue:
    """What a county offers to its diagrams. A part that is empty is unknown and not checked."""

    roles: frozenset[str] = frozenset()
    #: Body slots a lane may name besides those that fields of type body fill.
    slots: frozenset[str] = frozenset()
    #: Keys of the time-limit table with the unit each is counted in.
    limits: Mapping[str, Unit] = field(default_factory=dict)
    #: Codes of the periodic duties.
    periodic: frozenset[str] = frozenset()
    operations: Mapping[str, OperationShape] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    #: Registers with the ids of their columns.
    registers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    messages: frozenset[str] = frozenset()
    #: Number and unit of the general row of each key.
    periods: Mapping[str, tuple[int, Unit]] = field(default_factory=dict)
    #: Who holds each role today; empty is an organisation nobody told of.
    holders: Mapping[str, tuple[Holder, ...]] = field(default_factory=dict)
    #: Processes and decisions published already.
    processes: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
