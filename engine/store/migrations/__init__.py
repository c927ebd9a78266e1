"""Schema migrations: one file per change under ``versions``, run by Alembic without an ini file.

Changes only add, so that programs of before and after work side by side on the new schema. What
takes something away comes one version later and raises :data:`SERVES`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store import settings
from engine.store.base import Sessions

HEAD = "head"

#: The oldest revision whose program works on the newest schema. Raised by a migration that takes
#: something away; see ``tests/nodes/test_rolling.py``.
SERVES = "0001"

#: Key of PostgreSQL's advisory lock: any number that nothing else on the database uses.
_LOCK = 36_2018_0720


class Fit(StrEnum):
    """How this program and the schema of a database go together."""

    CURRENT = "current"
    #: A newer program migrated it; this one still works on it.
    NEWER = "newer"
    #: To be migrated first.
    BEHIND = "behind"
    #: A newer program took away what this one needs.
    TOO_NEW = "too_new"


def upgrade(sessions: Sessions, revision: str = HEAD) -> None:
    """Bring the schema of a database to a revision; one that is further already stays as it is."""
    with _alone(sessions):
        if fit(sessions) in (Fit.NEWER, Fit.TOO_NEW):
            return
        with sessions.engine.connect() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
        if revision == HEAD:
            with sessions.write() as session:
                settings.put(session, settings.SCHEMA_SERVES, SERVES)
                session.commit()


@contextmanager
def _alone(sessions: Sessions) -> Iterator[None]:
    """Of nodes that start at once one migrates, the others wait and find it done."""
    if sessions.dialect != "postgresql":
        yield
        return
    with sessions.engine.connect() as connection:
        connection.exec_driver_sql("SET lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
        connection.commit()
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")
            connection.exec_driver_sql("RESET lock_timeout")
            connection.commit()


def current(sessions: Sessions) -> str | None:
    """The revision a database is at; ``None`` for one without tables."""
    with sessions.engine.connect() as connection:
        found: str | None = MigrationContext.configure(connection).get_current_revision()
        return found


def fit(sessions: Sessions) -> Fit:
    """Whether this program can work on a database."""
    found = current(sessions)
    known = revisions()
    if found == known[-1]:
        return Fit.CURRENT
    if found is None or found in known:
        return Fit.BEHIND
    with sessions.read() as session:
        serves = settings.get(session, settings.SCHEMA_SERVES)
    return Fit.NEWER if serves in known else Fit.TOO_NEW


@cache
def revisions() -> tuple[str, ...]:
    """Every revision, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return tuple(found.revision for found in reversed(list(script.walk_revisions())))


def newest() -> str:
    """The revision this program needs."""
    return revisions()[-1]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
