"""Who may know of a case, and who of those may know whose complaint it was (R15)."""

from __future__ import annotations

import pytest

from engine.errors import Forbidden, NotFound
from engine.services import access, cases, documents, search, tasks
from engine.store import people as people_store
from engine.store import tasks as task_store
from tests.engine.services.conftest import County
from tests.engine.services.steps import complete, started, task, to_rectification

NAME = "王某"


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


def join(county: County, login: str, *roles: str) -> None:
    """Somebody with these roles at the bodies named after the sign."""
    with county.office.begin(county.actor("admin")) as work:
        if login not in county.people:
            county.people[login] = people_store.add_person(
                work.session,
                login=login,
                name=login,
                password_hash="",
                administrator=False,
                created_at=work.now,
            )
        for place in roles:
            role, _, at = place.partition("@")
            body_id = county.bodies[at]
            people_store.add_membership(work.session, county.people[login], body_id, role, work.now)


def leave(county: County, login: str, place: str) -> None:
    role, _, at = place.partition("@")
    with county.office.begin(county.actor("admin")) as work:
        person = county.people[login]
        assert people_store.remove_membership(work.session, person, county.bodies[at], role)


def found(county: County, who: str, words: str) -> int:
    with county.office.read(county.actor(who)) as work:
        return len(search.cases(work, words).rows)


@pytest.mark.parametrize("role", ["archivist", "cert_admin", "publisher", "plan_coordinator"])
def test_a_desk_of_the_legal_office_does_not_read_the_complaints_next_door(
    county: County, role: str
) -> None:
    case_id = to_rectification(county)
    join(county, "desk", f"{role}@legal")
    with county.office.read(county.actor("desk")) as work:
        with pytest.raises(NotFound):
            cases.page(work, case_id)
        with pytest.raises(NotFound):
            documents.of_case(work, case_id)
        with pytest.raises(NotFound):
            tasks.page(work, task_of(county, case_id))
    assert found(county, "desk", "收费") == 0


def task_of(county: County, case_id: int) -> int:
    return task(county, case_id, "rectify").id


def test_an_administrator_reads_no_case(county: County) -> None:
    case_id = to_rectification(county)
    with county.office.read(county.actor("admin")) as work, pytest.raises(NotFound):
        cases.page(work, case_id)
    assert found(county, "admin", "收费") == 0


def test_a_role_of_the_procedure_reads_a_case_once_it_came_to_it(county: County) -> None:
    case_id = started(county)
    with county.office.read(county.actor("sup3")) as work, pytest.raises(NotFound):
        cases.page(work, case_id)
    people = [county.people["sup1"], county.people["sup2"]]
    complete(county, case_id, "assign", "head", verifiers=people)
    with county.office.read(county.actor("sup3")) as work:
        assert cases.page(work, case_id).case.title == "违规收费"


def test_a_supervisor_who_does_not_handle_the_case_does_not_learn_who_complained(
    county: County,
) -> None:
    case_id = to_rectification(county)
    with county.office.read(county.actor("sup3")) as work:
        assert NAME not in repr(cases.page(work, case_id))
    assert found(county, "sup3", NAME) == 0
    assert found(county, "sup3", "收费") == 1
    assert found(county, "sup1", NAME) == 1
    assert found(county, "intake", NAME) == 1


def test_who_left_the_department_stays_as_blind_as_it_is(county: County) -> None:
    case_id = to_rectification(county)
    complete(county, case_id, "rectify", "market", feedback="已退还")
    join(county, "market", "supervisor@legal")
    leave(county, "market", "dept_head@market")
    with county.office.read(county.actor("market")) as work:
        page = cases.page(work, case_id)
        assert NAME not in repr(page)
        assert access.of_case(work, case_id).hides(["subject"])
    assert found(county, "market", NAME) == 0
    assert found(county, "market", "收费") == 1


def test_who_serves_in_the_department_and_in_the_legal_office_is_blind_in_both(
    county: County,
) -> None:
    case_id = to_rectification(county)
    join(county, "both", "intake_clerk@legal", "archivist@market_legal")
    with county.office.read(county.actor("both")) as work:
        assert NAME not in repr(cases.page(work, case_id))
    assert found(county, "both", NAME) == 0


def test_an_unclaimed_task_of_a_case_one_may_not_see_cannot_be_taken(county: County) -> None:
    case_id = to_rectification(county)
    open_task = task(county, case_id, "rectify")
    with county.office.begin(county.actor("traffic")) as work, pytest.raises(NotFound):
        tasks.claim(work, open_task.id)
    with county.office.read(county.actor("head")) as work:
        row = task_store.get(work.session, open_task.id)
    assert row is not None
    assert row.assignee_id is None


def test_who_moved_to_the_complained_department_cannot_end_the_case_they_entered(
    county: County,
) -> None:
    case_id = to_rectification(county)
    leave(county, "intake", "intake_clerk@legal")
    join(county, "intake", "dept_head@market")
    with county.office.read(county.actor("intake")) as work:
        page = cases.page(work, case_id)
        assert page.withdraw.code == "role_needed"
        assert NAME not in repr(page)
    with county.office.begin(county.actor("intake")) as work, pytest.raises(Forbidden):
        cases.withdraw(work, case_id, "误登")
