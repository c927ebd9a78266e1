"""Processes of a county for fault tests: real ones, that are killed, starved and cut off.

They are forked from a server that has imported the product once, so that a test can afford many.
Faults are put in from outside, by wrapping what the process is about to do; the product knows
nothing of them.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from duban import console
from engine.config import Mode, Settings
from engine.errors import Conflict
from engine.office import Office, open_office
from engine.services import incidents, mail, tasks, timers
from tests.fakes import FakeClock

#: How long a test waits for a process to do what it must; nothing is asserted about time.
PATIENCE = 90.0


class SharedClock(FakeClock):
    """A clock of several processes: what one sets, all read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            super().__init__()

    def now(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text())

    def set(self, instant: datetime) -> None:
        written = self.path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        written.write_text(instant.astimezone(UTC).isoformat())
        written.replace(self.path)

    def advance(self, **by: float) -> datetime:
        raise NotImplementedError("say where to")


@dataclass(frozen=True)
class Place:
    """Where a county lives: enough for any process to open it."""

    url: str
    home: Path
    smtp_url: str = ""
    port: int = 0

    @property
    def acknowledged(self) -> Path:
        """What was told to have been done, a line each."""
        return self.home / "acknowledged"

    def settings(self) -> Settings:
        return Settings(
            home=self.home,
            database_url=self.url,
            mode=Mode.PRODUCTION if self.smtp_url else Mode.DEMO,
            secret_file=self.home / "secret",
            smtp_url=self.smtp_url,
            port=self.port or 8080,
        )

    def open(self) -> Office:
        return incidents.attach(open_office(self.settings(), SharedClock(self.home / "clock")))


def acknowledge(place: Place, *words: object) -> None:
    """Somebody was told that something was done; survives the death of this process."""
    line = " ".join(str(word) for word in words) + "\n"
    descriptor = os.open(place.acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, line.encode())
    os.close(descriptor)


def acknowledgements(place: Place) -> list[list[str]]:
    """All that was told to have been done."""
    if not place.acknowledged.exists():
        return []
    return [line.split() for line in place.acknowledged.read_text().splitlines()]


# --- Faults -----------------------------------------------------------------------------------


def die() -> None:
    """As kill -9: nothing is tidied up, nothing is told."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_move(number: int) -> None:
    """Die in mid batch, when the clock has moved so many cases."""
    whole = timers.move
    moved = 0

    def move(*given: Any) -> None:
        nonlocal moved
        moved += 1
        if moved > number:
            die()
        whole(*given)

    timers.move = move  # type: ignore[assignment]  # the fault itself


def die_around_commit(mark: Path) -> None:
    """Die before or after the commit of a completion, when the mark says so."""
    whole_complete, whole_commit = tasks.complete, Session.commit
    completing = threading.local()

    def complete(*given: Any, **named: Any) -> Any:
        completing.now = True
        return whole_complete(*given, **named)

    def commit(session: Session) -> None:
        wanted = mark.read_text() if mark.exists() else ""
        ours = getattr(completing, "now", False)
        if ours and wanted == "before":
            die()
        whole_commit(session)
        if ours and wanted == "after":
            die()

    tasks.complete = complete
    Session.commit = commit  # type: ignore[method-assign,assignment]  # the fault itself


def starve_files(largest: int) -> None:
    """No file of this process may grow beyond: what a full disk does, for this process alone."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


# --- What processes do ------------------------------------------------------------------------


def work_timers(place: Place, dies_at: int | None = None) -> None:
    """A worker: fires what is due until nothing is, or until it dies."""
    if dies_at is not None:
        die_at_move(dies_at)
    office = place.open()
    _until_nothing_is_left(timers.tick, office)
    office.close()


def _until_nothing_is_left(tick: Callable[[Office], int], office: Office) -> None:
    left = 1
    while left:
        try:
            left = tick(office)
        except Conflict as error:
            # One file has one lock: who waited too long comes again, as at the next beat.
            if error.code != "busy":
                raise


def work_mail(place: Place) -> None:
    """A worker: delivers until nothing is queued."""
    office = place.open()
    _until_nothing_is_left(mail.deliver, office)
    office.close()


def serve(place: Place, mark: Path) -> None:
    """The web process, as ``run.py web`` serves."""
    die_around_commit(mark)
    office = place.open()
    console.serve(office, lambda _: None)


# --- Starting and ending them -----------------------------------------------------------------

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.faults.nodes", "waitress", "web"])

Process = multiprocessing.context.ForkServerProcess


def start(what: Callable[..., None], *given: Any) -> Process:
    """A process of its own. It ends with the test at the latest."""
    process = _CONTEXT.Process(target=_quietly, args=(what, *given), daemon=True)
    process.start()
    return process


def _quietly(what: Callable[..., None], *given: Any) -> None:
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # as long as the process lives
    what(*given)


def ended(process: Process) -> int:
    """Wait for the end; the exit code, negative for the signal that killed it."""
    process.join(PATIENCE)
    assert process.exitcode is not None, "a process that should have ended did not"
    return process.exitcode


def kill(process: Process) -> None:
    """kill -9."""
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join(PATIENCE)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(place: Place, mark: Path) -> Iterator[Process]:
    """A web process that answers."""
    process = start(serve, place, mark)
    try:
        wait_for(lambda: _answers(place.port))
        yield process
    finally:
        kill(process)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(what: Callable[[], bool]) -> None:
    """Until it is so."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
