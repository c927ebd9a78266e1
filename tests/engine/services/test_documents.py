"""Documents are numbered without gaps, say what the case file holds, and reach the right people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Broken, NotFound
from engine.services import (
    anchors,
    attachments,
    cases,
    catalogue,
    deputies,
    dockets,
    documents,
    tasks,
    word,
)
from engine.services.sheets import Addressee, Sheet
from engine.services.wording import Words
from engine.store import absences, bodies
from engine.store import documents as rows
from engine.store import tasks as task_store
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, perform


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")


def text_of(county: County, document_id: int) -> list[str]:
    with county.office.read(COMMAND_LINE) as work:
        found = rows.find(work.session, document_id)
    assert found is not None
    return word.paragraphs(attachments.store(county.office).read(found.sha256))


def issue(county: County, case_id: int, type: str = "rectification_proposal", **more: Any) -> Any:
    return perform(county, case_id, "issue_document", type=type, **more)


def test_a_document_says_in_words_what_the_case_file_holds(county: County) -> None:
    issued = issue(county, opened(county), due="2026-03-30T15:59:59+00:00")
    assert issued["number"] == "红执改建〔2026〕1号"
    lines = text_of(county, issued["document"])
    assert lines[:4] == [
        "红河县司法局",
        "红执改建〔2026〕1号",
        "行政执法整改建议书",
        "市场监督管理局：",
    ]
    whole = "\n".join(lines)
    assert "核查结论为：属实（违法）。" in whole
    assert "《行政处罚法》第四条" in whole
    assert "停止收取\n退还已收费用" in whole
    assert "请于2026年3月30日前完成整改" in whole
    assert lines[-3:] == ["红河县司法局", "2026年3月2日", "红河县司法局　　　　2026年3月2日印发"]
    assert "王小某" not in whole


def test_numbers_run_without_gaps_per_body_type_and_year(county: County) -> None:
    first, second = opened(county), opened(county, "traffic")
    assert issue(county, first)["number"] == "红执改建〔2026〕1号"
    assert issue(county, second)["number"] == "红执改建〔2026〕2号"
    with pytest.raises(Broken, match="document_value_missing"):
        issue(county, first, "submission_to_government")
    notice = {"step_name": "整改"}
    assert issue(county, first, "reminder_notice", **notice)["number"] == "红催〔2026〕1号"
    assert issue(county, first)["number"] == "红执改建〔2026〕3号"
    county.at("2027-01-01 00:00")
    assert issue(county, first)["number"] == "红执改建〔2027〕1号"


def test_a_number_taken_by_work_that_failed_is_given_out_again(county: County) -> None:
    case_id = opened(county)
    empty = opened(county, measures="")
    with pytest.raises(Broken, match="document_value_missing"):
        issue(county, empty)
    assert issue(county, case_id)["number"] == "红执改建〔2026〕1号"


def test_numbers_given_out_at_the_same_time_are_all_different(county: County) -> None:
    def take(_: int) -> int:
        with county.office.begin(COMMAND_LINE) as work:
            return rows.take_number(work.session, county.bodies["legal"], "notice", 2026)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(take, range(16))) == list(range(1, 17))


def test_a_body_issues_under_its_own_mark(county: County) -> None:
    """Types with {mark} count for each body by itself."""
    case_id = opened(county)
    given = {"body": "subject", "to": "legal_office", "step_name": "x"}
    with county.office.begin(COMMAND_LINE) as work, dockets.held(work, case_id) as docket:
        docket.data = {**docket.data, "execution_text": "已退还", "execution_signed_by": 1}
    issued = issue(county, case_id, "execution_report", **given)
    assert issued["number"] == "红市监执报〔2026〕1号"


def test_a_document_that_lacks_a_fact_is_not_issued(county: County) -> None:
    case_id = opened(county, problem="")
    with pytest.raises(Broken, match="document_value_missing") as error:
        issue(county, case_id)
    assert error.value.facts["value"] == "problem"
    with county.office.read(COMMAND_LINE) as work:
        assert rows.of_case(work.session, case_id) == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"type": "no_such_type"}, "unknown_document"),
        ({"type": "rectification_proposal", "to": "township"}, "slot_not_filled"),
        ({"type": "rectification_proposal", "body": "township"}, "slot_not_filled"),
        ({"type": ""}, "parameter_missing"),
        ({"type": 7}, "parameter_not_text"),
    ],
)
def test_a_diagram_that_asks_for_nonsense_stops(
    county: County, parameters: dict[str, Any], code: str
) -> None:
    case_id = opened(county)
    with pytest.raises(Broken, match=code):
        perform(county, case_id, "issue_document", **parameters)


def test_an_operation_that_is_not_known_stops(county: County) -> None:
    with pytest.raises(Broken, match="unknown_operation"):
        perform(county, opened(county), "run_program", path="/bin/sh")


def test_a_document_naming_the_complainant_is_kept_from_the_department(county: County) -> None:
    case_id = opened(county)
    notice = issue(county, case_id, "pause_notice", to="party", reason="鉴定")
    proposal = issue(county, case_id)
    with county.office.read(county.actor("market")) as work:
        seen = documents.of_case(work, case_id)
        assert [row.id for row in seen] == [proposal["document"]]
        with pytest.raises(NotFound, match="no_such_file"):
            documents.open(work, notice["document"])
    with county.office.read(county.actor("intake")) as work:
        assert [row.id for row in documents.of_case(work, case_id)] == [
            notice["document"],
            proposal["document"],
        ]
        sent = documents.open(work, notice["document"])
    assert sent.path.read_bytes()[:2] == b"PK"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert sent.headers["Content-Disposition"].startswith("attachment;")


def test_nobody_is_sent_what_must_be_kept_from_them(county: County) -> None:
    case_id = opened(county)
    with pytest.raises(Broken, match="document_would_disclose"):
        issue(county, case_id, "pause_notice", to="subject", reason="反映人王小某要求")


def test_people_of_other_bodies_do_not_even_learn_that_it_exists(county: County) -> None:
    issued = issue(county, opened(county))
    with county.office.read(county.actor("traffic")) as work:
        with pytest.raises(NotFound, match="no_such_file"):
            documents.open(work, issued["document"])
        with pytest.raises(NotFound, match="no_such_file"):
            documents.open(work, 10**9)


def test_the_public_wording_leaves_out_what_is_internal_and_hides_people(county: County) -> None:
    case_id = opened(county, measures="联系李四13912345678退还")
    issued = issue(county, case_id)
    with county.office.read(COMMAND_LINE) as work:
        found = rows.find(work.session, issued["document"])
    assert found is not None
    told = "\n".join(found.public_text or [])
    assert "未按清单收费，当事人电话＊＊＊。" in told
    assert "联系李四＊＊＊退还" in told
    assert "书面报告并附退费凭证" not in told
    assert "（不予公开）" in told


def test_what_an_expression_carried_into_a_document_is_hidden_from_the_public(
    county: County,
) -> None:
    issued = issue(county, opened(county), body="legal_office", due="李四13912345678")
    with county.office.read(COMMAND_LINE) as work:
        found = rows.find(work.session, issued["document"])
    assert found is not None
    assert "请于李四13912345678前完成整改" in "\n".join(text_of(county, found.id))
    assert "请于李四＊＊＊前完成整改" in "\n".join(found.public_text or [])


def test_the_audit_names_exactly_what_was_issued(county: County) -> None:
    case_id = opened(county)
    issued = issue(county, case_id)
    with county.office.read(county.actor("intake")) as work:
        last = cases.page(work, case_id).audit[-1]
    assert last.act == "document_issued"
    assert last.facts["sha256"] == issued["sha256"]
    assert last.facts["number"] == issued["number"]
    with county.office.read(COMMAND_LINE) as work:
        report = anchors.verify(work, case_id)
    assert report.entries > 1
    assert report.broken == ()


def test_a_task_completed_issues_the_document_its_diagram_asks_for(county: County) -> None:
    case_id = opened(county)
    with county.office.begin(county.actor("intake")) as work:
        task = task_store.open_of_case(work.session, case_id)[0]
        tasks.complete(work, task.id, {})
    with county.office.read(county.actor("market")) as work:
        page = cases.page(work, case_id)
    assert [row.number for row in page.documents] == ["红执改建〔2026〕1号"]


def test_a_paper_names_who_signs_and_for_whom(county: County) -> None:
    case_id = opened(county)
    with county.office.begin(county.actor("intake")) as work, dockets.held(work, case_id) as docket:
        absences.add(
            work.session,
            person_id=county.people["head"],
            deputy_id=county.people["intake"],
            from_day=work.today,
            to_day=work.today,
            reason="",
            made_at=work.now,
            made_by=county.people["head"],
        )
        kind = catalogue.of(work.office).document("rectification_proposal")
        issuer = bodies.body(work.session, county.bodies["legal"])
        assert issuer is not None

        def officer() -> object:
            sheet = Sheet(work, docket, kind, issuer, Addressee(), "", "函", {})
            return sheet.context(Words(work, docket.description, docket.data))["officer"]

        assert officer() == "受理甲"
        deputies.begin(work, county.people["head"])
        assert officer() == "受理甲（代局长）"
        issued = documents.issue(work, docket, documents.Wish("rectification_proposal", "test"))
        told = [one.facts.get("for") for one in docket.entries if one.act == "document_issued"]
    assert issued.issued_by == county.people["intake"]
    assert told == ["局长"]
