"""Many tasks handed over at once: each judged on its own, each with its result."""

from __future__ import annotations

import pytest

from engine.errors import Invalid, NotFound
from engine.services import bulk, cases, tasks
from engine.store import people
from tests.engine.services.conftest import County
from tests.engine.services.handling import begun, drafted, task


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("handling.bpmn")


def held(county: County, element: str, case_id: int, who: str) -> int:
    row = task(county, case_id, element)
    with county.office.begin(county.actor(who)) as work:
        tasks.claim(work, row.id)
    return row.id


def test_each_row_says_what_became_of_it_and_one_refusal_stops_no_other(county: County) -> None:
    free = held(county, "draft", begun(county), "sup2")
    written = held(county, "review", drafted(county), "sup2")  # sup1 wrote its draft
    gone = task(county, begun(county), "draft").id
    with county.office.begin(county.actor("sup3")) as work:
        tasks.complete(work, gone, {"text": ["稿"]})
    made = bulk.reassign(
        county.office,
        county.actor("head"),
        [free, written, gone, 999_999],
        county.people["sup1"],
        "监督二调离",
    )
    with county.office.read(county.actor("head")) as work:
        report = bulk.report(work, made)
    assert [(one.done, one.verdict.code) for one in report.results] == [
        (True, ""),
        (False, "reviewer_handled_case"),
        (False, "task_done"),
        (False, "no_such_task"),
    ]
    assert (report.done, report.wanted, report.to) == (1, 4, "监督一")
    assert report.results[1].verdict.rule == "R2"
    assert report.results[1].verdict.basis
    assert report.ended_at is not None
    assert report.results[3].number == ""


def test_each_row_leaves_its_own_entry_in_its_own_case(county: County) -> None:
    case_ids = [begun(county), begun(county)]
    ids = [held(county, "draft", case_id, "sup2") for case_id in case_ids]
    bulk.reassign(county.office, county.actor("head"), ids, county.people["sup1"], "调岗")
    for case_id in case_ids:
        assert task(county, case_id, "draft").assignee_id == county.people["sup1"]
        with county.office.read(county.actor("head")) as work:
            last = cases.page(work, case_id).timeline[-1]
        assert (last.code, last.facts["to"], last.facts["reason"]) == (
            "task_reassigned",
            "监督一",
            "调岗",
        )


def test_nobody_hands_over_what_they_neither_hold_nor_lead(county: County) -> None:
    task_id = held(county, "draft", begun(county), "sup2")
    for who, code in (("sup3", "not_yours_to_hand_over"), ("market", "no_such_task")):
        made = bulk.reassign(
            county.office, county.actor(who), [task_id], county.people["sup1"], "拿来"
        )
        with county.office.read(county.actor(who)) as work:
            assert bulk.report(work, made).results[0].verdict.code == code
    with county.office.read(county.actor("head")) as work, pytest.raises(NotFound):
        bulk.report(work, made)


def test_what_is_wrong_with_all_of_them_is_refused_before_any(county: County) -> None:
    task_id = held(county, "draft", begun(county), "sup2")
    actor = county.actor("head")
    for ids, person, reason, field in (
        ([], county.people["sup1"], "调岗", "tasks"),
        ([task_id], 999_999, "调岗", "person"),
        ([task_id], county.people["sup1"], " ", "reason"),
    ):
        with pytest.raises(Invalid) as wrong:
            bulk.reassign(county.office, actor, ids, person, reason)
        assert field in wrong.value.fields
    with county.office.begin(county.actor("admin")) as work:
        people.change_person(work.session, county.people["sup1"], active=False)
    with pytest.raises(Invalid):
        bulk.reassign(county.office, actor, [task_id], county.people["sup1"], "调岗")


def test_the_page_lists_the_tasks_of_the_people_led_and_of_one_of_them(county: County) -> None:
    first = held(county, "draft", begun(county), "sup2")
    second = held(county, "draft", begun(county), "sup3")
    with county.office.read(county.actor("head")) as work:
        page = bulk.page(work)
        only = bulk.page(work, county.people["sup3"])
    assert {row.task_id for row in page.rows} == {first, second}
    assert [one.name for one in page.holders] == ["监督二", "监督三"]
    assert [row.holder for row in only.rows] == ["监督三"]
    with county.office.read(county.actor("sup3")) as work:
        assert [row.task_id for row in bulk.page(work).rows] == [second]


def test_several_are_taken_from_the_pool_at_once(county: County) -> None:
    ids = [task(county, begun(county), "draft").id, task(county, drafted(county), "review").id]
    made = bulk.claim(county.office, county.actor("sup1"), ids)
    with county.office.read(county.actor("sup1")) as work:
        assert [one.done for one in bulk.report(work, made).results] == [True, False]
