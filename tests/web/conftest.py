"""The real application over the demo county, with a small procedure using every kind of field."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from engine.actor import COMMAND_LINE
from engine.bpmn import definition as bpmn
from engine.config import Mode, Settings
from engine.office import Office, open_office
from engine.services import definitions, incidents, passwords, schedules, seed
from tests.databases import Databases, SqliteDatabases
from tests.fakes import FakeClock
from tests.serving import served
from tests.web.browser import Browser
from web import create_app

DIAGRAMS = Path(__file__).parent / "diagrams"
PASSWORD = "a county of thirteen townships"


@dataclass
class Site:
    """The application, its office, and browsers on it."""

    app: Flask
    office: Office
    clock: FakeClock

    def browser(self, login: str = "") -> Browser:
        """A new browser; signed in if a login is given."""
        browser = Browser(self.app.test_client())
        if login:
            browser.sign_in(login, PASSWORD)
            assert browser.status == 200, browser.words
        return browser

    def started(self, **typed: Any) -> int:
        """A case started by the intake clerk; the id of its first task."""
        clerk = self.browser("intake1")
        clerk.open("/start/inquiry")
        clerk.send(clerk.form("/start/inquiry"), {"matter": "检查某站", "source": "plan", **typed})
        assert clerk.status == 200, clerk.words
        supervisor = self.browser("supervisor4")
        supervisor.open("/inbox?tab=pool")
        return max(int(found) for found in re.findall(r'href="/tasks/(\d+)"', supervisor.text))


def settings_of(url: str, home: Path, mode: Mode = Mode.DEMO) -> Settings:
    return Settings(
        home=home,
        database_url=url,
        mode=mode,
        secret_file=home / "secret",
        demo_password=PASSWORD,
        max_upload_bytes=200_000,
    )


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Compiled templates, shared by the applications of a run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as always, only with less work."""
    monkeypatch.setattr(passwords, "COST", 4)


@pytest.fixture(scope="session")
def furnished(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo county and the procedure, to be copied."""
    assert isinstance(sqlite_databases, SqliteDatabases)
    url = sqlite_databases.filled()
    home = tmp_path_factory.mktemp("furnished")
    office = open_office(settings_of(url, home), FakeClock())
    usual, passwords.COST = passwords.COST, 4
    with office.begin(COMMAND_LINE) as work:
        schedules.seed(work)
    seed.demo(office)
    with office.begin(COMMAND_LINE) as work:
        for path in sorted(DIAGRAMS.glob("*.bpmn")):
            sources = {path.name: path.read_bytes()}
            definitions.keep(work, bpmn.read(sources, path.name), "test")
    office.close()
    passwords.COST = usual
    path = Path(url.removeprefix("sqlite:///"))
    shutil.copyfile(home / "secret", path.with_suffix(".secret"))
    return path


@pytest.fixture
def build(
    furnished: Path, compiled: FileSystemBytecodeCache, clock: FakeClock, tmp_path: Path
) -> Iterator[Callable[..., Site]]:
    """Makes a site of a kind of installation."""
    offices = []

    def make(mode: Mode = Mode.DEMO) -> Site:
        shutil.copyfile(furnished, tmp_path / "duban.sqlite3")
        secret = tmp_path / "secret"
        shutil.copyfile(furnished.with_suffix(".secret"), secret)
        secret.chmod(0o600)
        settings = settings_of(f"sqlite:///{tmp_path / 'duban.sqlite3'}", tmp_path, mode)
        office = incidents.attach(open_office(settings, clock))
        offices.append(office)
        app = create_app(office)
        app.jinja_env.bytecode_cache = compiled
        return Site(app, office, clock)

    yield make
    for office in offices:
        office.close()


@pytest.fixture
def site(build: Callable[..., Site]) -> Site:
    """The demo."""
    return build()


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    """Where the site is served."""
    with served(site.app) as found:
        yield found
