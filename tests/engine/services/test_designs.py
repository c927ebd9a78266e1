"""Drafts become versions by two people, and versions hold from their day on: on both databases."""

from __future__ import annotations

from datetime import date

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import BadDefinition, Conflict, Forbidden, Invalid
from engine.services import definitions, design_openings, design_reviews, designs, procedures
from engine.store import audit as chain
from engine.store import people
from engine.store.audit import COUNTY
from engine.values.acts import Act
from engine.values.design_pages import VersionForce
from tests.engine.services.conftest import County

PROCESS = "letter"


@pytest.fixture
def office(county: County) -> County:
    """The small county with a procedure and a second manager."""
    county.at("2026-03-02T09:00")
    with county.office.begin(COMMAND_LINE) as work:
        people.add_membership(
            work.session, county.people["sup1"], county.bodies["legal"], "legal_head", work.now
        )
    with county.office.begin(county.actor("head")) as work:
        design_openings.create(work, PROCESS, "来信")
    return county


def change(county: County, login: str, revision: int, old: str, new: str) -> int:
    with county.office.begin(county.actor(login)) as work:
        page = designs.page(work, PROCESS)
        xml = page.xml.decode().replace(old, new)
        return designs.save(work, PROCESS, xml.encode(), page.tables, revision).revision


def published(county: County, revision: int, effective: date | None = None) -> int:
    with county.office.begin(county.actor("head")) as work:
        design_reviews.submit(work, PROCESS, revision, "改", effective)
    with county.office.begin(county.actor("sup1")) as work:
        design_reviews.review(work, PROCESS, revision, "approved", "")
    with county.office.begin(county.actor("head")) as work:
        return design_reviews.publish(work, PROCESS, revision).version


def in_force(county: County) -> int:
    with county.office.read(COMMAND_LINE) as work:
        return definitions.latest(work, PROCESS).version


def test_a_version_comes_into_force_on_its_day_and_the_one_before_holds_till_then(
    office: County,
) -> None:
    assert published(office, 1) == 1
    with office.office.begin(office.actor("head")) as work:
        design_openings.open_draft(work, PROCESS)
    revision = change(office, "head", 1, 'name="办理"', 'name="审查"')
    assert published(office, revision, date(2026, 4, 1)) == 2
    assert in_force(office) == 1
    with office.office.read(office.actor("head")) as work:
        assert [row.force for row in procedures.versions(work, PROCESS)] == [
            VersionForce.COMING,
            VersionForce.NOW,
        ]
        assert [(row.version, row.coming) for row in procedures.listing(work)] == [(1, 2)]
    office.at("2026-03-31T23:59")
    assert in_force(office) == 1
    office.at("2026-04-01T00:00")
    assert in_force(office) == 2


def test_a_version_cannot_come_before_one_that_is_still_to_come(office: County) -> None:
    published(office, 1, date(2026, 5, 1))
    with office.office.begin(office.actor("head")) as work:
        design_openings.open_draft(work, PROCESS)
    revision = change(office, "head", 1, 'name="办理"', 'name="审查"')
    with (
        pytest.raises(Invalid) as refused,
        office.office.begin(office.actor("head")) as work,
    ):
        design_reviews.submit(work, PROCESS, revision, "改", date(2026, 4, 1))
    assert refused.value.fields["effective_on"].code == "effective_before_coming"


def test_a_version_taken_out_of_force_lets_the_one_before_hold_again(office: County) -> None:
    published(office, 1)
    with office.office.begin(office.actor("head")) as work:
        design_openings.open_draft(work, PROCESS)
    published(office, change(office, "head", 1, 'name="办理"', 'name="审查"'))
    assert in_force(office) == 2
    with office.office.begin(office.actor("head")) as work:
        design_reviews.end(work, PROCESS, 2, work.today, "有误")
    assert in_force(office) == 1


def test_whoever_changed_one_word_of_a_draft_cannot_review_it(office: County) -> None:
    revision = change(office, "sup1", 1, 'name="办理"', 'name="审查"')
    with office.office.begin(office.actor("head")) as work:
        design_reviews.submit(work, PROCESS, revision, "改")
    for login in ("sup1", "head"):
        with (
            pytest.raises(Forbidden) as refused,
            office.office.begin(office.actor(login)) as work,
        ):
            design_reviews.review(work, PROCESS, revision, "approved", "")
        assert (refused.value.code, refused.value.facts["rule"]) == ("own_diagram", "R9")
        assert refused.value.facts["basis"]


@pytest.mark.parametrize("login", ["sup2", "market", "intake", "admin"])
def test_nobody_else_draws_reviews_or_publishes(office: County, login: str) -> None:
    acts = (
        lambda work: designs.save(work, PROCESS, b"<a/>", {}, 1),
        lambda work: design_reviews.submit(work, PROCESS, 1, "x"),
        lambda work: design_reviews.review(work, PROCESS, 1, "approved", ""),
        lambda work: design_reviews.publish(work, PROCESS, 1),
        lambda work: design_reviews.discard(work, PROCESS, 1, "x"),
        lambda work: design_reviews.end(work, PROCESS, None, work.today, "x"),
    )
    for act in acts:
        with pytest.raises(Forbidden), office.office.begin(office.actor(login)) as work:
            act(work)


def test_what_was_not_approved_is_not_published(office: County) -> None:
    head = office.actor("head")
    with (
        pytest.raises(Conflict, match="design_not_approved"),
        office.office.begin(head) as work,
    ):
        design_reviews.publish(work, PROCESS, 1)


def test_a_draft_overtaken_by_another_version_is_compared_with_it_first(office: County) -> None:
    published(office, 1)
    with office.office.begin(office.actor("head")) as work:
        design_openings.open_draft(work, PROCESS)
        page = designs.page(work, PROCESS)
    other = page.xml.decode().replace('name="办结"', 'name="结束"').encode()
    with office.office.begin(office.actor("admin")) as work:
        definitions.publish(work, {page.main: other}, page.main, "运维发布")
    revision = change(office, "head", 1, 'name="办理"', 'name="审查"')
    head = office.actor("head")
    with pytest.raises(Conflict, match="design_outdated"), office.office.begin(head) as work:
        design_reviews.submit(work, PROCESS, revision, "改")
    with office.office.begin(office.actor("head")) as work:
        design_reviews.rebase(work, PROCESS, revision)
        assert designs.shown(work, designs.opened(work, PROCESS)).outdated is False
    assert published(office, revision + 1) == 3


def test_every_act_on_a_draft_is_on_the_record(office: County) -> None:
    revision = change(office, "head", 1, 'name="办理"', 'name="审查"')
    published(office, revision)
    with office.office.read(COMMAND_LINE) as work:
        acts = [entry.act for entry in chain.entries(work.session, COUNTY)]
    told = [
        *(Act.DESIGN_OPENED, Act.DESIGN_EDITED, Act.DESIGN_SUBMITTED, Act.DESIGN_REVIEWED),
        Act.DEFINITION_PUBLISHED,
    ]
    assert [act for act in acts if act in told] == told


def test_the_saves_of_a_sitting_are_one_line_and_an_earlier_one_can_be_had_back(
    office: County,
) -> None:
    revision = 1
    for old, new in (("办理", "甲"), ("甲", "乙"), ("乙", "丙")):
        revision = change(office, "head", revision, f'name="{old}"', f'name="{new}"')
    office.at("2026-03-02T10:00")
    revision = change(office, "head", revision, 'name="丙"', 'name="丁"')
    with office.office.read(office.actor("head")) as work:
        acts = [(row.act, row.revision) for row in procedures.history(work, PROCESS)]
    assert acts == [("saved", 5), ("saved", 4), ("opened", 1)]
    with office.office.begin(office.actor("head")) as work:
        design_reviews.restore(work, PROCESS, revision, 4)
        assert 'name="丙"' in designs.page(work, PROCESS).xml.decode()


def test_two_cannot_open_two_drafts_of_one_procedure(office: County) -> None:
    with office.office.begin(office.actor("sup1")) as work:
        again = design_openings.open_draft(work, PROCESS)
        first = designs.opened(work, PROCESS)
    assert again.id == first.id


#: A step that a timer ends, and a join that waits for both.
DEAD_END = """<bpmn:parallelGateway id="join"/><bpmn:userTask id="late" name="催办"/>
<bpmn:boundaryEvent id="after" attachedToRef="step_1"><bpmn:timerEventDefinition>
<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:sequenceFlow id="flow_2" sourceRef="step_1" targetRef="join"/>
<bpmn:sequenceFlow id="flow_3" sourceRef="after" targetRef="late"/>
<bpmn:sequenceFlow id="flow_4" sourceRef="late" targetRef="join"/>
<bpmn:sequenceFlow id="flow_5" sourceRef="join" targetRef="finished"/>"""


def test_a_draft_whose_cases_can_come_to_a_dead_end_is_not_handed_over(office: County) -> None:
    bounds = '<dc:Bounds x="600" y="160" width="50" height="50"/>'
    points = '<di:waypoint x="600" y="180"/><di:waypoint x="650" y="180"/>'
    drawn = "".join(
        f'<bpmndi:BPMNShape id="{one}_di" bpmnElement="{one}">{bounds}</bpmndi:BPMNShape>'
        for one in ("join", "late", "after")
    ) + "".join(
        f'<bpmndi:BPMNEdge id="{one}_di" bpmnElement="{one}">{points}</bpmndi:BPMNEdge>'
        for one in ("flow_3", "flow_4", "flow_5")
    )
    flow = '<bpmn:sequenceFlow id="flow_2" sourceRef="step_1" targetRef="finished"/>'
    lane = "<bpmn:flowNodeRef>step_1</bpmn:flowNodeRef>"
    more = "".join(lane.replace("step_1", one) for one in ("late", "after", "join"))
    revision = change(office, "head", 1, flow, DEAD_END)
    revision = change(office, "head", revision, lane, lane + more)
    revision = change(
        office, "head", revision, "</bpmndi:BPMNPlane>", drawn + "</bpmndi:BPMNPlane>"
    )
    with (
        office.office.begin(office.actor("head")) as work,
        pytest.raises(BadDefinition) as refused,
    ):
        design_reviews.submit(work, PROCESS, revision, "改")
    assert ("proof.deadlock", "join") in {(one.rule, one.element) for one in refused.value.findings}
