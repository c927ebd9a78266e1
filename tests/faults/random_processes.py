"""Random processes a county can run: lanes, forms and a number are put into generated diagrams."""

from __future__ import annotations

import re

from engine.bpmn.definition import Definition, read
from tests.engine.bpmn.generated import source

_FLOW_NODES = re.compile(
    r"<bpmn:(\w*[Tt]ask|\w*Event|\w*Gateway|subProcess|callActivity) id=\"(\w+)\""
)
_PROCESS = re.compile(r'(<bpmn:process id="(\w+)" isExecutable="true">)(.*?)</bpmn:process>', re.S)
_NUMBER = '<duban:field id="{0}" label="{0}" type="number"/>'
_START_FORM = (
    "<bpmn:extensionElements>"
    + "".join(_NUMBER.format(name) for name in "xyz")
    + '<duban:field id="people" label="people" type="people" role="supervisor"'
    ' body="legal_office"/></bpmn:extensionElements>'
)
_TASK_FORM = f"<bpmn:extensionElements>{_NUMBER.format('x')}</bpmn:extensionElements>"


def county_process(seed: int, size: int = 9, depth: int = 3) -> Definition:
    """A process from a seed that supervisors of the legal office start and work on."""
    text = source(seed, size, depth).decode()
    # What nobody can perform in a small county is computed instead.
    text = re.sub(
        r'<bpmn:serviceTask id="(\w+)">.*?</bpmn:serviceTask>',
        r'<bpmn:scriptTask id="\1"><bpmn:script>z = y</bpmn:script></bpmn:scriptTask>',
        text,
    )
    text = re.sub(r'<bpmn:task id="declares">.*?</bpmn:task>', "", text, flags=re.S)
    text = re.sub(r'(<bpmn:userTask [^>]*">)', rf"\1{_TASK_FORM}", text)
    text = re.sub(r'<bpmn:startEvent id="(\w+)"></bpmn:startEvent>', _with_form(), text, count=1)
    text = _PROCESS.sub(lambda found: _laned(found, seed), text)
    # The process is called after its seed, and nothing else is called so.
    text = text.replace('<bpmn:process id="p"', f'<bpmn:process id="random{seed}"')
    return read({"main.bpmn": text.encode()}, "main.bpmn")


def _with_form() -> str:
    return rf'<bpmn:startEvent id="\1">{_START_FORM}</bpmn:startEvent>'


def _laned(found: re.Match[str], seed: int) -> str:
    opening, name, inside = found.groups()
    nodes = "".join(
        f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for _, node in _FLOW_NODES.findall(inside)
    )
    about = (
        f'<bpmn:extensionElements><duban:process number="红随{seed}" owner="legal_office"'
        ' disclosure="internal" summary="随机"/></bpmn:extensionElements>'
        if name == "p"
        else ""
    )
    return (
        f'{opening}{about}<bpmn:laneSet id="lanes_{name}"><bpmn:lane id="lane_{name}">'
        '<bpmn:extensionElements><duban:lane role="supervisor" body="legal_office"/>'
        f"</bpmn:extensionElements>{nodes}</bpmn:lane></bpmn:laneSet>{inside}</bpmn:process>"
    )
