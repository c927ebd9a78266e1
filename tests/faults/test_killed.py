"""Processes that die at the worst moment leave nothing half done and nothing done twice."""

from __future__ import annotations

import http.client
import random
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from engine.actor import COMMAND_LINE
from engine.services import passwords, staff
from tests.engine.services.steps import task, to_rectification
from tests.faults import nodes
from tests.faults.clones import clone
from tests.faults.conftest import Town
from tests.faults.soundness import completed_once, fired, sound
from tests.faults.visitor import connection_of, visitor

pytestmark = pytest.mark.faults
PASSWORD = "a county of thirteen townships"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_web_process_killed_around_the_commit_has_done_all_or_nothing(
    town: Town, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "COST", 4)
    with town.office.begin(COMMAND_LINE) as work:
        staff.set_password(work, town.people["market"], PASSWORD)
    case_id = to_rectification(town)
    number = task(town, case_id, "rectify").id
    place, mark = replace(town.place, port=nodes.free_port()), tmp_path / "mark"
    with nodes.serving(place, mark) as process:
        person = visitor(place.port, "market", PASSWORD)
        person.open(f"/tasks/{number}")
        form = person.form("/completion")
        mark.write_text(moment)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            person.send(form, {"feedback": "已整改"})
        assert nodes.ended(process) == -signal.SIGKILL
    sound(town.office)
    done = completed_once(town.office, [case_id])[case_id, "rectify"]
    assert done == (0 if moment == "before" else 1)
    # Whoever got no answer sends it again, as people do.
    mark.unlink()
    place = replace(place, port=nodes.free_port())
    with nodes.serving(place, mark):
        connection_of(person).port = place.port
        person.send(form, {"feedback": "已整改"})
        assert person.status == (200 if moment == "before" else 409)
    assert completed_once(town.office, [case_id])[case_id, "rectify"] == 1
    sound(town.office)


@pytest.mark.parametrize("seed", [1])
def test_workers_killed_in_mid_batch_move_every_case_exactly_once(town: Town, seed: int) -> None:
    dice = random.Random(seed)
    cases = clone(town, to_rectification(town), 60)
    town.at("2026-04-02 00:00")
    workers = [nodes.start(nodes.work_timers, town.place, dice.randint(0, 30)) for _ in range(5)]
    killed = sum(nodes.ended(worker) == -signal.SIGKILL for worker in workers)
    assert killed > 0, "the fault did not happen"
    assert nodes.ended(nodes.start(nodes.work_timers, town.place)) == 0
    for case_id in cases:
        assert fired(town.office, case_id) == {"remind": 1, "overdue": 1}
    sound(town.office)
