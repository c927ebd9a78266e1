"""What differs between two definitions, property by property."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn import diff
from engine.bpmn.model import FLOW_NODES
from engine.errors import BadDefinition
from engine.values.changes import ELEMENTS, Change, ChangeKind, ChangeWhat

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
COMPLAINT = (PROCESSES / "complaint.bpmn").read_bytes()
MAJOR = (PROCESSES / "major.dmn").read_bytes()


def compared(before: bytes, after: bytes, name: str = "a.bpmn") -> tuple[Change, ...]:
    return diff.changes({name: before}, {name: after}, ("a.bpmn", "a.bpmn"))


def told(before: bytes, old: str, new: str, name: str = "a.bpmn") -> list[tuple[str, ...]]:
    after = before.replace(old.encode(), new.encode(), 1)
    assert after != before
    return [
        (one.kind.value, one.what.value, one.detail, one.before, one.after)
        for one in compared(before, after, name)
    ]


def test_the_same_definition_differs_in_nothing() -> None:
    assert compared(COMPLAINT, COMPLAINT) == ()


def test_white_space_and_the_order_of_attributes_are_no_difference() -> None:
    again = COMPLAINT.replace(b'<duban:lane role="archivist" body="legal_office"/>',
        b'<duban:lane body="legal_office"\n   role="archivist" />')  # fmt: skip
    assert again != COMPLAINT
    assert compared(COMPLAINT, again) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'role="archivist"',
            'role="publisher"',
            ("changed", "role", "", "archivist", "publisher"),
        ),
        (
            'required="true"',
            'required="false"',
            ("changed", "field", "channel.required", "true", "false"),
        ),
        (
            'number="红执诉"',
            'number="红诉"',
            ("changed", "attribute", "number", "红执诉", "红诉"),
        ),
        (
            'limit("CMP.ACCEPT", received_on))</bpmn:timeDate>',
            'limit("CMP.RECTIFY", received_on))</bpmn:timeDate>',
            (
                *("changed", "timer", ""),
                'working_days(-2, limit("CMP.ACCEPT", received_on))',
                'working_days(-2, limit("CMP.RECTIFY", received_on))',
            ),
        ),
    ],
)
def test_a_property_that_differs_is_named_with_both_values(
    old: str, new: str, expected: tuple[str, ...]
) -> None:
    assert told(COMPLAINT, old, new) == [expected]


def test_a_lane_renamed_is_one_difference_not_one_for_each_of_its_steps() -> None:
    found = told(COMPLAINT, '<bpmn:lane id="lane_intake" name="受理登记员"',
        '<bpmn:lane id="lane_intake" name="登记窗口"')  # fmt: skip
    assert found == [("changed", "name", "", "受理登记员", "登记窗口")]


def test_a_shape_drawn_elsewhere_only_moved() -> None:
    start = COMPLAINT.index(b"<dc:Bounds")
    after = COMPLAINT[:start] + COMPLAINT[start:].replace(b'x="', b'x="1', 1)
    assert {one.kind for one in compared(COMPLAINT, after)} == {ChangeKind.MOVED}


def test_what_is_new_is_told_whole_with_its_fields() -> None:
    found = compared(b"", COMPLAINT)
    elements = {one.element for one in found if one.what is ChangeWhat.ELEMENT}
    assert {"screen", "screen_due", "lane_intake", "complaint"} <= elements
    assert all(one.kind is ChangeKind.ADDED for one in found)
    assert {one.detail for one in found if one.what is ChangeWhat.FIELD} >= {"channel"}


def test_what_is_gone_is_told_as_gone() -> None:
    found = compared(COMPLAINT, b"")
    assert {one.kind for one in found} == {ChangeKind.REMOVED}


def test_rows_of_a_decision_table_are_compared_one_by_one() -> None:
    found = told(MAJOR, 'hitPolicy="FIRST"', 'hitPolicy="UNIQUE"', "major.dmn")
    assert found == [("changed", "hit_policy", "", "FIRST", "UNIQUE")]
    start = MAJOR.index(b"<rule")
    end = MAJOR.index(b"</rule>", start) + len(b"</rule>")
    found_rows = compared(MAJOR, MAJOR[:start] + MAJOR[end:], "major.dmn")
    assert [(one.kind, one.what) for one in found_rows] == [(ChangeKind.REMOVED, ChangeWhat.ROW)]


def test_a_table_that_cannot_be_read_differs_as_a_whole() -> None:
    found = compared(MAJOR, b"<broken", "major.dmn")
    assert [one.what for one in found] == [ChangeWhat.TABLE]


def test_a_diagram_that_is_no_xml_is_refused() -> None:
    with pytest.raises(BadDefinition):
        compared(COMPLAINT, b"<broken")


def test_every_kind_of_element_can_be_named() -> None:
    assert set(ELEMENTS) > FLOW_NODES
