"""A new procedure to draw on, and what a drawing says it is."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from engine.bpmn import xml
from engine.bpmn.definition import main_process
from engine.bpmn.diagrams import read_diagram
from engine.bpmn.model import Process

#: One lane of the legal office with a start, a step and an end: it draws, and can be drawn on.
_TEMPLATE = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:duban="urn:duban:bpmn:1" id="definitions_{id}" targetNamespace="urn:duban:processes">
  <bpmn:collaboration id="collaboration_{id}">
    <bpmn:participant id="pool_{id}" name={name} processRef="{id}"/>
  </bpmn:collaboration>
  <bpmn:process id="{id}" name={name} isExecutable="true">
    <bpmn:extensionElements>
      <duban:process number="" owner="legal_office" disclosure="internal" summary=""/>
    </bpmn:extensionElements>
    <bpmn:laneSet id="lanes_{id}">
      <bpmn:lane id="lane_1" name="受理登记员">
        <bpmn:extensionElements>
          <duban:lane role="intake_clerk" body="legal_office"/>
        </bpmn:extensionElements>
        <bpmn:flowNodeRef>started</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>step_1</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>finished</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="started" name="发起">
      <bpmn:outgoing>flow_1</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:userTask id="step_1" name="办理">
      <bpmn:incoming>flow_1</bpmn:incoming>
      <bpmn:outgoing>flow_2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="finished" name="办结">
      <bpmn:incoming>flow_2</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="flow_1" sourceRef="started" targetRef="step_1"/>
    <bpmn:sequenceFlow id="flow_2" sourceRef="step_1" targetRef="finished"/>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram_{id}">
    <bpmndi:BPMNPlane id="plane_{id}" bpmnElement="collaboration_{id}">
      <bpmndi:BPMNShape id="pool_{id}_di" bpmnElement="pool_{id}" isHorizontal="true"><dc:Bounds x="120" y="80" width="720" height="200"/></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="lane_1_di" bpmnElement="lane_1" isHorizontal="true"><dc:Bounds x="150" y="80" width="690" height="200"/></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="started_di" bpmnElement="started"><dc:Bounds x="212" y="162" width="36" height="36"/></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="step_1_di" bpmnElement="step_1"><dc:Bounds x="320" y="140" width="100" height="80"/></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="finished_di" bpmnElement="finished"><dc:Bounds x="492" y="162" width="36" height="36"/></bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="flow_1_di" bpmnElement="flow_1"><di:waypoint x="248" y="180"/><di:waypoint x="320" y="180"/></bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="flow_2_di" bpmnElement="flow_2"><di:waypoint x="420" y="180"/><di:waypoint x="492" y="180"/></bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""  # noqa: E501  # XML as an editor writes it


def diagram(process_id: str, name: str) -> bytes:
    """A new procedure, drawn. The id is one an XML name may be."""
    return _TEMPLATE.format(id=process_id, name=quoteattr(name)).encode()


def drawn(data: bytes, file: str) -> Process | None:
    """The process a file is about, read without its schema; ``None`` for a file of none.

    Raises BadDefinition for what is no readable XML.
    """
    root = xml.parse(data, name=file)
    return main_process(read_diagram(root, file))


def process_id(data: bytes, file: str) -> str:
    """The id of that process, empty if there is none."""
    found = drawn(data, file)
    return found.id if found is not None else ""


def process_name(data: bytes, file: str) -> str:
    """Its name as drawn, empty if it has none."""
    found = drawn(data, file)
    return (found.element.get("name") or "").strip() if found is not None else ""
