"""A definition: a main diagram with the processes and decision tables it pins, in plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.bpmn import decisions, xml
from engine.bpmn.bundle import Bundle, gather
from engine.bpmn.forms import (
    read_basis,
    read_deadlines,
    read_disclosure,
    read_form,
    read_rungs,
    said,
    words,
)
from engine.bpmn.model import (
    Diagram,
    LaneMark,
    Node,
    Process,
    called_by,
    decision_of,
    operation_of,
    script_of,
)
from engine.bpmn.reading import period_of
from engine.bpmn.scripts import script_names
from engine.errors import BadDefinition
from engine.values.process import Description, Element, Finding, Lane, ProcessInfo


@dataclass(frozen=True)
class Definition:
    """What a case runs on. It never changes: ``checksum`` names exactly these bytes."""

    main: str
    checksum: str
    description: Description
    #: The main file and what it calls, nothing else.
    sources: Mapping[str, bytes] = field(repr=False)
    #: The hardened tree of each source; copy before changing anything.
    trees: Mapping[str, xml.Element] = field(repr=False, compare=False)
    #: Ids of the processes, the main one first.
    processes: tuple[str, ...]
    decisions: Mapping[str, decisions.Table] = field(repr=False, compare=False)
    #: The processes as elements and flows, by id.
    models: Mapping[str, Process] = field(repr=False, compare=False)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that may stand in the case file; one nobody filled in yet reads as ``None``."""
        declared: set[str] = set()
        for process in self.models.values():
            declared.update(names_set_by(process))
        for table in self.decisions.values():
            declared.update(output.name for output in table.outputs)
        return frozenset(declared - {""})


def read(sources: Mapping[str, bytes], main: str) -> Definition:
    """The definition whose main diagram is the file ``main`` of the sources.

    Files the main one does not call, directly or not, are left out, whatever is in them. Raises
    :class:`BadDefinition` with findings.
    """
    return next(read_each(sources, (main,)))


def read_each(sources: Mapping[str, bytes], mains: Iterable[str]) -> Iterator[Definition]:
    """As :func:`read` for several main diagrams, with each file read once."""
    bundle = gather(sources)
    for main in mains:
        yield _definition(bundle, sources, main)


def _definition(bundle: Bundle, sources: Mapping[str, bytes], main: str) -> Definition:
    broken = tuple(finding for finding in bundle.findings if finding.file == main)
    if broken:
        raise BadDefinition(broken)
    if main not in bundle.diagrams:
        raise xml.bad("xml.not_bpmn", main, root="")
    process = main_process(bundle.diagrams[main])
    if process is None:
        raise xml.bad("structure.no_process", main, line=1)
    reached = bundle.reached(process.id)
    files = _files(bundle, main, reached)
    _refuse_broken_parts(bundle, reached)
    pinned = {name: bytes(sources[name]) for name in files}
    checksum = checksum_of(pinned)
    models = {name: bundle.processes[name] for name in reached}
    asked = {ref for name in reached for ref in bundle.asks(models[name])}
    return Definition(
        main=main,
        checksum=checksum,
        description=_describe(process, models, checksum),
        sources=pinned,
        trees={name: bundle.roots[name] for name in files},
        processes=reached,
        decisions={ref: bundle.decisions[ref][1] for ref in sorted(asked)},
        models=models,
    )


def main_process(diagram: Diagram) -> Process | None:
    """The process a case of this diagram runs: the executable one, else the first that starts."""
    executable = [
        process
        for process in diagram.processes
        if process.element.get("isExecutable") in ("true", "1")
    ]
    starting = [
        process
        for process in diagram.processes
        if any(node.kind == "startEvent" for node in process.inside(process.id))
    ]
    return next(iter([*executable, *starting, *diagram.processes]), None)


def checksum_of(sources: Mapping[str, bytes]) -> str:
    """SHA-256 over names and bytes of all files; their order does not matter."""
    digest = hashlib.sha256()
    for name, data in sorted(sources.items()):
        for part in (name.encode(), data):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _files(bundle: Bundle, main: str, reached: tuple[str, ...]) -> list[str]:
    files = {main}
    for name in reached:
        process = bundle.processes[name]
        files.add(process.file)
        files.update(
            bundle.decisions[ref][0] for ref in bundle.asks(process) if ref in bundle.decisions
        )
    return sorted(files)


def _refuse_broken_parts(bundle: Bundle, reached: tuple[str, ...]) -> None:
    """Refuse calls of processes and decisions that are not there or could not be read."""
    findings = []
    for name in reached:
        process = bundle.processes[name]
        for node in process.nodes.values():
            findings += list(_missing(bundle, process, node))
    if findings:
        # A called file that could not be read is the likely cause: show what is wrong with it too.
        raise BadDefinition((*findings, *bundle.findings))


def _missing(bundle: Bundle, process: Process, node: Node) -> Iterator[Finding]:
    called, asked = called_by(node), decision_of(node)
    if called and called not in bundle.processes:
        yield at_node("calls.unknown_process", process, node, called=called)
    if asked and asked not in bundle.decisions:
        yield at_node("calls.unknown_decision", process, node, decision=asked)


def at_node(rule: str, process: Process, node: Node, **facts: str) -> Finding:
    """A finding about a node."""
    named = {"name": node.name or node.id, **facts}
    return xml.finding(rule, process.file, line=node.line, element=node.id, **named)


# --- The description ----------------------------------------------------------------------------


def _describe(process: Process, models: Mapping[str, Process], checksum: str) -> Description:
    return Description(
        process=read_info(process),
        checksum=checksum,
        main=process.id,
        lanes=tuple(_lane(lane) for model in models.values() for lane in model.lanes),
        # The main process comes last: called ones may have start and end events of the same ids.
        forms={
            node.id: read_form(model, node)
            for model in reversed(tuple(models.values()))
            for node in model.nodes.values()
            if node.form or node.kind == "startEvent"
        },
        starts=tuple(
            node.id
            for node in process.inside(process.id)
            if node.kind == "startEvent" and node.event in ("none", "message")
        ),
        periods={code: node.id for node in process.inside(process.id) if (code := period_of(node))},
        deadlines=tuple(mark for model in models.values() for mark in read_deadlines(model)),
        rungs=tuple(mark for model in models.values() for mark in read_rungs(model)),
        elements={
            node.id: Element(node.id, node.kind, node.name)
            for model in reversed(tuple(models.values()))
            for node in model.nodes.values()
        },
    )


def read_info(process: Process) -> ProcessInfo:
    """What ``duban:process`` says of a process; a plain diagram says little."""
    mark = xml.extension(process.element, "process")
    return ProcessInfo(
        id=process.id,
        name=process.name,
        number=said(mark, "number"),
        owner=said(mark, "owner"),
        disclosure=read_disclosure(said(mark, "disclosure")),
        clauses=words(mark, "clauses") if mark is not None else (),
        summary=said(mark, "summary"),
        title=said(mark, "title"),
        party=said(mark, "party"),
        basis=read_basis(process.element),
        usual_length=said(mark, "usual_length"),
        on_case=said(mark, "on_case") in ("true", "1"),
    )


def _lane(lane: LaneMark) -> Lane:
    role = lane.name if lane.role is None else lane.role
    return Lane(lane.id, lane.name, role, lane.body or "", lane.nodes)


def names_set_by(process: Process) -> Iterator[str]:
    """Names of the case file a process writes: fields, script targets, results, outputs."""
    for node in process.nodes.values():
        for mark in xml.extensions(node.element, "field"):
            yield said(mark, "id")
        yield from repeated_names(node)
    yield from names_computed_by(process)


def names_computed_by(process: Process) -> Iterator[str]:
    """Names written by scripts and operations rather than by people."""
    for node in process.nodes.values():
        if node.kind == "scriptTask":
            yield from script_names(script_of(node))[1]
        yield said(operation_of(node), "result")
        yield said(xml.extension(node.element, "countersign"), "result")


def repeated_names(node: Node) -> Iterator[str]:
    """Names a multi-instance activity gives its items and its collected outputs."""
    loop = node.element.find(xml.bpmn("multiInstanceLoopCharacteristics"))
    if loop is None:
        return
    for tag in ("inputDataItem", "outputDataItem"):
        item = loop.find(xml.bpmn(tag))
        if item is not None:
            yield item.get("name", "") or item.get("id", "")
    yield xml.text(loop.find(xml.bpmn("loopDataOutputRef")))
