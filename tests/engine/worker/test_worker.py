"""The beat: late ticks are not lost, full ticks are repeated at once, stopping is clean."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import Conflict, Unavailable
from engine.office import Office, open_office
from engine.worker.jobs import JOBS, LOOPS, Loop
from engine.worker.poller import Poller
from engine.worker.ticker import Ticker


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Office:
    return open_office(
        Settings(home=tmp_path, database_url=sqlite_url, secret_file=tmp_path / "secret")
    )


def test_a_full_tick_is_followed_by_another_at_once(office: Office) -> None:
    left = [100, 100, 7, 50]
    poller = Poller(office, Loop("t", lambda _: left.pop(0), 60, full=100), threading.Event())
    assert poller.beat() == 207
    assert left == [50]


def test_a_loop_that_is_never_full_ticks_once(office: Office) -> None:
    ticks: list[int] = []

    def tick(_: Office) -> int:
        ticks.append(1)
        return 9

    Poller(office, Loop("t", tick, 60), threading.Event()).beat()
    assert len(ticks) == 1


@pytest.mark.parametrize(
    "error", [RuntimeError("broken"), Conflict("busy"), Unavailable("disk_full")]
)
def test_a_tick_that_fails_ends_the_beat_and_nothing_else(office: Office, error: Exception) -> None:
    def fail(_: Office) -> int:
        raise error

    assert Poller(office, Loop("t", fail, 60), threading.Event()).beat() == 0


def test_loops_tick_at_once_when_they_start_and_when_they_are_woken(office: Office) -> None:
    ticked = threading.Semaphore(0)

    def tick(_: Office) -> int:
        ticked.release()
        return 0

    ticker = Ticker(office, [Loop("slow", tick, every=86_400)])
    ticker.start()
    try:
        assert ticked.acquire(timeout=20)
        office.bell.ring("slow")
        assert ticked.acquire(timeout=20)
        office.bell.ring("unknown")
    finally:
        ticker.stop()


def test_stopping_waits_for_the_tick_under_way_and_begins_no_other(office: Office) -> None:
    begun, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def tick(_: Office) -> int:
        begun.set()
        go_on.wait(20)
        ended.append("tick")
        return 100

    ticker = Ticker(office, [Loop("long", tick, every=86_400, full=100)])
    ticker.start()
    assert begun.wait(20)
    stopping = threading.Thread(target=ticker.stop)
    stopping.start()
    go_on.set()
    stopping.join(20)
    assert not stopping.is_alive()
    assert ended == ["tick"]


def test_a_ticker_that_never_started_can_be_stopped(office: Office) -> None:
    Ticker(office, []).stop()


def test_the_loops_that_drive_the_county_have_names_of_their_own() -> None:
    names = [loop.name for loop in LOOPS]
    assert sorted(set(names)) == sorted(names)
    assert {"clock", "outbox", "periodic", "heartbeat"} <= set(names)
    jobs = [job.name for job in JOBS]
    assert sorted(set(jobs)) == sorted(jobs)
    assert {"anchor", "housekeeping"} <= set(jobs)
