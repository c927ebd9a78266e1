from __future__ import annotations

import pytest

from engine.bpmn.definition import checksum_of, read
from engine.errors import BadDefinition
from engine.values.process import (
    Check,
    DeadlineMark,
    Disclosure,
    Duty,
    Element,
    Field,
    FieldType,
    Form,
    Lane,
    LegalBasis,
    Option,
    ProcessInfo,
)

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:duban="urn:duban:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'targetNamespace="t">\n'
)


def diagram(text: str) -> bytes:
    return f"{HEAD}{text}</bpmn:definitions>".encode()


def described(text: str, **others: bytes):
    sources = {"main.bpmn": diagram(text), **{n.replace("__", "."): d for n, d in others.items()}}
    return read(sources, "main.bpmn")


FULL = """
<bpmn:message id="m1" name="request_extension"/>
<bpmn:collaboration id="c"><bpmn:participant id="pp" processRef="complaint"/></bpmn:collaboration>
<bpmn:process id="complaint" name="投诉举报" isExecutable="true">
  <bpmn:extensionElements>
    <duban:process number="红执诉" owner="legal_office" disclosure="redact" clauses="A24 A26"
      summary="查处投诉" title="subject_matter" party="complainant" usual_length="30日内"/>
    <duban:basis law="实施方案" article="二（三）3">应当及时核查</duban:basis>
  </bpmn:extensionElements>
  <bpmn:laneSet id="ls">
    <bpmn:lane id="office" name="法制机构">
      <bpmn:extensionElements>
        <duban:lane role="intake_clerk" body="legal_office"/>
      </bpmn:extensionElements>
      <bpmn:flowNodeRef>start</bpmn:flowNodeRef><bpmn:flowNodeRef>verify</bpmn:flowNodeRef>
      <bpmn:flowNodeRef>rectify</bpmn:flowNodeRef><bpmn:flowNodeRef>count</bpmn:flowNodeRef>
      <bpmn:childLaneSet id="inner">
        <bpmn:lane id="officers" name="核查人员">
          <bpmn:extensionElements>
            <duban:lane role="supervisor" body="legal_office"/>
          </bpmn:extensionElements>
          <bpmn:flowNodeRef>verify</bpmn:flowNodeRef>
        </bpmn:lane>
      </bpmn:childLaneSet>
    </bpmn:lane>
  </bpmn:laneSet>
  <bpmn:startEvent id="start" name="收到投诉">
    <bpmn:extensionElements>
      <duban:task stage="登记" verb="登记"/>
      <duban:field id="subject_matter" label="事由" required="true"/>
      <duban:field id="subject" label="被投诉部门" type="body" hidden_from="subject township"/>
    </bpmn:extensionElements>
  </bpmn:startEvent>
  <bpmn:startEvent id="yearly"><bpmn:timerEventDefinition id="t0">
    <bpmn:timeDate>2026-01-01</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:startEvent>
  <bpmn:userTask id="verify" name="核查">
    <bpmn:extensionElements>
      <duban:task stage="核查" instruction="写明事实" performer="verifiers"
        returns="start" verb="提交"/>
      <duban:basis law="行政处罚法" article="42">不得少于两人</duban:basis>
      <duban:duty rule="R1" min_officers="2" officers="verifiers" needs_certificate="supervision"
        not_completed_by="start other" not_named_in="drafters"/>
      <duban:check expression="len(verifiers) > 1" message="至少两人" field="verifiers"
        law="行政处罚法" article="42"/>
      <duban:document type="verification_report"/>
      <duban:field id="finding" label="结论" type="choice" disclosure="public" help="四选一"
        visible_when="subject is not None">
        <duban:option value="founded" label="属实"/><duban:option value="not" label="不属实"/>
      </duban:field>
      <duban:field id="verifiers" label="核查人" type="people" role="supervisor" body="legal_office"
        minimum="2" maximum="5" readonly="true"/>
    </bpmn:extensionElements>
  </bpmn:userTask>
  <bpmn:boundaryEvent id="extend" name="申请延期" attachedToRef="verify" cancelActivity="false">
    <bpmn:extensionElements><duban:field id="reason" label="理由"/></bpmn:extensionElements>
    <bpmn:messageEventDefinition id="md" messageRef="m1"/>
  </bpmn:boundaryEvent>
  <bpmn:boundaryEvent id="due" name="到期" attachedToRef="verify" cancelActivity="false">
    <bpmn:extensionElements><duban:deadline/></bpmn:extensionElements>
    <bpmn:timerEventDefinition id="td"><bpmn:timeDate xsi:type="bpmn:tFormalExpression">
      limit("CMP.HANDLE")
    </bpmn:timeDate></bpmn:timerEventDefinition>
  </bpmn:boundaryEvent>
  <bpmn:subProcess id="rectify" name="整改">
    <bpmn:startEvent id="s2"/>
    <bpmn:userTask id="inside" name="整改"/>
    <bpmn:userTask id="elsewhere" name="反馈">
      <bpmn:extensionElements>
        <duban:task role="enf_unit_head" body="subject"/>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:endEvent id="e2"/>
  </bpmn:subProcess>
  <bpmn:scriptTask id="count"><bpmn:script>rounds = 1
label = 'x'</bpmn:script></bpmn:scriptTask>
  <bpmn:serviceTask id="issue"><bpmn:extensionElements>
    <duban:operation name="issue_document" result="document_number"/>
    </bpmn:extensionElements></bpmn:serviceTask>
  <bpmn:userTask id="sign"><bpmn:multiInstanceLoopCharacteristics>
    <bpmn:loopDataInputRef>verifiers</bpmn:loopDataInputRef>
    <bpmn:loopDataOutputRef>opinions</bpmn:loopDataOutputRef>
    <bpmn:inputDataItem id="i1" name="signer"/><bpmn:outputDataItem id="o1" name="opinion"/>
  </bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
  <bpmn:endEvent id="end"/>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="verify"/>
</bpmn:process>
"""


def test_a_process_says_what_the_procedure_is():
    info = described(FULL).description.process
    assert info == ProcessInfo(
        id="complaint",
        name="投诉举报",
        number="红执诉",
        owner="legal_office",
        disclosure=Disclosure.REDACT,
        clauses=("A24", "A26"),
        summary="查处投诉",
        title="subject_matter",
        party="complainant",
        basis=(LegalBasis("实施方案", "二（三）3", "应当及时核查"),),
        usual_length="30日内",
    )


def test_a_form_holds_all_the_diagram_says_about_a_task():
    form = described(FULL).description.forms["verify"]
    assert form == Form(
        element="verify",
        name="核查",
        role="supervisor",
        body="legal_office",
        fields=(
            Field(
                "finding",
                "结论",
                FieldType.CHOICE,
                options=(Option("founded", "属实"), Option("not", "不属实")),
                help="四选一",
                visible_when="subject is not None",
                disclosure=Disclosure.PUBLIC,
            ),
            Field(
                "verifiers",
                "核查人",
                FieldType.PEOPLE,
                role="supervisor",
                body="legal_office",
                minimum="2",
                maximum="5",
                readonly=True,
            ),
        ),
        basis=(LegalBasis("行政处罚法", "42", "不得少于两人"),),
        duties=(
            Duty(
                "R1",
                not_completed_by=("start", "other"),
                not_named_in=("drafters",),
                min_officers=2,
                officers="verifiers",
                needs_certificate="supervision",
            ),
        ),
        stage="核查",
        instruction="写明事实",
        performer="verifiers",
        documents=("verification_report",),
        returns=("start",),
        verb="提交",
        checks=(Check("len(verifiers) > 1", "至少两人", "verifiers", "行政处罚法", "42"),),
    )


def test_the_innermost_lane_gives_the_role_and_a_task_may_override_it():
    description = described(FULL).description
    roles = {id: (form.role, form.body) for id, form in description.forms.items()}
    assert roles["start"] == ("intake_clerk", "legal_office")
    assert roles["verify"] == ("supervisor", "legal_office")
    assert roles["inside"] == ("intake_clerk", "legal_office")
    assert roles["elsewhere"] == ("enf_unit_head", "subject")
    assert roles["extend"] == ("supervisor", "legal_office")
    assert description.lanes[0] == Lane(
        "office",
        "法制机构",
        "intake_clerk",
        "legal_office",
        ("start", "verify", "rectify", "count"),
    )
    assert [lane.id for lane in description.lanes] == ["office", "officers"]


def test_people_start_a_case_by_start_events_without_a_clock():
    assert described(FULL).description.starts == ("start",)


def test_fields_hidden_from_slots_are_told():
    fields = described(FULL).description.forms["start"].fields
    assert fields[0] == Field("subject_matter", "事由", required=True)
    assert fields[1].hidden_from == ("subject", "township")


def test_a_boundary_timer_marked_as_deadline_names_its_limit():
    assert described(FULL).description.deadlines == (
        DeadlineMark("due", "到期", "verify", 'limit("CMP.HANDLE")', "CMP.HANDLE"),
    )


def test_elements_have_kind_and_name():
    elements = described(FULL).description.elements
    assert elements["verify"] == Element("verify", "userTask", "核查")
    assert elements["due"] == Element("due", "boundaryEvent", "到期")
    assert elements["inside"].kind == "userTask"
    assert "f1" not in elements


def test_every_name_the_case_file_may_hold_is_declared():
    assert described(FULL).names == {
        *("subject_matter", "subject", "finding", "verifiers", "reason", "rounds", "label"),
        *("document_number", "signer", "opinion", "opinions"),
    }


# --- Plain BPMN ---

PLAIN = """
<bpmn:process id="p" isExecutable="false">
  <bpmn:laneSet id="ls"><bpmn:lane id="l" name="clerk"><bpmn:flowNodeRef>t</bpmn:flowNodeRef>
  </bpmn:lane></bpmn:laneSet>
  <bpmn:startEvent id="s"/><bpmn:userTask id="t" name="Look
at it"/><bpmn:endEvent id="e"/>
  <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>
  <bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/>
</bpmn:process>
"""


def test_plain_bpmn_is_read_with_lane_names_as_roles():
    description = described(PLAIN).description
    assert description.process == ProcessInfo("p", "p", "", "")
    assert description.forms["t"] == Form("t", "Look at it", "clerk", "")
    assert description.starts == ("s",)


def test_of_several_pools_the_executable_one_is_run():
    other = PLAIN.replace('id="', 'id="x')
    both = other + PLAIN.replace("false", "true")
    assert described(both).description.main == "p"
    assert described(other + PLAIN).description.main == "xp"


# --- What a definition pins ---

CALLER = """<bpmn:process id="a" isExecutable="true"><bpmn:startEvent id="s"/>
<bpmn:callActivity id="c" calledElement="{called}"/>
<bpmn:businessRuleTask id="d"><bpmn:extensionElements><duban:decision ref="{ref}"/>
</bpmn:extensionElements></bpmn:businessRuleTask></bpmn:process>"""
TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x" name="x"
 namespace="n"><decision id="how" name="How"><decisionTable id="t"><input id="i">
 <inputExpression id="ie"><text>amount</text></inputExpression></input><output id="o" name="grade"/>
 <rule id="r"><inputEntry id="c1"><text>-</text></inputEntry><outputEntry id="c2"><text>"low"</text>
 </outputEntry></rule></decisionTable></decision></definitions>"""


def test_a_definition_pins_what_it_calls_and_nothing_else():
    b = diagram(
        '<bpmn:process id="b"><bpmn:callActivity id="cc" calledElement="c"/></bpmn:process>'
    )
    c = diagram('<bpmn:process id="c"><bpmn:userTask id="deep"/></bpmn:process>')
    definition = described(
        CALLER.format(called="b", ref="how"),
        b__bpmn=b,
        c__bpmn=c,
        how__dmn=TABLE,
        other__bpmn=diagram(PLAIN),
        broken__bpmn=b"<oops",
    )
    assert (
        set(definition.sources)
        == set(definition.trees)
        == {
            *("main.bpmn", "b.bpmn", "c.bpmn", "how.dmn"),
        }
    )
    assert definition.processes == ("a", "b", "c")
    assert set(definition.decisions) == {"how"}
    assert "deep" in definition.description.forms
    assert "grade" in definition.names


def test_a_process_that_calls_itself_is_still_read():
    definition = described(CALLER.format(called="a", ref="how"), how__dmn=TABLE)
    assert definition.processes == ("a",)


def test_the_checksum_depends_on_every_pinned_byte_and_on_nothing_else():
    text = CALLER.format(called="b", ref="how")
    b = diagram('<bpmn:process id="b"/>')
    first = described(text, b__bpmn=b, how__dmn=TABLE)
    assert first.checksum == described(text, how__dmn=TABLE, b__bpmn=b, x__bpmn=b"<oops").checksum
    assert first.checksum == first.description.checksum == checksum_of(first.sources)
    assert first.checksum != described(text, b__bpmn=b + b" ", how__dmn=TABLE).checksum
    assert first.checksum != described(text, c__bpmn=b, how__dmn=TABLE).checksum
    assert checksum_of({"ab": b"c"}) != checksum_of({"a": b"bc"})


def refusal(sources, main="main.bpmn"):
    with pytest.raises(BadDefinition) as caught:
        read(sources, main)
    return [finding.rule for finding in caught.value.findings]


def test_a_missing_call_or_decision_is_named_with_its_line():
    sources = {"main.bpmn": diagram(CALLER.format(called="nobody", ref="nothing"))}
    assert refusal(sources) == ["calls.unknown_process", "calls.unknown_decision"]
    with pytest.raises(BadDefinition) as caught:
        read(sources, "main.bpmn")
    first = caught.value.findings[0]
    assert (first.file, first.line, first.element) == ("main.bpmn", 4, "c")
    assert first.facts["called"] == "nobody"


def test_a_called_file_that_cannot_be_read_is_shown_with_what_is_wrong_in_it():
    sources = {
        "main.bpmn": diagram(CALLER.format(called="b", ref="how")),
        "b.bpmn": b"<oops",
        "how.dmn": TABLE,
    }
    assert refusal(sources) == ["calls.unknown_process", "xml.not_xml"]


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (b"<oops", ["xml.not_xml"]),
        (b"<html/>", ["xml.not_bpmn"]),
        (TABLE, ["xml.not_bpmn"]),
        (diagram(""), ["structure.no_process"]),
        (diagram("<bpmn:oops/>"), ["xml.schema"]),
    ],
)
def test_a_main_file_that_is_no_diagram_is_refused(data, rules):
    assert refusal({"main.bpmn": data}) == rules
    assert refusal({"x.bpmn": data}) == ["xml.not_bpmn"]
