"""Elements no way leads to, although flows do."""

from __future__ import annotations

from collections.abc import Collection

from engine.bpmn.definition import Definition
from engine.bpmn.model import ACTIVITIES
from engine.values.proof import Flaw


def unreached(definition: Definition, reached: Collection[str]) -> list[Flaw]:
    """Ends and activities of the main process that no case can come to.

    Called processes are proved by themselves: this one may need only a part of them.
    """
    model = definition.models[definition.description.main]
    return [
        Flaw(
            "proof.end_unreached" if node.kind == "endEvent" else "proof.task_unreached",
            node.id,
            node.name or node.id,
        )
        for node in model.nodes.values()
        if (node.kind == "endEvent" or node.kind in ACTIVITIES)
        and node.id not in reached
        and not node.event_subprocess
    ]
