"""Periodic duties: once a period whatever happens, made up for after an absence, never doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from engine.errors import Broken
from engine.services import incidents, periodic
from engine.services.periodic import Job, Missed, at
from engine.store.notifications import add as notify
from engine.store.notifications import notifications
from engine.store.periodic import periodic_runs
from engine.values.timing import COUNTY_ZONE
from engine.work import Work
from tests.engine.services.conftest import County, county

__all__ = ["county"]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)


WEEKLY = at(day_of_week="mon", hour=8)


@pytest.mark.parametrize(
    ("missed", "last", "now", "wanted"),
    [
        (Missed.EACH, None, "2026-03-04 09:00", ["2026-03-02 08:00"]),
        (Missed.EACH, "2026-03-02 08:00", "2026-03-09 07:59", []),
        (Missed.EACH, "2026-03-02 08:00", "2026-03-09 08:00", ["2026-03-09 08:00"]),
        (
            Missed.EACH,
            "2026-03-02 08:00",
            "2026-03-24 00:00",
            ["2026-03-09 08:00", "2026-03-16 08:00", "2026-03-23 08:00"],
        ),
        (Missed.LATEST, "2026-03-02 08:00", "2026-03-24 00:00", ["2026-03-23 08:00"]),
        (Missed.LATEST, "2026-03-23 08:00", "2026-03-24 00:00", []),
        # A clock that went back does nothing over again.
        (Missed.EACH, "2026-03-23 08:00", "2026-03-10 00:00", []),
        (Missed.LATEST, "2026-03-23 08:00", "2026-03-10 00:00", []),
    ],
)
def test_what_is_due_follows_from_the_last_period_done(
    missed: Missed, last: str | None, now: str, wanted: list[str]
) -> None:
    job = Job("t", WEEKLY, lambda *_: None, missed)
    found = periodic.due(job.when, job.missed, local(last) if last else None, local(now))
    assert found == [local(one) for one in wanted]


@pytest.mark.parametrize(
    ("fields", "now", "latest"),
    [
        ({"minute": 20}, "2026-03-04 09:10", "2026-03-04 08:20"),
        ({"hour": 0, "minute": 0}, "2026-03-04 00:00", "2026-03-04 00:00"),
        ({"day": 1, "hour": 9}, "2026-03-31 23:59", "2026-03-01 09:00"),
        ({"day": "last", "hour": 9}, "2026-03-30 09:00", "2026-02-28 09:00"),
        ({"month": 1, "day": 31, "hour": 0}, "2026-01-30 09:00", "2025-01-31 00:00"),
    ],
)
def test_the_present_period_is_found_on_the_calendar(
    fields: dict[str, int | str], now: str, latest: str
) -> None:
    job = Job("t", at(**fields), lambda *_: None)
    assert periodic.due(job.when, job.missed, None, local(now)) == [local(latest)]


def test_many_missed_periods_are_made_up_for_in_portions() -> None:
    job = Job("t", at(minute=0), lambda *_: None, Missed.EACH)
    start = local("2026-01-01 00:00")
    end = start + timedelta(days=30)
    first = periodic.due(job.when, job.missed, start, end)
    assert len(first) == periodic.MOST
    rest = periodic.due(job.when, job.missed, first[-1], end)
    assert len({*first, *rest}) == 30 * 24


def told(county: County, scheduled_for: datetime) -> Callable[[Work], None]:
    """A duty that leaves a trace: a notice with the period."""

    def write(work: Work) -> None:
        notify(
            work.session,
            [county.people["head"]],
            at=work.now,
            level="remind",
            code="weekly",
            facts={"period": scheduled_for.isoformat()},
        )

    return write


def traces(county: County) -> list[str]:
    with county.office.read(county.actor("admin")) as work:
        rows = work.session.execute(notifications.select().order_by(notifications.c.id))
        return [row.facts["period"] for row in rows if row.code == "weekly"]


def weekly(county: County) -> Job:
    return Job("weekly", WEEKLY, lambda work, on: told(county, on)(work), Missed.EACH)


def test_nodes_that_look_at_once_do_each_period_once(county: County) -> None:
    job = weekly(county)
    county.at("2026-03-02 09:00")
    assert periodic.tick(county.office, [job]) == 1
    county.at("2026-04-20 09:00")
    together = threading.Barrier(4)

    def look(_: int) -> int:
        together.wait()
        return periodic.tick(county.office, [job])

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(look, range(4)))
    while periodic.tick(county.office, [job]):
        pass
    found = traces(county)
    assert len(found) == len(set(found)) == 8
    assert sum(done) <= 7
    with county.office.read(county.actor("admin")) as work:
        runs = list(work.session.execute(periodic_runs.select()))
    assert len(runs) == 8


def test_a_node_that_dies_in_the_middle_leaves_the_period_to_another(county: County) -> None:
    county.at("2026-03-02 09:00")

    def die(work: Work, on: datetime) -> None:
        told(county, on)(work)
        raise SystemExit

    with pytest.raises(SystemExit):
        periodic.tick(county.office, [Job("weekly", WEEKLY, die)])
    assert traces(county) == []
    assert periodic.tick(county.office, [weekly(county)]) == 1
    assert len(traces(county)) == 1


def test_a_duty_that_fails_is_an_incident_and_is_tried_again_later(county: County) -> None:
    county.at("2026-03-02 09:00")
    broken = [True]
    done: list[str] = []

    def duty(work: Work, on: datetime) -> Callable[[], object]:
        told(county, on)(work)
        if broken[0]:
            raise Broken("nothing_to_start")
        return lambda: done.append("after the commit")

    job = Job("weekly", WEEKLY, duty, Missed.EACH)
    other = Job("other", WEEKLY, lambda work, on: None)
    assert periodic.tick(county.office, [job, other]) == 1, "the other one is not held up"
    assert periodic.tick(county.office, [job]) == 0, "not before its time"
    county.clock.advance(minutes=1)
    assert periodic.tick(county.office, [job]) == 0
    with county.office.read(county.actor("admin")) as work:
        (row,) = incidents.listing(work).rows
    assert (row.verb, row.code, row.attempts) == ("job.weekly", "nothing_to_start", 2)
    assert traces(county) == done == []
    broken[0] = False
    county.clock.advance(minutes=5)
    assert periodic.tick(county.office, [job]) == 1
    assert (len(traces(county)), done) == (1, ["after the commit"])
    with county.office.read(county.actor("admin")) as work:
        assert incidents.listing(work).open == 0


def test_a_process_told_to_stop_begins_no_further_period(county: County) -> None:
    county.at("2026-03-02 09:00")
    job = weekly(county)
    assert periodic.tick(county.office, [job]) == 1
    county.at("2026-03-24 09:00")

    def stop(work: Work, on: datetime) -> None:
        told(county, on)(work)
        county.office.stopping.set()

    assert periodic.tick(county.office, [Job("weekly", WEEKLY, stop, Missed.EACH)]) == 1
    county.office.stopping.clear()
    assert periodic.tick(county.office, [job]) == 2
    assert len(traces(county)) == 4
