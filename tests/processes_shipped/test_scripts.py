"""Procedures told in scripts: every flow walked, every rung at its minute, every refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.processes_shipped.checks import failed
from tests.processes_shipped.ladders import check_ladder
from tests.processes_shipped.scripts import Script, answers, scripts
from tests.processes_shipped.walk import Walk, shipped

SCRIPTS = scripts()


def _each(part: str) -> Iterator[tuple[str, Any]]:
    for name, script in SCRIPTS.items():
        for item in getattr(script, part):
            yield name, item


def _told(script: Script, walk: Walk, expected: dict[str, Any]) -> None:
    if "open" in expected:
        assert walk.open == sorted(expected["open"])
        assert not walk.finished
    if "last" in expected:
        assert walk.finished, walk.open
        assert walk.passed[-1] == expected["last"]
    for key, name, parameter in (
        ("issued", "issue_document", "type"),
        ("told", "notify", "message"),
        ("opened", "open_case", "process"),
        ("listed", "register", "status"),
        ("published", "publish", "document"),
        ("certified", "certificate", "action"),
        ("unpublished", "unpublish", "document"),
        ("ended", "end_body", "body"),
        ("reported", "send_to", "message"),
    ):
        if key in expected:
            done = [request.parameters.get(parameter) for request in walk.named(name)]
            rest = iter(done)
            assert all(code in rest for code in expected[key]), (key, done)
    for code in expected.get("not_issued", ()):
        assert code not in walk.issued()
    for name, value in answers(expected.get("data", {})).items():
        assert walk.data[name] == value, name


@pytest.mark.parametrize(("process", "name"), list(_each("walks")))
def test_a_walk_comes_to_where_it_should_pruned_and_whole(
    process: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = SCRIPTS[process]
    pruned = script.walk(name)
    _told(script, pruned, dict(script.walks[name]))
    monkeypatch.setattr(Walk, "pruning", False)
    whole = script.walk(name)
    assert pruned.history == whole.history
    assert pruned.data == whole.data


@pytest.mark.parametrize("process", SCRIPTS)
def test_every_step_has_a_ladder(process: str) -> None:
    description = shipped(f"{process}.bpmn").description
    tasks = {id for id, e in description.elements.items() if e.kind == "userTask"}
    ladders = set(SCRIPTS[process].ladders)
    assert tasks == ladders
    assert tasks <= {mark.attached_to for mark in description.deadlines}


@pytest.mark.parametrize(("process", "step"), list(_each("ladders")))
def test_each_rung_of_a_step_comes_at_its_minute_and_not_a_minute_before(
    process: str, step: str
) -> None:
    check_ladder(SCRIPTS[process].ladder(step))


@pytest.mark.parametrize("process", SCRIPTS)
def test_every_flow_is_walked(process: str) -> None:
    script = SCRIPTS[process]
    seen: set[str] = set()
    for name in script.walks:
        seen |= script.walk(name).flows
    drawn = {flow.id for flow in shipped(script.main).models[process].flows}
    # What leads from a clock to the escalation is walked by the tests of the rungs.
    rungs = {flow for flow in drawn if flow.endswith("_escalation")}
    assert drawn - rungs - seen == set()


@pytest.mark.parametrize(
    ("process", "refused"), [(p, r) for p, r in _each("refusals")], ids=lambda x: str(x)[:60]
)
def test_a_form_refuses_what_it_must_and_nothing_else(
    process: str, refused: dict[str, Any]
) -> None:
    script = SCRIPTS[process]
    element = refused["at"]
    start = script.start if element in shipped(script.main).description.starts else {}
    given = script.said(element, refused.get("with", {}))
    values = {**answers(start), **answers(refused.get("known", {})), **given}
    found = failed(script.main, element, values)
    assert [check.field for check in found] == refused["fields"]
