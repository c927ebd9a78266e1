from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from engine.bpmn.compile import compiled
from engine.bpmn.definition import Definition, read
from engine.bpmn.parser import DubanParser
from engine.bpmn.tokens import Case
from engine.errors import BadDefinition
from tests.engine.bpmn.diagrams import (
    Walk,
    boundary,
    defined,
    end,
    extended,
    flow,
    flows,
    message,
    messages,
    node,
    process,
    service,
    start,
    timer,
    user,
)

PROCESSES = Path(__file__).parents[3] / "processes"
#: Elements by kind, with the library's class each runs as.
LIBRARY = {
    "task": defaults.UserTask,
    "userTask": defaults.UserTask,
    "manualTask": defaults.UserTask,
    "serviceTask": defaults.ServiceTask,
    "businessRuleTask": defaults.ServiceTask,
    "scriptTask": defaults.ScriptTask,
    "callActivity": defaults.CallActivity,
    "subProcess": defaults.SubWorkflowTask,
    "exclusiveGateway": defaults.ExclusiveGateway,
    "parallelGateway": defaults.ParallelGateway,
    "inclusiveGateway": defaults.InclusiveGateway,
    "boundaryEvent": defaults.BoundaryEvent,
    "endEvent": defaults.EndEvent,
    "intermediateCatchEvent": defaults.IntermediateCatchEvent,
    "intermediateThrowEvent": defaults.IntermediateThrowEvent,
}


def shipped(name: str) -> Definition:
    sources = {p.name: p.read_bytes() for p in PROCESSES.iterdir() if p.suffix in (".bpmn", ".dmn")}
    return read(sources, name)


@pytest.mark.parametrize("path", sorted(PROCESSES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_every_element_of_a_shipped_process_is_a_task_spec_of_the_library(path: Path) -> None:
    assert issubclass(DubanParser, BpmnParser)
    assert issubclass(Case, BpmnWorkflow)
    definition = shipped(path.name)
    ready = compiled(definition)
    assert all(isinstance(scope, BpmnProcessSpec) for scope in ready.scopes.values())
    seen = 0
    for model in definition.models.values():
        for element in model.nodes.values():
            spec = ready.scopes[element.scope].task_specs[element.id]
            # A repeated activity stands behind its repetition.
            spec = ready.scopes[element.scope].task_specs.get(f"{element.id} [child]", spec)
            if element.kind in LIBRARY and not element.event_subprocess:
                assert isinstance(spec, LIBRARY[element.kind]), element.id
                seen += 1
    assert seen > 3


def test_what_a_diagram_says_in_our_namespace_is_the_spec_s_extensions() -> None:
    task = node("userTask", "a", extended('<duban:task role="intake_clerk" body="legal_office"/>'))
    definition = defined(
        process(
            start(),
            task,
            boundary("late", "a", timer("timeDuration", "P1D"), deadline=True),
            service("s", "notify", ("level", "1"), result="told"),
            end(),
            flows("start a s end", "late end"),
        )
    )
    specs = compiled(definition).main.task_specs
    assert specs["a"].extensions == {"role": "intake_clerk", "body": "legal_office"}
    assert specs["late"].extensions["deadline"]
    asked = specs["s"].extensions["operation"]
    assert (asked.name, asked.result) == ("notify", "told")
    assert [(p.name, p.expression) for p in asked.parameters] == [("level", "1")]


def test_what_else_an_editor_writes_into_a_file_does_not_matter() -> None:
    store = '<bpmn:dataStore id="store" name="台账"/><bpmn:message name="nobody sends it"/>'
    kept = '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="r" dataObjectRef="d"/>'
    read_from = (
        '<bpmn:ioSpecification id="io"><bpmn:dataInput id="in1"/><bpmn:inputSet id="in2">'
        "<bpmn:dataInputRefs>in1</bpmn:dataInputRefs></bpmn:inputSet>"
        '<bpmn:outputSet id="out"/></bpmn:ioSpecification><bpmn:dataInputAssociation id="i">'
        "<bpmn:sourceRef>r</bpmn:sourceRef><bpmn:targetRef>in1</bpmn:targetRef>"
        "</bpmn:dataInputAssociation>"
    )
    task = node("userTask", "a", read_from)
    walk = Walk(defined(store, process(start(), kept, task, end(), flows("start a end"))))
    walk.complete("a")
    assert walk.last.finished


def aside(*more: str) -> Definition:
    inner = node("startEvent", "s2", message("stop")) + user("b") + end("e2") + flows("s2 b e2")
    waiting = node("subProcess", "aside", inner, triggeredByEvent="true")
    parts = (start(), user("a"), end(), waiting, flows("start a end"), *more)
    return defined(messages("stop"), process(*parts))


@pytest.mark.parametrize(
    ("more", "rule", "element"),
    [
        ([flow("aside", "end", id="out")], "structure.flow_to_nowhere", "out"),
        ([flow("a", "aside", id="into")], "structure.flow_to_nowhere", "into"),
        (
            [boundary("late", "aside", timer("timeDuration", "P1D")), flows("late end")],
            "structure.boundary_of_nothing",
            "late",
        ),
    ],
)
def test_an_event_subprocess_stands_apart_from_flows(
    more: list[str], rule: str, element: str
) -> None:
    with pytest.raises(BadDefinition) as refused:
        compiled(aside(*more))
    found: Any = [(finding.rule, finding.element) for finding in refused.value.findings]
    assert found == [(rule, element)]


def test_an_open_reminder_does_not_make_the_state_grow() -> None:
    """What is hung under the nearest task needed, not under what all open tasks have in common."""
    definition = defined(
        messages("remind"),
        process(
            start(),
            user("first"),
            boundary("asked", "first", message("remind"), interrupting=False),
            user("remembered"),
            node("exclusiveGateway", "again"),
            user("rectify"),
            node("exclusiveGateway", "g", default="g-end"),
            end(),
            flows("start first again rectify g", "asked remembered end"),
            flow("g", "again", "not passed"),
            flow("g", "end"),
        ),
    )
    walk = Walk(definition)
    walk.send("remind")
    walk.complete("first")
    sizes = set()
    for _ in range(60):
        walk.complete("rectify", passed=False)
        sizes.add(len(walk.loaded()._case.tasks))
    assert len(sizes) == 1
    walk.complete("rectify", passed=True)
    walk.complete("remembered")
    assert walk.last.finished


def test_neither_event_subprocesses_nor_repetition_change_the_specs_all_cases_share() -> None:
    many = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    inner = node("startEvent", "s2", message("stop"), isInterrupting="false")
    inner += user("b") + end("e2") + flows("s2 b e2")
    definition = defined(
        messages("stop"),
        process(
            start(),
            node("userTask", "a", many),
            boundary("late", "a", timer("timeCycle", "R3/P1D"), interrupting=False),
            end(),
            node("subProcess", "aside", inner, triggeredByEvent="true"),
            flows("start a end", "late end"),
        ),
    )
    scopes = compiled(definition).scopes

    def shape() -> Any:
        return {
            (scope.name, name): (
                tuple(spec._inputs),
                tuple(spec._outputs),
                len(spec.completed_event.hard_subscribers or ()),
                spec.flows,
                spec.incoming,
            )
            for scope in scopes.values()
            for name, spec in scope.task_specs.items()
        }

    before = shape()
    for _ in range(2):
        walk = Walk(definition)
        walk.send("stop")
        walk.send("stop")
        walk.advance(walk.timer("late").instant)
        for element in ("a", "b", "a", "b"):
            walk.complete(element)
        assert walk.last.finished
    assert shape() == before
