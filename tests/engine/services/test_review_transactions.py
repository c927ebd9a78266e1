"""What goes wrong between two commands: nobody's fault, told as such, and nothing said in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy.exc import DBAPIError

from engine.actor import COMMAND_LINE
from engine.config import Settings
from engine.errors import DubanError
from engine.office import open_office
from engine.services import incidents
from engine.store import cases as case_store
from engine.store import documents, people
from engine.store import incidents as store
from tests.engine.services.conftest import County, settle
from tests.engine.services.steps import started
from tests.fakes import FakeClock


def test_two_commands_that_wait_for_each_other_end_with_one_told_to_try_again(
    postgres_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, database_url=postgres_url, secret_file=tmp_path / "secret")
    office = incidents.attach(open_office(settings, clock))
    county = settle(office, clock)
    both = Barrier(2, timeout=30)

    def issue(login: str, first: str, second: str) -> str:
        try:
            with office.begin(county.actor(login)) as work:
                documents.take_number(work.session, county.bodies[first], "reply", 2026)
                both.wait()
                documents.take_number(work.session, county.bodies[second], "reply", 2026)
        except DubanError as error:
            return f"{type(error).__name__} {error.code}"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(issue, "head", "legal", "market"),
            pool.submit(issue, "intake", "market", "legal"),
        ]
        told = sorted(job.result() for job in jobs)
    assert told == ["Conflict busy", "done"]
    with office.begin(COMMAND_LINE) as work:
        assert store.count_open(work.session, 10) == 0
        assert documents.take_number(work.session, county.bodies["legal"], "reply", 2026) == 2
    office.close()


def test_an_error_of_the_database_does_not_say_what_was_written(county: County) -> None:
    values = {"login": "intake", "name": "王某某", "password_hash": "", "administrator": False}
    with county.office.read(COMMAND_LINE) as work, pytest.raises(DBAPIError) as failed:
        people.add_person(work.session, **values, created_at=work.now)
    assert "王某某" not in str(failed.value)


def test_an_administrator_learns_which_case_failed_and_not_what_it_says(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")
    case_id = started(county, matter="违规收费")
    with county.office.begin(COMMAND_LINE) as work:
        incidents.record_clock(work, case_id, ValueError("engine"))
    with county.office.read(county.actor("admin")) as work:
        text = repr(incidents.listing(work).rows)
        number = case_store.get(work.session, case_id)
    assert number is not None
    assert number.number in text
    assert "违规收费" not in text
    assert "王某" not in text
