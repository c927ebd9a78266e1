"""A town at work, and all that can be done to it at once; afterwards, the reckoning."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update

from engine.actor import COMMAND_LINE
from engine.errors import DubanError
from engine.services import incidents, mail, verification
from engine.store import outbox
from engine.store import tasks as task_store
from engine.store.cases import cases as case_table
from tests.faults import crowd, nodes
from tests.faults.conftest import Town
from tests.faults.mailserver import MailBox
from tests.faults.nodes import Process
from tests.faults.server import Server
from tests.faults.soundness import delivered, moved, sound, work_off


def say(text: str) -> None:
    """A line of the report."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


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
