"""Log lines: JSON, tied to request and case, and silent about people."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from engine import logs
from engine.errors import Broken, Conflict
from engine.office import Office
from engine.services import access, moves, timers
from engine.worker.jobs import Loop
from engine.worker.poller import Poller
from tests.engine.services.conftest import County, county
from tests.engine.services.steps import to_rectification
from tests.web.conftest import (
    Site,
    _cheap_passwords,
    build,
    compiled,
    furnished,
    site,
)

__all__ = ["_cheap_passwords", "build", "compiled", "county", "furnished", "site"]

SECRET = "某某投诉人住在某街道"


class Lines:
    """What was written to the error stream."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def find(self, event: str) -> dict[str, Any]:
        return next(one for one in reversed(self.all()) if one["event"] == event)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The log as a production process writes it; put back afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    found = Lines()
    logs.configure(logs.Form.JSON, logs.Level.INFO, frank=False, node="n1", kind="test")
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(found.stream)
    yield found
    root.handlers[:] = before
    root.setLevel(level)
    logs.begin()


def test_a_line_names_node_request_and_case_and_is_one_line(lines: Lines) -> None:
    logs.begin(request="ABCD-EFGH")
    with logs.bound(case=7):
        logging.getLogger("duban.t").info("two\nlines")
    logging.getLogger("duban.t").info("after")
    first, second = lines.all()
    assert first["event"] == "two\nlines"
    assert (first["node"], first["kind"], first["level"]) == ("n1", "test", "INFO")
    assert (first["request"], first["case"], second.get("case")) == ("ABCD-EFGH", 7, None)
    assert first["time"].endswith("+00:00")


def test_an_exception_is_told_by_class_code_and_place_only(lines: Lines) -> None:
    def fail() -> None:
        try:
            int(SECRET)
        except ValueError as error:
            raise Broken("state_damaged", text=SECRET) from error

    try:
        fail()
    except Broken:
        logging.getLogger("duban.t").exception("failed")
    told = lines.find("failed")["exc_info"]
    assert SECRET not in lines.text
    assert "engine.errors.Broken(state_damaged)" in told
    assert "builtins.ValueError" in told
    assert "test_logs.py:" in told


def test_text_is_frank_in_a_demonstration_only() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raised = (type(error), error, error.__traceback__)
    record = logging.LogRecord("t", logging.ERROR, "", 0, "failed", None, raised)
    assert SECRET in logs._Text(frank=True).format(record)
    assert SECRET not in logs._Text(frank=False).format(record)


def test_every_request_is_told_by_route_and_reference(site: Site, lines: Lines) -> None:
    visitor = site.app.test_client()
    answer = visitor.get(f"/sign-in?next=/search?q={SECRET}")
    told = lines.find("request")
    assert told["request"] == answer.headers["X-Request-ID"]
    assert (told["route"], told["method"], told["status"]) == ("/sign-in", "GET", 200)
    assert told["ms"] >= 0
    visitor.get(f"/{SECRET}")
    assert lines.find("request")["route"] == "none"
    before = len(lines.all())
    visitor.get("/healthz")
    assert len(lines.all()) == before, "machines that ask all the time are not worth a line each"
    assert SECRET not in lines.text


def test_a_failing_page_tells_its_case_and_nobodys_name(
    site: Site, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.started(matter=SECRET)
    handler = site.browser("supervisor4")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(access, "visible_case", fail)
    assert handler.open("/cases/1").status_code == 500
    told = lines.find("request failed")
    assert (told["case"], told["level"]) == (1, "ERROR")
    assert told["request"] == lines.find("request")["request"]
    assert "builtins.RuntimeError" in told["exc_info"]
    assert SECRET not in lines.text
    assert "supervisor4" not in lines.text


def test_what_the_clock_could_not_move_is_told_with_its_case(
    county: County, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")
    case_id = to_rectification(county, complainant=SECRET)
    county.at("2026-03-31 00:00")

    def fail(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(moves, "run", fail)
    assert timers.tick(county.office) == 1
    told = lines.find("incident recorded")
    assert (told["case"], told["verb"], told["code"]) == (case_id, "clock", "failure.RuntimeError")
    assert told["incident"].startswith("YC-")
    assert SECRET not in lines.text


def test_a_tick_is_told_when_it_did_something_or_failed(county: County, lines: Lines) -> None:
    def refuse(_: Office) -> int:
        raise Conflict("task_taken", by=SECRET)

    def fail(_: Office) -> int:
        raise RuntimeError(SECRET)

    for tick in (lambda _: 0, lambda _: 3, refuse, fail):
        Poller(county.office, Loop("t", tick, 60), county.office.stopping).beat()
    assert [(one["event"], one["loop"]) for one in lines.all()] == [
        ("ticked", "t"),
        ("tick put off: task_taken", "t"),
        ("tick failed", "t"),
    ]
    assert lines.all()[0]["done"] == 3
    assert SECRET not in lines.text
