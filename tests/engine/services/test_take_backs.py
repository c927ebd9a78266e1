"""Taking an act back: everything as before, as long as nobody has built on it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Forbidden, Invalid
from engine.services import (
    cases,
    comments,
    dockets,
    stops,
    take_backs,
    tasks,
    timers,
    verification,
)
from engine.services.stops import Ground
from engine.store import cases as case_store
from engine.store import people
from engine.store import tasks as rows
from tests.engine.services.conftest import County
from tests.engine.services.handling import begun, complete, drafted, page, reviewed, task


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("handling.bpmn")


def take_back(county: County, case_id: int, element: str, who: str) -> None:
    with county.office.begin(county.actor(who)) as work:
        take_backs.take_back(work, task(county, case_id, element).id, "附件漏了")


def why_not(county: County, case_id: int, element: str, who: str) -> str:
    row = task(county, case_id, element)
    code = page(county, row, who).may["take_back"].code
    with county.office.begin(county.actor(who)) as work, pytest.raises(Forbidden) as refused:
        take_backs.take_back(work, row.id, "撤回")
    assert refused.value.code == code, "the page and the engine say the same"
    return code


def stored(county: County, case_id: int) -> dict[str, Any]:
    with county.office.read(county.actor("intake")) as work:
        row = case_store.get(work.session, case_id)
        assert row is not None
        return {name: getattr(row, name) for name in ("state", "data", "stage", "wake_at", "steps")}


def test_the_case_is_exactly_as_before_and_the_text_a_draft(county: County) -> None:
    case_id = begun(county)
    before, opened = stored(county, case_id), task(county, case_id, "draft")
    complete(county, opened, "sup1", text="第一稿")
    assert stored(county, case_id) != before
    take_back(county, case_id, "draft", "sup1")
    assert stored(county, case_id) == before
    again = task(county, case_id, "draft")
    assert (again.id, again.status, again.due_at) == (opened.id, "open", opened.due_at)
    assert again.assignee_id == county.people["sup1"]
    assert task(county, case_id, "review").status == "cancelled"
    shown = page(county, again, "sup1")
    assert [one.raw["text"] for one in shown.fields] == [["第一稿"]]
    with county.office.read(county.actor("sup1")) as work:
        case = cases.page(work, case_id)
        path = cases.path(work, case_id)
    assert [(one.name, one.status) for one in case.deadlines] == [("起草", "running")]
    assert [row.code for row in case.timeline][-2:] == ["task_completed", "task_taken_back"]
    assert path.present == ("draft",)
    assert "draft" not in path.passed


def test_rows_and_engine_agree_after_taking_back_and_the_case_goes_on(county: County) -> None:
    case_id = begun(county)
    complete(county, task(county, case_id, "draft"), "sup1", text="第一稿")
    take_back(county, case_id, "draft", "sup1")
    with county.office.read(county.actor("admin")) as work:
        assert verification.case(work, case_id) == ()
    complete(county, task(county, case_id, "draft"), "sup1", text="第二稿")
    complete(county, task(county, case_id, "review"), "sup2", finding="可以")
    county.at("2026-06-01 00:00")
    timers.tick(county.office)
    with county.office.read(county.actor("sup1")) as work:
        assert [one.status for one in cases.page(work, case_id).deadlines] == ["met"]


def test_a_deadline_that_ran_on_meanwhile_is_late_at_once(county: County) -> None:
    case_id = begun(county)
    complete(county, task(county, case_id, "draft"), "sup1", text="第一稿")
    county.at("2026-06-01 00:00")
    take_back(county, case_id, "draft", "sup1")
    timers.tick(county.office)
    with county.office.read(county.actor("sup1")) as work:
        assert [one.status for one in cases.page(work, case_id).deadlines] == ["missed"]


def test_whoever_claims_what_followed_has_built_on_it(county: County) -> None:
    case_id = drafted(county)
    with county.office.begin(county.actor("sup2")) as work:
        tasks.claim(work, task(county, case_id, "review").id)
    assert why_not(county, case_id, "draft", "sup1") == "built_upon"


def test_a_later_act_stands_in_the_way(county: County) -> None:
    case_id = drafted(county)
    complete(county, task(county, case_id, "review"), "sup2", finding="可以")
    assert why_not(county, case_id, "draft", "sup1") == "not_the_last_act"


def test_only_who_did_it_takes_it_back_and_says_why(county: County) -> None:
    case_id = drafted(county)
    assert why_not(county, case_id, "draft", "sup2") == "not_your_act"
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Invalid):
        take_backs.take_back(work, task(county, case_id, "draft").id, " ")


def test_an_effect_that_has_left_the_case_cannot_be_called_back(county: County) -> None:
    case_id = reviewed(county)
    sign = _mine(county, case_id, "sup1"), _mine(county, case_id, "sup2")
    for row, who in zip(sign, ("sup1", "sup2"), strict=True):
        with county.office.begin(county.actor(who)) as work:
            tasks.complete(work, row, {"opinion": ["agree"]})
    complete(county, task(county, case_id, "approve"), "head", decision="同意")
    assert why_not(county, case_id, "approve", "head") == "effect_has_left"
    with county.office.read(county.actor("head")) as work:
        assert case_store.undo_of(work.session, case_id) is not None
    complete(county, task(county, case_id, "close"), "sup3", note="归档")
    with county.office.read(county.actor("head")) as work:
        assert case_store.undo_of(work.session, case_id) is None, "a case at rest keeps nothing"
    assert why_not(county, case_id, "close", "sup3") == "case_over"


def test_a_stopped_clock_stands_in_the_way(county: County) -> None:
    case_id = drafted(county)
    with county.office.begin(county.actor("head")) as work, dockets.held(work, case_id) as docket:
        stops.pause(work, docket, Ground("红司中〔2026〕1号", "等待鉴定", "局长", None))
    assert why_not(county, case_id, "draft", "sup1") == "built_upon"


def test_a_comment_moves_nothing(county: County) -> None:
    case_id = drafted(county)
    with county.office.begin(county.actor("sup2")) as work:
        comments.write(work, case_id, "请补附件")
    take_back(county, case_id, "draft", "sup1")
    assert task(county, case_id, "draft").status == "open"


def test_one_of_three_signers_takes_an_answer_back(county: County) -> None:
    case_id = reviewed(county)
    mine = _mine(county, case_id, "sup1")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.complete(work, mine, {"opinion": ["oppose"]})
    with county.office.begin(county.actor("sup1")) as work:
        take_backs.take_back(work, mine, "点错")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.complete(work, mine, {"opinion": ["agree"]})
    with county.office.begin(county.actor("sup2")) as work:
        tasks.complete(work, _mine(county, case_id, "sup2"), {"opinion": ["agree"]})
    with county.office.read(county.actor("sup1")) as work:
        row = case_store.get(work.session, case_id)
    assert row is not None
    assert row.data["signed"] == "agreed"


def test_who_lost_the_role_takes_nothing_back(county: County) -> None:
    case_id = drafted(county)
    with county.office.begin(county.actor("admin")) as work:
        people.remove_membership(
            work.session, county.people["sup1"], county.bodies["legal"], "supervisor"
        )
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Forbidden) as refused:
        take_backs.take_back(work, task(county, case_id, "draft").id, "撤回")
    assert refused.value.code == "role_not_held"


def _mine(county: County, case_id: int, who: str) -> int:
    with county.office.read(county.actor(who)) as work:
        return next(
            row.id
            for row in rows.open_of_case(work.session, case_id)
            if row.assignee_id == county.people[who]
        )
