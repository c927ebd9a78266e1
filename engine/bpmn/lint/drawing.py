"""Rules on the drawing: a page shows where a case stands only on elements that are drawn."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.subject import found
from engine.bpmn.model import Diagram, Process
from engine.values.process import Finding

#: One diagram is told of this many elements that are not drawn.
MOST = 20


def check(diagram: Diagram) -> Iterator[Finding]:
    """``drawing.missing`` and ``drawing.no_shape``."""
    if not diagram.has_drawing:
        yield found("drawing.missing", diagram.file, line=1)
        return
    undrawn = [
        (id, line, name)
        for process in diagram.processes
        for id, line, name in _drawable(process)
        if id and id not in diagram.drawn
    ]
    for id, line, name in undrawn[:MOST]:
        yield found("drawing.no_shape", diagram.file, line=line, element=id, name=name or id)


def _drawable(process: Process) -> Iterator[tuple[str, int, str]]:
    yield from ((node.id, node.line, node.name) for node in process.nodes.values())
    yield from ((flow.id, flow.line, flow.name) for flow in process.flows)
