"""What the diagrams of departments and townships say at their steps: law, words, who may act."""

from __future__ import annotations

import re

import pytest

from engine.i18n import translator
from engine.values.process import Form
from tests.processes_shipped.walk import shipped

MAINS = ("major_decision.bpmn", "delegation.bpmn")
CHINESE = re.compile("[\u4e00-\u9fff]")


def forms(main: str) -> dict[str, Form]:
    """Forms somebody fills in; the plain start of a subprocess has none."""
    description = shipped(main).description
    return {
        id: form
        for id, form in description.forms.items()
        if form.fields or description.elements[id].kind == "userTask"
    }


EVERY = [(main, element) for main in MAINS for element in sorted(forms(main))]


@pytest.mark.parametrize(("main", "element"), EVERY, ids=[e for _, e in EVERY])
def test_every_form_tells_law_stage_task_and_verb(main: str, element: str) -> None:
    form = forms(main)[element]
    assert form.basis
    assert all(basis.law for basis in form.basis)
    assert all(basis.text for basis in form.basis)
    assert CHINESE.search(form.name)
    assert all((form.stage, form.instruction, form.verb, form.role, form.body))
    assert any(not field.readonly for field in form.fields)
    assert all(CHINESE.search(field.label) for field in form.fields)
    assert all(CHINESE.search(check.message) and check.law for check in form.checks)


@pytest.mark.parametrize(
    ("main", "element", "rule", "not_by", "not_named"),
    [
        ("major_decision.bpmn", "hold_hearing", "R4", {"drafted"}, {"lead", "assistants"}),
        ("major_decision.bpmn", "submit", "R9", {"drafted", "rework"}, set()),
        (
            "major_decision.bpmn",
            "review",
            "R2",
            {"drafted", "rework", "correct", "finalise", "submit"},
            {"lead", "assistants"},
        ),
        ("major_decision.bpmn", "sign_opinion", "R9", {"review"}, set()),
        ("major_decision.bpmn", "sign_opinion", "R2", {"drafted"}, {"lead", "assistants"}),
        ("major_decision.bpmn", "approve_extension", "R9", {"extension_requested"}, {"reviewer"}),
        ("major_decision.bpmn", "decide", "R9", {"drafted", "review"}, {"lead", "reviewer"}),
        ("delegation.bpmn", "review_legality", "R9", {"drafted", "draft_agreement"}, set()),
        ("delegation.bpmn", "sign_department", "R9", {"draft_agreement"}, set()),
        ("delegation.bpmn", "publish_department", "R10", {"draft_agreement"}, set()),
        ("delegation.bpmn", "publish_township", "R10", {"state_capacity"}, set()),
        ("delegation.bpmn", "sign_filing", "R9", {"review_filing", "reconsider"}, set()),
        ("delegation.bpmn", "reconsider", "R11", {"review_filing", "sample"}, set()),
        ("delegation.bpmn", "approve_termination", "R9", {"request_termination"}, set()),
    ],
)
def test_nobody_judges_what_is_their_own(
    main: str, element: str, rule: str, not_by: set[str], not_named: set[str]
) -> None:
    duties = [d for d in forms(main)[element].duties if d.rule == rule]
    assert duties
    assert not_by <= {id for duty in duties for id in duty.not_completed_by}
    assert not_named <= {id for duty in duties for id in duty.not_named_in}


def test_officers_hold_certificates_where_they_act() -> None:
    start = {d.rule: d for d in forms("major_decision.bpmn")["drafted"].duties}
    assert (start["R1"].min_officers, start["R1"].officers) == (2, "assistants")
    assert start["R14"].needs_certificate == "enforcement"
    named = forms("delegation.bpmn")["state_capacity"].duties
    assert {d.officers for d in named} == {"delegated_officers", "delegated_assistants"}
    assert {d.needs_certificate for d in named} == {"enforcement"}


@pytest.mark.parametrize("main", MAINS)
def test_every_question_and_every_answer_is_labelled_in_chinese(main: str) -> None:
    process = main.removesuffix(".bpmn")
    model = shipped(main).models[process]
    for node in model.nodes.values():
        leaving = model.leaving.get(node.id, ())
        if node.kind == "exclusiveGateway" and len(leaving) > 1:
            assert node.name.endswith("？"), node.id
            assert all(CHINESE.search(flow.name) for flow in leaving), node.id
        if node.kind in ("userTask", "serviceTask", "scriptTask", "endEvent"):
            assert CHINESE.search(node.name), node.id


@pytest.mark.parametrize("main", MAINS)
def test_every_word_of_the_diagram_has_its_english(main: str) -> None:
    english = translator("en").processes
    description = shipped(main).description
    words = {element.name for element in description.elements.values()}
    for form in forms(main).values():
        words |= {form.stage, form.instruction, form.verb}
        words |= {check.message for check in form.checks}
        for field in form.fields:
            words |= {field.label, field.help, *(option.label for option in field.options)}
    untold = sorted(w for w in words if CHINESE.search(w) and not english.get(w))
    assert untold == []
