"""A diagram as elements and flows, with the line each of them was written on.

This is the plain reading of a BPMN file on which definitions and lint rules build. Nothing is
judged here: whatever passed the hardened parser can be read, however wrong it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.bpmn import xml
from engine.bpmn.xml import bpmn

#: Elements a token can be at, by the local name of their tag.
FLOW_NODES = frozenset(
    (
        *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent"),
        *("boundaryEvent", "implicitThrowEvent", "task", "userTask", "manualTask", "serviceTask"),
        *("scriptTask", "businessRuleTask", "sendTask", "receiveTask", "callActivity"),
        *("subProcess", "adHocSubProcess", "transaction", "exclusiveGateway", "parallelGateway"),
        *("inclusiveGateway", "eventBasedGateway", "complexGateway", "callChoreography"),
        *("choreographyTask", "subChoreography"),
    )
)
SCOPES = frozenset(("subProcess", "adHocSubProcess", "transaction"))
#: Tasks somebody has to complete.
PERSON_TASKS = frozenset(("userTask", "manualTask", "task"))
ACTIVITIES = frozenset(
    (
        *("task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask"),
        *("sendTask", "receiveTask", "callActivity", "subProcess", "adHocSubProcess"),
        "transaction",
    )
)
GATEWAYS = frozenset(
    ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")
)


@dataclass(frozen=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    name: str
    line: int
    #: Text of the condition; ``None`` if there is none.
    condition: str | None


@dataclass(frozen=True)
class LaneMark:
    """A lane: role and body of its ``duban:lane``, both ``None`` where it has none."""

    id: str
    name: str
    line: int
    role: str | None
    body: str | None
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Timer:
    """What a timer event definition says: timeDate, timeDuration or timeCycle, and its text."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Node:
    """An element a token can be at."""

    id: str
    kind: str
    name: str
    line: int
    element: xml.Element = field(repr=False, compare=False)
    process: str
    #: The process or subprocess it lies in directly.
    scope: str
    #: Events: none, timer, message, signal, error, escalation, conditional, terminate, cancel,
    #: compensate, link, or multiple.
    event: str = ""
    attached_to: str = ""
    interrupting: bool = True
    timer: Timer | None = None
    #: Name of the message it waits for or throws.
    message: str = ""
    #: Id of the default flow.
    default: str = ""
    event_subprocess: bool = False

    @property
    def form(self) -> bool:
        """Whether a person fills something in here."""
        return self.kind in PERSON_TASKS or (
            (self.event == "message" or self.kind == "receiveTask")
            and self.kind
            in ("boundaryEvent", "intermediateCatchEvent", "startEvent", "receiveTask")
        )


@dataclass(frozen=True)
class Process:
    """A process with everything in it, nested or not, in the order of the file."""

    id: str
    name: str
    line: int
    file: str
    element: xml.Element = field(repr=False, compare=False)
    executable: bool
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    lanes: tuple[LaneMark, ...]
    #: Flows by the node they leave, and by the node they lead to.
    leaving: Mapping[str, tuple[Flow, ...]]
    entering: Mapping[str, tuple[Flow, ...]]
    #: Boundary events by the activity they sit on.
    boundary: Mapping[str, tuple[Node, ...]]
    #: The innermost lane that names the node.
    lane_by_node: Mapping[str, LaneMark]

    def inside(self, scope: str) -> list[Node]:
        """The nodes directly in a scope."""
        return [node for node in self.nodes.values() if node.scope == scope]

    def around(self, node: Node) -> Iterator[Node]:
        """The node, the activity it sits on or lies in, and so on outwards."""
        seen: set[str] = set()
        at: Node | None = node
        while at is not None and at.id not in seen:
            seen.add(at.id)
            yield at
            at = self.nodes.get(at.attached_to or at.scope)

    def lane_of(self, node: Node) -> LaneMark | None:
        """The innermost lane that holds the node or what it sits on or lies in."""
        return next(
            (self.lane_by_node[at.id] for at in self.around(node) if at.id in self.lane_by_node),
            None,
        )


@dataclass(frozen=True)
class Diagram:
    """One BPMN file."""

    file: str
    root: xml.Element = field(repr=False, compare=False)
    processes: tuple[Process, ...]
    #: Ids of elements that are drawn.
    drawn: frozenset[str]
    has_drawing: bool


def local_name(reference: str) -> str:
    """A reference without the prefix of its namespace."""
    return reference.rpartition(":")[2]


def operation_of(node: Node) -> xml.Element | None:
    """The ``duban:operation`` of a service task."""
    return xml.extension(node.element, "operation")


def script_of(node: Node) -> str:
    """The text of a script task."""
    return node.element.findtext(bpmn("script")) or ""


def decision_of(node: Node) -> str:
    """The decision a business rule task asks for, empty if it names none."""
    mark = xml.extension(node.element, "decision")
    return (mark.get("ref") or "").strip() if mark is not None else ""


def called_by(node: Node) -> str:
    """The process a call activity starts, empty if it names none."""
    return local_name(node.element.get("calledElement", "")) if node.kind == "callActivity" else ""


def is_deadline(node: Node) -> bool:
    """Whether the timer is marked as the deadline of what it sits on."""
    return xml.extension(node.element, "deadline") is not None
