"""A whole demo county served to real browsers, its worker running, its clock a fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from engine.cli import county
from engine.config import Mode, Settings
from engine.office import Office, open_office
from engine.services import incidents, passwords
from engine.worker.ticker import Ticker
from tests.databases import Databases
from tests.fakes import FakeClock
from tests.journeys.hands import Hands
from tests.processes_shipped.walk import MONDAY
from tests.serving import served
from web import create_app

PASSWORD = "a county of thirteen townships"


@pytest.fixture
def office(
    sqlite_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """An installation made by the commands of ``run.py all``."""
    monkeypatch.setattr(passwords, "COST", 4)
    url = sqlite_databases.empty()
    settings = Settings(
        home=tmp_path,
        database_url=url,
        mode=Mode.DEMO,
        secret_file=tmp_path / "secret",
        demo_password=PASSWORD,
    )
    clock = FakeClock()
    clock.set(MONDAY)
    opened = incidents.attach(open_office(settings, clock))
    county.prepare(opened)
    yield opened
    opened.close()
    sqlite_databases.drop(url)


@pytest.fixture
def hands(office: Office, chromium: Browser) -> Iterator[Hands]:
    """Everybody at their browsers, with the worker running as beside a web process."""
    with served(create_app(office)) as address:
        ticker = Ticker(office)
        ticker.start()
        made = Hands(chromium, address, office, PASSWORD)
        yield made
        assert made.complaints == []
        ticker.stop()
