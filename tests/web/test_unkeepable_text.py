"""Text no database keeps, and rows no program can read: a page, never a crash."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.actor import COMMAND_LINE
from engine.bpmn import definition as bpmn
from engine.office import Office, open_office
from engine.rules.plaintext import keepable
from engine.services import definitions, incidents, schedules, seed
from engine.store.incidents import incidents as incident_table
from tests.fakes import FakeClock
from tests.web.conftest import DIAGRAMS, Site, settings_of
from tests.web.test_review_guard import posts
from web import create_app

BAD = "字\x00\x01\x0b\udc80\ufffe字"
#: Every name a view reads from a form or an address.
READ = re.compile(
    r'request\.(?:form|args|values)\.get(?:list)?\("(\w+)"|\b(?:number|_day)\("(\w+)"'
)


@pytest.fixture
def on_postgres(postgres_url: str, clock: FakeClock, tmp_path: Path) -> Iterator[Site]:
    """The demo county on the database that refuses what is no text."""
    office = incidents.attach(open_office(settings_of(postgres_url, tmp_path), clock))
    with office.begin(COMMAND_LINE) as work:
        schedules.seed(work)
    seed.demo(office)
    with office.begin(COMMAND_LINE) as work:
        for path in sorted(DIAGRAMS.glob("*.bpmn")):
            definitions.keep(work, bpmn.read({path.name: path.read_bytes()}, path.name), "test")
    yield Site(create_app(office), office, clock)
    office.close()


def names() -> set[str]:
    found = {"reason", "people", "text", "note", "matter", "findings"}
    for path in Path("web").rglob("*.py"):
        for groups in READ.findall(path.read_text()):
            found.update(name for name in groups if name)
    return found


def failures(office: Office) -> list[str]:
    with office.read(COMMAND_LINE) as work:
        return [row[0] for row in work.session.execute(select(incident_table.c.code))]


def test_no_address_stumbles_over_text_that_cannot_be_kept(on_postgres: Site) -> None:
    site = on_postgres
    task = site.started(matter="检查字\x00\x01\ufffe")
    text = BAD.encode("utf-8", "surrogatepass").decode("latin-1")
    wanted = sorted(names())
    assert len(wanted) > 30
    for login in ("supervisor4", "administrator"):
        browser = site.browser(login)
        browser.open(f"/tasks/{task}")
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.text)
        assert token is not None
        for address in posts(site):
            if address in ("/sign-in", "/sign-out"):
                continue
            typed = dict.fromkeys(wanted, text) | {f"x\x00{text}": text}
            files = {"file": (io.BytesIO(b"a\x00b"), f"a{text}.txt")}
            for more in ({}, files):
                data = {**typed, "csrf_token": token[1], **more}
                answer = browser.client.post(f"{address}?q={text}&after=%00", data=data)
                assert answer.status_code < 500, (login, address)
        for rule in site.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in ("static", "assets.file"):
                address = re.sub(r"<int:[^>]+>", "1", rule.rule)
                address = re.sub(r"<[^>]+>", "%00%ED%B2%80", address)
                query = "&".join(f"{name}=%00%01" for name in wanted)
                answer = browser.client.get(f"{address}?{query}")
                assert answer.status_code < 500 or rule.endpoint.startswith("health."), address


def test_what_is_left_of_a_text_is_what_could_be_seen() -> None:
    assert keepable(BAD + "\t\r\n😀") == "字字\t\r\n😀"


def test_an_answer_that_is_no_json_is_a_page_and_one_incident(site: Site, tmp_path: Path) -> None:
    site.started()
    clerk = site.browser("intake1")
    clerk.open("/inbox?tab=started")
    case = re.search(r"/cases/(\d+)", clerk.text)
    assert case is not None
    database = sqlite3.connect(tmp_path / "duban.sqlite3")
    assert database.execute("UPDATE tasks SET \"values\" = '{broken'").rowcount
    database.commit()
    database.close()
    for _ in range(2):
        answer = clerk.client.get(f"/cases/{case[1]}/path")
        assert answer.status_code == 500
        assert "已记录为异常" in answer.text
    assert len(failures(site.office)) == 1
