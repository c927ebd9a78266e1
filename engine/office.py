"""What one process needs to serve a county, built once and handed to everything."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from engine import work as units
from engine.actor import Actor
from engine.clock import Clock, SystemClock
from engine.config import Settings
from engine.errors import Broken
from engine.metrics import Recorder, Unheard
from engine.store.base import Sessions, open_sessions

#: Bytes of the installation's secret.
SECRET_BYTES = 32

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """The most recently used things that are dear to make, shared by the threads of a process."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._things: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The thing under a key; made at most a few times when several threads miss it at once."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
        made = make()
        with self._lock:
            self._things[key] = made
            while len(self._things) > self._size:
                self._things.popitem(last=False)
        return made


class Bell:
    """Wakes the worker's loops of this process before their time; silent when there is none."""

    def __init__(self) -> None:
        self._loops: dict[str, Callable[[], None]] = {}

    def attach(self, loop: str, wake: Callable[[], None]) -> None:
        """A loop wants to be woken."""
        self._loops[loop] = wake

    def ring(self, loop: str) -> None:
        """Wake a loop if it runs here."""
        wake = self._loops.get(loop)
        if wake is not None:
            wake()


@dataclass
class Office:
    """Process-wide singletons."""

    settings: Settings
    sessions: Sessions
    clock: Clock
    #: The installation's secret; ask :meth:`secret` for a key derived for one purpose.
    root_secret: bytes
    #: Parsed definitions by row id.
    definitions: Shelf[int, Any] = field(default_factory=lambda: Shelf(200))
    #: Calendars and limit tables by version, day and sector.
    schedules: Shelf[tuple[Hashable, ...], Any] = field(default_factory=lambda: Shelf(400))
    bell: Bell = field(default_factory=Bell)
    #: Told what a unit of work was doing when it failed, and answers with the error to raise.
    on_failure: Callable[[tuple[str, int | None], Actor, BaseException], Exception] | None = None
    #: Further things a service keeps for the life of the process, by its own name.
    kept: Shelf[str, Any] = field(default_factory=lambda: Shelf(100))
    #: Where figures go.
    metrics: Recorder = field(default_factory=Unheard)
    #: Set when this process was told to end: nothing further is begun.
    stopping: threading.Event = field(default_factory=threading.Event)
    _keys: dict[str, bytes] = field(default_factory=dict, repr=False)

    def begin(self, actor: Actor) -> AbstractContextManager[units.Work]:
        """A unit of work that may write."""
        return units.begin(self, actor)

    def read(self, actor: Actor) -> AbstractContextManager[units.Work]:
        """A unit of work that only reads."""
        return units.read(self, actor)

    def secret(self, purpose: str) -> bytes:
        """A key for one purpose; knowing it tells nothing of the others."""
        key = self._keys.get(purpose)
        if key is None:
            told = f"duban:{purpose}".encode()
            key = self._keys[purpose] = hmac.digest(self.root_secret, told, hashlib.sha256)
        return key

    def close(self) -> None:
        """Let the database go."""
        self.sessions.close()


def open_office(settings: Settings, clock: Clock | None = None) -> Office:
    """Open the installation. Creates the home folder and the secret file if they are missing."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Office(
        settings,
        open_sessions(settings.database_url),
        clock or SystemClock(),
        read_secret(settings.secret_file),
    )


def read_secret(path: Path) -> bytes:
    """The installation's secret, made at first use.

    Raises Broken ``bad_secret_file`` when the file is damaged or others may read it.
    """
    if not path.exists():
        _make_secret(path)
    text = path.read_text("ascii", errors="replace").strip()
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Broken("bad_secret_file", path=str(path), reason="others may read it")
    try:
        secret = bytes.fromhex(text)
    except ValueError as error:
        raise Broken("bad_secret_file", path=str(path), reason="not hexadecimal") from error
    if len(secret) != SECRET_BYTES:
        raise Broken("bad_secret_file", path=str(path), reason="wrong length")
    return secret


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # Of two processes that start at once the first wins, and nobody reads half a file.
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
    finally:
        written.unlink()
