"""Asking for a stop, a resumption, an extension: decided by the role the rule names."""

from __future__ import annotations

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Conflict, Forbidden, Invalid
from engine.services import (
    cases,
    clock_requests,
    deadlines,
    definitions,
    notifications,
    stops,
    tasks,
)
from engine.services.clock_requests import Wish
from engine.store import cases as case_store
from engine.store import tasks as task_store
from engine.values.case_pages import DeadlineView
from engine.values.timing import COUNTY_ZONE, LedgerKind, Span, Unit
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, to_rectification
from tests.engine.services.test_deadlines_core import allow_extension
from tests.processes_shipped.walk import shipped

TYPED = {"request_reason": ["等待检测结论"], "document_basis": ["检测委托书〔2026〕3号"]}


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")
    with county.office.begin(COMMAND_LINE) as work:
        definitions.keep(work, shipped("clock_request.bpmn"), "test")


def clock(county: County, case_id: int) -> DeadlineView:
    with county.office.read(COMMAND_LINE) as work:
        return deadlines.of_case(work, case_id)[0]


def due(county: County, case_id: int) -> str:
    at = clock(county, case_id).due.due_at
    assert at is not None
    return at.astimezone(COUNTY_ZONE).date().isoformat()


def ask(county: County, case_id: int, who: str, wish: Wish) -> int:
    with county.office.begin(county.actor(who)) as work:
        typed = {k: v for k, v in TYPED.items() if wish.kind != "extend" or k != "document_basis"}
        return clock_requests.ask(work, case_id, wish, typed).case.id


def decide(county: County, request: int, who: str, verdict: str = "approve") -> None:
    with county.office.read(COMMAND_LINE) as work:
        (task,) = task_store.open_of_case(work.session, request)
    raw = {"request_verdict": [verdict], "request_opinion": ["理由不足"]}
    with county.office.begin(county.actor(who)) as work:
        tasks.complete(work, task.id, raw)


def offered(county: County, case_id: int, who: str) -> dict[str, bool]:
    with county.office.read(county.actor(who)) as work:
        return {one.kind: one.may.allowed for one in clock_requests.offers(work, case_id)}


def test_stop_and_go_on_by_request_with_paper_approver_and_lines(county: County) -> None:
    case_id = to_rectification(county)
    assert due(county, case_id) == "2026-03-30"
    assert offered(county, case_id, "market") == {"pause": True}
    county.at("2026-03-10 10:00")
    request = ask(county, case_id, "market", Wish("pause"))
    assert clock(county, case_id).status == "running", "asked is not granted"
    with pytest.raises(Conflict, match="asked_for_already"):
        ask(county, case_id, "market", Wish("pause"))
    decide(county, request, "deputy")
    found = clock(county, case_id)
    assert found.status == "paused"
    assert found.ledger[-1].document == "检测委托书〔2026〕3号"
    assert found.ledger[-1].reason == "等待检测结论"
    assert found.ledger[-1].approver
    with county.office.read(county.actor("market")) as work:
        page = cases.page(work, case_id)
        assert [(one.type, bool(one.number)) for one in page.documents] == [("pause_notice", True)]
        assert any(one.kind == "opened" for one in page.links)
        (ground,) = stops.standing(work, case_id)
    county.at("2026-03-17 10:00")
    request = ask(county, case_id, "market", Wish("resume", ground=ground.id))
    decide(county, request, "deputy")
    assert clock(county, case_id).status == "running"
    assert due(county, case_id) == "2026-04-07", "five working days stood still"
    with county.office.read(COMMAND_LINE) as work:
        row = case_store.get(work.session, request)
    assert row is not None
    assert row.status == "finished"


def test_an_extension_is_decided_by_the_role_the_rule_names_and_counted(county: County) -> None:
    allow_extension(county, "CMP.RECTIFY", Span(10, Unit.WORKING_DAY), "legal_office_head")
    case_id = to_rectification(county)
    wish = Wish("extend", deadline_id=clock(county, case_id).id)
    request = ask(county, case_id, "market", wish)
    with county.office.read(COMMAND_LINE) as work:
        (task,) = task_store.open_of_case(work.session, request)
    assert task.role == "legal_office_head"
    with pytest.raises(Forbidden), county.office.begin(county.actor("market")) as work:
        tasks.complete(work, task.id, {"request_verdict": ["approve"]})
    decide(county, request, "head")
    assert due(county, case_id) == "2026-04-14"
    kinds = [event.kind for event in clock(county, case_id).ledger]
    assert kinds == [LedgerKind.STARTED, LedgerKind.EXTENDED]
    with county.office.read(county.actor("market")) as work:
        (paper,) = cases.page(work, case_id).documents
        offers = {one.kind: one.may for one in clock_requests.offers(work, case_id)}
    assert paper.type == "clock_extension_notice"
    assert (offers["extend"].allowed, offers["extend"].code) == (False, "extensions_used_up")
    with pytest.raises(Invalid, match="extensions_used_up"):
        ask(county, case_id, "market", wish)


def test_a_refusal_gives_its_reason_and_changes_nothing(county: County) -> None:
    case_id = to_rectification(county)
    request = ask(county, case_id, "market", Wish("pause"))
    decide(county, request, "deputy", "refuse")
    assert clock(county, case_id).status == "running"
    with county.office.read(county.actor("market")) as work:
        told = notifications.mine(work).rows[0]
    assert "理由不足" in told.texts["zh_CN"]


def test_who_has_no_part_in_the_case_asks_for_nothing(county: County) -> None:
    case_id = to_rectification(county)
    assert offered(county, case_id, "intake") == {"pause": False}
    with pytest.raises(Forbidden, match="clock_not_yours"):
        ask(county, case_id, "intake", Wish("pause"))
    other = started(county)
    assert offered(county, other, "head") == {}, "no clock runs yet"


def test_a_request_for_a_case_that_is_over_meanwhile_is_refused_to_the_approver(
    county: County,
) -> None:
    case_id = to_rectification(county)
    request = ask(county, case_id, "market", Wish("pause"))
    complete(county, case_id, "rectify", "market", feedback="已整改")
    complete(county, case_id, "recheck", "sup3", conclusion="done")
    with pytest.raises(Invalid, match="linked_case_over"):
        decide(county, request, "deputy")
    decide(county, request, "deputy", "refuse")


def test_a_request_does_not_carry_the_complainant_into_another_case(county: County) -> None:
    case_id = to_rectification(county)
    typed = {**TYPED, "request_reason": ["等待王某补充材料"]}
    with county.office.begin(county.actor("head")) as work, pytest.raises(Invalid) as wrong:
        clock_requests.ask(work, case_id, Wish("pause"), typed)
    assert wrong.value.fields["request_reason"].code == "would_disclose"


def test_who_is_complained_of_has_no_say_over_the_clock_of_the_complaint(county: County) -> None:
    case_id = to_rectification(county)
    with county.office.begin(COMMAND_LINE) as work:
        # A clock of the whole case, and not of the department's own step.
        (found,) = task_store.open_of_case(work.session, case_id)
        task_store.change(work.session, found.id, deadline_id=None)
    with county.office.read(county.actor("market")) as work:
        verdicts = {offer.kind: offer.may for offer in clock_requests.offers(work, case_id)}
    assert (verdicts["pause"].code, verdicts["pause"].rule) == ("clock_of_own_complaint", "R6")
    with pytest.raises(Forbidden) as refused:
        ask(county, case_id, "market", Wish("pause"))
    assert refused.value.facts["basis"]
