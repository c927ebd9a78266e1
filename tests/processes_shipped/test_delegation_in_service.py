"""Delegation through the services: two bodies, the filing office, documents, clocks, renewal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from engine.errors import Forbidden, Invalid
from engine.services import publications, registers
from tests.databases import Databases
from tests.fakes import FakeClock
from tests.processes_shipped.departments import Department, department
from tests.processes_shipped.walk import MONDAY, midnight_after

MAIN = "delegation.bpmn"
PAPERS = ["report", "agreement", "opinion", "proof"]


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


def drafting(county: Department) -> int:
    case_id = county.begin("scj.enf_unit_head", powers=["inspection", "penalty"])
    county.do(case_id, "state_capacity", "yisa.enf_unit_head")
    return case_id


def signing(county: Department) -> int:
    case_id = drafting(county)
    term = {"begins_on": "2026-04-01", "ends_on": "2027-03-31"}
    county.do(case_id, "draft_agreement", "scj.enf_unit_head", powers=["inspection"], **term)
    county.do(case_id, "review_legality", "scj.legal_reviewer")
    return case_id


def filing(county: Department) -> int:
    case_id = signing(county)
    county.do(case_id, "sign_department", "scj.dept_head")
    county.do(case_id, "sign_township", "yisa.dept_head")
    county.do(case_id, "publish_department", "scj.publisher")
    county.do(case_id, "publish_township", "yisa.publisher")
    county.do(case_id, "submit_filing", "scj.enf_unit_head")
    return case_id


def registered(county: Department) -> int:
    case_id = filing(county)
    county.do(case_id, "review_filing", "filing_reviewer1")
    county.do(case_id, "sign_filing", "legal_office_head")
    return case_id


def test_a_delegation_is_signed_published_registered_and_ends(county: Department) -> None:
    case_id = registered(county)
    county.at(midnight_after(date(2026, 7, 1)))
    county.do(case_id, "sample", "filing_reviewer1", sampling="problems")
    county.do(case_id, "rectify_sample", "yisa.enf_unit_head")
    county.send(case_id, "request_termination", "scj.enf_unit_head")
    county.do(case_id, "approve_termination", "scj.dept_head")
    county.do(case_id, "publish_ending", "scj.publisher")
    county.do(case_id, "publish_ending_township", "yisa.publisher")
    county.do(case_id, "file_ending", "scj.enf_unit_head")
    county.do(case_id, "confirm_ending", "filing_reviewer2")
    assert county.open(case_id) == []
    assert county.troubles() == []
    assert county.issued(case_id) == [
        "legality_opinion",
        "delegation_agreement",
        "delegation_notice",
        "filing_report",
        "filing_registration",
        "sample_report",
        "termination_notice",
    ]
    with county.office.read(county.actor("filing_reviewer1")) as work:
        entries = registers.entries(work, "delegations", registers.RegisterQuery()).rows
        public = publications.public(work, publications.PublicQuery())
    assert entries
    assert public.rows


def test_a_coercive_power_is_refused_with_the_law(county: Department) -> None:
    with pytest.raises(Invalid) as refused:
        county.begin("scj.enf_unit_head", powers=["penalty", "seizure"])
    error = refused.value.fields["powers"]
    assert error.code == "check_failed"
    assert (error.facts["law"], error.facts["article"]) == ("行政强制法", "第十七条")


def test_who_drafted_neither_reviews_nor_signs_and_nobody_else_steps_in(
    county: Department,
) -> None:
    case_id = signing(county)
    for login in ("scj.enf_unit_head", "scj.legal_reviewer", "yisa.dept_head"):
        with pytest.raises(Forbidden):
            county.do(case_id, "sign_department", login)
    county.do(case_id, "sign_department", "scj.dept_head")
    with pytest.raises(Forbidden):
        county.do(case_id, "sign_township", "scj.dept_head")


def test_advice_to_revoke_is_explained_weighed_and_decided_by_the_government(
    county: Department,
) -> None:
    case_id = filing(county)
    county.do(case_id, "review_filing", "filing_reviewer1", filing_conclusion="revoke")
    county.do(case_id, "sign_filing", "legal_office_head")
    county.do(case_id, "answer_advice", "scj.dept_head", advice_answer="explain")
    with pytest.raises(Forbidden):
        county.do(case_id, "reconsider", "filing_reviewer1")
    county.do(case_id, "reconsider", "filing_reviewer2", reconsideration="maintain")
    county.do(case_id, "gov_rule", "county_leader1")
    assert sorted(row.element for row in county.open(case_id)) == [
        "publish_ending",
        "publish_ending_township",
    ]
    assert county.troubles() == []


def test_a_correction_is_ordered_in_writing(county: Department) -> None:
    case_id = filing(county)
    county.do(case_id, "review_filing", "filing_reviewer1", filing_conclusion="correct")
    county.do(case_id, "sign_filing", "legal_office_head")
    county.do(case_id, "correct_filing", "scj.enf_unit_head")
    assert [row.element for row in county.open(case_id)] == ["review_filing"]
    assert county.issued(case_id)[-1] == "filing_correction"
    assert county.troubles() == []


def test_a_renewal_opens_a_delegation_of_the_same_department(county: Department) -> None:
    case_id = registered(county)
    county.at(midnight_after(date(2027, 1, 30)))
    county.do(case_id, "decide_renewal", "scj.enf_unit_head")
    assert county.troubles() == []
    other = county.newest()
    assert other != case_id
    assert [row.element for row in county.open(other)] == ["state_capacity"]
    county.do(other, "state_capacity", "yisa.enf_unit_head")
    task = county.task(other, "draft_agreement")
    assert task.body_id == county.body("market")


def test_a_transfer_of_powers_ends_at_once(county: Department) -> None:
    case_id = county.begin("scj.enf_unit_head", route="transfer")
    assert county.open(case_id) == []
    assert county.troubles() == []


def ended(county: Department, case_id: int) -> None:
    """From the end of a delegation to its confirmed filing, without any trouble."""
    county.do(case_id, "publish_ending", "scj.publisher")
    county.do(case_id, "publish_ending_township", "yisa.publisher")
    county.do(case_id, "file_ending", "scj.enf_unit_head")
    county.do(case_id, "confirm_ending", "filing_reviewer1")
    assert county.open(case_id) == []
    assert county.issued(case_id)[-1] == "termination_notice"
    assert county.troubles() == []


def test_a_delegation_ends_with_its_term_however_little_was_typed(county: Department) -> None:
    case_id = registered(county)
    county.at(midnight_after(date(2027, 3, 31)))
    ended(county, case_id)


def test_a_delegation_revoked_on_advice_is_published_as_ended(county: Department) -> None:
    case_id = filing(county)
    county.do(case_id, "review_filing", "filing_reviewer1", filing_conclusion="revoke")
    county.do(case_id, "sign_filing", "legal_office_head")
    county.do(case_id, "answer_advice", "scj.dept_head", advice_answer="revoke")
    ended(county, case_id)


def test_a_grave_sample_leads_to_advice_in_writing(county: Department) -> None:
    case_id = registered(county)
    county.at(midnight_after(date(2026, 7, 1)))
    county.do(case_id, "sample", "filing_reviewer1", sampling="revoke")
    with pytest.raises(Forbidden):
        county.do(case_id, "sign_filing", "filing_reviewer1")
    county.do(case_id, "sign_filing", "legal_office_head")
    assert county.issued(case_id)[-1] == "revocation_advice"
    assert county.troubles() == []


def test_a_delegation_that_lost_its_basis_ends(county: Department) -> None:
    case_id = registered(county)
    county.send(case_id, "report_law_change", "filing_reviewer1")
    county.do(case_id, "recheck_law", "scj.legal_reviewer", law_result="invalid")
    ended(county, case_id)


def test_a_township_that_declines_needs_to_name_no_officers(county: Department) -> None:
    case_id = county.begin("scj.enf_unit_head", powers=["inspection"])
    typed = {"consent": "no", "delegated_officers": [], "delegated_assistants": []}
    county.do(case_id, "state_capacity", "yisa.enf_unit_head", **typed)
    with pytest.raises(Invalid) as refused:
        county.do(case_id, "revise", "scj.enf_unit_head", revision="agreement")
    assert refused.value.fields["revision"].code == "check_failed"
    county.do(case_id, "revise", "scj.enf_unit_head", revision="withdraw")
    assert county.open(case_id) == []


def test_an_unlawful_agreement_is_sent_back_with_a_written_opinion(county: Department) -> None:
    case_id = drafting(county)
    term = {"begins_on": "2026-04-01", "ends_on": "2027-03-31"}
    county.do(case_id, "draft_agreement", "scj.enf_unit_head", powers=["inspection"], **term)
    answers = {"no_coercive_power": "no", "legality": "unlawful"}
    county.do(case_id, "review_legality", "scj.legal_reviewer", **answers)
    assert [row.element for row in county.open(case_id)] == ["revise"]
    assert county.issued(case_id) == ["legality_opinion"]
    assert county.troubles() == []
