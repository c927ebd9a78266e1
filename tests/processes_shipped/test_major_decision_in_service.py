"""Legal review through the services: people, duties, documents, registers, the paused clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import registers
from tests.databases import Databases
from tests.fakes import FakeClock
from tests.processes_shipped.departments import Department, department
from tests.processes_shipped.walk import MONDAY, working_day

MAIN = "major_decision.bpmn"
#: However somebody is kept out: by a duty, by another who has the task, or not seeing it at all.
REFUSED = (Forbidden, Conflict, NotFound)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Department]:
    """One county for all tests of a database: seeding its three hundred people takes seconds."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.filled()
    with department(url, FakeClock(), tmp_path_factory.mktemp("office"), MAIN) as county:
        yield county
    databases.drop(url)


@pytest.fixture
def county(opened: Department) -> Department:
    """The county on a Monday morning."""
    opened.clock.set(MONDAY)
    return opened


def drafted(county: Department, **typed: object) -> int:
    known = {"fine_amount": "3000.00", "penalty_kinds": ["fine"], "party_kind": "organisation"}
    reasons = {"major_reasons": ["significant_rights"]}
    return county.begin("scj.case_lead", **{**known, **reasons, **typed})


def reviewing(county: Department, case_id: int) -> int:
    county.do(case_id, "submit", "scj.enf_unit_head")
    county.do(case_id, "check_completeness", "scj.legal_head")
    county.do(case_id, "assign_reviewer", "scj.legal_head")
    return case_id


def passed(county: Department, case_id: int) -> int:
    county.do(reviewing(county, case_id), "review", "scj.legal_reviewer")
    county.do(case_id, "sign_opinion", "scj.legal_head")
    return case_id


def test_a_decision_with_hearing_and_discussion_is_issued_and_served(county: Department) -> None:
    case_id = drafted(county, fine_amount="80000.00", major_reasons=["complex"])
    county.do(case_id, "serve_hearing_rights", "scj.case_lead")
    county.do(case_id, "hear_party", "scj.case_lead")
    county.do(case_id, "arrange_hearing", "scj.enf_unit_head", hearing_on="2026-03-20")
    county.do(case_id, "hold_hearing", "scj.hearing_presider")
    passed(county, case_id)
    panel = [county.person(f"scj.{who}") for who in ("dept_head", "dept_deputy", "panel_member")]
    county.do(case_id, "convene", "scj.dept_head", panel=panel, attending=panel)
    for member in ("dept_head", "dept_deputy", "panel_member"):
        county.do_one(case_id, "discuss", f"scj.{member}")
    county.do(case_id, "conclude_discussion", "scj.dept_head")
    county.do(case_id, "finalise", "scj.case_lead", **kept(county, case_id))
    county.do(case_id, "decide", "scj.dept_head")
    county.do(case_id, "serve", "scj.case_lead")
    assert county.open(case_id) == []
    assert county.troubles() == []
    minutes = county.text(case_id, "discussion_record")
    for member in ("主要负责人", "分管负责人", "集体讨论成员"):
        assert f"市监局{member}：同意代拟决定，理由的内容" in minutes
    assert county.issued(case_id) == [
        "hearing_rights_notice",
        "service_receipt",
        "hearing_notice",
        "hearing_record",
        "review_submission",
        "review_opinion",
        "discussion_record",
        "decision_document",
        "service_receipt",
    ]
    with county.office.read(county.actor("scj.case_lead")) as work:
        entries = registers.entries(work, "major_decisions", registers.RegisterQuery()).rows
        hearings = registers.entries(work, "hearings", registers.RegisterQuery()).rows
    assert entries
    assert hearings


def kept(county: Department, case_id: int) -> dict[str, object]:
    """The draft exactly as it passed."""
    data = county.data(case_id)
    return {
        "draft_title": data["draft_title"],
        "draft_text": data["draft_text"],
        "draft_files": data.get("draft_files") or [],
    }


def test_a_draft_edited_after_its_pass_goes_back_to_review(county: Department) -> None:
    case_id = passed(county, drafted(county))
    edited = {**kept(county, case_id), "draft_text": "改过的稿"}
    county.do(case_id, "finalise", "scj.case_lead", **edited)
    assert [row.element for row in county.open(case_id)] == ["submit"]
    assert "decision_document" not in county.issued(case_id)


def test_who_drafted_cannot_submit_review_or_decide(county: Department) -> None:
    case_id = drafted(county)
    for login in ("scj.case_lead", "scj.legal_reviewer"):
        with pytest.raises(REFUSED):
            county.do(case_id, "submit", login)
    reviewing(county, case_id)
    for login in ("scj.legal_reviewer2", "scj.case_lead", "scj.legal_head"):
        with pytest.raises(REFUSED):
            county.do(case_id, "review", login)
    county.do(case_id, "review", "scj.legal_reviewer")
    with pytest.raises(Forbidden):
        county.do(case_id, "sign_opinion", "scj.legal_reviewer")


def test_a_no_without_reason_or_beside_an_agreement_is_refused(county: Department) -> None:
    case_id = reviewing(county, drafted(county))
    with pytest.raises(Invalid) as refused:
        county.do(case_id, "review", "scj.legal_reviewer", check_facts="no")
    assert refused.value.fields["opinion"].code == "check_failed"


def test_an_expired_certificate_starts_no_case_and_assists_in_none(county: Department) -> None:
    with pytest.raises(Forbidden):
        county.begin("scj.expired_lead", penalty_kinds=["fine"])
    with pytest.raises(Forbidden):
        drafted(county, assistants=[county.person("scj.expired_lead")])


def test_completing_material_does_not_eat_up_the_period_of_review(county: Department) -> None:
    case_id = drafted(county)
    county.do(case_id, "submit", "scj.enf_unit_head")
    before = county.task(case_id, "check_completeness").due_at
    county.at(MONDAY + timedelta(minutes=1))
    county.do(case_id, "check_completeness", "scj.legal_head", completeness="incomplete")
    assert county.paused(case_id)
    # Ten working days for the market supervision department; two of them pass without the clock.
    first = working_day(MONDAY, 10)
    county.at(working_day(MONDAY, 2) - timedelta(hours=8))
    county.do(case_id, "correct", "scj.case_lead", **kept(county, case_id))
    assert not county.paused(case_id)
    county.do(case_id, "check_completeness", "scj.legal_head")
    county.do(case_id, "assign_reviewer", "scj.legal_head")
    due = county.task(case_id, "review").due_at
    assert before is not None
    assert due is not None
    assert due + timedelta(microseconds=1) == first + timedelta(days=2)


def test_a_disagreement_goes_to_the_head_on_the_record_and_may_stop_the_case(
    county: Department,
) -> None:
    case_id = reviewing(county, drafted(county))
    nine = {"check_facts": "no", "opinion": "dismiss"}
    county.do(case_id, "review", "scj.legal_reviewer", **nine)
    county.do(case_id, "sign_opinion", "scj.legal_head")
    county.do(case_id, "rework", "scj.case_lead", response="object", **kept(county, case_id))
    county.do(case_id, "consult", "scj.legal_head", consultation="unresolved")
    assert county.issued(case_id)[-1] == "disagreement_record"
    with pytest.raises(Forbidden):
        county.do(case_id, "rule_disagreement", "scj.case_lead", disagreement_ruling="stop")
    county.do(case_id, "rule_disagreement", "scj.dept_head", disagreement_ruling="stop")
    assert county.open(case_id) == []
    assert "decision_document" not in county.issued(case_id)
    assert county.troubles() == []


def test_a_coercive_decision_without_amounts_is_reviewed_and_issued(county: Department) -> None:
    typed = {"decision_kind": "coercion", "fine_amount": "", "penalty_kinds": []}
    case_id = passed(county, drafted(county, **typed, major_reasons=[]))
    county.do(case_id, "finalise", "scj.case_lead", **kept(county, case_id))
    with pytest.raises(Forbidden):
        county.do(case_id, "decide", "scj.dept_deputy")
    county.do(case_id, "decide", "scj.dept_head")
    county.do(case_id, "serve", "scj.case_lead")
    assert county.issued(case_id)[-2:] == ["decision_document", "service_receipt"]
    assert county.troubles() == []


def test_the_reviewer_is_given_more_time_once_where_the_table_allows_it(
    county: Department,
) -> None:
    case_id = reviewing(county, drafted(county))
    county.send(case_id, "extension_requested", "scj.legal_reviewer")
    with pytest.raises(Forbidden):
        county.do(case_id, "approve_extension", "scj.legal_reviewer")
    # Market supervision reviews within ten working days and its rule names no extension.
    with pytest.raises(Invalid):
        county.do(case_id, "approve_extension", "scj.dept_deputy", extension_verdict="approve")
    county.do(case_id, "approve_extension", "scj.dept_deputy", extension_verdict="refuse")
    assert [row.element for row in county.open(case_id)] == ["review"]
    assert county.troubles() == []


def test_silence_ends_the_right_to_a_hearing_and_is_registered(county: Department) -> None:
    case_id = drafted(county, penalty_kinds=["revocation"])
    county.do(case_id, "serve_hearing_rights", "scj.case_lead")
    county.at(working_day(MONDAY, 5))
    assert [row.element for row in county.open(case_id)] == ["confirm_waiver"]
    county.do(case_id, "confirm_waiver", "scj.case_lead", late_wish="none")
    assert [row.element for row in county.open(case_id)] == ["submit"]
    assert county.troubles() == []


def test_a_hearing_on_too_short_notice_or_led_by_an_investigator_is_refused(
    county: Department,
) -> None:
    case_id = drafted(county, penalty_kinds=["closure"])
    county.do(case_id, "serve_hearing_rights", "scj.case_lead")
    county.do(case_id, "hear_party", "scj.case_lead", hearing_wish="request")
    # Seven working days after Monday 2 March: Wednesday 11 March.
    with pytest.raises(Invalid) as refused:
        county.do(case_id, "arrange_hearing", "scj.enf_unit_head", hearing_on="2026-03-10")
    assert refused.value.fields["hearing_on"].code == "check_failed"
    county.do(case_id, "arrange_hearing", "scj.enf_unit_head", hearing_on="2026-03-11")
    assert county.issued(case_id) == [
        "hearing_rights_notice",
        "service_receipt",
        "hearing_notice",
    ]
