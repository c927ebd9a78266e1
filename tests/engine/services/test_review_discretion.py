"""A complainant's name does not get out through what people write (R15)."""

from __future__ import annotations

import io

import pytest

from engine.errors import Invalid
from engine.services import attachments, cases, tasks
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, task, to_rectification

NAME = "王某"


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def test_a_title_that_names_the_complainant_is_refused_while_it_can_be_mended(
    county: County,
) -> None:
    with pytest.raises(Invalid) as refused:
        started(county, matter=f"{NAME}反映市监局违规收费")
    assert refused.value.fields["matter"].code == "would_disclose"
    assert started(county, matter="群众反映市监局违规收费")


def test_a_report_the_department_reads_does_not_name_the_complainant(county: County) -> None:
    case_id = started(county)
    people = [county.people["sup1"], county.people["sup2"]]
    complete(county, case_id, "assign", "head", verifiers=people)
    with pytest.raises(Invalid) as refused:
        complete(county, case_id, "verify", "sup1", report=f"经核查，{NAME}所述属实。")
    assert refused.value.fields["report"].code == "would_disclose"


def test_the_department_cannot_find_out_a_name_by_guessing_it(county: County) -> None:
    case_id = to_rectification(county)
    complete(county, case_id, "rectify", "market", feedback=f"已向{NAME}退还。")


def test_the_name_of_a_file_is_not_shown_to_those_kept_from_it(county: County) -> None:
    case_id = to_rectification(county)
    content = io.BytesIO("材料".encode())
    received = attachments.receive(county.office, content, f"{NAME}的来信.txt")
    with county.office.begin(county.actor("sup1")) as work:
        row = attachments.attach(work, case_id, received)
    with county.office.read(county.actor("market")) as work:
        assert NAME not in repr(cases.page(work, case_id).attachments)
        found = attachments.open(work, row.id)
        assert NAME not in found.filename
        assert NAME not in repr(found.headers)
    with county.office.read(county.actor("sup1")) as work:
        assert attachments.open(work, row.id).filename == f"{NAME}的来信.txt"


def test_no_reason_on_the_record_names_the_complainant(county: County) -> None:
    case_id = started(county)
    assign = task(county, case_id, "assign").id
    head = county.actor("head")
    with county.office.begin(head) as work:
        tasks.claim(work, assign)
    with county.office.begin(head) as work, pytest.raises(Invalid) as refused:
        tasks.unclaim(work, assign, f"与{NAME}熟识")
    assert refused.value.fields["reason"].code == "would_disclose"
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Invalid) as refused:
        cases.withdraw(work, case_id, f"{NAME}撤回反映")
    assert refused.value.fields["reason"].code == "would_disclose"
