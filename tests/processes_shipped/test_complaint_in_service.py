"""The complaint procedure through the services: people of the demo county, documents, registers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Forbidden, Invalid
from engine.services import cases, documents, incidents, registers, returns, tasks
from engine.store import deadlines as ledger
from engine.store import documents as document_store
from engine.store import dossiers
from engine.values.timing import COUNTY_ZONE
from tests.databases import Databases
from tests.fakes import FakeClock
from tests.processes_shipped.office import Staffed, staffed
from tests.processes_shipped.walk import MINUTE, MONDAY, shipped, working_day


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Staffed]:
    """One county for all tests of a database: seeding its three hundred people takes seconds."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.filled()
    with staffed(url, FakeClock(), tmp_path_factory.mktemp("office"), "complaint.bpmn") as county:
        yield county
    databases.drop(url)


@pytest.fixture
def county(opened: Staffed) -> Staffed:
    """The county on a Monday morning; each test brings in a complaint of its own."""
    opened.clock.set(MONDAY)
    return opened


def issued(county: Staffed, case_id: int) -> list[str]:
    with county.office.read(COMMAND_LINE) as work:
        return [row.type for row in document_store.of_case(work.session, case_id)]


def accepted(county: Staffed, **typed: object) -> int:
    named = {"identity": "named", "complainant_name": "举报人甲", "received_on": "2026-03-02"}
    case_id = county.start("intake1", **{**named, **typed})
    county.do(case_id, "screen", "intake1", screening="accept", remedy_open="no")
    return case_id


def rectifying(county: Staffed, case_id: int) -> int:
    both = [county.person("supervisor1"), county.person("supervisor2")]
    county.do(case_id, "assign", "legal_office_head", verifiers=both)
    county.do(case_id, "notify_department", "supervisor1")
    county.do(case_id, "investigate", "supervisor2")
    county.do(case_id, "statement", "scj.enf_unit_head")
    county.do(case_id, "verify", "supervisor1", finding="improper")
    county.do(case_id, "cosign", "supervisor2")
    county.do(case_id, "approve_report", "legal_office_head")
    county.do(case_id, "draft_proposal", "supervisor1")
    county.do(case_id, "sign_proposal", "legal_office_head")
    return case_id


def test_a_complaint_goes_to_the_county_governments_decision_and_back(county: Staffed) -> None:
    case_id = rectifying(county, accepted(county))
    county.at(working_day(county.clock.now(), 25))
    county.do(case_id, "draft_request", "supervisor1")
    county.do(case_id, "approve_request", "legal_office_head")
    county.do(case_id, "gov_receive", "gov_office1")
    county.do(case_id, "gov_decide", "county_leader1", gov_measures=["accountability"])
    county.do(case_id, "execute", "scj.enf_unit_head")
    county.do(case_id, "check_execution", "supervisor2")
    county.do(case_id, "write_result", "intake1")
    county.do(case_id, "follow_up", "intake1")
    county.do(case_id, "file_case", "legal_archivist")
    assert county.open(case_id) == []
    assert issued(county, case_id) == [
        "acceptance_notice",
        "investigation_notice",
        "verification_report",
        "rectification_proposal",
        "reminder_notice",
        "supervised_handling_notice",
        "criticism_notice",
        "submission_to_government",
        "supervision_decision",
        "execution_report",
        "result_notice",
    ]
    with county.office.read(COMMAND_LINE) as work:
        assert incidents.listing(work).rows == ()
    with county.office.read(county.actor("legal_office_head")) as work:
        links = cases.page(work, case_id).links
    opened = [one.case.process_id for one in links if one.case is not None]
    assert "accountability" in opened


def test_the_register_says_whom_an_accepted_complaint_is_about_from_the_first_day(
    county: Staffed,
) -> None:
    case_id = accepted(county)
    with county.office.read(county.actor("intake1")) as work:
        number = cases.page(work, case_id).case.number
        query = registers.RegisterQuery(text=number)
        page = registers.entries(work, "complaints", query)
    shown = dict(zip((one.label for one in page.register.columns), page.rows[0].cells, strict=True))
    assert shown["被投诉单位"] == "红河县市场监督管理局"
    assert shown["是否受理"] == "受理"
    assert shown["办理状态"] == "办理中"


@pytest.mark.parametrize(("screening", "known"), [("merge", "no"), ("accept", "yes")])
def test_a_duplicate_is_merged_and_nothing_else_is(
    county: Staffed, screening: str, known: str
) -> None:
    case_id = county.start("intake1", received_on="2026-03-02", complainant_name="举报人乙")
    with pytest.raises(Invalid) as refused:
        county.do(case_id, "screen", "intake1", screening=screening, duplicate_check=known)
    assert refused.value.fields["duplicate_check"].code == "check_failed"


def test_the_department_sees_neither_who_complained_nor_what_names_them(county: Staffed) -> None:
    case_id = rectifying(county, accepted(county))
    with county.office.read(county.actor("scj.enf_unit_head")) as work:
        assert "举报人甲" not in repr(cases.page(work, case_id))
        seen = {row.title for row in documents.of_case(work, case_id)}
    assert "行政执法整改建议书" in seen
    assert not any("受理告知书" in title for title in seen)


def test_who_wrote_the_report_cannot_sign_it_again_nor_reexamine_it(county: Staffed) -> None:
    case_id = accepted(county)
    both = [county.person("supervisor1"), county.person("supervisor2")]
    county.do(case_id, "assign", "legal_office_head", verifiers=both)
    county.do(case_id, "notify_department", "supervisor1")
    county.do(case_id, "investigate", "supervisor2")
    county.do(case_id, "statement", "scj.enf_unit_head")
    county.do(case_id, "verify", "supervisor1", finding="improper")
    with pytest.raises(Forbidden, match="approver_applied"):
        county.do(case_id, "cosign", "supervisor1")
    with pytest.raises(Forbidden):
        county.do(case_id, "cosign", "supervisor3")
    county.do(case_id, "cosign", "supervisor2")
    county.do(case_id, "approve_report", "legal_office_head")
    county.do(case_id, "draft_proposal", "supervisor1")
    county.do(case_id, "sign_proposal", "legal_office_head")
    county.send(case_id, "objection", "scj.enf_unit_head")
    with pytest.raises(Forbidden, match="reexaminer"):
        county.do(case_id, "reexamine", "supervisor1")
    county.do(case_id, "reexamine", "supervisor3")
    with pytest.raises(Forbidden):
        county.do(case_id, "approve_reexamination", "legal_office_head")
    county.do(case_id, "approve_reexamination", "county_leader1")
    assert issued(county, case_id)[-1] == "objection_reply"


def test_an_extension_is_asked_for_approved_and_counted(county: Staffed) -> None:
    case_id = accepted(county)
    both = [county.person("supervisor1"), county.person("supervisor2")]
    county.do(case_id, "assign", "legal_office_head", verifiers=both)
    county.send(case_id, "extension_requested", "supervisor1")
    county.do(case_id, "approve_extension", "legal_office_head")
    assert issued(county, case_id)[-1] == "extension_notice"
    # Thirty and thirty days from 2026-03-02 end on a holiday: the next working day is 2026-05-06.
    county.at(datetime(2026, 5, 6, 23, 59, tzinfo=COUNTY_ZONE))
    with county.office.read(county.actor("legal_office_head")) as work:
        clocks = cases.page(work, case_id).deadlines
        (handling,) = [one for one in clocks if one.limit and one.limit.key == "CMP.HANDLE"]
    assert handling.due.due_at is not None
    assert handling.due.due_at.astimezone(COUNTY_ZONE).date().isoformat() == "2026-05-06"
    assert (handling.status, handling.extensions) == ("running", 1)


@pytest.mark.parametrize(
    ("screening", "document"),
    [("decline", "decline_notice"), ("forward", "forward_letter"), ("merge", "merge_notice")],
)
def test_what_is_not_accepted_is_answered_in_writing(
    county: Staffed, screening: str, document: str
) -> None:
    case_id = county.start("intake1", identity="anonymous", received_on="2026-03-02")
    known = "yes" if screening == "merge" else "no"
    typed = {"screening": screening, "duplicate_check": known, "remedy_open": "no"}
    county.do(case_id, "screen", "intake1", **typed)
    if screening != "merge":
        county.do(case_id, "approve_refusal", "legal_office_head")
    assert county.open(case_id) == []
    assert issued(county, case_id) == [document]


def test_steps_due_on_one_day_are_dated_each_by_its_own_clock(county: Staffed) -> None:
    case_id = accepted(county)
    both = [county.person("supervisor1"), county.person("supervisor2")]
    county.do(case_id, "assign", "legal_office_head", verifiers=both)
    county.do(case_id, "notify_department", "supervisor1")
    with county.office.read(COMMAND_LINE) as work:
        clocks = {row.id: row.activity for row in ledger.unended(work.session, case_id)}
    open_now = county.open(case_id)
    assert len({task.due_at for task in open_now}) == 1
    assert {task.element: clocks[task.deadline_id or 0] for task in open_now} == {
        "investigate": "investigate",
        "statement": "statement",
    }


def test_ten_working_days_late_the_county_government_has_it_on_its_desk(county: Staffed) -> None:
    case_id = county.start("intake1", received_on="2026-03-02", complainant_name="举报人丙")
    late = working_day(MONDAY, 15)
    county.at(late - MINUTE)
    assert "overdue_submission" not in issued(county, case_id)
    county.at(late)
    assert issued(county, case_id)[-1] == "overdue_submission"
    with county.office.read(COMMAND_LINE) as work:
        ((other, _, _),) = dossiers.links_of(work.session, case_id)
    county.task(other, "check")
    with county.office.read(county.actor("legal_office_head")) as work:
        assert cases.page(work, other).case.number.startswith("红政逾")
    at_the_county(county, other, "check", "gov_office1", overdue_state="open")
    with county.office.begin(county.actor("county_leader1")) as work:
        returns.send_back(work, county.task(other, "decide").id, "check", "请补充逾期原因")
    at_the_county(county, other, "check", "gov_office1", overdue_state="open")
    until = (late + timedelta(days=30)).date().isoformat()
    at_the_county(
        county, other, "decide", "county_leader1", overdue_verdict="order", finish_by=until
    )
    assert county.open(other) == []
    assert issued(county, other) == ["overdue_decision"]
    # The case that is late goes on as if nothing had happened.
    assert county.task(case_id, "screen").status == "open"
    with county.office.read(COMMAND_LINE) as work:
        assert incidents.listing(work).rows == ()


def at_the_county(county: Staffed, case_id: int, element: str, login: str, **typed: str) -> None:
    """Complete a step of the case that a late step opened."""
    form = shipped("overdue_decision.bpmn").description.forms[element]
    raw = county.fill(form, login, typed)
    with county.office.begin(county.actor(login)) as work:
        tasks.complete(work, county.task(case_id, element).id, raw)
