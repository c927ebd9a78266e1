"""A migrated database equals the tables as the modules describe them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

import engine.store
from engine.store import migrations
from engine.store.base import Sessions, metadata, open_sessions


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Sessions]:
    for module in pkgutil.iter_modules(engine.store.__path__, "engine.store."):
        if not module.ispkg:
            importlib.import_module(module.name)
    sessions = open_sessions(empty_database_url)
    yield sessions
    sessions.close()


def differences(sessions: Sessions) -> list[object]:
    def include(thing: object, name: str | None, kind: str, *_: object) -> bool:
        return not (kind == "table" and (name or "").startswith("case_search"))

    with sessions.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": include, "compare_type": True}
        )
        return list(compare_metadata(context, metadata))


def test_from_empty_to_the_newest_revision_gives_the_tables_described(empty: Sessions) -> None:
    assert migrations.current(empty) is None
    migrations.upgrade(empty)
    assert migrations.current(empty) == migrations.newest()
    assert differences(empty) == []


def test_each_earlier_revision_can_be_brought_up_to_the_newest(empty: Sessions) -> None:
    for revision in migrations.revisions():
        migrations.upgrade(empty, revision)
        assert migrations.current(empty) == revision
    migrations.upgrade(empty)
    assert differences(empty) == []


def test_migrating_twice_changes_nothing(empty: Sessions) -> None:
    migrations.upgrade(empty)
    migrations.upgrade(empty)
    assert differences(empty) == []


def test_the_search_index_exists_after_migrating(empty: Sessions) -> None:
    migrations.upgrade(empty)
    assert "case_search" in inspect(empty.engine).get_table_names()
