"""What diagrams do for the clauses of the notice: their steps, registers, publications, duties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.bpmn import xml
from engine.bpmn.bundle import gather
from engine.bpmn.definition import read_info
from engine.bpmn.forms import said
from engine.bpmn.model import Process
from engine.errors import BadDefinition
from engine.values.clauses import ServingProcess

_PERIOD = re.compile(r"""period\(\s*["'](\w+)["']\s*\)""")


def serving(sources: Mapping[str, bytes]) -> dict[str, ServingProcess]:
    """Every process of the files. Raises :class:`BadDefinition` where one cannot be read."""
    bundle = gather(sources)
    if bundle.findings:
        raise BadDefinition(bundle.findings)
    return {id: _process(process) for id, process in bundle.processes.items()}


def _process(process: Process) -> ServingProcess:
    operations = list(_operations(process))
    return ServingProcess(
        id=process.id,
        clauses=read_info(process).clauses,
        steps=frozenset(process.nodes),
        publishing=frozenset(step for step, name, _ in operations if name == "publish"),
        registers=frozenset(register for _, _, register in operations if register),
        duties=frozenset(
            found[1]
            for node in process.nodes.values()
            if node.kind == "startEvent" and node.timer is not None
            for found in _PERIOD.finditer(node.timer.text)
        ),
    )


def _operations(process: Process) -> Iterator[tuple[str, str, str]]:
    """Element, operation, and the register it writes, if one."""
    for node in process.nodes.values():
        mark = xml.extension(node.element, "operation")
        if mark is None:
            continue
        named = {
            said(parameter, "name"): said(parameter, "value")
            for parameter in mark.iterchildren(xml.duban("parameter"))
        }
        name = said(mark, "name")
        yield node.id, name, named.get("register", "") if name == "register" else ""
