"""A county to measure in: the demo's people, the benchmark process, a clock that can be put."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.databases import Databases
from bench.engine import W1, W1_START, w1
from engine.actor import COMMAND_LINE, Actor
from engine.config import Mode, Settings
from engine.office import Office, open_office
from engine.services import definitions, incidents, people, schedules, seed, starts, tasks
from engine.services.generation import copies, names
from engine.store import tasks as task_store
from engine.store.migrations import upgrade

ROOT = Path(__file__).parent.parent
PASSWORD = "a password for measuring only"
#: Who completes each step.
ROLES = {"submit": "case_lead", "review": "legal_reviewer", "decide": "dept_head"}
BODY = "市场监督管理"


class Put:
    """A clock that shows the machine's time until it is put somewhere."""

    at: datetime | None = None

    def now(self) -> datetime:
        """The instant it was put to, or the machine's."""
        return self.at if self.at is not None else datetime.now(UTC)


@dataclass
class Stage:
    """An office with its players."""

    office: Office
    actors: dict[str, Actor]
    logins: dict[str, str]
    body_id: int
    clock: Put

    @property
    def url(self) -> str:
        """The address of the database."""
        return self.office.settings.database_url

    def start(self, number: int) -> int:
        """Start a case of the benchmark process; its id."""
        raw = {key: [f"{value}{number}"] for key, value in W1_START.items()}
        with self.office.begin(self.actors["case_lead"]) as work:
            return starts.start(work, "w1", raw, self.body_id).case.id

    def step(self, place: int, task_id: int) -> None:
        """The completion at a place of the benchmark."""
        element, values = W1[place]
        raw = {key: (str(value),) for key, value in values.items()}
        with self.office.begin(self.actors[ROLES[element]]) as work:
            tasks.complete(work, task_id, raw)

    def open_task(self, case_id: int) -> int:
        """The one open task of a benchmark case."""
        with self.office.read(COMMAND_LINE) as work:
            return task_store.open_of_case(work.session, case_id)[0].id

    def multiply(self, originals: list[int], wanted: int) -> None:
        """So many copies of cases of the benchmark process."""
        source = names.Names(random.Random(1))
        copies.multiply(self.office, originals, wanted, source, lambda made: None)
        self.analyse()

    def analyse(self) -> None:
        """What a database that has been at work for a day knows of its tables."""
        with self.office.sessions.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def staged(url: str, home: Path) -> Stage:
    """An office on a database; what is missing in it is filled."""
    settings = Settings(home, url, Mode.DEMO, secret_file=home / "secret", demo_password=PASSWORD)
    clock = Put()
    office = incidents.attach(open_office(settings, clock))
    upgrade(office.sessions)
    seed.demo(office)
    with office.begin(COMMAND_LINE) as work:
        schedules.seed(work)
        definitions.keep(work, w1(), "benchmark")
    with office.read(COMMAND_LINE) as work:
        body = next(one for one in people.bodies(work, "DEPT") if BODY in one.name)
        ids = {role: people.directory(work, role, body.id)[0].id for role in ROLES.values()}
        actors = {role: people.actor(work, one) for role, one in ids.items()}
        logins = {role: people.whole_person(work, one).login for role, one in ids.items()}
    return Stage(office, actors, logins, body.id, clock)


@contextmanager
def stage(databases: Databases, name: str, home: Path) -> Iterator[Stage]:
    """A stage on a new database, closed at the end."""
    made = staged(databases.create(name), home / name)
    try:
        yield made
    finally:
        made.office.close()


# --- Processes --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Process:
    """``run.py web`` or ``worker`` on a stage's installation."""

    pid: int
    address: str
    #: Seconds from its start to its first page.
    ready_after: float

    def resident(self) -> float:
        """Megabytes in memory."""
        text = Path(f"/proc/{self.pid}/status").read_text("ascii")
        line = next(one for one in text.splitlines() if one.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


def environment(url: str, home: Path, port: int) -> dict[str, str]:
    """The environment of a process on an installation."""
    given: Mapping[str, str] = {
        "DUBAN_HOME": str(home),
        "DUBAN_DATABASE_URL": url,
        "DUBAN_SECRET_FILE": str(home / "secret"),
        "DUBAN_MODE": "demo",
        "DUBAN_PORT": str(port),
        "DUBAN_DEMO_PASSWORD": PASSWORD,
    }
    return {**os.environ, **given}


@contextmanager
def served(url: str, home: Path, command: str = "web") -> Iterator[Process]:
    """A process of its own; pages are asked for as soon as it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "run.py"), command],
        env=environment(url, home, port),
        cwd=home,
        stdout=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        if command == "worker":
            time.sleep(3)
        else:
            _first_page(process, f"{address}/sign-in")
        yield Process(process.pid, address, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(20)


def _first_page(process: subprocess.Popen[bytes], address: str) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the process ended before its first page")
