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
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import select, update

from engine.actor import COMMAND_LINE
from engine.errors import DubanError
from engine.services import incidents, mail, verification
from engine.store import outbox
from engine.store import tasks as task_store
from engine.store.cases import cases as case_table
from tests.databases import PostgresDatabases, SqliteDatabases
from tests.engine.bpmn.generated import generate
from tests.engine.bpmn.test_pruning import Driver
from tests.engine.bpmn.test_replay import Restless
from tests.engine.services.steps import to_rectification
from tests.faults import crowd, nodes
from tests.faults.clones import clone
from tests.faults.conftest import Town, made
from tests.faults.mailserver import MailBox, mailbox
from tests.faults.nodes import Place, Process
from tests.faults.server import Server, own_server
from tests.faults.soundness import delivered, fired, moved, sound, work_off
from tests.faults.test_model import StoryOnSqlite

SHARES = {"chaos": 0.5, "flood": 0.2, "stories": 0.15, "replays": 0.15}
#: Cases whose timers are due at once, for each minute of the whole.
DUE_PER_MINUTE = 1_000


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


# --- Chaos ------------------------------------------------------------------------------------


@dataclass
class Chaos:
    """A town at work, and what is done to it."""

    town: Town
    box: MailBox
    server: Server | None
    dice: random.Random
    running: list[tuple[str, Process]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    #: States before they were damaged, by case.
    whole: dict[int, bytes] = field(default_factory=dict)

    def fill(self) -> None:
        """Five workers, two who post, four who handle; who died is replaced."""
        self.running = [(kind, one) for kind, one in self.running if one.is_alive()]
        present = Counter(kind for kind, _ in self.running)
        place, town = self.town.place, self.town
        for kind, wanted in (("worker", 5), ("post", 2), ("handler", 4)):
            for _ in range(wanted - present[kind]):
                if kind == "handler":
                    seed = self.dice.randrange(1 << 30)
                    given = (place, seed, town.people, town.bodies["market"])
                    self.running.append((kind, nodes.start(crowd.handle, *given)))
                else:
                    what = crowd.tick if kind == "worker" else crowd.post
                    self.running.append((kind, nodes.start(what, place)))

    def harm(self) -> None:
        """One fault, chosen at random."""
        faults = [self.kill, self.kill, self.kill, self.sulk, self.jump, self.jump, self.damage]
        if self.server is not None:
            faults.append(self.stop_server)
        self.dice.choice(faults)()

    def kill(self) -> None:
        kind, process = self.dice.choice(self.running)
        nodes.kill(process)
        self.done[f"{kind} killed"] += 1

    def sulk(self) -> None:
        moods = ["well", "well", "silent", "refusing", "lost_answer", "full", "dripping"]
        self.box.mood = self.dice.choice(moods)
        self.done[f"mail {self.box.mood}"] += 1

    def jump(self) -> None:
        hours = self.dice.choice([-1, 2, 30, 24 * 9])
        self.town.clock.set(self.town.clock.now() + timedelta(hours=hours))
        self.done["clock put back" if hours < 0 else "clock put on"] += 1
        self.queue_mail()

    def queue_mail(self) -> None:
        number = sum(self.done.values())
        with self.town.office.begin(COMMAND_LINE) as work:
            outbox.add(
                work.session, key=f"soak{number}", address="a@example.org", subject="督办",
                text="正文", state="queued", created_at=work.now, next_at=work.now,
            )  # fmt: skip

    def damage(self) -> None:
        with self.town.office.begin(COMMAND_LINE) as work:
            ids = moved(self.town.office)
            case_id = self.dice.choice(ids) if ids else 0
            found = work.session.execute(
                select(case_table.c.state)
                .where(case_table.c.id == case_id, case_table.c.status == "running")
                .with_for_update()
            ).scalar_one_or_none()
            if found and case_id not in self.whole:
                self.whole[case_id] = found
                work.session.execute(
                    update(case_table).where(case_table.c.id == case_id).values(state=found[:-9])
                )
                self.done["state damaged"] += 1

    def stop_server(self) -> None:
        assert self.server is not None
        self.server.stop(self.dice.choice(["immediate", "fast"]))
        time.sleep(self.dice.random() * 2)
        self.server.start()
        self.done["server stopped"] += 1

    def end(self) -> None:
        """Everybody is killed; what was damaged comes from the backup; the rest is worked off."""
        for _, process in self.running:
            nodes.kill(process)
        with self.town.office.begin(COMMAND_LINE) as work:
            for case_id, state in self.whole.items():
                work.session.execute(
                    update(case_table).where(case_table.c.id == case_id).values(state=state)
                )
        self.box.mood = "well"
        for _ in range(3):
            # Failures are tried again up to a day later, mail up to a day, leases after minutes.
            self.town.clock.set(self.town.clock.now() + timedelta(hours=25))
            work_off(self.town.office)
            while mail.deliver(self.town.office):
                pass
        sound(self.town.office)
        self.acknowledged()
        delivered(self.town.office, self.box.arrived)
        with self.town.office.read(self.town.actor("admin")) as work:
            open_codes = Counter(row.code for row in incidents.listing(work).rows)
        say(f"incidents left open: {dict(open_codes)}")

    def acknowledged(self) -> None:
        """Every act somebody was told of is there, once, and theirs."""
        told = nodes.acknowledgements(self.town.place)
        started = [int(words[1]) for words in told if words[0] == "started"]
        completed = [(int(w[1]), int(w[2])) for w in told if w[0] == "completed"]
        assert len(set(started)) == len(started)
        assert set(started) <= set(moved(self.town.office))
        assert len({task for task, _ in completed}) == len(completed)
        with self.town.office.read(COMMAND_LINE) as work:
            for number, person in completed:
                row = task_store.get(work.session, number)
                assert row is not None
                assert (row.status, row.completed_by) == (task_store.COMPLETED, person)
        say(f"{len(started)} cases and {len(completed)} completions acknowledged, each there once")


def chaos(town: Town, box: MailBox, server: Server | None, seconds: float, seed: int) -> None:
    """Load and faults for so long, then the reckoning."""
    at_work = Chaos(town, box, server, random.Random(seed))
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            at_work.fill()
            time.sleep(at_work.dice.uniform(0.3, 2.0))
            try:
                at_work.harm()
            except DubanError as error:
                at_work.done[f"not harmed: {error.code}"] += 1
    finally:
        for _, process in at_work.running:
            nodes.kill(process)
    say(", ".join(f"{what} {count}" for what, count in sorted(at_work.done.items())))
    at_work.end()
    report = verification.county(town.office, COMMAND_LINE)
    say(f"verify: {report.cases} cases, {report.entries} entries, {len(report.differences)} differ")


# --- The other parts --------------------------------------------------------------------------


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
