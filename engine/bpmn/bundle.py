"""Several files read together: diagrams, decision tables, and who calls whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn import decisions, schema, xml
from engine.bpmn.diagrams import read_diagram
from engine.bpmn.model import Diagram, Process, called_by, decision_of
from engine.errors import BadDefinition
from engine.values.process import Finding


@dataclass(frozen=True)
class Bundle:
    """What could be read of a set of files, and what was wrong with the others."""

    diagrams: Mapping[str, Diagram]
    roots: Mapping[str, xml.Element]
    findings: tuple[Finding, ...]
    processes: Mapping[str, Process]
    #: Decision tables by id, with the file each is in.
    decisions: Mapping[str, tuple[str, decisions.Table]]

    def calls(self, process: Process) -> tuple[str, ...]:
        """Ids of the processes it calls, in the order of the diagram."""
        called = (called_by(node) for node in process.nodes.values())
        return tuple(dict.fromkeys(name for name in called if name))

    def asks(self, process: Process) -> tuple[str, ...]:
        """Ids of the decisions it asks for."""
        asked = (decision_of(node) for node in process.nodes.values())
        return tuple(dict.fromkeys(name for name in asked if name))

    def reached(self, start: str) -> tuple[str, ...]:
        """The process and all it calls, directly or not, as far as they are known."""
        found: dict[str, None] = {}
        agenda = [start]
        while agenda:
            name = agenda.pop(0)
            if name in self.processes and name not in found:
                found[name] = None
                agenda += self.calls(self.processes[name])
        return tuple(found)


def gather(sources: Mapping[str, bytes]) -> Bundle:
    """Read all files; what cannot be read becomes findings."""
    diagrams: dict[str, Diagram] = {}
    tables: dict[str, tuple[str, decisions.Table]] = {}
    roots: dict[str, xml.Element] = {}
    findings: list[Finding] = []
    for name, data in sorted(sources.items()):
        try:
            root = read_file(data, name)
            if xml.namespace(root) == xml.BPMN:
                diagrams[name] = read_diagram(root, name)
            else:
                for ref, table in decisions.read(root, name).items():
                    tables.setdefault(ref, (name, table))
            roots[name] = root
        except BadDefinition as error:
            findings += error.findings
    processes: dict[str, Process] = {}
    for diagram in diagrams.values():
        for process in diagram.processes:
            processes.setdefault(process.id, process)
    return Bundle(diagrams, roots, tuple(findings), processes, tables)


def read_file(data: bytes, name: str) -> xml.Element:
    """The root of a BPMN or DMN file that obeys its schema. Raises :class:`BadDefinition`."""
    root = xml.parse(data, name=name)
    if root.tag != xml.bpmn("definitions") and not (
        xml.namespace(root) in xml.DMN and xml.local(root) == "definitions"
    ):
        raise xml.bad("xml.not_bpmn", name, line=xml.line_of(root), root=xml.local(root)[:80])
    complaints = schema.complaints(root, name)
    if complaints:
        raise BadDefinition(complaints)
    return root
