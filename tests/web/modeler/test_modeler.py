"""Procedures are drawn, described, saved and published in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import Site
from tests.web.modeler.conftest import Canvas

pytestmark = pytest.mark.journey


def _complete(site: Site, login: str, **typed: str) -> None:
    """Take the newest task of the pool and complete it."""
    person = site.browser(login)
    person.open("/inbox?tab=pool")
    task = max(int(found) for found in re.findall(r'href="/tasks/(\d+)"', person.text))
    person.open(f"/tasks/{task}")
    person.send(person.form("/holder"))
    person.open(f"/tasks/{task}")
    person.send(person.form("/completion"), typed)
    assert person.status == 200, person.words


def test_a_small_procedure_is_drawn_from_nothing_published_and_a_case_completed(
    site: Site, chromium: Browser, address: str
) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    canvas.field("案件编号代字", "红小")
    canvas.choose("finished")
    page.keyboard.press("Delete")
    canvas.choose("step_1")
    canvas.field("办理说明", "写明办理意见。")
    canvas.open("表单字段")
    page.get_by_role("button", name="添加字段").click()
    page.locator(".mp-item > summary", has_text="新字段").click()
    canvas.field("标签", "办理意见")
    # Behind the first step a second one, and an end, from the context pad.
    page.locator(".djs-context-pad [data-action='append.step']").click()
    canvas.field("名称", "复核")
    canvas.field("办理说明", "核对办理意见。")
    page.locator(".djs-context-pad [data-action='append.end']").click()
    canvas.field("名称", "办结")
    canvas.settled()
    expect(page.locator("[data-modeler-count]")).to_contain_text("0 项错误")

    page.goto("/diagrams/small/publication")
    page.fill("[name=note]", "试行小流程")
    page.locator("form[action$='/submission'] button").click()
    page.wait_for_load_state()
    second = site.browser("legal_office_head")
    for verb, typed in (("review", {"verdict": "approved"}), ("publication", {})):
        second.open("/diagrams/small/publication")
        second.send(second.form(f"/diagrams/small/{verb}"), typed)
        assert second.status == 200, second.words

    clerk = site.browser("intake1")
    clerk.open("/start/small")
    clerk.send(clerk.form("/start/small"))
    assert clerk.status == 200, clerk.words
    _complete(site, "intake1", field_1="同意")
    _complete(site, "intake1")
    clerk.open("/inbox?tab=started")
    case = re.search(r'href="/cases/(\d+)', clerk.text)
    assert case is not None
    clerk.open(f"/cases/{case[1]}")
    assert "已办结" in clerk.words, clerk.words[200:1500]
    assert canvas.visit.complaints == []


def test_a_broken_draft_is_refused_and_its_finding_selects_the_element(
    chromium: Browser, address: str
) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    canvas.choose("finished")
    page.keyboard.press("Delete")
    canvas.settled()
    canvas.choose("started")
    page.locator(".finding.error [data-element='pool_small']", has_text="没有结束事件").click()
    assert canvas.chosen() == "small"
    page.locator(".finding.warning [data-element='step_1']").first.click()
    assert canvas.chosen() == "step_1"
    page.goto("/diagrams/small/publication")
    page.fill("[name=note]", "没有结束")
    page.locator("form[action$='/submission'] button").click()
    expect(page.locator(".notice.bad")).to_be_visible()
    expect(page.locator("[name=note]")).to_have_value("没有结束")


def test_a_property_is_one_step_back_and_saves_itself_also_after_the_connection_was_lost(
    chromium: Browser, address: str
) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    canvas.choose("step_1")
    canvas.field("办理说明", "第一句")
    canvas.open("期限与督促")
    page.get_by_label("期限", exact=True).select_option("CMP.ACCEPT")
    expect(page.locator(".mp-facts")).to_contain_text("5 个工作日")
    page.get_by_role("button", name="画出逐级督促").click()
    expect(page.locator(".mp-rungs li")).to_have_count(5)
    canvas.settled()
    assert canvas.draft("small").count("limit(") == 5
    page.locator("[data-modeler-undo]").click()
    expect(page.locator(".mp-rungs li")).to_have_count(1)
    page.locator("[data-modeler-undo]").click()
    expect(page.locator(".mp-rungs li")).to_have_count(0)
    page.locator("[data-modeler-undo]").click()
    expect(page.get_by_label("办理说明")).to_have_value("")
    expect(page.locator("[data-modeler-undo]")).to_be_disabled()
    for _ in range(3):
        page.locator("[data-modeler-redo]").click()
    expect(page.locator(".mp-rungs li")).to_have_count(5)
    expect(page.get_by_label("办理说明")).to_have_value("第一句")
    told = page.locator("[data-modeler-saved]")
    expect(told).to_have_attribute("data-state", "saved.as")
    # Without a connection it stays here; with one it is saved, nobody having to ask for it.
    canvas.visit.context.set_offline(True)
    canvas.field("名称", "断网时写的")
    expect(told).to_contain_text("已保留在本浏览器")
    canvas.visit.context.set_offline(False)
    expect(told).to_have_attribute("data-state", "saved.as")
    assert "断网时写的" in canvas.draft("small")
    assert canvas.visit.complaints == []


def _go(canvas: Canvas, name: str) -> None:
    """Press Tab until what is so named has the focus."""
    for _ in range(90):
        canvas.page.keyboard.press("Tab")
        found = canvas.page.evaluate(
            "(() => { const one = document.activeElement; return one.getAttribute('aria-label')"
            " ?? one.textContent.trim().replace(/\\s+/g, ' '); })()"
        )
        if found == name:
            return
    raise AssertionError(f"Tab never came to {name}")


def test_the_table_adds_names_and_times_a_step_by_keyboard_alone(
    chromium: Browser, address: str
) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    _go(canvas, "图中查找")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    _go(canvas, "在后面加一步 办理")
    page.keyboard.press("Enter")
    # The new step's name has the focus.
    page.keyboard.press("Control+a")
    page.keyboard.type("复核")
    _go(canvas, "办理期限：复核")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    canvas.settled()
    xml = canvas.draft("small")
    assert 'name="复核"' in xml
    assert "limit(" in xml
    page.keyboard.press("Control+z")
    expect(page.locator("[data-modeler-redo]")).to_be_enabled()
    assert canvas.visit.complaints == []


def test_two_people_drawing_are_told_and_nobodys_work_is_lost(
    chromium: Browser, address: str
) -> None:
    first = Canvas.begun(chromium, address, "small")
    second = Canvas.visiting(chromium, address, "legal_office_head")
    second.draw("small")
    first.choose("step_1")
    first.field("名称", "甲的名称")
    first.settled()
    second.choose("step_1")
    second.field("名称", "乙的名称")
    second.page.keyboard.press("Control+s")
    notice = second.page.locator("[data-modeler-notice]")
    expect(notice).to_contain_text("保存了这份草稿")
    assert second.visit.faults() == []
    assert 'name="甲的名称"' in first.draft("small")
    # Theirs is opened, mine is still here and comes back.
    second.page.locator("[data-choice='clash.theirs']").click()
    expect(second.page.locator("[data-modeler-canvas]")).to_contain_text("甲的名称")
    second.page.locator("[data-choice='kept.take']").click()
    expect(second.page.locator("[data-modeler-canvas]")).to_contain_text("乙的名称")
    second.settled()
    assert 'name="乙的名称"' in second.draft("small")
    # The first is told before typing over it.
    first.page.evaluate("document.querySelector('[data-modeler]').workshop.saving.look()")
    expect(first.page.locator("[data-modeler-notice]")).to_contain_text("也保存了这份草稿")


def test_a_procedure_is_drawn_without_a_pointer(chromium: Browser, address: str) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    svg = page.locator("[data-modeler-canvas] .djs-container > svg").first
    said = page.locator("[data-modeler-said]")
    popup = page.locator(".djs-popup")

    def find(name: str) -> None:
        svg.focus()
        for _ in range(20):
            page.keyboard.press("]")
            if name in (said.text_content() or ""):
                return
        raise AssertionError(f"the brackets never came to {name}")

    def pick(key: str, word: str) -> None:
        page.keyboard.press(key)
        expect(popup).to_be_visible()
        chosen = popup.locator(".entry.selected")
        for _ in range(20):
            if word in (chosen.text_content() or ""):
                break
            page.keyboard.press("ArrowDown")
        expect(chosen).to_contain_text(word)
        page.keyboard.press("Enter")
        expect(popup).to_be_hidden()
        page.keyboard.press("Escape")
        svg.focus()

    find("办理")
    pick("b", "到时间")
    pick("a", "条件分支（择一）")
    pick("k", "办结")
    find("办理")
    page.keyboard.press("Control+c")
    page.keyboard.press("v")
    page.keyboard.press("Shift+ArrowDown")
    canvas.settled()
    xml = canvas.draft("small")
    assert xml.count("<bpmn:userTask ") == 2
    # What hangs on a step is copied with it.
    assert xml.count("<bpmn:boundaryEvent ") == 2
    assert xml.count("<bpmn:exclusiveGateway ") == 1
    svg.focus()
    page.keyboard.press("Delete")
    # A flow is come to like everything else, and says its condition.
    find("flow_1")
    assert canvas.chosen() == "flow_1"
    canvas.settled()
    assert canvas.draft("small").count("<bpmn:userTask ") == 1
    for _ in range(6):
        page.keyboard.press("Control+z")
    canvas.settled()
    left = canvas.draft("small")
    assert "exclusiveGateway" not in left
    assert "boundaryEvent" not in left
    assert canvas.visit.complaints == []


def test_steps_are_copied_from_one_procedure_into_another(chromium: Browser, address: str) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    canvas.choose("step_1")
    canvas.field("办理说明", "随步骤一起复制")
    page.locator("[data-modeler-canvas] .djs-container > svg").first.focus()
    page.keyboard.press("Control+c")
    canvas.settled()
    canvas.begin("other")
    box = page.locator("[data-modeler-canvas]").bounding_box()
    assert box is not None
    canvas.choose("step_1")
    page.keyboard.press("Control+v")
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
    page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    canvas.settled()
    assert canvas.draft("other").count("随步骤一起复制") == 1
    assert canvas.visit.complaints == []


COUNTERSIGNED = """<bpmn:multiInstanceLoopCharacteristics>
  <bpmn:loopDataInputRef>signers</bpmn:loopDataInputRef>
  <bpmn:loopDataOutputRef>opinions</bpmn:loopDataOutputRef>
  <bpmn:inputDataItem id="i1" name="signer"/>
  <bpmn:outputDataItem id="o1" name="opinion"/>
</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"""


def test_what_is_drawn_elsewhere_survives_being_saved_here(chromium: Browser, address: str) -> None:
    canvas = Canvas.begun(chromium, address, "small")
    page = canvas.page
    xml = canvas.draft("small").replace("</bpmn:userTask>", COUNTERSIGNED, 1)
    token = page.locator("[data-modeler]").get_attribute("data-token")
    saved = page.request.post(
        "/diagrams/small/design",
        data={"xml": xml, "tables": {}, "revision": 1},
        headers={"X-CSRFToken": token or ""},
    )
    assert saved.ok, saved.text()
    canvas.draw("small")
    canvas.choose("step_1")
    canvas.field("名称", "会签")
    canvas.settled()
    after = canvas.draft("small")
    for kept in (">signers<", ">opinions<", 'name="signer"', 'name="会签"'):
        assert kept in after
