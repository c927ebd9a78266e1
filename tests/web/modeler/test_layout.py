"""Files without a drawing, or of another tool, open on the canvas."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from engine.bpmn import diagrams, xml
from tests.web.modeler.conftest import Canvas
from tests.web.test_exchange import FOREIGN

pytestmark = pytest.mark.journey

#: Corners of boxes, points of lines.
_DRAWN = """() => Object.fromEntries(document.querySelector('[data-modeler]').workshop.modeler
  .get('elementRegistry').filter(one => one.parent && !one.labelTarget).map(one => [one.id,
    one.waypoints?.map(({x, y}) => [x, y]) ??
    [one.x, one.y, one.x + one.width, one.y + one.height]]))"""


def _apart(drawn: dict[str, Any], *ids: str) -> None:
    for one, other in combinations(ids, 2):
        a, b = drawn[one], drawn[other]
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one, other, a, b)


def _within(drawn: dict[str, Any], outer: str, *ids: str) -> None:
    a = drawn[outer]
    for one in ids:
        b = drawn[one]
        assert all((a[0] <= b[0], a[1] <= b[1], b[2] <= a[2], b[3] <= a[3])), (outer, one, a, b)


def test_a_file_without_a_drawing_opens_laid_out_in_its_lanes_and_offers_what_can_be_taken_over(
    chromium: Browser, address: str
) -> None:
    canvas = Canvas.visiting(chromium, address)
    page = canvas.page
    page.goto("/diagrams")
    page.locator("#file").set_input_files(FOREIGN / "undrawn.bpmn")
    page.locator("form[action$='/import'] button").click()
    page.wait_for_url("**/undrawn/mapping")
    canvas.draw("undrawn")
    expect(page.locator(".notice", has_text="另一种工具")).to_contain_text("可以转换的内容")
    drawn = page.evaluate(_DRAWN)
    expected = {"f1", "f2", "f3", "f4", "f5", "f6", "f7", "g1", "g2", "asks", "to_note"}
    expected |= {"office", "outside", "clerks", "heads", "begin", "write", "which", "phase"}
    assert set(drawn) == expected | {"p1", "p2", "p3", "late", "sign", "done", "note"}
    _apart(drawn, "begin", "write", "which", "phase", "sign", "done", "note")
    _apart(drawn, "office", "outside")
    _within(drawn, "office", "clerks", "heads")
    _within(drawn, "clerks", "begin", "write", "which", "phase")
    _within(drawn, "heads", "sign", "done")
    _within(drawn, "phase", "p1", "p2", "p3")
    for id in ("f1", "f2", "f3", "f4", "f5", "f6", "f7", "g1", "g2"):
        turns = list(zip(drawn[id], drawn[id][1:], strict=False))
        assert all(x == z or y == w for (x, y), (z, w) in turns), (id, drawn[id])
    # Nobody becomes its author by looking; who keeps the drawing does.
    assert page.request.get("/diagrams/undrawn/design").json()["revision"] == 1
    expect(page.locator("[data-modeler-undo]")).to_be_disabled()
    page.get_by_role("button", name="现在就保存这个图形").click()
    expect(page.locator("[data-modeler-saved]")).to_have_attribute("data-state", "saved.as")
    canvas.settled()
    kept = xml.parse(canvas.draft("undrawn").encode(), name="undrawn.bpmn")
    assert diagrams.read_diagram(kept, "undrawn.bpmn").drawn >= expected - {"asks", "to_note"}
    canvas.draw("undrawn")
    assert page.evaluate(_DRAWN).keys() == drawn.keys()
    expect(page.locator("[data-modeler-notice]")).to_be_hidden()
    assert canvas.visit.complaints == []
