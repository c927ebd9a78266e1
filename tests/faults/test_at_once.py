"""Many at one moment: one task, one timer, one database file, one instant."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import text, update

from engine.actor import COMMAND_LINE, Actor
from engine.errors import Conflict
from engine.services import incidents, starts, tasks, timers, verification
from engine.store.cases import cases as case_table
from engine.values.pages import Raw
from engine.values.verification import Kind
from tests.engine.services.steps import task, to_rectification
from tests.faults import nodes
from tests.faults.clones import clone
from tests.faults.conftest import Town
from tests.faults.nodes import Place
from tests.faults.soundness import completed_once, fired, moved, sound, work_off

pytestmark = pytest.mark.faults

#: What fires in a case by the second of April.
FIRED = {"remind": 1, "overdue": 1}


def test_of_fifty_who_complete_one_task_at_once_one_succeeds(town: Town) -> None:
    case_id = to_rectification(town)
    number = task(town, case_id, "rectify").id
    actor = town.actor("market")
    begun = threading.Barrier(50)

    def complete(person: int) -> str:
        begun.wait()
        try:
            with town.office.begin(actor) as work:
                tasks.complete(work, number, {"feedback": [f"第{person}次"]})
        except Conflict as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(50) as pool:
        told = Counter(pool.map(complete, range(50)))
    assert told["done"] == 1
    assert set(told) <= {"done", "task_done", "busy"}
    assert completed_once(town.office, [case_id])[case_id, "rectify"] == 1
    sound(town.office)


def tick_together(place: Place, rounds: int) -> None:
    """A node that looks for due cases at the same moments as another."""
    office = place.open()
    for _ in range(rounds):
        # Who waited too long for the one lock of a file looks again at the next beat.
        with suppress(Conflict):
            timers.tick(office)
    office.close()


def test_a_timer_that_two_nodes_see_due_fires_once(town: Town) -> None:
    cases = clone(town, to_rectification(town), 12)
    town.at("2026-04-02 00:00")
    both = [nodes.start(tick_together, town.place, 8) for _ in range(2)]
    assert [nodes.ended(node) for node in both] == [0, 0]
    work_off(town.office)
    for case_id in cases:
        assert fired(town.office, case_id) == FIRED
    sound(town.office)


def write_a_lot(place: Place, actor: Actor, body: int, threads: int, cases: int) -> None:
    """A process whose threads start cases, and note each that they were told was started."""
    office = place.open()
    raw: Raw = {"matter": ["一个事项"], "subject": [str(body)]}

    def write(_: int) -> None:
        done = 0
        while done < cases:
            try:
                with office.begin(actor) as work:
                    started = starts.start(work, "inspection", raw).case.id
            except Conflict as error:
                if error.code != "busy":
                    raise
                continue
            nodes.acknowledge(place, "started", started)
            done += 1

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, range(threads)))
    office.close()


def test_fifty_writers_on_one_sqlite_file_lose_nothing(sqlite_town: Town) -> None:
    town = sqlite_town
    given = (town.place, town.actor("intake"), town.bodies["market"], 10, 4)
    writers = [nodes.start(write_a_lot, *given) for _ in range(5)]
    assert [nodes.ended(writer) for writer in writers] == [0] * 5
    started = [int(words[1]) for words in nodes.acknowledgements(town.place)]
    assert len(started) == 200
    assert sorted(started) == moved(town.office)
    sound(town.office)


def test_of_many_due_at_one_moment_some_poisoned_all_others_move(town: Town) -> None:
    dice = random.Random(7)
    cases = clone(town, to_rectification(town), 120)
    poisoned = sorted(dice.sample(cases, 6))
    damages = [b"", b"\x78\x9c", b"\x78\x9c\x00\x00", b"\xff" * 9, b"{}", b"\x00"]
    with town.office.begin(COMMAND_LINE) as work:
        for case_id, damage in zip(poisoned, damages, strict=True):
            work.session.execute(
                update(case_table).where(case_table.c.id == case_id).values(state=damage)
            )
    town.at("2026-04-02 00:00")
    work_off(town.office)
    for case_id in cases:
        wanted = {} if case_id in poisoned else FIRED
        assert fired(town.office, case_id) == wanted
    report = verification.county(town.office, COMMAND_LINE)
    assert [(one.case_id, one.kind) for one in report.differences] == [
        (case_id, Kind.STATE_DAMAGED) for case_id in poisoned
    ]
    with town.office.read(town.actor("admin")) as work:
        listed = incidents.listing(work).rows
    assert sorted(row.case.id for row in listed if row.case is not None) == poisoned


def test_a_row_that_cannot_be_read_at_all_does_not_stop_the_clock(sqlite_town: Town) -> None:
    town = sqlite_town
    cases = [to_rectification(town) for _ in range(5)]
    with town.office.begin(COMMAND_LINE) as work:
        spoilt = text("UPDATE cases SET data = '{\"matter\": ' WHERE id = :id")
        work.session.execute(spoilt, {"id": cases[2]})
    town.at("2026-04-02 00:00")
    work_off(town.office)
    for case_id in cases:
        assert fired(town.office, case_id) == ({} if case_id == cases[2] else FIRED)
    with town.office.read(town.actor("admin")) as work:
        (incident,) = incidents.listing(work).rows
    assert incident.case is not None
    assert incident.case.id == cases[2]
