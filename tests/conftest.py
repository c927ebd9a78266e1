"""Fixtures for every test: a clock that can be set, and real databases, a fresh one per test.

A test that asks for ``database_url`` (or ``sessions``) runs twice: on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from engine.store.base import Sessions, open_sessions
from tests.databases import Databases, PostgresDatabases, SqliteDatabases, postgres_server
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases(testrun_uid: str) -> Iterator[Databases]:
    with postgres_server(testrun_uid) as socket:
        yield PostgresDatabases(socket, prefix=f"test_{os.getpid()}")


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Both kinds in turn."""
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A database with all tables and nothing in them."""
    url = databases.filled()
    yield url
    databases.drop(url)


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    """The same database, opened as the service opens it."""
    opened = open_sessions(database_url)
    yield opened
    opened.close()


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """A database without tables, for migrations."""
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def sqlite_url(sqlite_databases: Databases) -> Iterator[str]:
    """For tests that need a database and do not depend on its kind."""
    url = sqlite_databases.filled()
    yield url
    sqlite_databases.drop(url)


@pytest.fixture
def postgres_url(postgres_databases: Databases) -> Iterator[str]:
    """For tests of what only PostgreSQL offers: several nodes at once."""
    url = postgres_databases.filled()
    yield url
    postgres_databases.drop(url)


# --- Browsers -------------------------------------------------------------------------------------

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


# How long a page is waited for (ms): a ceiling for busy machines, never what a test measures.
PATIENCE = 40_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser; one a process, because Playwright runs one loop in a process."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
