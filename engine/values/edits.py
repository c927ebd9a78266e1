"""A procedure as a table of steps, and what can be changed in it without drawing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.values.process import Field


class EditOf(StrEnum):
    """What of an element an edit changes; ``detail`` names the field where one is meant."""

    NAME = "name"
    ROLE = "role"
    BODY = "body"
    INSTRUCTION = "instruction"
    STAGE = "stage"
    #: Key of the time-limit table its deadline and the rungs of its ladder count by.
    LIMIT = "limit"
    FIELD_LABEL = "field_label"
    FIELD_REQUIRED = "field_required"
    FIELD_HELP = "field_help"
    #: Of a flow: the expression by which it is taken.
    CONDITION = "condition"
    #: Of a flow: the element it leads to.
    TARGET = "target"


@dataclass(frozen=True)
class Edit:
    """One change. An empty value takes away what may be left out."""

    element: str
    of: EditOf
    value: str
    detail: str = ""


@dataclass(frozen=True)
class NextRow:
    """A way out of a step."""

    flow: str
    name: str
    condition: str
    default: bool
    target: str
    target_name: str


@dataclass(frozen=True)
class StepRow:
    """An element a token can be at, in the order cases reach them."""

    element: str
    name: str
    kind: str
    line: int
    #: Own role and body if the step names them, else those of its lane.
    role: str
    body: str
    own_role: bool
    lane: str
    limit: str
    deadline: str
    instruction: str
    stage: str
    fields: tuple[Field, ...]
    next: tuple[NextRow, ...]
    attached_to: str = ""
    form: bool = False
