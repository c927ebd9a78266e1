"""Clocks at a real browser: explained, printed, counted again for a new day."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.services import recounting
from tests.web.cases.conftest import Docket
from tests.web.conftest import Site
from tests.web.test_in_a_browser import Visit

pytestmark = pytest.mark.journey

PHASE = "核查办理"


def due_of(page: Page, name: str) -> str:
    """The due day of a clock as the tab shows it."""
    clock = page.locator("article.clock", has_text=name).first
    text = clock.locator(".clock-due time").first.get_attribute("datetime")
    assert text
    return text[:10]


def test_the_count_of_a_date_is_told_in_words_and_prints_on_one_page(
    docket: Docket, chromium: Browser, address: str
) -> None:
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("supervisor1")
    page.goto(f"/cases/{docket.cases['investigating']}/deadlines")
    expect(page.locator(".ladder").first).to_contain_text("催办通知单")
    assert visit.faults() == []
    clock = page.locator("article.clock", has_text=PHASE).first
    clock.get_by_role("link", name=re.compile("逐日")).click()
    expect(page.locator(".runs")).to_contain_text("第1")
    assert visit.faults() == []
    paper = page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, "the arithmetic is one page"
    assert visit.complaints == []


def test_a_day_off_entered_by_the_administrator_moves_the_date_and_tells_the_handler(
    site: Site, docket: Docket, chromium: Browser, address: str
) -> None:
    case = docket.cases["investigating"]
    handler = Visit(chromium, address, 1440)
    page = handler.sign_in("supervisor1")
    page.goto(f"/cases/{case}/deadlines")
    before = due_of(page, "调查取证")
    admin = Visit(chromium, address, 1440)
    desk = admin.sign_in("administrator")
    desk.goto("/calendar?year=2026")
    assert admin.faults() == []
    desk.get_by_text("增加或删除日期").click()
    desk.fill("#days-first", before)
    desk.get_by_label("放假（休）").check()
    desk.fill("#days-name", "停电")
    desk.fill("#note-days", "县政府通知")
    desk.get_by_role("button", name="修改日历").click()
    expect(desk.locator("#toasts")).to_contain_text("1天有变动")
    while recounting.tick(site.office):
        pass
    desk.reload()
    expect(desk.locator("main")).to_contain_text("县政府通知")
    page.reload()
    assert due_of(page, "调查取证") > before
    expect(page.locator("article.clock", has_text="调查取证").first).to_contain_text("重新计算")
    page.goto("/notifications")
    expect(page.locator("main")).to_contain_text("期限已重新计算")
    assert handler.complaints == []
    assert admin.complaints == []
