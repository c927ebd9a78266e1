"""Many at once: each case moves exactly once, no number is given twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import Conflict, DubanError
from engine.services import tasks, timers
from engine.store import cases as case_store
from engine.store import tasks as task_store
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, task, to_rectification


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def at_once(what: Callable[[int], object], times: int) -> list[object]:
    """The results, or the refusals, of doing something many times at once."""

    def one(number: int) -> object:
        try:
            return what(number)
        except DubanError as error:
            return error

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_of_many_who_complete_one_task_exactly_one_succeeds(county: County) -> None:
    case_id = to_rectification(county)
    found = task(county, case_id, "rectify")
    actor = county.actor("market")

    def attempt(number: int) -> str:
        with county.office.begin(actor) as work:
            tasks.complete(work, found.id, {"feedback": [f"第{number}次"]})
        return "done"

    results = at_once(attempt, 8)
    assert results.count("done") == 1
    assert all(
        isinstance(one, Conflict) and one.code == "task_done" for one in results if one != "done"
    )
    with county.office.read(actor) as work:
        rows = [
            one for one in task_store.of_case(work.session, case_id) if one.element == "recheck"
        ]
    assert len(rows) == 1


def test_of_two_who_take_one_task_one_is_told_who_was_first(county: County) -> None:
    case_id = started(county)
    people = [county.people["sup1"], county.people["sup2"]]
    complete(county, case_id, "assign", "head", verifiers=people)
    found = task(county, case_id, "verify")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, found.id)
    with (
        pytest.raises(Conflict, match="task_taken") as caught,
        county.office.begin(county.actor("sup2")) as work,
    ):
        tasks.complete(work, found.id, {"report": ["x"]})
    assert caught.value.facts["by"] == "监督一"


def test_cases_started_at_once_get_numbers_without_gap_or_double(county: County) -> None:
    results = at_once(lambda number: started(county, matter=f"第{number}件"), 12)
    assert all(isinstance(one, int) for one in results), results
    with county.office.read(county.actor("intake")) as work:
        numbers = sorted(
            row.number for row in case_store.brief(work.session, range(1, 20)).values()
        )
    assert sorted(numbers) == sorted(f"红测〔2026〕{number}号" for number in range(1, 13))


def test_clocks_of_several_nodes_move_each_case_once(county: County) -> None:
    ids = [to_rectification(county) for _ in range(6)]
    county.at("2026-03-31 00:00")
    results = at_once(lambda _: timers.tick(county.office), 4)
    assert all(isinstance(one, int) for one in results), results
    for case_id in ids:
        with county.office.read(county.actor("intake")) as work:
            urged = [
                one for one in task_store.of_case(work.session, case_id) if one.element == "urge"
            ]
        assert len(urged) == 1


def test_a_reader_cannot_write(county: County) -> None:
    with (
        pytest.raises(Exception, match=r"(?i)read.?only"),
        county.office.read(county.actor("market")) as work,
    ):
        case_store.next_number(work.session, "x", 2026)


def test_what_a_unit_of_work_wrote_is_gone_when_it_fails(county: County) -> None:
    def fail() -> None:
        with county.office.begin(county.actor("market")) as work:
            case_store.next_number(work.session, "x", 2026)
            raise Conflict("case_moved")

    with pytest.raises(Conflict):
        fail()
    with county.office.begin(county.actor("market")) as work:
        assert case_store.next_number(work.session, "x", 2026) == 1
