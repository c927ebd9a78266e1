"""Decision tables are made and changed beside the drawing, on its history of changes."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, expect

from engine.bpmn import decisions, xml
from tests.web.modeler.conftest import Canvas

pytestmark = pytest.mark.journey


def _tables(canvas: Canvas) -> dict[str, str]:
    answer = canvas.page.request.get("/diagrams/small/design")
    return dict(json.loads(answer.text())["tables"])


def test_a_table_is_made_for_a_task_with_columns_and_types_and_every_change_is_one_step_back(
    chromium: Browser, address: str
) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    canvas.choose("step_1")
    page.locator(".djs-palette [data-action='create.decision']").focus()
    page.keyboard.press("Enter")
    canvas.field("名称", "定档")
    undo = page.locator("[data-modeler-undo]")
    page.get_by_role("button", name="新建决策表").click()
    view = page.locator("[data-modeler-decisions]")
    expect(view.get_by_role("heading", name="定档")).to_be_visible()

    def column(kind: str, add: str, number: int) -> None:
        view.get_by_role("button", name=add).click()
        item = view.get_by_role("group", name=kind).locator("details.mp-item").nth(number)
        item.locator("summary").click()

    def write(label: str, text: str) -> None:
        row = view.get_by_label(label, exact=True).locator("visible=true").last
        row.fill(text)
        row.press("Tab")

    column("条件列", "增加条件列", 1)
    write("列名", "金额")
    write("比较什么（字段或表达式）", "1 + 1")
    view.get_by_label("类型", exact=True).locator("visible=true").last.select_option("number")
    column("结果列", "增加结果列", 1)
    write("结果写入的名称", "advice")
    write("没有符合的行时", '"不处理"')
    view.get_by_label("命中方式").select_option("")
    view.get_by_role("button", name="增加一行").click()
    view.get_by_label("金额 第 2 行").fill("> 1")
    view.get_by_label("advice 第 2 行").fill('"处理"')
    view.get_by_label("advice 第 2 行").press("Tab")
    # The first column that asks goes, and its cells with it.
    inputs = view.get_by_role("group", name="条件列")
    inputs.locator("details.mp-item > summary").first.click()
    inputs.get_by_role("button", name="删除").locator("visible=true").first.click()
    expect(view.locator("tbody tr").nth(1).locator("textarea")).to_have_count(4)
    canvas.settled()
    kept = _tables(canvas)
    (file,) = kept
    (table,) = decisions.read(xml.parse(kept[file].encode(), name=file), file).values()
    assert f'ref="{table.id}"' in canvas.draft("small")
    assert (table.policy, table.inputs) == ("UNIQUE", ("1 + 1",))
    assert [(one.name, one.default) for one in table.outputs] == [
        ("result_1", None),
        ("advice", '"不处理"'),
    ]
    assert [(row.tests, row.answers[1]) for row in table.rows] == [
        (("-",), '""'),
        (("> 1",), '"处理"'),
    ]
    steps = 0
    while undo.is_enabled():
        undo.click()
        steps += 1
    canvas.settled()
    assert _tables(canvas) == {}
    for _ in range(steps):
        page.locator("[data-modeler-redo]").click()
    canvas.settled()
    assert _tables(canvas) == kept
    # As many changes as were made: task, name, table, and twelve in the table.
    assert steps == 15
    assert canvas.visit.complaints == []
