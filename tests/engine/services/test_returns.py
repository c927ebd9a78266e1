"""Returning a task: along what is drawn, with its reason, its clock counted anew."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import cases, notifications, returns, tasks, timers
from tests.engine.services.conftest import County
from tests.engine.services.handling import begun, complete, drafted, page, reviewed, task


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("handling.bpmn")


def send_back(county: County, case_id: int, source: str, target: str, who: str) -> None:
    with county.office.begin(county.actor(who)) as work:
        returns.send_back(work, task(county, case_id, source).id, target, "第二段依据不足")


def test_a_returned_task_comes_to_whoever_did_the_step_with_the_reason(county: County) -> None:
    case_id = drafted(county)
    with county.office.begin(county.actor("sup2")) as work:
        tasks.claim(work, task(county, case_id, "review").id)
    send_back(county, case_id, "review", "draft", "sup2")
    again = task(county, case_id, "draft")
    assert (again.status, again.assignee_id) == ("open", county.people["sup1"])
    shown = page(county, again, "sup1")
    assert shown.returned is not None
    assert (shown.returned.source, shown.returned.by) == ("审核", "监督二")
    assert shown.returned.reason == "第二段依据不足"
    assert [one.raw["text"] for one in shown.fields] == [["第一稿"]]
    with county.office.read(county.actor("sup1")) as work:
        told = notifications.mine(work).rows[0]
        assert told.titles["zh_CN"].startswith("退回")
        assert "依据不足" not in told.texts["zh_CN"], "reasons stay on the pages"
        case = cases.page(work, case_id)
    assert [(row.code, row.facts["to"]) for row in case.timeline if "to" in row.facts] == [
        ("task_returned", "起草")
    ]
    assert [one.element for one in case.tasks if one.status == "open"] == ["draft"]


def test_the_clock_of_the_step_begins_anew_with_the_return(county: County) -> None:
    case_id = drafted(county)
    first = task(county, case_id, "draft").due_at
    county.at("2026-03-05 09:00")
    send_back(county, case_id, "review", "draft", "sup2")
    again = task(county, case_id, "draft")
    assert first is not None
    assert again.due_at is not None
    assert (again.due_at - first).days == 3
    with county.office.read(county.actor("sup1")) as work:
        clocks = [(one.name, one.status) for one in cases.page(work, case_id).deadlines]
    assert clocks == [("起草", "met"), ("起草", "running")]
    county.at("2026-03-30 00:00")
    timers.tick(county.office)
    with county.office.read(county.actor("sup1")) as work:
        assert [one.status for one in cases.page(work, case_id).deadlines] == ["met", "missed"]


def test_the_diagram_shows_the_step_left_and_where_the_case_stands(county: County) -> None:
    case_id = drafted(county)
    send_back(county, case_id, "review", "draft", "sup2")
    with county.office.read(county.actor("sup1")) as work:
        path = cases.path(work, case_id)
    assert path.present == ("draft",)
    assert "review" in path.cancelled


def test_nothing_can_be_returned_that_the_diagram_does_not_draw(county: County) -> None:
    case_id = begun(county)
    row = task(county, case_id, "draft")
    assert page(county, row, "sup1").may["return"].code == "no_return_drawn"
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
        returns.send_back(work, row.id, "review", "错")
    assert refused.value.code == "no_return_drawn"


def test_only_drawn_steps_the_case_has_passed_are_offered(county: County) -> None:
    case_id = reviewed(county)
    for who in ("sup1", "sup2"):
        with county.office.read(county.actor(who)) as work:
            mine = [one for one in cases.page(work, case_id).tasks if one.assignee]
        found = next(
            one for one in mine if one.assignee == {"sup1": "监督一", "sup2": "监督二"}[who]
        )
        with county.office.begin(county.actor(who)) as work:
            tasks.complete(work, found.task_id or 0, {"opinion": ["agree"]})
    row = task(county, case_id, "approve")
    with county.office.begin(county.actor("head")) as work:
        tasks.claim(work, row.id)
    assert [one.id for one in page(county, row, "head").steps] == ["draft", "review"]
    with county.office.begin(county.actor("head")) as work, pytest.raises(NotFound):
        returns.send_back(work, row.id, "sign", "错")


def test_a_return_needs_a_reason_and_the_task_in_hand(county: County) -> None:
    case_id = drafted(county)
    row = task(county, case_id, "review")
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(Invalid):
        returns.send_back(work, row.id, "draft", "  ")
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
        returns.send_back(work, row.id, "draft", "我自己写的")
    assert refused.value.facts["rule"] == "R2", (
        "who drafted it is no reviewer, for returning either"
    )
    with county.office.begin(county.actor("sup2")) as work:
        tasks.claim(work, row.id)
    with county.office.begin(county.actor("sup3")) as work, pytest.raises(Conflict) as taken:
        returns.send_back(work, row.id, "draft", "别人的")
    assert taken.value.code == "task_taken"


def test_what_was_returned_goes_through_all_steps_again(county: County) -> None:
    case_id = drafted(county)
    send_back(county, case_id, "review", "draft", "sup2")
    complete(county, task(county, case_id, "draft"), "sup1", text="第二稿")
    review = task(county, case_id, "review")
    assert review.status == "open"
    complete(county, review, "sup2", finding="可以了")
    assert task(county, case_id, "sign").status == "open"
