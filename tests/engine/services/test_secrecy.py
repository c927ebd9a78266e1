"""R15: what is hidden from the complained department is hidden wherever it could appear."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from engine.services import access, cases, inbox, search, tasks
from engine.services.cases import follow
from engine.store import cases as store
from engine.store.cases import CaseRow
from engine.values.inbox_pages import InboxQuery, Tab
from tests.engine.services.conftest import County
from tests.engine.services.steps import task, to_rectification

NAME = "王某"


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def everything(county: County, case_id: int, who: str) -> str:
    """All that a person is shown of a case, as text."""
    with county.office.read(county.actor(who)) as work:
        shown: list[Any] = [cases.page(work, case_id)]
        shown.append(tasks.page(work, task(county, case_id, "rectify").id))
        shown.append(search.cases(work, "违规收费"))
        shown += [inbox.page(work, InboxQuery(tab)) for tab in Tab]
    return json.dumps([dataclasses.asdict(one) for one in shown], default=str, ensure_ascii=False)


def test_the_department_sees_its_case_but_never_who_complained(county: County) -> None:
    case_id = to_rectification(county)
    with county.office.begin(county.actor("market")) as work:
        follow(work, case_id)
    shown = everything(county, case_id, "market")
    assert "违规收费" in shown
    assert NAME not in shown
    assert '"complainant"' not in shown.replace('"party": "complainant"', "")


def test_a_followed_case_leaves_the_list_with_the_right_to_see_it(county: County) -> None:
    case_id = to_rectification(county)
    market = county.actor("market")
    with county.office.begin(market) as work:
        follow(work, case_id)
        assert len(inbox.page(work, InboxQuery(Tab.FOLLOWED)).rows) == 1
    elsewhere = dataclasses.replace(market, memberships=())
    with county.office.read(elsewhere) as work:
        page = inbox.page(work, InboxQuery(Tab.FOLLOWED))
    assert page.rows == ()
    assert page.hidden == 0


def test_those_who_handle_the_case_see_who_complained(county: County) -> None:
    case_id = to_rectification(county)
    assert NAME in everything(county, case_id, "sup1")
    assert NAME in everything(county, case_id, "intake")


def test_the_department_cannot_find_its_case_by_who_complained(county: County) -> None:
    to_rectification(county)

    def found(who: str, words: str) -> int:
        with county.office.read(county.actor(who)) as work:
            return len(search.cases(work, words).rows)

    assert found("intake", NAME) == 1
    assert found("market", NAME) == 0
    assert found("market", "收费") == 1
    assert found("traffic", "收费") == 0


def test_a_unit_of_the_department_is_as_blind_as_the_department(county: County) -> None:
    case_id = to_rectification(county)
    with county.office.read(county.actor("unit")) as work:
        assert search.cases(work, "收费").rows == ()
        row = work_row(county, case_id)
        assert access.hidden_fields(work, row) == {"complainant"}


def work_row(county: County, case_id: int) -> CaseRow:
    with county.office.read(county.actor("intake")) as work:
        row = store.get(work.session, case_id)
    assert row is not None
    return row
