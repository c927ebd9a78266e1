"""Events whose consequences touch nothing else: reminders, warnings, reports.

A boundary event that does not interrupt, behind which nobody waits and nothing is written that a
condition elsewhere reads, changes no way. Whether it has happened is no part of a state; it is let
happen once, to see that it can.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.model import PERSON_TASKS, Node, Process, called_by
from engine.bpmn.proof.reading import Place, Reading

_WAITING = PERSON_TASKS | {
    *("receiveTask", "intermediateCatchEvent", "eventBasedGateway", "intermediateThrowEvent"),
    *("sendTask", "subProcess", "transaction", "adHocSubProcess"),
}


def beside(reading: Reading) -> frozenset[str]:
    """Ids of the events that change no way."""
    found: dict[str, frozenset[str]] = {}
    for model in reading.models.values():
        regions = {
            node.id: region
            for node in model.nodes.values()
            if _may(node) and (region := _region(reading, model, node)) is not None
        }
        found.update(_closed(reading, model, regions))
    return frozenset(found)


def _may(node: Node) -> bool:
    return (
        node.kind == "boundaryEvent"
        and not node.interrupting
        and node.event in ("timer", "message", "signal")
    )


def _region(reading: Reading, model: Process, event: Node) -> frozenset[str] | None:
    """The nodes behind an event; ``None`` if somebody waits there or something is thrown."""
    seen: set[str] = set()
    agenda = [flow.target for flow in model.leaving.get(event.id, ())]
    while agenda:
        name = agenda.pop()
        if name in seen or name not in model.nodes:
            continue
        node = model.nodes[name]
        if not _harmless(reading, node):
            return None
        seen.add(name)
        agenda += [flow.target for flow in model.leaving.get(name, ())]
    return frozenset(seen)


def _harmless(reading: Reading, node: Node) -> bool:
    if node.kind in _WAITING or (node.kind == "endEvent" and node.event not in ("", "none")):
        return False
    called = called_by(node)
    if node.kind == "callActivity" and called in reading.models:
        return all(
            _harmless(reading, inner) and not _may(inner) and inner.event in ("", "none")
            for inner in reading.models[called].nodes.values()
        )
    return True


def _closed(
    reading: Reading, model: Process, regions: dict[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Those whose regions nothing else enters, and which write nothing that is read outside."""
    while True:
        inside = set().union(*regions.values()) if regions else set()
        entering = inside | regions.keys()
        bad = {
            event
            for event, region in regions.items()
            if any(
                flow.source not in entering
                for name in region
                for flow in model.entering.get(name, ())
            )
            or _written(reading, model, {event, *region}) & _read(reading, model, inside)
        }
        if not bad:
            return regions
        regions = {event: region for event, region in regions.items() if event not in bad}


def _places(reading: Reading, model: Process, names: set[str]) -> Iterator[Place]:
    for name in names:
        yield (model.id, name)
        called = called_by(model.nodes[name])
        if called in reading.models:
            yield from _places(reading, reading.models[called], set(reading.models[called].nodes))


def _written(reading: Reading, model: Process, names: set[str]) -> frozenset[str]:
    return frozenset().union(
        *(
            reading.writes(reading.models[process], reading.models[process].nodes[name])
            for process, name in _places(reading, model, names)
        )
    )


def _read(reading: Reading, model: Process, inside: set[str]) -> frozenset[str]:
    """Names that anything outside the regions may still read."""
    places = set(_places(reading, model, inside))
    return frozenset().union(
        *(
            reading.live(process.id, name)
            for process in reading.models.values()
            for name in process.nodes
            if (process.id, name) not in places and not _may(process.nodes[name])
        )
    )
