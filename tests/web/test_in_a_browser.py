"""Pages in a real browser: accessible, whole on small screens, and better with scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Page,
    expect,
)

from tests.conftest import PATIENCE
from tests.web.conftest import PASSWORD, Site
from tests.web.test_tasks import WHOLE, holder

pytestmark = pytest.mark.journey

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (360, 1440)


class Visit:
    """One person at a real browser; anything the console complains of fails the test."""

    def __init__(self, chromium: Browser, address: str, width: int, **more: Any) -> None:
        self.address = address
        more = {"locale": "zh-CN", **more}
        self.context: BrowserContext = chromium.new_context(
            viewport={"width": width, "height": 800}, base_url=address, **more
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: Any) -> None:
        # The browser reports every answer of 4xx; those are looked at where they matter.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def sign_in(self, login: str) -> Page:
        self.page.goto("/sign-in")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.click("main .btn-primary")
        self.page.wait_for_url("**/inbox")
        return self.page

    def faults(self) -> list[str]:
        """What axe finds, and whether the page is wider than the screen."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate(
            f"axe.run(document, {{runOnly: {json.dumps(RULES)}}}).then(r => r.violations.map("
            "v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | ')))"
        )
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return [*found, *([f"wider than the screen by {wide}"] if wide > 0 else [])]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_page_is_accessible_and_fits(
    site: Site, chromium: Browser, address: str, width: int, look: str
) -> None:
    task = site.started()
    other = site.started(
        matter="第二件，标题很长很长很长很长很长很长很长很长很长很长很长很长的检查事项"
    )
    done = holder(site, task)
    done.send(done.form("/completion"), WHOLE)
    visit = Visit(chromium, address, width, color_scheme=look)
    visit.page.goto("/sign-in")
    found = {"sign-in": visit.faults()}
    page = visit.sign_in("supervisor1")
    page.goto("/inbox?tab=pool")
    why = page.locator("a.why").first.get_attribute("href")
    for path in (
        "/inbox", "/inbox?tab=pool", "/inbox?tab=done", "/inbox?tab=followed",
        "/inbox?light=red", f"/tasks/{task}", f"/tasks/{other}", "/start", "/start/inquiry",
        "/notifications", "/me", "/help", "/nowhere", why,
    ):  # fmt: skip
        page.goto(str(path))
        found[str(path)] = visit.faults()
    page.goto(f"/tasks/{other}")
    page.click(".form-actions .btn-primary")
    expect(page.locator("#faults")).to_be_focused()
    # Where focus scrolled to, the sticky bar may lie over half a button: that is no small target.
    page.evaluate("window.scrollTo(0, 0)")
    found["faults"] = visit.faults()
    page.keyboard.press("?")
    page.locator(".tool[data-shortcut-help]").dispatch_event("click")
    found["dialog"] = visit.faults()
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert visit.complaints == []


def test_a_list_is_worked_through_by_keyboard_alone(
    site: Site, chromium: Browser, address: str
) -> None:
    site.started()
    second = site.started(matter="第二件")
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("supervisor1")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.goto("/inbox?tab=pool")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.locator("#toasts")).to_contain_text("已领取")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/*")
    assert page.url.endswith(f"/{second}")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    assert visit.complaints == []


def test_what_is_typed_is_saved_by_itself_and_fields_come_and_go(
    site: Site, chromium: Browser, address: str
) -> None:
    task = site.started()
    holder(site, task)
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("supervisor1")
    page.goto(f"/tasks/{task}")
    expect(page.locator("[data-field=problem]")).to_be_hidden()
    page.check('[name=result][value="bad"]')
    expect(page.locator("[data-field=problem]")).to_be_visible()
    page.fill("[name=findings]", "自动保存的内容")
    expect(page.locator("[data-saved]")).to_contain_text("草稿已保存")
    page.goto("/inbox")
    page.goto(f"/tasks/{task}")
    expect(page.locator("[name=findings]")).to_have_value("自动保存的内容")
    expect(page.locator("[data-field=problem]")).to_be_visible()
    assert visit.complaints == []


def test_a_file_is_sent_while_the_form_goes_on(site: Site, chromium: Browser, address: str) -> None:
    task = site.started()
    holder(site, task)
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("supervisor1")
    page.goto(f"/tasks/{task}")
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    exe = b"MZ" + b"\0" * 99
    page.set_input_files(
        "#field-photos-file",
        [
            FilePayload(name="照片.pdf", mimeType="application/pdf", buffer=pdf),
            FilePayload(name="大.pdf", mimeType="application/pdf", buffer=pdf + b"\0" * 300_000),
            FilePayload(name="坏.exe", mimeType="application/x-msdownload", buffer=exe),
        ],
    )
    field = page.locator("[data-field=photos]")
    expect(field.locator(".attached li")).to_have_count(1)
    expect(field).to_contain_text("大.pdf 超过")
    expect(field).to_contain_text("不能接收“坏.exe”")
    expect(page.locator("[data-saved]")).to_contain_text("草稿已保存")
    page.reload()
    expect(field).to_contain_text("照片.pdf")


def test_a_double_click_sends_once(site: Site, chromium: Browser, address: str) -> None:
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("intake1")
    page.goto("/start/inquiry")
    page.fill("[name=matter]", "只应有一件")
    page.check('[name=source][value="plan"]')
    page.dblclick(".form-actions .btn-primary")
    page.wait_for_url("**/inbox")
    page.goto("/inbox?tab=started")
    expect(page.locator("tr.row-item")).to_have_count(1)


def test_text_survives_when_the_session_ends_under_the_hands(
    site: Site, chromium: Browser, address: str
) -> None:
    task = site.started()
    holder(site, task)
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("supervisor1")
    page.goto(f"/tasks/{task}")
    site.clock.advance(hours=2)
    page.fill("[name=findings]", "会话过期时写下的")
    expect(page.locator("[data-saved]")).to_contain_text("登录已过期")
    page.click(".form-actions .btn-primary")
    expect(page.locator("main")).to_contain_text("您填写的内容已保留在本页")
    page.fill("#login", "supervisor1")
    page.fill("#password", PASSWORD)
    page.click("main .btn-primary")
    expect(page.locator("[name=findings]")).to_have_value("会话过期时写下的")


def test_everything_can_be_done_without_scripts(
    site: Site, chromium: Browser, address: str
) -> None:
    site.started()
    visit = Visit(chromium, address, 360, java_script_enabled=False)
    page = visit.sign_in("supervisor1")
    page.goto("/inbox?tab=pool")
    page.select_option("[name=process]", "inquiry")
    page.click("text=筛选")
    page.click("[data-claim]")
    page.goto("/inbox")
    page.click("a.open")
    page.fill("[name=findings]", "没有脚本")
    page.click("text=保存草稿")
    expect(page.locator("[name=findings]")).to_have_value("没有脚本")
    page.click("summary:has-text('转办他人')")
    expect(page.locator("#reassign-person")).to_be_visible()


def test_a_look_that_was_chosen_stays(site: Site, chromium: Browser, address: str) -> None:
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("supervisor1")
    page.goto("/me")
    with page.expect_response("**/theme"):
        page.click("aside [name=theme][value=dark]")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.goto("/inbox")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
