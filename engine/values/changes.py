"""What differs between two versions of a procedure, element by element, in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Kinds of elements that differences name in words: those a token can be at, and the others.
ELEMENTS = (
    *("adHocSubProcess", "boundaryEvent", "businessRuleTask", "callActivity"),
    *("callChoreography", "choreographyTask", "complexGateway", "endEvent"),
    *("eventBasedGateway", "exclusiveGateway", "implicitThrowEvent", "inclusiveGateway"),
    *("intermediateCatchEvent", "intermediateThrowEvent", "manualTask", "parallelGateway"),
    *("receiveTask", "scriptTask", "sendTask", "serviceTask", "startEvent", "subChoreography"),
    *("subProcess", "task", "transaction", "userTask"),
    *("process", "sequenceFlow", "lane", "participant", "textAnnotation", "decision"),
)
#: Attributes of a procedure, a step or a field that differences name in words.
ATTRIBUTES = (
    *("number", "owner", "disclosure", "clauses", "summary", "title", "party", "usual_length"),
    *("on_case", "stage", "instruction", "performer", "returns", "verb", "role", "body", "label"),
    *("type", "required", "options", "help", "visible_when", "hidden_from", "minimum", "maximum"),
    *("of", "readonly", "documents"),
)


class ChangeKind(StrEnum):
    """How an element or a property of it differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    #: Drawn elsewhere; nothing runs differently.
    MOVED = "moved"


class ChangeWhat(StrEnum):
    """Which property differs."""

    ELEMENT = "element"
    NAME = "name"
    KIND = "kind"
    SCOPE = "scope"
    LANE = "lane"
    ROLE = "role"
    BODY = "body"
    PLACE = "place"
    SOURCE = "source"
    TARGET = "target"
    DEFAULT = "default"
    CONDITION = "condition"
    TIMER = "timer"
    DEADLINE = "deadline"
    ESCALATION = "escalation"
    ATTACHED = "attached"
    INTERRUPTING = "interrupting"
    EVENT = "event"
    REPETITION = "repetition"
    COUNTERSIGN = "countersign"
    SCRIPT = "script"
    CALLED = "called"
    DECISION = "decision"
    OPERATION = "operation"
    PARAMETER = "parameter"
    RESULT = "result"
    FIELD = "field"
    BASIS = "basis"
    DUTY = "duty"
    CHECK = "check"
    DOCUMENT = "document"
    #: An attribute of what people see at a step, or of the procedure: ``detail`` names it.
    ATTRIBUTE = "attribute"
    NOTE = "note"
    ROW = "row"
    COLUMN = "column"
    HIT_POLICY = "hit_policy"
    TABLE = "table"
    OTHER = "other"


@dataclass(frozen=True)
class Change:
    """One difference. ``before`` and ``after`` are texts as the files have them."""

    kind: ChangeKind
    what: ChangeWhat
    #: Id of the element; of a decision for decision tables.
    element: str
    #: Name of the element, or its id.
    name: str
    #: Local name of its tag: userTask, sequenceFlow, lane, decision…
    element_kind: str
    before: str = ""
    after: str = ""
    #: What exactly: the id of a field and its attribute, a parameter, the number of a row.
    detail: str = ""
    file: str = ""

    @property
    def drawing_only(self) -> bool:
        """Whether no case runs differently."""
        return self.kind is ChangeKind.MOVED or self.what is ChangeWhat.NOTE
