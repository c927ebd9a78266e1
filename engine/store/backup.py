"""A copy of the database as it was at one instant, and the way back; the service goes on meanwhile.

SQLite's own online backup; PostgreSQL's ``pg_dump`` and ``pg_restore``, which must be on the path
and not older than the server.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, inspect, make_url, select, text
from sqlalchemy.orm import Session

from engine.errors import Broken, Conflict
from engine.store import contents
from engine.store.audit import audit_anchors
from engine.store.base import Sessions, open_sessions

#: What libpq is told by the environment: an argument could be read by everybody on the machine.
_LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
}


@dataclass(frozen=True)
class Copied:
    """What the copy refers to outside the database."""

    revision: str
    #: Hashes of every file kept.
    files: tuple[str, ...]
    #: Names of the anchor files.
    anchors: tuple[str, ...]


def file_name(sessions: Sessions) -> str:
    """How the copy of this kind of database is called."""
    return "database.dump" if sessions.dialect == "postgresql" else "database.sqlite3"


def copy(sessions: Sessions, target: Path) -> Copied:
    """Copy the database. Raises Broken ``tool_failed`` when PostgreSQL's program does."""
    if sessions.dialect == "postgresql":
        return _dump(sessions, target)
    with sqlite3.connect(target) as made:
        source = sessions.engine.raw_connection()
        try:
            source.driver_connection.backup(made)  # type: ignore[union-attr]  # an open one has it
        finally:
            source.close()
        # One file and nothing beside it.
        made.execute("PRAGMA journal_mode=DELETE")
        wrong = made.execute("PRAGMA integrity_check").fetchone()[0]
    made.close()
    if wrong != "ok":
        raise Broken("backup_damaged", file=target.name)
    opened = open_sessions(f"sqlite:///{target}")
    try:
        with opened.read() as session:
            copied = _refers_to(session)
    finally:
        opened.close()
    with sqlite3.connect(target) as made:
        made.execute("PRAGMA journal_mode=DELETE")
    made.close()
    return copied


def put_back(sessions: Sessions, source: Path) -> None:
    """Fill an empty database from a copy. Raises Conflict ``database_not_empty``."""
    if inspect(sessions.engine).get_table_names():
        raise Conflict("database_not_empty")
    if sessions.dialect == "postgresql":
        name = make_url(str(sessions.engine.url)).database or ""
        _run(
            sessions.engine,
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={name}",
            str(source),
        )
        return
    sessions.close()
    target = Path(sessions.engine.url.database or "")
    for left in (target, Path(f"{target}-wal"), Path(f"{target}-shm")):
        left.unlink(missing_ok=True)
    shutil.copyfile(source, target)


def _dump(sessions: Sessions, target: Path) -> Copied:
    with _standing_still(sessions.engine) as (session, snapshot):
        copied = _refers_to(session)
        _run(
            sessions.engine,
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={target}",
        )
    return copied


@contextmanager
def _standing_still(engine: Engine) -> Iterator[tuple[Session, str]]:
    """A session on one instant of the database, and the name by which others see the same."""
    still = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with Session(still) as session:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        snapshot: str = session.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        yield session, snapshot


def _refers_to(session: Session) -> Copied:
    return Copied(
        session.execute(text("SELECT version_num FROM alembic_version")).scalar_one(),
        tuple(sorted(session.scalars(contents.lasting()))),
        tuple(session.scalars(select(audit_anchors.c.file).order_by(audit_anchors.c.day))),
    )


def _run(engine: Engine, program: str, *arguments: str) -> None:
    _, told = engine.dialect.create_connect_args(engine.url)
    environment = {
        **os.environ,
        **{_LIBPQ[name]: str(value) for name, value in told.items() if name in _LIBPQ},
    }
    found = shutil.which(program)
    if found is None:
        raise Broken("tool_missing", tool=program)
    ended = subprocess.run(  # noqa: S603 - a program of PostgreSQL, arguments of our own
        [found, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise Broken("tool_failed", tool=program, reason=ended.stderr.strip()[-500:])
