"""A process as a table: its steps in the order cases reach them, and where each leads."""

from __future__ import annotations

from engine.bpmn import xml
from engine.bpmn.blank import drawn
from engine.bpmn.forms import read_field, role_and_body, said
from engine.bpmn.model import Node, Process, is_deadline
from engine.bpmn.syntax import limits_named
from engine.values.edits import NextRow, StepRow


def outline(data: bytes, file: str) -> tuple[StepRow, ...]:
    """The steps of a diagram. Raises BadDefinition for what is no readable XML."""
    process = drawn(data, file)
    if process is None:
        return ()
    return tuple(_step(process, process.nodes[id]) for id in _in_order(process))


def _in_order(process: Process) -> list[str]:
    """Ids of the elements, breadth first from the starts; what nothing leads to comes last."""
    found: dict[str, None] = {}
    starts = [node.id for node in process.inside(process.id) if node.kind == "startEvent"]
    for first in (*starts, *process.nodes):
        agenda = [first]
        while agenda:
            id = agenda.pop(0)
            if id in found or id not in process.nodes:
                continue
            found[id] = None
            inside = [node.id for node in process.inside(id) if node.kind == "startEvent"]
            border = [event.id for event in process.boundary.get(id, ())]
            ways = [flow.target for flow in process.leaving.get(id, ())]
            agenda += [*inside, *border, *ways]
    return list(found)


def _step(process: Process, node: Node) -> StepRow:
    role, body = role_and_body(process, node)
    mark = xml.extension(node.element, "task")
    lane = process.lane_of(node)
    key, deadline = _deadline(process, node)
    return StepRow(
        element=node.id,
        name=node.name,
        kind=node.kind,
        line=node.line,
        role=role,
        body=body,
        own_role=bool(said(mark, "role") or said(mark, "body")),
        lane=lane.name if lane is not None else "",
        limit=key,
        deadline=deadline,
        instruction=said(mark, "instruction"),
        stage=said(mark, "stage"),
        fields=tuple(read_field(field) for field in xml.extensions(node.element, "field")),
        next=tuple(
            NextRow(
                flow=flow.id,
                name=flow.name,
                condition=flow.condition or "",
                default=flow.id == node.default,
                target=flow.target,
                target_name=process.nodes[flow.target].name or flow.target
                if flow.target in process.nodes
                else flow.target,
            )
            for flow in process.leaving.get(node.id, ())
        ),
        attached_to=node.attached_to,
        form=node.form,
    )


def _deadline(process: Process, node: Node) -> tuple[str, str]:
    """The key its deadline counts by, if it names one, and the text of the timer."""
    for event in process.boundary.get(node.id, ()):
        if is_deadline(event) and event.timer is not None:
            return next(iter(limits_named(event.timer.text)), None) or "", event.timer.text
    return "", ""
