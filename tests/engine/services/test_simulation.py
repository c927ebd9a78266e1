"""The demonstration's clock: moved by administrators, shared by all, absent in production."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from engine.config import Mode
from engine.errors import Forbidden, Invalid, NotFound
from engine.office import Office, open_office
from engine.services import simulation, timers
from engine.values.timing import COUNTY_ZONE
from tests.engine.services.conftest import County
from tests.engine.services.steps import task, to_rectification


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-04-29 09:30")
    county.publish("inspection.bpmn")


def test_working_days_are_working_days_and_the_time_of_day_stays(county: County) -> None:
    with county.office.begin(county.actor("admin")) as work:
        shown = simulation.advance_working_days(work, 1)
    assert f"{shown.now.astimezone(COUNTY_ZONE):%m-%d %H:%M}" == "04-30 09:30"
    with county.office.begin(county.actor("admin")) as work:
        shown = simulation.advance_working_days(work, 5)
    # 1 to 5 May are holidays, Saturday 9 May is a working day.
    assert f"{shown.now.astimezone(COUNTY_ZONE):%m-%d %H:%M}" == "05-11 09:30"
    assert shown.machine == county.clock.now()


def test_every_process_of_the_demonstration_lives_at_the_same_instant(county: County) -> None:
    other = open_office(county.office.settings, county.clock)
    with county.office.begin(county.actor("admin")) as work:
        simulation.advance_working_days(work, 20)
    mine, theirs = simulation.state(county.office), simulation.state(other)
    assert mine is not None
    assert mine == theirs
    assert mine.now > county.clock.now()
    other.close()


def test_moving_the_clock_lets_the_ladder_fire(county: County) -> None:
    case_id = to_rectification(county)
    for _ in range(2):
        with county.office.begin(county.actor("admin")) as work:
            simulation.advance_working_days(work, 20)
        timers.tick(county.office)
    assert task(county, case_id, "urge").status == "open"


def test_only_administrators_and_only_by_the_steps_offered(county: County) -> None:
    with pytest.raises(Forbidden), county.office.begin(county.actor("head")) as work:
        simulation.advance_working_days(work, 1)
    for days in (0, -1, 2, 1000):
        with pytest.raises(Invalid), county.office.begin(county.actor("admin")) as work:
            simulation.advance_working_days(work, days)


def test_in_production_there_is_no_such_thing_and_an_old_offset_is_ignored(
    county: County, tmp_path: Path
) -> None:
    with county.office.begin(county.actor("admin")) as work:
        simulation.advance_working_days(work, 20)
    real = production(county)
    assert simulation.state(real) is None
    with real.begin(county.actor("admin")) as work:
        assert work.now == county.clock.now()
    with pytest.raises(NotFound), real.begin(county.actor("admin")) as work:
        simulation.advance_working_days(work, 1)
    real.close()


def production(county: County) -> Office:
    settings = dataclasses.replace(county.office.settings, mode=Mode.PRODUCTION)
    return open_office(settings, county.clock)
