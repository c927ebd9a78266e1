"""``python -m tests.faults.soak --minutes 10``: faults for long, under load, ending in a verify.

1. Chaos, on PostgreSQL and then on an SQLite file: people, workers and mail at work while processes
   are killed, the server is stopped, mail servers sulk, clocks jump and states are damaged.
2. A flood: very many timers due at one moment, five workers, killed at random.
3. Stories: random processes, people and faults against the model.
4. Replays: random processes, saved and loaded after every step beside one kept in memory.

The share of each is a part of the minutes; any difference ends it with 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import PostgresDatabases, SqliteDatabases
from tests.engine.bpmn.generated import generate
from tests.engine.bpmn.test_pruning import Driver
from tests.engine.bpmn.test_replay import Restless
from tests.engine.services.steps import to_rectification
from tests.faults import nodes
from tests.faults.chaos import chaos, say
from tests.faults.clones import clone
from tests.faults.conftest import Town, made
from tests.faults.mailserver import MailBox, mailbox
from tests.faults.nodes import Place
from tests.faults.server import Server, own_server
from tests.faults.soundness import fired, sound, work_off
from tests.faults.test_model import StoryOnSqlite

SHARES = {"chaos": 0.5, "flood": 0.2, "stories": 0.15, "replays": 0.15}
#: Cases whose timers are due at once, for each minute of the whole.
DUE_PER_MINUTE = 1_000


def flood(town: Town, due: int, seed: int) -> None:
    """Very many timers due at one moment; five workers, killed at random, fire each once."""
    dice = random.Random(seed)
    ids = clone(town, to_rectification(town), due)
    town.at("2026-04-02 00:00")
    say(f"{due} cases due at one moment")
    killed = 0
    while True:
        workers = [
            nodes.start(nodes.work_timers, town.place, dice.randint(due // 20, due // 3))
            for _ in range(5)
        ]
        for worker in workers:
            worker.join()
        codes = [worker.exitcode for worker in workers]
        killed += sum(code != 0 for code in codes)
        if 0 in codes:
            break
    # What one saw in the hands of another that died is still due.
    work_off(town.office)
    say(f"{killed} workers killed in mid batch")
    for case_id in dice.sample(ids, min(500, due)):
        assert fired(town.office, case_id) == {"remind": 1, "overdue": 1}
    sound(town.office)
    say("verify: clean")


def stories(home: Path, seconds: float) -> None:
    """The model, with stories nobody has told before."""
    StoryOnSqlite.databases = SqliteDatabases(home)
    until, told = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        run_state_machine_as_test(
            StoryOnSqlite,
            settings=settings(
                max_examples=5, stateful_step_count=40, deadline=None, database=None,
                suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
            ),
        )  # fmt: skip
        told += 5
    say(f"{told} stories held against the model")


def replays(seconds: float, seed: int) -> None:
    """Generated processes, pruned and not, saved and not, beside one another."""
    dice = random.Random(seed)
    until, played = time.monotonic() + seconds, Counter[str]()
    while time.monotonic() < until:
        one = dice.randrange(1 << 40)
        try:
            for driver in (Driver, Restless):
                played[driver(generate(one), one).play(80)] += 1
        except AssertionError:
            say(f"replay of seed {one} differs")
            raise
    say(f"replays: {dict(played)}")


@contextmanager
def towns(home: Path, kind: str) -> Iterator[tuple[Town, MailBox, Server | None]]:
    """A fresh town on a database of a kind, with a mail server."""
    place = home / f"{kind}-{time.monotonic_ns()}"
    place.mkdir()
    with mailbox() as box:
        if kind == "sqlite":
            town = made(Place(SqliteDatabases(place).filled(), place, smtp_url=box.url))
            yield town, box, None
            town.office.close()
            return
        with own_server() as server:
            url = PostgresDatabases(server.socket, "soak").filled()
            town = made(Place(url, place, smtp_url=box.url))
            yield town, box, server
            town.office.close()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--due", type=int, help="cases whose timers are due at one moment")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    given = parser.parse_args(arguments)
    seconds = given.minutes * 60
    say(f"seed {given.seed}")
    with tempfile.TemporaryDirectory(prefix="duban-soak-") as folder:
        home = Path(folder)
        for kind in ("postgresql", "sqlite"):
            say(f"chaos on {kind}")
            with towns(home, kind) as (town, box, server):
                chaos(town, box, server, seconds * SHARES["chaos"] / 2, given.seed)
        kind = random.Random(given.seed).choice(["postgresql", "sqlite"])
        say(f"flood on {kind}")
        with towns(home, kind) as (town, _, _):
            flood(town, given.due or int(given.minutes * DUE_PER_MINUTE) or 100, given.seed)
        stories(home, seconds * SHARES["stories"])
        replays(seconds * SHARES["replays"], given.seed)
    say("nothing lost, nothing done twice")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
