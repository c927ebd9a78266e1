"""Cases move through the services: started, assigned, completed, timed out."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import actions, cases, starts, tasks, timers
from engine.store import cases as case_store
from engine.store import tasks as task_store
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, task, to_rectification


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def test_a_case_started_gets_its_number_and_its_first_task(county: County) -> None:
    case_id = started(county)
    with county.office.read(county.actor("intake")) as work:
        page = cases.page(work, case_id)
    assert page.case.number == "红测〔2026〕1号"
    assert (page.case.title, page.case.party) == ("违规收费", "王某")
    assert [found.element for found in page.tasks] == ["assign"]
    assert page.case.stage == "指派"


def test_a_case_goes_to_its_end_and_is_at_rest(county: County) -> None:
    case_id = to_rectification(county)
    complete(county, case_id, "rectify", "market", feedback="已退还")
    over = complete(county, case_id, "recheck", "sup3", conclusion="done")
    assert over.finished
    with county.office.read(county.actor("intake")) as work:
        row = case_store.get(work.session, case_id)
        page = cases.page(work, case_id)
    assert row is not None
    assert row.status == "finished"
    assert row.state == b""
    assert row.wake_at is None
    assert [one.name for one in page.opinions] == ["指派核查人员", "核查", "整改", "复查"]
    assert [(one.name, one.status) for one in page.deadlines] == [("整改", "met")]


def test_the_ladder_fires_at_its_instants_and_not_before(county: County) -> None:
    case_id = to_rectification(county)
    due = task(county, case_id, "rectify").due_at
    assert due is not None
    assert due.isoformat() == "2026-03-30T15:59:59.999999+00:00"

    def fired() -> list[str]:
        with county.office.read(county.actor("intake")) as work:
            rows = cases.page(work, case_id).timeline
        return [row.facts["name"] for row in rows if row.code == "timer_fired"]

    county.at("2026-03-25 23:59:59")
    assert timers.tick(county.office) == 0
    county.at("2026-03-26 00:00")
    assert timers.tick(county.office) == 1
    assert fired() == ["剩3日提醒"]
    county.at("2026-03-30 23:59:59")
    timers.tick(county.office)
    assert task(county, case_id, "rectify").status == "open"
    county.at("2026-03-31 00:00")
    timers.tick(county.office)
    assert fired() == ["剩3日提醒", "整改期限"]
    assert task(county, case_id, "urge").status == "open"
    assert task(county, case_id, "rectify").due_at == due
    county.at("2026-05-01 00:00")
    timers.tick(county.office)
    assert task(county, case_id, "rectify").status == "cancelled"
    with county.office.read(county.actor("intake")) as work:
        page = cases.page(work, case_id)
    assert [(one.status, one.ended_at is not None) for one in page.deadlines] == [("missed", True)]


def test_only_who_holds_the_role_may_start(county: County) -> None:
    with county.office.begin(county.actor("market")) as work, pytest.raises(Forbidden):
        starts.start(work, "inspection", {"matter": ["x"]})


def test_what_is_missing_is_told_by_field_and_nothing_is_kept(county: County) -> None:
    with pytest.raises(Invalid) as caught, county.office.begin(county.actor("intake")) as work:
        starts.start(work, "inspection", {"days": ["3"]})
    assert set(caught.value.fields) == {"matter", "subject"}
    assert started(county) == 1


def test_a_check_of_the_form_refuses_with_the_words_of_the_diagram(county: County) -> None:
    with pytest.raises(Invalid) as caught:
        started(county, days="200")
    assert caught.value.fields["days"].facts["message"] == "天数不得超过一百"


def test_nobody_completes_a_task_twice(county: County) -> None:
    case_id = to_rectification(county)
    found = task(county, case_id, "rectify")
    complete(county, case_id, "rectify", "market", feedback="好")
    with (
        pytest.raises(Conflict, match="task_done") as caught,
        county.office.begin(county.actor("market")) as work,
    ):
        tasks.complete(work, found.id, {"feedback": ["再来"]})
    assert caught.value.facts["by"] == "市监局长"


def test_a_page_made_before_the_facts_changed_is_refused(county: County) -> None:
    case_id = to_rectification(county)
    found = task(county, case_id, "rectify")
    actor = county.actor("market")
    with county.office.begin(actor) as work:
        tasks.claim(work, found.id)
    with county.office.read(actor) as work:
        page = tasks.page(work, found.id)
        message = next(one for one in cases.page(work, case_id).actions if one.name == "申请延期")
    with county.office.begin(actor) as work:
        actions.send(work, case_id, message.message_id, {"extension_reason": ["难"]})
    with pytest.raises(Conflict, match="case_moved"), county.office.begin(actor) as work:
        tasks.complete(work, found.id, {"feedback": ["好"]}, page.revision)


def test_a_reminder_does_not_make_a_page_stale(county: County) -> None:
    case_id = to_rectification(county)
    found = task(county, case_id, "rectify")
    actor = county.actor("market")
    with county.office.begin(actor) as work:
        tasks.claim(work, found.id)
    with county.office.read(actor) as work:
        page = tasks.page(work, found.id)
    county.at("2026-03-27 08:00")
    timers.tick(county.office)
    with county.office.begin(actor) as work:
        tasks.complete(work, found.id, {"feedback": ["好"]}, page.revision)


def test_a_person_outside_the_case_cannot_tell_that_it_exists(county: County) -> None:
    case_id = to_rectification(county)
    found = task(county, case_id, "rectify")
    with county.office.read(county.actor("traffic")) as work:
        with pytest.raises(NotFound):
            cases.page(work, case_id)
        with pytest.raises(NotFound):
            tasks.page(work, found.id)


def test_the_verifier_cannot_recheck(county: County) -> None:
    case_id = to_rectification(county)
    complete(county, case_id, "rectify", "market", feedback="好")
    with pytest.raises(Forbidden):
        complete(county, case_id, "recheck", "sup1", conclusion="done")
    complete(county, case_id, "recheck", "sup2", conclusion="again")
    assert task(county, case_id, "rectify").status == "open"


def test_one_without_certificate_cannot_be_named_as_verifier(county: County) -> None:
    case_id = started(county)
    with pytest.raises(Invalid) as caught:
        complete(county, case_id, "assign", "head", verifiers=[county.people["bare"]])
    assert "verifiers" in caught.value.fields
    with pytest.raises(Invalid):
        complete(county, case_id, "assign", "head", verifiers=[county.people["market"]])
    assert task(county, case_id, "assign").status == task_store.OPEN


def test_withdrawing_ends_the_case_with_its_reason(county: County) -> None:
    case_id = started(county)
    with pytest.raises(Forbidden), county.office.begin(county.actor("head")) as work:
        cases.withdraw(work, case_id, "误登")
    with county.office.begin(county.actor("intake")) as work:
        assert cases.withdraw(work, case_id, "误登").status == "cancelled"
    assert task(county, case_id, "assign").status == "cancelled"
    county.at("2026-06-01 00:00")
    assert timers.tick(county.office) == 0


def test_a_case_others_worked_on_is_not_withdrawn_by_who_entered_it(county: County) -> None:
    case_id = to_rectification(county)
    with (
        pytest.raises(Forbidden, match="others_acted"),
        county.office.begin(county.actor("intake")) as work,
    ):
        cases.withdraw(work, case_id, "不想办了")
    assert task(county, case_id, "rectify").status == "open"
