"""Schema migrations: one file per change under ``versions``, run by Alembic without an ini file."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store.base import Sessions

HEAD = "head"


def upgrade(sessions: Sessions, revision: str = HEAD) -> None:
    """Bring the schema of a database to a revision."""
    with sessions.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current(sessions: Sessions) -> str | None:
    """The revision a database is at; ``None`` for one without tables."""
    with sessions.engine.connect() as connection:
        found: str | None = MigrationContext.configure(connection).get_current_revision()
        return found


def revisions() -> list[str]:
    """Every revision, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [found.revision for found in reversed(list(script.walk_revisions()))]


def newest() -> str:
    """The revision this program needs."""
    return revisions()[-1]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
