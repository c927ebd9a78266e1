"""The case page in a real browser: accessible, whole on small screens, drawn, printed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.cases.conftest import Docket
from tests.web.conftest import Site
from tests.web.test_in_a_browser import WIDTHS, Visit

pytestmark = pytest.mark.journey

TABS = ("", "/timeline", "/files", "/documents", "/path", "/deadlines", "/people", "/audit")


def drawn(page: Page, case: int) -> Page:
    """The diagram of a case, once it is drawn."""
    page.goto(f"/cases/{case}/path")
    expect(page.locator("[data-drawn]")).to_be_visible()
    return page


def zoomed(page: Page) -> float:
    """The width of a step as it is on the screen."""
    box = page.locator('.djs-element[data-element-id="investigate"] .djs-visual').bounding_box()
    assert box
    return box["width"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_tab_of_a_case_is_accessible_and_fits(
    docket: Docket, chromium: Browser, address: str, width: int, look: str
) -> None:
    visit = Visit(chromium, address, width, color_scheme=look)
    page = visit.sign_in("supervisor1")
    found: dict[str, list[str]] = {}
    for name in ("rectifying", "late"):
        for tab in TABS if name == "rectifying" else ("", "/path"):
            page.goto(f"/cases/{docket.cases[name]}{tab}")
            if tab == "/path":
                expect(page.locator("[data-drawn]")).to_be_visible()
            found[f"{name}{tab}"] = visit.faults()
    page.goto(f"/cases/{docket.cases['late']}")
    page.get_by_role("link", name="申请延期").click()
    found["action"] = visit.faults()
    page.click(".form-actions .btn-primary")
    expect(page.locator("#faults")).to_be_focused()
    found["action with faults"] = visit.faults()
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert visit.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("login", "addresses"),
    [
        (
            "intake1",
            ("/search", "/search?q=红执诉", "/search?q=没有的", "/registers",
             "/registers/complaints", "/registers/supervised", "/registers/entries/1", "/public"),
        ),
        ("administrator", ("/incidents", "/incidents?status=resolved", "/audit", "/admin")),
    ],
)  # fmt: skip
def test_lists_and_administration_are_accessible_and_fit(
    docket: Docket,
    chromium: Browser,
    address: str,
    width: int,
    login: str,
    addresses: tuple[str, ...],
) -> None:
    for language in ("zh-CN", "en"):
        visit = Visit(chromium, address, width, locale=language)
        page = visit.sign_in(login)
        found = {}
        for path in addresses:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            found[path] = visit.faults()
        assert {path: faults for path, faults in found.items() if faults} == {}
        assert visit.complaints == []


def test_the_diagram_shows_the_late_step_in_words_and_colour(
    docket: Docket, chromium: Browser, address: str
) -> None:
    visit = Visit(chromium, address, 1440)
    page = drawn(visit.sign_in("supervisor1"), docket.cases["late"])
    step = page.locator('.djs-element[data-element-id="investigate"]')
    expect(step).to_have_class(re.compile("mark-overdue"))
    label = page.locator('[data-container-id="investigate"] .state-label')
    expect(label).to_have_text("已超期")
    expect(label).to_be_in_viewport()
    mark = page.locator("a.bjs-powered-by")
    expect(mark).to_be_visible()
    expect(mark).to_have_attribute("href", "http://bpmn.io")
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box
    on_top = page.evaluate(
        "([x, y]) => !!document.elementFromPoint(x, y)?.closest('.bjs-powered-by')",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )
    assert on_top
    assert visit.complaints == []


def test_the_diagram_is_moved_and_zoomed_by_keyboard_alone(
    docket: Docket, chromium: Browser, address: str
) -> None:
    visit = Visit(chromium, address, 1440)
    page = drawn(visit.sign_in("supervisor1"), docket.cases["late"])
    page.focus("[data-diagram-canvas]")
    before = zoomed(page)
    page.keyboard.press("+")
    assert zoomed(page) > before * 1.2
    page.keyboard.press("-")
    assert zoomed(page) == pytest.approx(before, rel=0.02)
    at = page.locator('.djs-element[data-element-id="investigate"]').bounding_box()
    page.keyboard.press("ArrowRight")
    moved = page.locator('.djs-element[data-element-id="investigate"]').bounding_box()
    assert at
    assert moved
    assert moved["x"] < at["x"]
    page.keyboard.press("0")
    assert zoomed(page) < before
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.bjs-powered-by')")
    assert visit.complaints == []


def test_a_click_on_a_step_says_how_it_stands_and_finds_its_row(
    docket: Docket, chromium: Browser, address: str
) -> None:
    visit = Visit(chromium, address, 1440)
    page = drawn(visit.sign_in("supervisor1"), docket.cases["late"])
    page.locator('.djs-element[data-element-id="investigate"] .djs-hit').first.click()
    expect(page.locator("[data-diagram-said]")).to_contain_text("调查取证 · 已超期 · 共 1 次")
    expect(page.locator("tr.chosen")).to_contain_text("调查取证")


def test_a_called_procedure_has_a_diagram_of_its_own(
    docket: Docket, chromium: Browser, address: str
) -> None:
    visit = Visit(chromium, address, 1440)
    page = drawn(visit.sign_in("supervisor1"), docket.cases["late"])
    page.select_option("[data-diagram-choice]", "escalation")
    expect(page.locator('[data-drawn="escalation"]')).to_be_visible()
    expect(page.locator('.djs-element.mark-passed[data-element-id="rung_reached"]')).to_be_visible()
    assert visit.complaints == []


def test_without_scripts_the_tables_stand_for_the_drawing(
    docket: Docket, chromium: Browser, address: str
) -> None:
    visit = Visit(chromium, address, 1440, java_script_enabled=False)
    page = visit.sign_in("supervisor1")
    page.goto(f"/cases/{docket.cases['late']}/path")
    expect(page.locator(".diagram-panel")).to_be_hidden()
    expect(page.locator(".steps")).to_contain_text("调查取证")
    expect(page.get_by_text("下方表格列出同样内容")).to_be_visible()


def test_printing_leaves_out_what_can_only_be_clicked(
    docket: Docket, chromium: Browser, address: str
) -> None:
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("supervisor1")
    page.goto(f"/cases/{docket.cases['late']}")
    page.emulate_media(media="print")
    for part in (".sidenav", ".topbar", ".tabs", ".head-tools"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text("调查取证").first).to_be_visible()
    drawn(page, docket.cases["late"])
    expect(page.locator(".diagram")).to_be_visible()
    expect(page.locator("a.bjs-powered-by")).to_be_visible()
    page.set_viewport_size({"width": 794, "height": 1123})
    for tab in ("path", "files", "documents", "people", "audit"):
        page.goto(f"/cases/{docket.cases['rectifying']}/{tab}")
        cut = "[...document.querySelectorAll('.scroll-x')].some(e => e.scrollWidth > e.clientWidth)"
        assert not page.evaluate(cut), tab


def test_withdrawing_asks_once_more(
    site: Site, docket: Docket, chromium: Browser, address: str
) -> None:
    visit = Visit(chromium, address, 360)
    page = visit.sign_in("intake1")
    page.goto(f"/cases/{docket.cases['accepted']}")
    page.get_by_text("撤回案件", exact=True).click()
    page.fill("#withdraw-reason", "重复登记")
    page.get_by_role("button", name="撤回", exact=True).click()
    expect(page.locator("#confirm")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_hidden()
    assert page.input_value("#withdraw-reason") == "重复登记"
    page.get_by_role("button", name="撤回", exact=True).click()
    page.click("[data-confirm-yes]")
    expect(page.locator("#toasts")).to_contain_text("已撤回")
