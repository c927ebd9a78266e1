"""From the tree of a BPMN file to its processes, lanes, elements and flows."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn import xml
from engine.bpmn.model import (
    FLOW_NODES,
    SCOPES,
    Diagram,
    Flow,
    LaneMark,
    Node,
    Process,
    Timer,
    local_name,
)
from engine.bpmn.xml import bpmn


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


def drawn_texts(source: bytes, file: str) -> tuple[str, ...]:
    """Everything a viewer writes onto a drawing: names, and the text of notes."""
    root = xml.parse(source, name=file)
    found = (
        part.get("name") or (part.text if part.tag == bpmn("text") else None)
        for part in root.iter(f"{{{xml.BPMN}}}*")
    )
    return tuple(dict.fromkeys(text.strip() for text in found if text and text.strip()))


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
            message=self._messages.get(local_name(reference), ""),
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
