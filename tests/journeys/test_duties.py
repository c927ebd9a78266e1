"""Nobody routes around the duties: a deputy refused by R2, a recusal, a certificate suspended."""

from __future__ import annotations

import json
import os

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.hands import Hands
from tests.web.test_in_a_browser import AXE, RULES

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]


def _accessible(page: Page, name: str) -> None:
    """No fault axe can find, and nothing wider than a small screen."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        f"axe.run(document, {{runOnly: {json.dumps(RULES)}}}).then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | ')))"
    )
    assert found == [], name
    page.set_viewport_size({"width": 360, "height": 800})
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 360, (name, wide)
    folder = os.environ.get("DUBAN_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}-360.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    if folder:
        page.screenshot(path=f"{folder}/{name}-1440.png", full_page=True)


def _refused_as_deputy(hands: Hands, page: Page, why: str, source: str, nothing: str) -> None:
    """The page says why the colleague cannot be chosen; one tampered with gets no further."""
    colleague = str(hands.person("scj.enf_unit_head"))
    page.goto("/absences")
    handled = page.locator(f"#deputy option[value='{colleague}']")
    expect(handled).to_be_disabled()
    expect(handled).to_contain_text(why)
    handled.evaluate("option => option.disabled = false")
    page.fill("#first", hands.today())
    page.fill("#last", hands.today())
    page.select_option("#deputy", colleague)
    page.click("main aside .btn-primary")
    expect(page.locator("#deputy-fault")).to_contain_text(source)
    page.goto("/absences")
    expect(page.locator("main")).to_contain_text(nothing)


def test_who_handled_a_case_cannot_be_the_deputy_of_its_reviewer(hands: Hands) -> None:
    number = hands.start(
        "scj.case_lead",
        "major_decision",
        penalty_kinds=["fine"],
        party_kind="organisation",
        fine_amount="3000",
        major_reasons=["significant_rights"],
        lead="scj.case_lead",
        assistants=["scj.case_assistant"],
    )

    def do(login: str, element: str, **typed: object) -> None:
        hands.do(login, number, "major_decision", element, **typed)

    do("scj.enf_unit_head", "submit")
    do("scj.legal_head", "check_completeness")
    do("scj.legal_head", "assign_reviewer", reviewer="scj.legal_reviewer")

    reviewer = hands.at("scj.legal_reviewer")
    _refused_as_deputy(hands, reviewer, "审核", "第四十九条", "没有不在岗安排")
    english = hands.read_in("scj.legal_reviewer", "en")
    _refused_as_deputy(hands, english, "review", "art. 49", "Nobody is away")
    hands.read_in("scj.legal_reviewer", "zh_CN")

    # The party asks that the reviewer stay out; until it is decided they may not review.
    head = hands.at("scj.legal_head")
    head.goto("/search?q=" + number)
    head.locator("tr.row-item", has_text=number).locator("a.open").click()
    head.click("nav a[href$='/people']")
    head.click("main a[href$='/recusals']")
    _accessible(head, "recusals")
    head.select_option("#kind", "party")
    head.select_option("#person", str(hands.person("scj.legal_reviewer")))
    head.fill("#reason", "与当事人有亲属关系")
    head.click("main .btn-primary")
    expect(head.locator("#party-fault")).to_be_visible()
    expect(head.locator("#reason")).to_have_value("与当事人有亲属关系")
    head.fill("#party", "某公司")
    head.click("main .btn-primary")
    expect(head.locator("main table")).to_contain_text("正在审查")
    _accessible(head, "recusals-asked")
    expect(reviewer.locator("body")).to_be_visible()
    reviewer.goto("/inbox")
    expect(reviewer.locator("tr.row-item", has_text=number)).to_have_count(0)


def test_an_administrator_keeps_people_and_bodies(hands: Hands) -> None:
    page = hands.at("administrator")
    page.goto("/admin")
    page.click("main a[href$='/people/new']")
    _accessible(page, "person-new")
    page.fill("#login", "new.clerk")
    page.fill("#name", "新进受理员")
    page.click("main .btn-primary")
    expect(page.locator("main code")).to_be_visible()
    person = hands.person("new.clerk")
    page.goto(f"/admin/people/{person}")
    page.select_option("#role", "supervisor")
    page.select_option("#body", str(hands.body("legal_office")))
    page.get_by_role("button", name="授予岗位").click()
    page.select_option("#role", "case_lead")
    page.select_option("#body", str(hands.body("legal_office")))
    page.get_by_role("button", name="授予岗位").click()
    expect(page.locator("main .notice.bad")).to_contain_text("R6")
    page.goto(f"/admin/people/{person}")
    page.fill("#number", "云执监0001")
    page.select_option("#certificate-kind", "supervision")
    page.select_option("#certificate-body", str(hands.body("legal_office")))
    page.fill("#valid_from", "2026-01-01")
    page.fill("#valid_to", "2027-01-01")
    page.get_by_role("button", name="登记证件").click()
    expect(page.locator("main")).to_contain_text("云执监0001")
    _accessible(page, "person")
    page.goto("/admin/bodies")
    _accessible(page, "bodies")
    page.goto(f"/admin/bodies/{hands.body('market')}")
    _accessible(page, "body")
    page.goto("/admin/people/import")
    _accessible(page, "import")
    page.set_input_files(
        "#list",
        {
            "name": "名单.csv",
            "mimeType": "text/csv",
            "buffer": "登录名,姓名,机构代码,岗位\nx,某,nowhere,publisher\n".encode(),
        },
    )
    page.click("main .btn-primary")
    expect(page.locator("main table")).to_contain_text("2")
    _accessible(page, "import-wrong")
