"""Whether the installation is well, and the figures of how well."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from engine import metrics
from engine.actor import COMMAND_LINE
from engine.errors import Conflict, Forbidden
from engine.office import Office
from engine.services import health, mail, tasks, timers
from engine.store import migrations, settings, workers
from engine.store.base import open_sessions
from engine.store.outbox import outbox
from monitor.figures import Figures, Waiting
from monitor.pages import application
from tests.engine.services.conftest import County, county
from tests.engine.services.steps import complete, started, task, to_rectification

__all__ = ["county"]


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("inspection.bpmn")


@pytest.fixture
def migrated(county: County) -> Office:
    """As after ``run.py migrate``: the tables were made from their descriptions."""
    with county.office.sessions.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
        stamp = text("INSERT INTO alembic_version VALUES (:revision)")
        connection.execute(stamp, {"revision": migrations.newest()})
    return county.office


def codes(office: Office) -> dict[str, str]:
    return {check.name: check.code for check in health.look(office)}


def test_time_that_nobody_drives_is_not_well(county: County, migrated: Office) -> None:
    well = {"database": "ok", "migrations": "ok"}
    assert codes(migrated) == {**well, "worker": "none"}
    health.heartbeat(migrated)
    assert codes(migrated) == {**well, "worker": "ok"}
    county.clock.advance(seconds=61)
    assert codes(migrated) == {**well, "worker": "silent"}
    health.heartbeat(migrated)
    assert codes(migrated)["worker"] == "ok"
    to_rectification(county)
    county.clock.advance(days=60)
    health.heartbeat(migrated)
    assert codes(migrated)["worker"] == "late", "it lives, and does not keep up"
    timers.tick(migrated)
    assert codes(migrated)["worker"] == "ok"
    health.farewell(migrated)
    assert codes(migrated)["worker"] == "none"


def test_workers_that_died_without_a_word_are_forgotten_after_a_day(
    county: County, migrated: Office
) -> None:
    health.heartbeat(migrated)
    other = Office(migrated.settings, migrated.sessions, migrated.clock, migrated.root_secret)
    county.clock.advance(hours=2)
    health.heartbeat(other)
    found = health.figures(other)
    assert found is not None
    assert found.workers == 1
    county.clock.advance(days=1)
    health.heartbeat(other)
    with other.read(COMMAND_LINE) as work:
        assert len(workers.listing(work.session)) == 1


def test_a_schema_of_before_is_told_and_one_of_after_too(county: County, migrated: Office) -> None:
    def stamp(revision: str) -> None:
        with migrated.sessions.engine.begin() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision}
            )

    stamp(migrations.revisions()[0])
    assert codes(migrated) == {"database": "ok", "migrations": "behind"}
    stamp("9999")
    assert codes(migrated)["migrations"] == "too_new"
    with migrated.begin(COMMAND_LINE) as work:
        settings.put(work.session, settings.SCHEMA_SERVES, migrations.newest())
    assert codes(migrated)["migrations"] == "ok"


def test_a_database_that_cannot_be_reached_is_told_not_raised(county: County) -> None:
    whole = county.office.sessions
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    county.office.sessions = open_sessions(url)
    try:
        assert codes(county.office) == {"database": "unreachable"}
        assert health.figures(county.office) is None
        gathered = {family.name: family for family in Waiting(county.office, "web").collect()}
        assert gathered["duban_database_up"].samples[0].value == 0
        assert "duban_workers" not in gathered
    finally:
        county.office.sessions.close()
        county.office.sessions = whole


def test_a_process_that_ends_is_not_ready(migrated: Office) -> None:
    health.heartbeat(migrated)
    assert health.report(migrated)[0]
    migrated.stopping.set()
    ready, told = health.report(migrated, ["worker"])
    assert (ready, told) == (False, {"ready": False, "checks": {"process": "stopping"}})


# --- Figures --------------------------------------------------------------------------------------


def watched(office: Office) -> CollectorRegistry:
    figures = Figures()
    figures.registry.register(Waiting(office, "test"))
    office.metrics = figures
    return figures.registry


def ask(office: Office, registry: CollectorRegistry, path: str) -> tuple[str, str]:
    said: list[Any] = []
    body = application(office, registry)(
        {"PATH_INFO": path, "REQUEST_METHOD": "GET", "QUERY_STRING": ""},
        lambda status, headers: said.append(status),
    )
    return said[0], b"".join(body).decode()


def test_what_people_and_the_clock_did_is_counted(county: County, migrated: Office) -> None:
    registry = watched(migrated)
    case_id = to_rectification(county)
    where = {"process": "inspection", "element": "verify"}
    assert registry.get_sample_value("duban_completions_total", where) == 1
    assert registry.get_sample_value("duban_completion_seconds_count", where) == 1
    assert registry.get_sample_value("duban_task_open_seconds_count", where) == 1
    process = {"process": "inspection"}
    assert registry.get_sample_value("duban_cases_started_total", process) == 1
    county.at("2026-03-31 00:00")
    due = registry.get_sample_value("duban_clock_late_seconds")
    assert due is not None
    assert due >= 0
    assert timers.tick(migrated) == 1
    fired = [one for one in registry.collect() if one.name == "duban_timers_fired"]
    assert sum(sample.value for sample in fired[0].samples) >= 1
    late = registry.get_sample_value("duban_timer_late_seconds_count", process)
    assert late is not None
    assert late >= 1
    mail.deliver(migrated)
    assert task(county, case_id, "urge").status == "open"


def test_who_comes_second_is_counted_as_a_conflict(county: County, migrated: Office) -> None:
    registry = watched(migrated)
    case_id = to_rectification(county)
    found = task(county, case_id, "verify")
    with (
        pytest.raises(Conflict, match="task_done"),
        migrated.begin(county.actor("sup1")) as work,
    ):
        tasks.complete(work, found.id, {"report": ["again"]})
    assert registry.get_sample_value("duban_conflicts_total", {"code": "task_done"}) == 1


def test_what_was_rolled_back_is_not_counted(county: County, migrated: Office) -> None:
    registry = watched(migrated)
    people = [county.people["sup1"], county.people["sup2"]]
    case_id = started(county)
    found = task(county, case_id, "assign")

    def fail_in_the_end() -> None:
        with migrated.begin(county.actor("head")) as work:
            tasks.complete(work, found.id, {"verifiers": [str(one) for one in people]})
            raise Forbidden("administrator_only")

    with pytest.raises(Forbidden):
        fail_in_the_end()
    where = {"process": "inspection", "element": "assign"}
    assert registry.get_sample_value("duban_completions_total", where) is None
    complete(county, case_id, "assign", "head", verifiers=people)
    assert registry.get_sample_value("duban_completions_total", where) == 1


def test_incidents_and_waiting_mail_show(county: County, migrated: Office) -> None:
    registry = watched(migrated)
    case_id = to_rectification(county)
    with migrated.begin(COMMAND_LINE) as work:
        work.session.execute(text("UPDATE cases SET state_mac = :no"), {"no": b"no"})
    county.at("2026-03-31 00:00")
    timers.tick(migrated)
    label = {"verb": "clock", "code": "state_damaged"}
    assert registry.get_sample_value("duban_incidents_total", label) == 1
    assert registry.get_sample_value("duban_incidents_open") == 1
    with migrated.begin(COMMAND_LINE) as work:
        work.session.execute(
            outbox.insert().values(
                key="k", address="a@example.org", subject="s", text="t", case_id=case_id,
                state="queued", created_at=work.now, next_at=work.now + timedelta(hours=3),
            )
        )  # fmt: skip
    county.clock.advance(minutes=10)
    assert registry.get_sample_value("duban_outbox_waiting") == 1
    assert registry.get_sample_value("duban_outbox_age_seconds") == 600, "though it is not due"


def test_the_monitor_answers_three_addresses_and_names_nobody(
    county: County, migrated: Office
) -> None:
    registry = watched(migrated)
    to_rectification(county, complainant="某某人")
    health.heartbeat(migrated)
    status, told = ask(migrated, registry, "/metrics")
    assert status == "200 OK"
    families = {family.name for family in text_string_to_metric_families(told)}
    assert {f"duban_{metric.name}" for metric in metrics.METRICS} <= families
    assert {
        "duban_workers",
        "duban_outbox_age_seconds",
        "process_resident_memory_bytes",
    } <= families
    assert not [name for name in ("某某人", "王某", "监督一", "sup1", "违规收费") if name in told]
    assert ask(migrated, registry, "/healthz")[0] == "200 OK"
    status, told = ask(migrated, registry, "/readyz")
    assert (status, json.loads(told)["ready"]) == ("200 OK", True)
    assert ask(migrated, registry, "/cases/1")[0] == "404 Not Found"
