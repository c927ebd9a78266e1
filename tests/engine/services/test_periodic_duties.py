"""Duties of the calendar open their cases on their day, for every body, once, on all nodes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import NotFound
from engine.services import (
    incidents,
    periodic,
    periodic_duties,
    starts,
    tasks,
)
from engine.store import cases as case_store
from engine.store import periodic as store
from engine.store import tasks as task_store
from engine.values.periodic_pages import DutyPage
from tests.engine.services.conftest import County


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2025-11-20 09:00")
    county.publish("yearly.bpmn")


def beat(county: County, moment: str) -> int:
    county.at(moment)
    return periodic.tick(county.office, periodic_duties.jobs(county.office))


def opened(county: County) -> list[tuple[str, str]]:
    """Titles and departments of all cases."""
    with county.office.read(COMMAND_LINE) as work:
        found = case_store.brief(work.session, range(1, 50))
        return sorted((row.title, row.body_name) for row in found.values())


def year(county: County, number: int) -> DutyPage:
    with county.office.read(county.actor("sup1")) as work:
        return periodic_duties.page(work, number)


def test_every_department_gets_its_case_on_the_first_working_day_of_january(
    county: County,
) -> None:
    assert beat(county, "2026-01-04 07:59") == 0
    assert beat(county, "2026-01-04 08:00") == 1
    assert [title for title, _ in opened(county)] == [
        "交通运输局2025年度执法情况核查",
        "市场监督管理局2025年度执法情况核查",
    ]
    assert beat(county, "2026-01-04 08:01") == 0
    assert beat(county, "2026-06-01 08:00") == 0
    assert beat(county, "2027-01-04 08:00") == 1
    assert len(opened(county)) == 4


def test_days_the_service_was_down_are_made_up_for_and_none_is_doubled(county: County) -> None:
    beat(county, "2026-01-04 08:00")
    assert beat(county, "2028-03-01 10:00") == 2
    assert len(opened(county)) == 6
    assert beat(county, "2028-03-01 10:01") == 0


def test_years_before_the_procedure_was_published_are_not_made_up_for(county: County) -> None:
    assert beat(county, "2025-12-31 23:59") == 0
    assert opened(county) == []


def test_two_nodes_at_the_same_moment_open_each_case_once(county: County) -> None:
    county.at("2026-01-04 08:00")
    jobs = periodic_duties.jobs(county.office)
    with ThreadPoolExecutor(4) as nodes:
        done = list(nodes.map(lambda _: periodic.tick(county.office, jobs), range(4)))
    assert sum(done) == 1
    assert len(opened(county)) == 2


def test_the_case_begins_with_what_the_county_knows_and_the_department_goes_on(
    county: County,
) -> None:
    beat(county, "2026-01-04 08:00")
    with county.office.read(county.actor("market")) as work:
        (task,) = task_store.open_of_case(work.session, _case_of(county, "market"))
        page = tasks.page(work, task.id)
    shown = {field.field.id: field.raw for field in page.fields}
    assert shown["count_penalty"] == {"count_penalty": ["0"]}
    with county.office.begin(county.actor("market")) as work:
        tasks.claim(work, task.id)
        tasks.complete(work, task.id, {"count_penalty": ["3"]})
    market = next(row for row in year(county, 2026).rows if row.duty.code == "ZERO_CHECK")
    (turn,) = market.turns
    assert (turn.opened, turn.finished) == (2, 1)


def _case_of(county: County, department: str) -> int:
    with county.office.read(COMMAND_LINE) as work:
        found = case_store.brief(work.session, range(1, 50)).values()
        return next(row.id for row in found if row.slots["subject"] == county.bodies[department])


def test_nobody_can_start_a_case_by_hand_at_the_start_of_the_clock(county: County) -> None:
    with county.office.read(county.actor("sup1")) as work:
        page = starts.form(work, "yearly")
    assert page.form.element == "begun"


def test_a_failure_opens_nothing_halfway_and_becomes_an_incident_that_is_tried_again(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = store.begin, []

    def fails_once(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise RuntimeError("no room")
        real(*given)

    monkeypatch.setattr(store, "begin", fails_once)
    assert beat(county, "2026-01-04 08:00") == 0
    assert opened(county) == []
    with county.office.read(county.actor("admin")) as work:
        (row,) = incidents.listing(work).rows
    assert row.verb == "job.duty.ZERO_CHECK"
    assert beat(county, "2026-01-04 09:30") == 1
    assert len(opened(county)) == 2


def test_a_duty_no_diagram_is_opened_by_waits_and_the_page_says_so(county: County) -> None:
    rows = {row.duty.code: row for row in year(county, 2026).rows}
    assert rows["ZERO_CHECK"].process_id == "yearly"
    other = replace(rows["ZERO_CHECK"].duty, code="NOBODY")
    with county.office.read(county.actor("sup1")) as work:
        assert periodic_duties._due(other, work, None) == []


def test_the_cases_of_a_period_are_listed_for_those_who_may_see_them(county: County) -> None:
    beat(county, "2026-01-04 08:00")
    with county.office.read(county.actor("sup1")) as work:
        page = periodic_duties.turn_page(work, "ZERO_CHECK", date(2026, 1, 1))
    assert [row.body for row in page.rows] == ["交通运输局", "市场监督管理局"]
    with county.office.read(county.actor("traffic")) as work:
        page = periodic_duties.turn_page(work, "ZERO_CHECK", date(2026, 1, 1))
    assert ([row.body for row in page.rows], page.hidden) == (["交通运输局"], 1)
    with county.office.read(county.actor("sup1")) as work, pytest.raises(NotFound):
        periodic_duties.turn_page(work, "ZERO_CHECK", date(2026, 2, 1))
