"""Several processes on one PostgreSQL: each case moves once, each period is done once."""

from __future__ import annotations

import json
import time

import pytest

from engine.actor import COMMAND_LINE
from engine.services import anchors
from engine.store import tasks as task_store
from engine.store.periodic import periodic_runs
from engine.store.workers import listing
from engine.worker.jobs import JOBS
from tests.engine.services.steps import task, to_rectification
from tests.nodes.conftest import Site
from tests.nodes.running import PATIENCE

pytestmark = pytest.mark.nodes


def urged(site: Site, case_id: int) -> int:
    """How often the clock asked the department for what it had not put right."""
    with site.county.office.read(COMMAND_LINE) as work:
        rows = task_store.of_case(work.session, case_id)
    return len([row for row in rows if row.element == "urge"])


def test_workers_share_what_is_due_and_one_that_dies_is_not_missed(shared: Site) -> None:
    ids = [to_rectification(shared.county) for _ in range(30)]
    workers = [shared.installation.start("worker") for _ in range(3)]
    # Whatever it had in hand when it died goes to the others.
    shared.installation.ready(workers[0]).kill()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and not all(urged(shared, one) for one in ids):
        time.sleep(0.1)
    assert [urged(shared, one) for one in ids] == [1] * len(ids)
    for worker in workers[1:]:
        shared.installation.ready(worker)
        shared.installation.ready(worker, "/readyz")
    figures = [worker.get("/metrics", monitor=True)[1] for worker in workers[1:]]
    assert all('duban_node_info{kind="worker"' in one for one in figures)
    assert any("duban_timers_fired_total{" in one for one in figures)
    assert [worker.terminate() for worker in workers[1:]] == [0, 0]
    with shared.county.office.read(COMMAND_LINE) as work:
        runs = list(work.session.execute(periodic_runs.select()))
        assert [row.node for row in listing(work.session)] in ([], ["worker-0"])
        report = anchors.verify(work)
    # A worker looks at every duty as soon as it starts; the hour may have turned meanwhile.
    assert {row.job for row in runs} == {job.name for job in JOBS}
    assert [row.job for row in runs].count("anchor") == report.anchors
    assert report.broken == ()
    assert report.anchors in (1, 2), "one a day"


def test_a_restarted_web_node_leaves_the_others_at_work(shared: Site) -> None:
    to_rectification(shared.county)
    assert task(shared.county, 1, "rectify").status == "open"
    one, other = (shared.installation.start("web") for _ in range(2))
    for node in (one, other):
        shared.installation.ready(node, "/healthz", monitor=False)
    status, told = one.get("/readyz")
    assert (status, json.loads(told)["checks"]["worker"]) == (503, "none")
    assert one.get("/readyz?exclude=worker")[0] == 200
    assert one.get("/metrics")[0] == 404, "figures are not for the public"
    assert "duban_request_seconds_count" in one.get("/metrics", monitor=True)[1]
    assert one.terminate() == 0
    assert one.get("/healthz")[0] == 0
    assert other.get("/sign-in")[0] == 200
    assert other.terminate() == 0
