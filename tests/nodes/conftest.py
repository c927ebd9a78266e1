"""A small county on one database, to be served by several processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.config import Mode, Settings
from engine.office import open_office
from engine.services import incidents
from engine.store import migrations
from tests.databases import Databases
from tests.engine.services.conftest import County, settle
from tests.fakes import FakeClock
from tests.nodes.running import Installation


@dataclass
class Site:
    """The county as this test sees it, and the processes it starts on the same database."""

    county: County
    installation: Installation


def furnish(url: str, home: Path, clock: FakeClock) -> County:
    """The county at a time long past: whatever it waits for is due for the processes."""
    settings = Settings(
        home=home, database_url=url, mode=Mode.DEMO, secret_file=home / "secret", node="test"
    )
    office = incidents.attach(open_office(settings, clock))
    migrations.upgrade(office.sessions)
    county = settle(office, clock)
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")
    return county


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Installation]:
    """Nothing yet, on SQLite."""
    installation = Installation(tmp_path, f"sqlite:///{tmp_path}/duban.db")
    yield installation
    installation.end()


@pytest.fixture
def empty_postgres(postgres_databases: Databases, tmp_path: Path) -> Iterator[Installation]:
    """Nothing yet, on PostgreSQL."""
    url = postgres_databases.empty()
    yield Installation(tmp_path, url)
    postgres_databases.drop(url)


@pytest.fixture
def shared(postgres_databases: Databases, tmp_path: Path, clock: FakeClock) -> Iterator[Site]:
    """The county on PostgreSQL."""
    url = postgres_databases.empty()
    county = furnish(url, tmp_path, clock)
    installation = Installation(tmp_path, url)
    yield Site(county, installation)
    installation.end()
    county.office.close()
    postgres_databases.drop(url)
