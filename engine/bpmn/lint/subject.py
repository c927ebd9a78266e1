"""What rules look at: one file among those it belongs with, and the catalogue of the county."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.bpmn import xml
from engine.bpmn.bundle import Bundle
from engine.bpmn.definition import names_computed_by, names_set_by
from engine.bpmn.forms import read_field, role_and_body, said
from engine.bpmn.lint.rules import RULES
from engine.bpmn.model import Diagram, Node, Process, called_by
from engine.bpmn.syntax import TOKEN_NAMES
from engine.values.process import Catalogue, Field, Finding

#: Names the runtime gives to instances of a repeated activity.
INSTANCE_NAMES = frozenset(
    (
        *("loopCounter", "numberOfInstances", "numberOfCompletedInstances"),
        "numberOfActiveInstances",
    )
)


def found(
    rule: str,
    file: str,
    /,
    *,
    line: int | None = None,
    element: str | None = None,
    **facts: str,
) -> Finding:
    """A finding with the severity of its rule."""
    short = {name: value[:200] for name, value in facts.items()}
    return Finding(
        rule, RULES[rule].severity, f"lint.{rule}", file, line or None, element or None, short
    )


@dataclass(frozen=True)
class Known:
    """What the processes that call one another declare together: they share one case file."""

    names: frozenset[str]
    #: Every declaration of a field, with the node it stands at.
    fields: Mapping[str, tuple[tuple[Node, Field], ...]]
    #: The options a field offers anywhere.
    options: Mapping[str, frozenset[str]]
    #: Names that scripts, decisions and operations write.
    computed: frozenset[str]
    #: Ids of the elements at which somebody acts.
    acted: frozenset[str]
    #: Body slots filled by a field of type body, or by the body of whoever starts the case.
    slots: frozenset[str]

    def types(self, name: str) -> frozenset[str]:
        """The types the field is declared with."""
        return frozenset(field.type.value for _node, field in self.fields.get(name, ()))


@dataclass(frozen=True)
class Subject:
    """One process to be judged."""

    bundle: Bundle
    diagram: Diagram
    process: Process
    catalogue: Catalogue
    known: Known = field(repr=False)

    @cached_property
    def called(self) -> bool:
        """Whether another process of the bundle calls this one."""
        return any(
            called_by(node) == self.process.id
            for other in self.bundle.processes.values()
            for node in other.nodes.values()
        )

    @property
    def described(self) -> bool:
        """Whether the process is one of ours: it carries ``duban:process``."""
        return xml.extension(self.process.element, "process") is not None

    def at(self, rule: str, node: Node, /, line: int = 0, **facts: str) -> Finding:
        """A finding about a node, at the line of the node unless another is given."""
        named = {"name": node.name or node.id, **facts}
        return found(rule, self.process.file, line=line or node.line, element=node.id, **named)

    def about(self, rule: str, /, **facts: str) -> Finding:
        """A finding about the whole process."""
        process = self.process
        named = {"name": process.name, **facts}
        return found(rule, process.file, line=process.line, element=process.id, **named)

    def forms(self) -> Iterator[Node]:
        """The nodes at which somebody fills in a form."""
        return (
            node
            for node in self.process.nodes.values()
            if node.form
            or (node.kind == "startEvent" and xml.extension(node.element, "field") is not None)
        )


def known_together(bundle: Bundle) -> dict[str, Known]:
    """For each process what it and those it calls or that call it declare."""
    neighbours: dict[str, set[str]] = {name: set() for name in bundle.processes}
    for name, process in bundle.processes.items():
        for called in bundle.calls(process):
            if called in neighbours:
                neighbours[name].add(called)
                neighbours[called].add(name)
    result: dict[str, Known] = {}
    for name in bundle.processes:
        if name in result:
            continue
        group, agenda = {name}, [name]
        while agenda:
            for other in neighbours[agenda.pop()] - group:
                group.add(other)
                agenda.append(other)
        known = _known(bundle, [bundle.processes[member] for member in sorted(group)])
        result.update(dict.fromkeys(group, known))
    return result


def _known(bundle: Bundle, processes: list[Process]) -> Known:
    names: set[str] = set()
    computed: set[str] = set()
    fields: dict[str, list[tuple[Node, Field]]] = {}
    slots: set[str] = set()
    for process in processes:
        names.update(names_set_by(process))
        computed.update(names_computed_by(process))
        for ref in bundle.asks(process):
            if ref in bundle.decisions:
                computed.update(output.name for output in bundle.decisions[ref][1].outputs)
        for node in process.nodes.values():
            for element in xml.extensions(node.element, "field"):
                declared = read_field(element)
                fields.setdefault(declared.id, []).append((node, declared))
                if said(element, "type") == "body":
                    slots.add(declared.id)
            if node.kind == "startEvent":
                # Whoever starts a case fills the slot of the start form with the own body.
                slots.add(role_and_body(process, node)[1])
    return Known(
        names=frozenset((names | computed) - {""}) | TOKEN_NAMES | INSTANCE_NAMES,
        options={
            name: frozenset(option.value for _, field in declared for option in field.options)
            for name, declared in fields.items()
        },
        computed=frozenset(computed),
        fields={name: tuple(declared) for name, declared in fields.items()},
        acted=frozenset(
            node.id
            for process in processes
            for node in process.nodes.values()
            if node.form or node.kind == "startEvent"
        ),
        slots=frozenset(slots - {""}),
    )
