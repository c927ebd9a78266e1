"""Separation of duties cannot be walked around: not by starts, messages, second roles or hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.errors import Conflict, Forbidden, Invalid
from engine.services import tasks
from engine.store import people as people_store
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, send, started, task, to_rectification


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def also(county: County, login: str, place: str) -> None:
    role, _, at = place.partition("@")
    with county.office.begin(county.actor("admin")) as work:
        person, body_id = county.people[login], county.bodies[at]
        people_store.add_membership(work.session, person, body_id, role, work.now)


def verifiers(county: County) -> list[int]:
    return [county.people["sup1"], county.people["sup2"]]


def test_who_entered_the_case_cannot_assign_it(county: County) -> None:
    also(county, "intake", "legal_office_head@legal")
    case_id = started(county)
    with pytest.raises(Forbidden, match="approver_applied"):
        complete(county, case_id, "assign", "intake", verifiers=verifiers(county))
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Forbidden):
        tasks.claim(work, task(county, case_id, "assign").id)
    with county.office.begin(county.actor("head")) as work, pytest.raises(Forbidden):
        tasks.reassign(
            work, task(county, case_id, "assign").id, county.people["intake"], "请你办理"
        )
    with county.office.read(county.actor("intake")) as work:
        page = tasks.page(work, task(county, case_id, "assign").id)
        assert page.may["complete"].rule == "R9"


def test_who_asked_for_an_extension_cannot_grant_it(county: County) -> None:
    also(county, "market", "legal_office_head@legal")
    case_id = to_rectification(county)
    send(county, case_id, "申请延期", "market", extension_reason="设备未到货")
    with pytest.raises(Forbidden, match="approver_applied"):
        complete(county, case_id, "approve", "market", approval="同意")
    with county.office.begin(county.actor("head")) as work:
        tasks.claim(work, task(county, case_id, "approve").id)


def test_a_named_task_is_nobody_elses(county: County) -> None:
    case_id = started(county)
    complete(county, case_id, "assign", "head", verifiers=verifiers(county))
    verify = task(county, case_id, "verify")
    with county.office.begin(county.actor("sup3")) as work, pytest.raises(Forbidden):
        tasks.claim(work, verify.id)
    with county.office.begin(county.actor("head")) as work, pytest.raises(Forbidden):
        tasks.reassign(work, verify.id, county.people["sup3"], "他更熟悉")
    with county.office.begin(county.actor("head")) as work, pytest.raises(Forbidden):
        tasks.complete(work, verify.id, {"report": ["属实"]})


@pytest.mark.parametrize("who", ["bare", "market", "unit", "admin"])
def test_a_form_takes_only_people_it_offered(county: County, who: str) -> None:
    case_id = started(county)
    named = [county.people["sup1"], county.people[who]]
    with pytest.raises(Invalid) as refused:
        complete(county, case_id, "assign", "head", verifiers=named)
    assert "verifiers" in refused.value.fields


def test_naming_one_officer_twice_does_not_make_two(county: County) -> None:
    case_id = started(county)
    twice = [county.people["sup1"], county.people["sup1"]]
    complete(county, case_id, "assign", "head", verifiers=twice)
    with pytest.raises(Forbidden, match="too_few_officers"):
        complete(county, case_id, "verify", "sup1", report="属实")


def test_a_certificate_that_ran_out_since_the_claim_ends_the_right_to_act(county: County) -> None:
    case_id = started(county)
    complete(county, case_id, "assign", "head", verifiers=verifiers(county))
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, task(county, case_id, "verify").id)
    with county.office.begin(county.actor("admin")) as work:
        (known,) = people_store.facts(work.session, [county.people["sup1"]]).values()
        (held,) = known.certificates
        ended = replace(held, valid_to=date(2026, 3, 1))
        people_store.put_certificate(
            work.session,
            ended.number,
            person_id=county.people["sup1"],
            kind=ended.kind,
            body_id=ended.body_id,
            field=ended.field,
            area=ended.area,
            valid_from=ended.valid_from,
            valid_to=ended.valid_to,
        )
    with pytest.raises(Forbidden, match="certificate_expired"):
        complete(county, case_id, "verify", "sup1", report="属实")


def test_a_claim_kept_after_the_role_is_gone_is_worth_nothing_and_blocks_nobody(
    county: County,
) -> None:
    case_id = started(county)
    complete(county, case_id, "assign", "head", verifiers=verifiers(county))
    verify = task(county, case_id, "verify")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, verify.id)
    stale = county.actor("sup1")
    with county.office.begin(county.actor("admin")) as work:
        people_store.remove_membership(
            work.session, county.people["sup1"], county.bodies["legal"], "supervisor"
        )
    with county.office.begin(stale) as work, pytest.raises(Forbidden):
        tasks.complete(work, verify.id, {"report": ["属实"]})
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(Conflict):
        tasks.claim(work, verify.id)
    with county.office.begin(county.actor("head")) as work:
        tasks.reassign(work, verify.id, county.people["sup2"], "原承办人调离")
