"""Clocks at a real browser: stopped, going on, extended, printed; counted again for a new day."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.actor import COMMAND_LINE
from engine.services import definitions, recounting, timers
from tests.processes_shipped.walk import shipped
from tests.web.cases.conftest import Docket
from tests.web.conftest import Site
from tests.web.test_in_a_browser import Visit

pytestmark = pytest.mark.journey

PHASE = "核查办理"


@pytest.fixture(autouse=True)
def requests_are_published(site: Site) -> None:
    with site.office.begin(COMMAND_LINE) as work:
        definitions.keep(work, shipped("clock_request.bpmn"), "test")


def due_of(page: Page, name: str) -> str:
    """The due day of a clock as the tab shows it."""
    clock = page.locator("article.clock", has_text=name).first
    text = clock.locator(".clock-due time").first.get_attribute("datetime")
    assert text
    return text[:10]


def decide(chromium: Browser, address: str, site: Site) -> None:
    """The head of the legal office grants the request at hand."""
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("legal_office_head")
    page.goto("/inbox?tab=pool")
    page.get_by_role("link", name=re.compile("审批")).last.click()
    page.get_by_label("同意", exact=True).check()
    page.locator(".form-actions .btn-primary").first.click()
    page.wait_for_url(re.compile("/inbox"))
    assert visit.complaints == []
    visit.context.close()


def ask(page: Page, case: int, link: str, **typed: str) -> None:
    page.goto(f"/cases/{case}/deadlines")
    page.get_by_role("link", name=link).first.click()
    for name, text in typed.items():
        page.fill(f"#field-{name}", text)
    page.click(".form-actions .btn-primary")
    page.wait_for_url("**/deadlines")


def speak_english(page: Page) -> None:
    page.locator(".topbar details.menu > summary").click()
    page.locator("button[name=language][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_clock_is_stopped_goes_on_is_extended_and_its_count_prints_on_one_page(
    site: Site, docket: Docket, chromium: Browser, address: str
) -> None:
    case = docket.cases["investigating"]
    site.clock.advance(days=1)
    visit = Visit(chromium, address, 1440)
    page = visit.sign_in("supervisor1")
    page.goto(f"/cases/{case}/deadlines")
    before = due_of(page, PHASE)
    expect(page.locator(".ladder").first).to_contain_text("催办通知单")
    assert visit.faults() == []
    ask(page, case, "申请中止计时", document_basis="检测委托书", request_reason="等待检测结论")
    expect(page.locator("article.clock .light-grey")).to_have_count(0)
    decide(chromium, address, site)
    page.reload()
    expect(page.locator("article.clock .light-grey").first).to_be_visible()
    site.clock.advance(days=7)
    timers.tick(site.office)
    # A week later everybody signs in again.
    page = visit.sign_in("supervisor1")
    ask(page, case, "申请恢复计时", document_basis="检测报告", request_reason="结论已出")
    decide(chromium, address, site)
    page.reload()
    expect(page.locator("article.clock .light-grey")).to_have_count(0)
    resumed = due_of(page, PHASE)
    assert resumed > before
    ask(page, case, "申请延长期限", request_reason="案情复杂")
    decide(chromium, address, site)
    page.reload()
    extended = due_of(page, PHASE)
    assert extended > resumed
    page.goto(f"/cases/{case}/documents")
    for paper in ("期限中止通知书", "期限恢复通知书", "期限延长告知书"):
        expect(page.get_by_text(paper).first).to_be_visible()
    page.goto(f"/cases/{case}/deadlines")
    clock = page.locator("article.clock", has_text=PHASE).first
    clock.get_by_role("link", name=re.compile("逐日")).click()
    expect(page.locator(".runs")).to_contain_text("第1")
    expect(page.locator("main")).to_contain_text("检测委托书")
    expect(page.locator("main")).to_contain_text("案情复杂")
    assert visit.faults() == []
    printed = page.pdf(format="A4", print_background=True)
    speak_english(page)
    page.goto(f"/cases/{case}/deadlines")
    expect(page.locator(".ladder").first).to_contain_text("submitted to the county government")
    assert visit.faults() == []
    page.locator("article.clock", has_text="Extended").first.locator(
        "a[href*=deadlines]"
    ).first.click()
    expect(page.locator("main")).to_contain_text("The first day is not counted")
    assert visit.faults() == []
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, "the arithmetic is one page"
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
