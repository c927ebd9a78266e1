"""People and machines that never rest: the load under which faults are put in for long."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from sqlalchemy import func, select

from engine.actor import COMMAND_LINE, Actor
from engine.errors import Broken, Conflict, DubanError, Forbidden, Invalid, NotFound, Unavailable
from engine.office import Office
from engine.services import mail, people, starts, tasks, timers
from engine.store import tasks as task_store
from engine.store.tasks import TaskRow
from engine.values.pages import Raw
from tests.engine.services.conftest import PEOPLE
from tests.faults.nodes import Place, acknowledge

#: What people are told when something is in the way; nothing else may reach them.
_REFUSED = (Broken, Conflict, Forbidden, Invalid, NotFound, Unavailable)


def handle(place: Place, seed: int, ids: dict[str, int], market: int) -> None:
    """Somebody who starts cases and completes tasks until they are killed."""
    dice = random.Random(seed)
    office = place.open()
    while True:
        try:
            if dice.random() < 0.2:
                _start(office, place, dice, ids, market)
            else:
                _complete(office, place, dice, ids)
        except _REFUSED as error:
            if isinstance(error, Unavailable):
                time.sleep(0.1)


def _start(
    office: Office, place: Place, dice: random.Random, ids: dict[str, int], market: int
) -> None:
    raw: Raw = {"matter": [f"事项{dice.randint(1, 999)}"], "subject": [str(market)]}
    with office.begin(_actor(office, ids["intake"])) as work:
        started = starts.start(work, "inspection", raw).case.id
    acknowledge(place, "started", started)


def _complete(office: Office, place: Place, dice: random.Random, ids: dict[str, int]) -> None:
    task = _some_task(office, dice)
    if task is None:
        time.sleep(0.02)
        return
    # Mostly somebody who may; now and then somebody who must be refused.
    able = [
        login
        for login, (_, roles, _) in PEOPLE.items()
        if any(role.startswith(f"{task.role}@") for role in roles)
    ]
    who = dice.choice(able if able and dice.random() < 0.9 else list(PEOPLE))
    raw: Raw = {
        "verifiers": [str(ids["sup1"]), str(ids["sup2"])], "report": ["属实"],
        "feedback": ["已改"], "urging": ["催"],
        "conclusion": [dice.choice(["again", "done", "done"])],
    }  # fmt: skip
    with office.begin(_actor(office, ids[who])) as work:
        tasks.complete(work, task.id, raw)
    acknowledge(place, "completed", task.id, ids[who])


def _some_task(office: Office, dice: random.Random) -> TaskRow | None:
    with office.read(COMMAND_LINE) as work:
        newest = work.session.execute(select(func.max(task_store.tasks.c.id))).scalar_one() or 1
        for _ in range(20):
            found = task_store.get(work.session, dice.randint(max(1, newest - 400), newest))
            if found is not None and found.status == task_store.OPEN:
                return found
    return None


def _actor(office: Office, person: int) -> Actor:
    with office.read(COMMAND_LINE) as work:
        return people.actor(work, person)


def tick(place: Place) -> None:
    """A worker's clock, until it is killed."""
    _again(place, timers.tick, 0.05)


def post(place: Place) -> None:
    """A worker's outbox, until it is killed."""
    _again(place, mail.deliver, 0.2)


def _again(place: Place, what: Callable[[Office], int], pause: float) -> None:
    office = place.open()
    while True:
        try:
            done = what(office)
        except DubanError:
            done = 0
        if not done:
            time.sleep(pause)
