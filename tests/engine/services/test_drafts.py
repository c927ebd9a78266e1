"""Typed text is never lost."""

from __future__ import annotations

import pytest

from engine.errors import Conflict
from engine.services import starts, tasks
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, task, to_rectification


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def test_a_draft_comes_back_to_its_author_alone_and_goes_when_it_is_sent(county: County) -> None:
    case_id = to_rectification(county)
    found = task(county, case_id, "rectify")
    market, head = county.actor("market"), county.actor("head")
    with county.office.begin(market) as work:
        tasks.claim(work, found.id)
        tasks.save_draft(work, found.id, {"feedback": ["写了一半"], "_revision": ["1"]})
    with county.office.read(market) as work:
        page = tasks.page(work, found.id)
    assert page.fields[0].raw == {"feedback": ["写了一半"]}
    assert page.draft_saved_at is not None
    with county.office.read(head) as work:
        assert tasks.page(work, found.id).draft_saved_at is None
    complete(county, case_id, "rectify", "market", feedback="写完了")
    with county.office.read(market) as work:
        assert tasks.page(work, found.id).draft_saved_at is None


def test_text_typed_for_a_task_that_somebody_else_finished_is_kept(county: County) -> None:
    case_id = started(county)
    found = task(county, case_id, "assign")
    people = [county.people["sup1"], county.people["sup2"]]
    complete(county, case_id, "assign", "head", verifiers=people)
    late = county.actor("head")
    with pytest.raises(Conflict, match="task_done"), county.office.begin(late) as work:
        tasks.complete(work, found.id, {"verifiers": ["3"]})
    with county.office.begin(late) as work:
        tasks.save_draft(work, found.id, {"verifiers": ["3"]})
    with county.office.read(late) as work:
        assert tasks.page(work, found.id).fields[0].raw == {"verifiers": ["3"]}


def test_a_start_form_keeps_what_was_typed(county: County) -> None:
    intake = county.actor("intake")
    with county.office.begin(intake) as work:
        starts.save_draft(work, "inspection", {"matter": ["写了一半"]})
    with county.office.read(intake) as work:
        page = starts.form(work, "inspection")
    assert next(one.raw for one in page.fields if one.field.id == "matter") == {
        "matter": ["写了一半"]
    }
