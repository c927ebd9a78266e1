"""Changes without drawing touch what they name and no other byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn import bundle, diff, edits
from engine.bpmn.outline import outline
from engine.errors import Invalid
from engine.values.edits import Edit, EditOf

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
COMPLAINT = (PROCESSES / "complaint.bpmn").read_bytes()


def changed(*wanted: Edit) -> bytes:
    after = edits.apply(COMPLAINT, "a.bpmn", wanted)
    bundle.read_file(after, "a.bpmn")
    return after


def told(after: bytes) -> list[tuple[str, str, str, str]]:
    found = diff.changes({"a.bpmn": COMPLAINT}, {"a.bpmn": after}, ("a.bpmn", "a.bpmn"))
    return [(one.element, one.what.value, one.before, one.after) for one in found]


@pytest.mark.parametrize("path", sorted(PROCESSES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_a_name_changed_and_changed_back_gives_every_byte_back(path: Path) -> None:
    data = path.read_bytes()
    step = next(row for row in outline(data, path.name) if row.name and row.kind != "boundaryEvent")
    other = edits.apply(data, path.name, [Edit(step.element, EditOf.NAME, "另一个<\"&'>名称")])
    assert other != data
    assert edits.apply(other, path.name, [Edit(step.element, EditOf.NAME, step.name)]) == data


def test_a_name_with_signs_of_markup_is_a_name_and_no_markup() -> None:
    assert told(changed(Edit("screen", EditOf.NAME, 'A "<b>" & C'))) == [
        ("screen", "name", "查重并审查是否受理", 'A "<b>" & C')
    ]


def test_the_ladder_counts_by_the_limit_its_deadline_counts_by() -> None:
    found = told(changed(Edit("screen", EditOf.LIMIT, "CMP.RECTIFY")))
    assert {what for _, what, _, _ in found} == {"timer"}
    assert {"screen_due", "screen_remind", "screen_urge", "screen_supervise"} <= {
        element for element, *_ in found
    }
    assert all(
        '"CMP.RECTIFY"' in after and '"CMP.ACCEPT"' in before for _, _, before, after in found
    )


def test_a_field_gets_another_label_and_may_be_left_out() -> None:
    field = next(row for row in outline(COMPLAINT, "a") if row.element == "screen").fields[0]
    after = changed(
        Edit("screen", EditOf.FIELD_LABEL, "是否重复", field.id),
        Edit("screen", EditOf.FIELD_REQUIRED, "", field.id),
    )
    assert [one[1:] for one in told(after)] == [
        ("field", field.label, "是否重复"),
        ("field", "true", ""),
    ]


def test_a_step_without_our_extension_gets_one() -> None:
    plain = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"
 targetNamespace="t"><process id="p" isExecutable="true"><userTask id="a"/></process>
 </definitions>"""
    after = edits.apply(plain, "a.bpmn", [Edit("a", EditOf.ROLE, "supervisor")])
    bundle.read_file(after, "a.bpmn")
    assert [(row.role, row.own_role) for row in outline(after, "a.bpmn")] == [("supervisor", True)]


def test_a_way_leads_elsewhere_and_its_lists_and_line_go_along() -> None:
    rows = {row.element: row for row in outline(COMPLAINT, "a")}
    gate = next(
        row for row in rows.values() if row.kind == "exclusiveGateway" and len(row.next) > 1
    )
    second, first = sorted(gate.next, key=lambda way: not way.default)[:2]
    after = changed(Edit(first.flow, EditOf.TARGET, second.target))
    assert [(one[0], one[1]) for one in told(after)] == [(first.flow, "target")]
    assert after.count(f">{first.flow}<".encode()) == COMPLAINT.count(f">{first.flow}<".encode())


def test_a_condition_is_changed_taken_away_and_put_in() -> None:
    gate = next(row for row in outline(COMPLAINT, "a") if row.next and row.next[0].condition)
    way = gate.next[0]
    other = changed(Edit(way.flow, EditOf.CONDITION, "amount < 5 and kind == 'a'"))
    assert told(other) == [(way.flow, "condition", way.condition, "amount < 5 and kind == 'a'")]
    without = edits.apply(COMPLAINT, "a", [Edit(way.flow, EditOf.CONDITION, "")])
    again = edits.apply(without, "a", [Edit(way.flow, EditOf.CONDITION, way.condition)])
    assert told(again) == []


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Edit("nothing_there", EditOf.NAME, "x"), "edit_no_element"),
        (Edit("lane_intake", EditOf.NAME, "x"), "edit_no_element"),
        (Edit("screen", EditOf.FIELD_LABEL, "x", "no_such_field"), "edit_no_field"),
        (Edit("screen", EditOf.FIELD_LABEL, " ", "duplicate_check"), "edit_needs_value"),
        (Edit("screened", EditOf.LIMIT, "CMP.RECTIFY"), "edit_no_deadline"),
        (Edit("screen", EditOf.LIMIT, 'X")) or limit("Y'), "edit_needs_value"),
        (Edit("screen", EditOf.CONDITION, "True"), "edit_not_here"),
        (Edit("flow_screen_screened", EditOf.ROLE, "supervisor"), "edit_not_here"),
        (Edit("flow_screen_screened", EditOf.TARGET, "flow_screen_screened"), "edit_not_here"),
        (Edit("screen", EditOf.NAME, "x" * 2_001), "too_long"),
        (Edit("screen", EditOf.NAME, "\x00"), "edit_bad_signs"),
        (Edit("screen", EditOf.NAME, "\ud800"), "edit_bad_signs"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(edit: Edit, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        edits.apply(COMPLAINT, "a.bpmn", [edit])
    assert refused.value.code == code
