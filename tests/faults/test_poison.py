"""A diagram that would never end, or would eat the machine, costs its own case and no other."""

from __future__ import annotations

import pytest

from engine.actor import COMMAND_LINE
from engine.bpmn import definition as bpmn
from engine.services import definitions, incidents, starts, timers
from engine.services.dockets import Around
from engine.store.cases import CaseRow
from engine.work import Work
from tests.engine.services.conftest import DIAGRAMS
from tests.engine.services.steps import complete, started, to_rectification
from tests.faults.conftest import Town
from tests.faults.soundness import fired, sound, work_off

pytestmark = pytest.mark.faults

#: A script that goes round for ever once the reminder is due, and what must stop it.
POISONS = {
    "never ending": ('complainant = "x"', {"engine.too_many_steps", "engine.too_long"}),
    "memory hungry": ('complainant = "字" * 90000', {"engine.too_much_memory"}),
    "failing": ("complainant = 1 / 0", {"expression.division_by_zero"}),
}


def publish(town: Town, script: str) -> None:
    """The inspection, with a poisoned reminder, under a name of its own."""
    text = (DIAGRAMS / "inspection.bpmn").read_text("utf-8")
    straight = '<bpmn:sequenceFlow id="f_remind" sourceRef="remind" targetRef="reminded"/>'
    assert straight in text
    text = text.replace(
        straight,
        f"""<bpmn:sequenceFlow id="f_remind" sourceRef="remind" targetRef="again"/>
        <bpmn:exclusiveGateway id="again"/><bpmn:exclusiveGateway id="over" default="f_over"/>
        <bpmn:scriptTask id="spin"><bpmn:script>{script}</bpmn:script></bpmn:scriptTask>
        <bpmn:sequenceFlow id="f_in" sourceRef="again" targetRef="spin"/>
        <bpmn:sequenceFlow id="f_out" sourceRef="spin" targetRef="over"/>
        <bpmn:sequenceFlow id="f_round" sourceRef="over" targetRef="again">
        <bpmn:conditionExpression>matter != ""</bpmn:conditionExpression></bpmn:sequenceFlow>
        <bpmn:sequenceFlow id="f_over" sourceRef="over" targetRef="reminded"/>""",
    )
    text = text.replace('<bpmn:process id="inspection"', '<bpmn:process id="poisoned"')
    text = text.replace('number="红测"', 'number="红毒"').replace(
        "<bpmn:incoming>f_remind</bpmn:incoming>", "<bpmn:incoming>f_over</bpmn:incoming>"
    )
    definition = bpmn.read({"poisoned.bpmn": text.encode()}, "poisoned.bpmn")
    with town.office.begin(COMMAND_LINE) as work:
        definitions.keep(work, definition, "test")


@pytest.mark.parametrize("poison", POISONS)
def test_a_poisoned_case_becomes_an_incident_and_its_neighbours_go_on(
    town: Town, poison: str
) -> None:
    script, codes = POISONS[poison]
    publish(town, script)
    before = to_rectification(town)
    with town.office.begin(town.actor("intake")) as work:
        raw = {"matter": ["毒"], "subject": [str(town.bodies["market"])]}
        poisoned = starts.start(work, "poisoned", raw).case.id
    people = [town.people["sup1"], town.people["sup2"]]
    complete(town, poisoned, "assign", "head", verifiers=people)
    complete(town, poisoned, "verify", "sup1", report="属实")
    after = to_rectification(town)
    town.at("2026-04-02 00:00")
    work_off(town.office)
    assert fired(town.office, poisoned) == {}
    for case_id in (before, after):
        assert fired(town.office, case_id) == {"remind": 1, "overdue": 1}
    with town.office.read(town.actor("admin")) as work:
        (incident,) = incidents.listing(work).rows
    assert incident.code in codes
    assert incident.case is not None
    assert incident.case.id == poisoned
    sound(town.office)
    # It is tried again later, alone, and still nobody else waits for it.
    assert timers.tick(town.office) == 0
    town.at("2026-04-02 00:02")
    assert timers.tick(town.office) == 1
    assert started(town)
    sound(town.office)


def test_a_move_that_fails_after_all_was_written_leaves_nothing_of_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [to_rectification(town) for _ in range(3)]
    town.at("2026-04-02 00:00")
    whole = timers.move

    def move(work: Work, row: CaseRow, around: Around | None = None) -> None:
        whole(work, row, around)
        if row.id == cases[1]:
            raise RuntimeError("after all was written")

    monkeypatch.setattr(timers, "move", move)
    work_off(town.office)
    for case_id in cases:
        wanted = {} if case_id == cases[1] else {"remind": 1, "overdue": 1}
        assert fired(town.office, case_id) == wanted
    sound(town.office)
    monkeypatch.undo()
    town.at("2026-04-02 00:02")
    work_off(town.office)
    assert fired(town.office, cases[1]) == {"remind": 1, "overdue": 1}
    sound(town.office)
