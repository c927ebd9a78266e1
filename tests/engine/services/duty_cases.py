"""A case for every rule: somebody who could act but for this one, and a diagram that asks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.actor import COMMAND_LINE
from engine.bpmn import definition as bpmn
from engine.services import actions, cases, definitions, starts
from engine.store import cases as case_store
from engine.store import people as people_store
from engine.store import recusals as recusal_store
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.tasks import TaskRow
from engine.work import Work
from tests.engine.services.conftest import County

#: Who would break the rule, and somebody free of it who holds the same role.
CULPRIT, FREE = "traffic", "unit"


@dataclass(frozen=True)
class Breach:
    """How one rule is broken by the culprit at the step ``judge``."""

    rule: str
    #: The code the refusal has.
    code: str
    #: The lane of ``judge``.
    role: str = "legal_reviewer"
    body: str = "subject"
    #: What is drawn at it.
    duty: str = ""
    field: str = ""
    #: Roles the culprit has besides, as role@body.
    also: tuple[str, ...] = ()
    auxiliary: bool = False
    #: The culprit is named as the handler when the case starts.
    handler: bool = False
    challenged: bool = False
    #: What may be told before it, where the same person breaks more than one rule.
    instead: tuple[str, ...] = ()
    other_rules: tuple[str, ...] = ()


NOT_HANDLER = '<duban:duty rule="{}" not_named_in="handler"/>'
BREACHES = {
    one.rule: one
    for one in (
        Breach(
            "R1",
            "too_few_officers",
            "case_lead",
            instead=("certificate_missing",),
            other_rules=("R14",),
            duty='<duban:duty rule="R1" min_officers="2" officers="handler"'
            ' needs_certificate="enforcement"/>',
        ),
        Breach("R2", "reviewer_named_as_handler", duty=NOT_HANDLER.format("R2"), handler=True),
        Breach(
            "R3",
            "law_exam_missing",
            duty='<duban:duty rule="R3" needs_certificate="legal_profession"/>',
        ),
        Breach("R4", "presider_named_as_investigator", duty=NOT_HANDLER.format("R4"), handler=True),
        Breach("R5", "recusal_pending", challenged=True),
        Breach("R6", "pools_conflict", "supervisor", also=("case_lead@market_unit",)),
        Breach("R7", "too_few_officers", duty='<duban:duty rule="R7" min_officers="3"/>'),
        Breach(
            "R8",
            "collector_of_deciding_body",
            body="legal_office",
            duty='<duban:duty rule="R8" not_of="subject"/>',
            also=("publisher@market",),
            instead=("hidden_from_body",),
            other_rules=("R15",),
        ),
        Breach("R9", "approver_named_as_applicant", duty=NOT_HANDLER.format("R9"), handler=True),
        Breach("R10", "publisher_named_as_handler", duty=NOT_HANDLER.format("R10"), handler=True),
        Breach("R11", "reexaminer_named_as_decider", duty=NOT_HANDLER.format("R11"), handler=True),
        Breach(
            "R12",
            "scorer_of_scored_body",
            body="legal_office",
            duty='<duban:duty rule="R12" not_of="subject"/>',
            also=("publisher@market",),
            instead=("hidden_from_body",),
            other_rules=("R15",),
        ),
        Breach(
            "R13",
            "opinion_missing",
            duty='<duban:duty rule="R13" members="handler" opinions="minutes" quorum="2/3"/>',
            field='<duban:field id="minutes" label="意见" type="opinions" of="handler">'
            '<duban:option value="yes" label="同意"/></duban:field>',
            handler=True,
        ),
        Breach("R14", "auxiliary", "case_lead", auxiliary=True),
        Breach(
            "R15",
            "hidden_from_body",
            body="legal_office",
            field='<duban:field id="complainant" label="反映人" readonly="true"'
            ' hidden_from="subject"/>',
            also=("publisher@market",),
        ),
    )
}

_TASK = """<bpmn:extensionElements>
  <duban:task stage="办理"/><duban:basis law="示例办法" article="1">应当办理</duban:basis>{}{}
</bpmn:extensionElements>"""
_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:duban="urn:duban:bpmn:1" id="d" targetNamespace="urn:duban:tests">
<bpmn:message id="m" name="ask"/>
<bpmn:process id="{id}" name="规则" isExecutable="true">
<bpmn:extensionElements><duban:process number="红规" owner="legal_office" title="matter"/>
</bpmn:extensionElements>
<bpmn:laneSet id="lanes">
<bpmn:lane id="l1" name="甲"><bpmn:extensionElements>
<duban:lane role="{start_role}" body="{start_body}"/></bpmn:extensionElements>
<bpmn:flowNodeRef>begin</bpmn:flowNodeRef></bpmn:lane>
<bpmn:lane id="l3" name="丙"><bpmn:extensionElements>
<duban:lane role="intake_clerk" body="legal_office"/></bpmn:extensionElements>
<bpmn:flowNodeRef>wait</bpmn:flowNodeRef><bpmn:flowNodeRef>fork</bpmn:flowNodeRef>
</bpmn:lane>
<bpmn:lane id="l2" name="乙"><bpmn:extensionElements>
<duban:lane role="{role}" body="{body}"/></bpmn:extensionElements>
<bpmn:flowNodeRef>judge</bpmn:flowNodeRef><bpmn:flowNodeRef>named</bpmn:flowNodeRef>
<bpmn:flowNodeRef>ask</bpmn:flowNodeRef><bpmn:flowNodeRef>e1</bpmn:flowNodeRef>
<bpmn:flowNodeRef>e2</bpmn:flowNodeRef><bpmn:flowNodeRef>e3</bpmn:flowNodeRef></bpmn:lane>
</bpmn:laneSet>
<bpmn:startEvent id="begin" name="登记"><bpmn:extensionElements><duban:task stage="登记"/>
{start_duty}<duban:field id="matter" label="事项" required="true"/>
<duban:field id="subject" label="部门" type="body" required="true"/>
<duban:field id="complainant" label="反映人" hidden_from="subject"/>
<duban:field id="handler" label="承办人" type="people" role="{role}"/>
</bpmn:extensionElements></bpmn:startEvent>
<bpmn:parallelGateway id="fork"/>
<bpmn:userTask id="judge" name="判断">{task}</bpmn:userTask>
<bpmn:boundaryEvent id="ask" name="申请" attachedToRef="judge" cancelActivity="false">
{task}<bpmn:messageEventDefinition id="md" messageRef="m"/></bpmn:boundaryEvent>
<bpmn:userTask id="wait" name="指定"><bpmn:extensionElements><duban:task stage="办理"/>
<duban:basis law="示例办法" article="1">应当办理</duban:basis>
<duban:field id="picked" label="办理人" type="person" role="{role}" body="{body}"/>
</bpmn:extensionElements></bpmn:userTask>
<bpmn:userTask id="named" name="受指定办理">{named}</bpmn:userTask>
<bpmn:endEvent id="e1" name="完"/><bpmn:endEvent id="e2" name="完"/>
<bpmn:endEvent id="e3" name="完"/>
<bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="fork"/>
<bpmn:sequenceFlow id="f2" sourceRef="fork" targetRef="judge"/>
<bpmn:sequenceFlow id="f3" sourceRef="fork" targetRef="wait"/>
<bpmn:sequenceFlow id="f4" sourceRef="judge" targetRef="e1"/>
<bpmn:sequenceFlow id="f5" sourceRef="ask" targetRef="e2"/>
<bpmn:sequenceFlow id="f6" sourceRef="wait" targetRef="named"/>
<bpmn:sequenceFlow id="f7" sourceRef="named" targetRef="e3"/>
</bpmn:process></bpmn:definitions>"""


def diagram(breach: Breach, *, at_start: bool = False) -> bytes:
    """The rule at every step but the start, or at the start as well."""
    duty = breach.duty + breach.field
    task = _TASK.format(duty, "")
    return _DIAGRAM.format(
        id=f"rule_{breach.rule.lower()}{'_start' if at_start else ''}",
        role=breach.role,
        body=breach.body,
        start_role=breach.role if at_start else "intake_clerk",
        start_body=breach.body if at_start else "legal_office",
        start_duty=breach.duty if at_start else "",
        task=task,
        named=task.replace('stage="办理"/>', 'stage="办理" performer="picked"/>'),
    ).encode()


def staff(county: County, breach: Breach) -> None:
    """The culprit and the free one hold the role of ``judge`` where it is."""
    at = county.bodies["market" if breach.body == "subject" else "legal"]
    with county.office.begin(COMMAND_LINE) as work:
        for login in (CULPRIT, FREE):
            person = county.people[login]
            for held in people_store.memberships_of(work.session, [person]).get(person, ()):
                people_store.remove_membership(work.session, person, held.body_id, held.role)
            people_store.add_membership(work.session, person, at, breach.role, work.now)
            if login == CULPRIT:
                for place in breach.also:
                    role, _, body = place.partition("@")
                    people_store.add_membership(
                        work.session, person, county.bodies[body], role, work.now
                    )
                people_store.change_person(work.session, person, auxiliary=breach.auxiliary)
            else:
                for kind in ("enforcement", "legal_profession"):
                    people_store.put_certificate(
                        work.session,
                        f"{kind}-{login}",
                        person_id=person,
                        kind=kind,
                        body_id=at,
                        field="",
                        area="",
                        valid_from=date(2018, 1, 1),
                        valid_to=date(2035, 12, 31),
                    )


def publish(county: County, breach: Breach, *, at_start: bool = False) -> str:
    """Publish the diagram; the id of its process."""
    source = diagram(breach, at_start=at_start)
    with county.office.begin(COMMAND_LINE) as work:
        definition = bpmn.read({"rule.bpmn": source}, "rule.bpmn")
        definitions.keep(work, definition, "test")
    return definition.description.process.id


def raw(county: County, breach: Breach) -> dict[str, list[str]]:
    """What is typed when the case starts."""
    typed = {"matter": ["事项"], "subject": [str(county.bodies["market"])], "complainant": ["王某"]}
    if breach.handler:
        typed["handler"] = [str(county.people[CULPRIT])]
    return typed


def begun(county: County, breach: Breach) -> int:
    """A case of the published diagram at ``judge``; the culprit stands as the rule sees them."""
    process = f"rule_{breach.rule.lower()}"
    with county.office.begin(county.actor("intake")) as work:
        case_id = starts.start(work, process, raw(county, breach)).case.id
    if breach.challenged:
        with county.office.begin(COMMAND_LINE) as work:
            recusal_store.add(
                work.session,
                case_id=case_id,
                person_id=county.people[CULPRIT],
                kind="officer",
                reason="理由",
                asked_at=work.now,
            )
    return case_id


def task(work: Work, case_id: int, element: str) -> TaskRow:
    """The open task at an element."""
    rows = task_store.open_of_case(work.session, case_id)
    return next(row for row in rows if row.element == element)


def case(work: Work, case_id: int) -> CaseRow:
    """The case as stored."""
    found = case_store.get(work.session, case_id)
    assert found is not None
    return found


def only_a_colleague(county: County, breach: Breach) -> None:
    """The culprit loses the role itself and keeps a harmless one at the same body."""
    at = county.bodies["market" if breach.body == "subject" else "legal"]
    with county.office.begin(COMMAND_LINE) as work:
        person = county.people[CULPRIT]
        people_store.remove_membership(work.session, person, at, breach.role)
        people_store.add_membership(work.session, person, at, "archivist", work.now)


def message(work: Work, case_id: int) -> str:
    """The id of the message ``judge`` waits for."""
    found = cases.page(work, case_id).actions
    return next(one.message_id for one in found if one.element == "ask")


def send(work: Work, case_id: int) -> None:
    """Send it."""
    actions.send(work, case_id, message(work, case_id), {})
