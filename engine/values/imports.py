"""What a diagram of another tool says in its own way, and what of ours it could become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class OfferOf(StrEnum):
    """What a foreign mark could become."""

    #: A lane without a role: its name is all that says who acts.
    LANE = "lane"
    #: candidateGroups of a task.
    ROLE = "role"
    #: formData, formProperty: fields.
    FORM = "form"
    #: dueDate: a deadline.
    DUE = "due"


@dataclass(frozen=True)
class Offer:
    """One thing that can be taken over on confirmation."""

    element: str
    name: str
    of: OfferOf
    #: As the other tool has it.
    text: str
    #: The role it most likely means, empty when none is alike.
    guess: str = ""

    @property
    def key(self) -> str:
        """Names it in a form."""
        return f"{self.of}.{self.element}"


@dataclass(frozen=True)
class Ignored:
    """Something of another tool that does nothing here."""

    element: str
    name: str
    what: str
    line: int


@dataclass(frozen=True)
class Choice:
    """What an offer becomes: a role at a body, or a key of the time-limit table."""

    element: str
    of: OfferOf
    role: str = ""
    body: str = ""
    limit: str = ""


#: Types of form fields of Camunda and Flowable as types of ours.
FIELD_TYPES: Mapping[str, str] = {
    "string": "text",
    "text": "text",
    "multi-line-text": "long_text",
    "textarea": "long_text",
    "long": "number",
    "integer": "number",
    "int": "number",
    "double": "number",
    "number": "number",
    "boolean": "yes_no_note",
    "date": "date",
    "datetime": "date",
    "enum": "choice",
    "dropdown": "choice",
    "radio-buttons": "choice",
    "people": "person",
    "user": "person",
    "upload": "file",
    "file": "file",
}
