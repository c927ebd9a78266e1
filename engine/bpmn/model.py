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


def read_diagram(root: xml.Element, file: str) -> Diagram:
    """The diagram of a BPMN document."""
    messages = {
        message.get("id", ""): message.get("name", "") or message.get("id", "")
        for message in root.iterchildren(bpmn("message"))
    }
    drawing = root.find(f"{{{xml.BPMNDI}}}BPMNDiagram")
    return Diagram(
        file=file,
        root=root,
        processes=tuple(
            _Reader(process, file, messages).process()
            for process in root.iterchildren(bpmn("process"))
        ),
        drawn=frozenset(
            part.get("bpmnElement", "")
            for part in root.iter(f"{{{xml.BPMNDI}}}BPMNShape", f"{{{xml.BPMNDI}}}BPMNEdge")
            if len(part)
        ),
        has_drawing=drawing is not None,
    )


class _Reader:
    """Collects one process."""

    def __init__(self, element: xml.Element, file: str, messages: Mapping[str, str]) -> None:
        self._element = element
        self._file = file
        self._messages = messages
        self._nodes: dict[str, Node] = {}
        self._flows: list[Flow] = []
        self._lanes: list[LaneMark] = []

    def process(self) -> Process:
        element = self._element
        own = element.get("id", "")
        self._scope(element, own)
        for laneset in element.iterchildren(bpmn("laneSet")):
            self._laneset(laneset, None, None)
        boundary: dict[str, list[Node]] = {}
        for node in self._nodes.values():
            if node.attached_to:
                boundary.setdefault(node.attached_to, []).append(node)
        leaving: dict[str, list[Flow]] = {}
        entering: dict[str, list[Flow]] = {}
        for flow in self._flows:
            leaving.setdefault(flow.source, []).append(flow)
            entering.setdefault(flow.target, []).append(flow)
        return Process(
            id=own,
            name=element.get("name") or own,
            line=xml.line_of(element),
            file=self._file,
            element=element,
            executable=element.get("isExecutable", "true") in ("true", "1"),
            nodes=self._nodes,
            flows=tuple(self._flows),
            lanes=tuple(self._lanes),
            leaving={key: tuple(flows) for key, flows in leaving.items()},
            entering={key: tuple(flows) for key, flows in entering.items()},
            boundary={key: tuple(nodes) for key, nodes in boundary.items()},
            lane_by_node={node: lane for lane in self._lanes for node in lane.nodes},
        )

    def _scope(self, element: xml.Element, scope: str) -> None:
        for child in element.iterchildren():
            if xml.namespace(child) != xml.BPMN:
                continue
            kind = xml.local(child)
            if kind == "sequenceFlow":
                self._flow(child)
            elif kind in FLOW_NODES:
                # Of two elements with one id the first is kept; a rule reports the second.
                node = self._node(child, kind, scope)
                self._nodes.setdefault(node.id, node)
                if kind in SCOPES:
                    self._scope(child, node.id)

    def _flow(self, element: xml.Element) -> None:
        condition = element.find(bpmn("conditionExpression"))
        self._flows.append(
            Flow(
                id=element.get("id", ""),
                source=element.get("sourceRef", ""),
                target=element.get("targetRef", ""),
                name=element.get("name", ""),
                line=xml.line_of(element),
                condition=None if condition is None else xml.text(condition),
            )
        )

    def _node(self, element: xml.Element, kind: str, scope: str) -> Node:
        definitions = [
            child
            for child in element.iterchildren()
            if xml.namespace(child) == xml.BPMN and xml.local(child).endswith("EventDefinition")
        ]
        events = [xml.local(child).removesuffix("EventDefinition") for child in definitions]
        event = (events[0] if len(events) == 1 else "multiple") if events else "none"
        interrupting = element.get("cancelActivity", element.get("isInterrupting", "true"))
        reference = element.get("messageRef") or next(
            (child.get("messageRef", "") for child in definitions if child.get("messageRef")), ""
        )
        return Node(
            id=element.get("id", ""),
            kind=kind,
            name=" ".join(element.get("name", "").split()),
            line=xml.line_of(element),
            element=element,
            process=self._element.get("id", ""),
            scope=scope,
            event=event if kind.endswith("Event") else "",
            attached_to=element.get("attachedToRef", ""),
            interrupting=interrupting in ("true", "1"),
            timer=_timer(definitions),
            message=self._messages.get(_local_name(reference), ""),
            default=element.get("default", ""),
            event_subprocess=element.get("triggeredByEvent", "false") in ("true", "1"),
        )

    def _laneset(self, laneset: xml.Element, role: str | None, body: str | None) -> None:
        """Lanes outermost first, so that the last one holding a node is the innermost."""
        for lane in laneset.iterchildren(bpmn("lane")):
            mark = xml.extension(lane, "lane")
            inner_role = role if mark is None else mark.get("role")
            inner_body = body if mark is None else mark.get("body")
            references = lane.iterchildren(bpmn("flowNodeRef"))
            self._lanes.append(
                LaneMark(
                    id=lane.get("id", ""),
                    name=lane.get("name", ""),
                    line=xml.line_of(lane),
                    role=inner_role,
                    body=inner_body,
                    nodes=tuple(xml.text(reference) for reference in references),
                )
            )
            for child in lane.iterchildren(bpmn("childLaneSet")):
                self._laneset(child, inner_role, inner_body)


def _timer(definitions: list[xml.Element]) -> Timer | None:
    for definition in definitions:
        if xml.local(definition) != "timerEventDefinition":
            continue
        for child in definition.iterchildren(
            bpmn("timeDate"), bpmn("timeDuration"), bpmn("timeCycle")
        ):
            return Timer(xml.local(child), xml.text(child), xml.line_of(child))
        return Timer("", "", xml.line_of(definition))
    return None


def _local_name(reference: str) -> str:
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
    return _local_name(node.element.get("calledElement", "")) if node.kind == "callActivity" else ""


def is_deadline(node: Node) -> bool:
    """Whether the timer is marked as the deadline of what it sits on."""
    return xml.extension(node.element, "deadline") is not None
