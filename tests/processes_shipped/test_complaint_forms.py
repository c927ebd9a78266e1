"""What processes/complaint.bpmn says at its steps: law, words, who may act, what stays hidden."""

from __future__ import annotations

import re

import pytest

from engine.i18n import translator
from engine.values.process import Form
from tests.processes_shipped import complaints as c
from tests.processes_shipped.walk import shipped

DESCRIPTION = shipped("complaint.bpmn").description
#: Forms somebody fills in; the plain start of a subprocess has none.
FORMS = {
    id: form
    for id, form in DESCRIPTION.forms.items()
    if form.fields or DESCRIPTION.elements[id].kind == "userTask"
}
CHINESE = re.compile("[\u4e00-\u9fff]")

#: R15: the department may learn none of this.
SECRET = {
    "channel_reference",
    "complainant_name",
    "complainant_id_number",
    "complainant_phone",
    "complainant_email",
    "complainant_address",
    "confidential",
    "complaint_facts",
    "demand",
    "complaint_files",
    "inquiry_files",
    "report_files",
    "satisfaction_note",
}


def of_department(form: Form) -> bool:
    return form.body == "subject"


@pytest.mark.parametrize("element", sorted(FORMS))
def test_every_form_tells_law_stage_task_and_verb(element: str) -> None:
    form = FORMS[element]
    assert form.basis
    assert all(basis.law for basis in form.basis)
    assert all(basis.text for basis in form.basis)
    assert CHINESE.search(form.name)
    assert all((form.stage, form.instruction, form.verb, form.role, form.body))
    assert form.fields
    assert all(CHINESE.search(field.label) for field in form.fields)


def test_who_complained_is_hidden_from_the_department_wherever_it_is_written() -> None:
    hidden = {
        field.id
        for form in FORMS.values()
        for field in form.fields
        if "subject" in field.hidden_from
    }
    assert hidden == SECRET
    shown = {f.id for form in FORMS.values() if of_department(form) for f in form.fields}
    assert not shown & SECRET


def test_nothing_secret_is_handed_to_an_operation_that_reaches_the_department() -> None:
    walks = [c.executing(), c.rectifying("illegal", repeated="yes")]
    secrets = {c.COMING_IN[field] for field in SECRET if field in c.COMING_IN} - {"yes"}
    requests = [request for walk in walks for request in walk.operations]
    assert requests
    for request in requests:
        if request.parameters.get("party"):
            continue
        assert not secrets & {str(value) for value in request.parameters.values()}, request.element


def test_what_two_people_must_do_asks_for_two_certified_supervisors() -> None:
    for element in ("notify_department", "investigate", "verify", "cosign", "recheck"):
        duties = [d for d in FORMS[element].duties if d.rule == "R7"]
        assert [(d.min_officers, d.officers, d.needs_certificate) for d in duties] == [
            (2, "verifiers", "supervision")
        ], element
        assert FORMS[element].performer == "verifiers"


@pytest.mark.parametrize(
    ("element", "rule", "not_by"),
    [
        ("approve_refusal", "R9", {"received", "screen"}),
        ("cosign", "R9", {"verify"}),
        ("approve_report", "R9", {"verify", "cosign"}),
        ("sign_proposal", "R9", {"draft_proposal"}),
        ("approve_extension", "R9", {"extension_requested"}),
        ("approve_reexamination", "R9", {"reexamine"}),
        ("approve_reexamination", "R11", {"draft_proposal", "approve_report", "sign_proposal"}),
        ("approve_request", "R9", {"draft_request"}),
        ("gov_decide", "R9", {"draft_request", "approve_request", "gov_receive"}),
        ("reexamine", "R11", {"verify", "cosign", "draft_proposal", "approve_report"}),
    ],
)
def test_nobody_approves_or_reexamines_what_is_their_own(
    element: str, rule: str, not_by: set[str]
) -> None:
    duties = [d for d in FORMS[element].duties if d.rule == rule]
    assert duties
    assert not_by <= set(duties[0].not_completed_by)
    known = set(DESCRIPTION.elements)
    assert all(set(d.not_completed_by) <= known for form in FORMS.values() for d in form.duties)


def test_every_question_and_every_answer_is_labelled_in_chinese() -> None:
    for model in shipped("complaint.bpmn").models.values():
        for node in model.nodes.values():
            leaving = model.leaving.get(node.id, ())
            if node.kind == "exclusiveGateway" and len(leaving) > 1:
                assert node.name.endswith("？"), node.id
                assert all(CHINESE.search(flow.name) for flow in leaving), node.id
            if node.kind in ("userTask", "serviceTask", "scriptTask", "endEvent"):
                assert CHINESE.search(node.name), node.id


def test_every_word_of_the_diagram_has_its_english() -> None:
    english = translator("en").processes
    words = {element.name for element in DESCRIPTION.elements.values()}
    for form in FORMS.values():
        words |= {form.stage, form.instruction, form.verb}
        for field in form.fields:
            words |= {field.label, field.help, *(option.label for option in field.options)}
    untold = sorted(w for w in words if CHINESE.search(w) and not english.get(w))
    assert untold == []
