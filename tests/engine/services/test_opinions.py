"""Opinions asked of colleagues come back onto the task, which stays where it is."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import cases, inbox, notifications, opinions, tasks
from engine.values.inbox_pages import InboxQuery
from tests.engine.services.conftest import County
from tests.engine.services.handling import begun, complete, page, task


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("handling.bpmn")


def taken(county: County, **more: object) -> tuple[int, int]:
    """A draft in the hands of sup1: case and task."""
    case_id = begun(county, **more)
    row = task(county, case_id, "draft")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    return case_id, row.id


def ask(county: County, task_id: int, *who: str, question: str = "是否属于本局管辖？") -> None:
    with county.office.begin(county.actor("sup1")) as work:
        opinions.ask(work, task_id, [county.people[one] for one in who], question)


def first(county: County, who: str) -> int:
    with county.office.read(county.actor(who)) as work:
        return opinions.mine(work, 10)[0][0].id


def test_the_opinion_comes_back_onto_the_task_and_its_holder_keeps_it(county: County) -> None:
    case_id, task_id = taken(county)
    ask(county, task_id, "sup2", "intake")
    with county.office.read(county.actor("sup2")) as work:
        listed = inbox.page(work, InboxQuery()).questions
        assert [one.asked.question for one in listed] == ["是否属于本局管辖？"]
        told = notifications.mine(work).rows[0]
        assert "管辖" not in told.texts["zh_CN"], "questions stay on the pages"
    with county.office.begin(county.actor("sup2")) as work:
        assert opinions.answer(work, first(county, "sup2"), "属于。") == task_id
    shown = page(county, task(county, case_id, "draft"), "sup1")
    assert shown.mine
    assert [(one.asked, one.answer) for one in shown.asked] == [
        ("监督二", "属于。"),
        ("受理甲", ""),
    ]
    with county.office.read(county.actor("sup1")) as work:
        codes = [row.code for row in cases.page(work, case_id).timeline]
        assert notifications.mine(work).rows[0].titles["zh_CN"].startswith("意见已回复")
    assert codes[-3:] == ["opinion_asked", "opinion_asked", "opinion_given"]


def test_only_who_has_the_task_asks_and_only_colleagues_of_its_body(county: County) -> None:
    _, task_id = taken(county)
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(Forbidden) as refused:
        opinions.ask(work, task_id, [county.people["sup3"]], "？")
    assert refused.value.code == "task_not_yours"
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
        opinions.ask(work, task_id, [county.people["traffic"]], "？")
    assert refused.value.code == "not_a_colleague"


def test_a_question_needs_words_and_somebody_and_is_asked_once(county: County) -> None:
    _, task_id = taken(county)
    with county.office.begin(county.actor("sup1")) as work:
        with pytest.raises(Invalid) as wrong:
            opinions.ask(work, task_id, [], "？")
        assert "people" in wrong.value.fields
        with pytest.raises(Invalid) as wrong:
            opinions.ask(work, task_id, [county.people["sup2"]], " ")
        assert "question" in wrong.value.fields
    ask(county, task_id, "sup2")
    with pytest.raises(Conflict, match="asked_already"):
        ask(county, task_id, "sup2")


def test_being_asked_opens_the_case_but_not_who_complained(county: County) -> None:
    case_id, task_id = taken(county, complainant="王某某", subject=county.bodies["traffic"])
    ask(county, task_id, "head")
    with county.office.read(county.actor("head")) as work:
        asked = {one.field.id for one in cases.page(work, case_id).facts}
    with county.office.read(county.actor("intake")) as work:
        known = {one.field.id for one in cases.page(work, case_id).facts}
    assert known - asked == {"complainant"}


def test_a_name_kept_secret_is_not_written_into_a_question(county: County) -> None:
    _, task_id = taken(county, complainant="王某某", subject=county.bodies["traffic"])
    with pytest.raises(Invalid) as wrong:
        ask(county, task_id, "sup2", question="王某某说的是真的吗？")
    assert wrong.value.fields["question"].code == "would_disclose"


def test_the_asker_withdraws_a_question_until_it_is_answered(county: County) -> None:
    _, task_id = taken(county)
    ask(county, task_id, "sup2", "sup3")
    second, third = first(county, "sup2"), first(county, "sup3")
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(NotFound):
        opinions.withdraw(work, second)
    with county.office.begin(county.actor("sup1")) as work:
        opinions.withdraw(work, second)
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(Conflict):
        opinions.answer(work, second, "属于")
    with county.office.begin(county.actor("sup3")) as work:
        opinions.answer(work, third, "属于")
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Conflict):
        opinions.withdraw(work, third)


def test_a_question_is_settled_with_its_task(county: County) -> None:
    case_id, task_id = taken(county)
    ask(county, task_id, "sup2")
    waiting = first(county, "sup2")
    complete(county, task(county, case_id, "draft"), "sup1", text="第一稿")
    with county.office.read(county.actor("sup2")) as work:
        assert opinions.mine(work, 10) == ()
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(Conflict) as late:
        opinions.answer(work, waiting, "属于")
    assert late.value.code == "task_done"
