"""Colleagues at real browsers: signing together, standing in, handing over many, going back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.actor import COMMAND_LINE
from engine.bpmn import definition as bpmn
from engine.office import Office
from engine.services import definitions
from tests.journeys.hands import Hands

DIAGRAM = Path(__file__).parent.parent / "engine" / "services" / "diagrams" / "handling.bpmn"
SIGNERS = ("supervisor1", "supervisor2", "supervisor3")


@pytest.fixture(autouse=True)
def handling(office: Office) -> None:
    """A procedure with everything in it: return, countersign, an effect at the end."""
    with office.begin(COMMAND_LINE) as work:
        read = bpmn.read({DIAGRAM.name: DIAGRAM.read_bytes()}, DIAGRAM.name)
        definitions.keep(work, read, "test")


def begun(hands: Hands) -> str:
    return hands.start("intake1", "handling", matter="乱收费专项检查方案", signers=SIGNERS)


def drafted(hands: Hands, number: str, who: str = "supervisor4") -> None:
    hands.do(who, number, "handling", "draft", text="第一稿")


def opened(hands: Hands, login: str, number: str, name: str, *, take: bool = True) -> Page:
    page = hands.open(login, number, name)
    if take and page.locator("[data-claim]").count():
        page.locator("[data-claim]").first.click()
    return page


def told(page: Page) -> str:
    return page.locator("#toasts").inner_text()


def test_three_sign_together_and_two_are_enough(hands: Hands) -> None:
    number = begun(hands)
    drafted(hands, number)
    hands.do("supervisor3", number, "handling", "review", finding="可以")
    page = opened(hands, "supervisor1", number, "会签")
    expect(page.get_by_text("过半数同意")).to_be_visible()
    expect(page.get_by_text("尚未")).to_have_count(3)
    english = hands.read_in("supervisor1", "en")
    english.reload()
    expect(english.locator("html")).to_have_attribute("lang", "en")
    expect(english.get_by_text("as soon as more than half agree")).to_be_visible()
    hands.read_in("supervisor1", "zh_CN")
    hands.do("supervisor1", number, "handling", "sign", opinion="agree")
    hands.do("supervisor2", number, "handling", "sign", opinion="agree")
    third = hands.at("supervisor3")
    third.goto("/inbox")
    expect(third.locator("tr.row-item", has_text=number)).to_have_count(0)
    page = opened(hands, "legal_office_head", number, "批准")
    expect(page.get_by_text("agreed", exact=True)).to_be_visible()


def test_a_task_is_returned_with_its_reason_and_comes_back_to_who_did_it(hands: Hands) -> None:
    number = begun(hands)
    drafted(hands, number)
    page = opened(hands, "supervisor3", number, "审核")
    page.get_by_text("退回", exact=True).first.click()
    page.locator("details[open] button", has_text="退回").click()
    expect(page.locator("#return-fault")).to_be_visible()
    page.fill("#return-reason", "第二段依据不足，请补充。")
    page.locator("details[open] button", has_text="退回").click()
    page.wait_for_url("**/inbox")
    assert "已退回：审核" in told(page)
    assert "起草" in told(page)
    author = hands.open("supervisor4", number, "起草")
    expect(author.get_by_text("第二段依据不足，请补充。").first).to_be_visible()
    expect(author.locator("#field-text")).to_have_value("第一稿")
    hands.do("supervisor4", number, "handling", "draft", text="第二稿")
    hands.open("supervisor3", number, "审核")


def test_an_act_is_taken_back_until_somebody_builds_on_it(hands: Hands) -> None:
    number = begun(hands)
    drafted(hands, number)
    page = hands.at("supervisor4")
    page.goto("/inbox?tab=done")
    page.locator("tr.row-item", has_text=number).first.locator("a.open").click()
    page.locator("summary", has_text="撤回").click()
    page.fill("#take_back-reason", "附件漏了")
    page.locator("details[open] button", has_text="撤回").click()
    page.wait_for_url("**/tasks/*")
    assert "已撤回：起草" in told(page)
    expect(page.locator("#field-text")).to_have_value("第一稿")
    drafted(hands, number)
    opened(hands, "supervisor3", number, "审核")
    page.goto("/inbox?tab=done")
    page.locator("tr.row-item", has_text=number).first.locator("a.open").click()
    reasons = page.locator(".reasons")
    expect(reasons).to_contain_text("已在此基础上办理，不能撤回")


def test_a_deputy_stands_in_and_every_record_says_so(hands: Hands) -> None:
    number = begun(hands)
    opened(hands, "supervisor4", number, "起草")
    page = hands.at("supervisor4")
    page.goto("/absences")
    page.fill("#first", "2026-03-02")
    page.fill("#last", "2026-03-06")
    deputy = str(hands.person("supervisor3"))
    page.select_option("#deputy", deputy)
    page.fill("#reason", "外出培训")
    page.locator("main form .btn-primary").click()
    expect(page.locator("main")).to_contain_text("不在岗")
    other = hands.at("supervisor3")
    other.goto("/inbox")
    expect(other.locator(".standing-in")).to_be_visible()
    task = hands.open("supervisor3", number, "起草")
    expect(task.locator("main .notice").first).to_contain_text("正在代理")
    hands.do("supervisor3", number, "handling", "draft", text="代拟稿")
    other.goto("/inbox?tab=done")
    other.locator("tr.row-item", has_text=number).first.locator("a.open").click()
    expect(other.locator("main .notice").first).to_contain_text("（代")
    other.locator(".crumbs a", has_text=number).click()
    other.get_by_role("link", name=re.compile("时间线")).click()
    expect(other.locator(".timeline")).to_contain_text("（代")


def test_many_are_handed_over_with_a_result_for_each(hands: Hands) -> None:
    numbers = [begun(hands) for _ in range(3)]
    for number in numbers[:2]:
        opened(hands, "supervisor4", number, "起草")
    drafted(hands, numbers[2], "supervisor3")
    opened(hands, "supervisor4", numbers[2], "审核")
    head = hands.at("legal_office_head")
    head.goto("/handovers?of=" + str(hands.person("supervisor4")))
    # By keyboard: down to each row, and a tick.
    for _ in numbers:
        head.keyboard.press("j")
        head.keyboard.press("x")
    head.select_option("#person", str(hands.person("supervisor3")))
    head.fill("#reason", "岗位调整")
    head.get_by_role("button", name="转交所选任务").click()
    head.wait_for_url("**/handovers/*")
    expect(head.locator("h1")).to_contain_text("2 件任务已转交")
    lines = head.locator("tbody tr")
    expect(lines).to_have_count(3)
    expect(head.locator("tbody tr", has_text=numbers[2])).to_contain_text("未成功")
    receiver = hands.at("supervisor3")
    receiver.goto("/inbox")
    expect(receiver.locator("tr.row-item.unread")).to_have_count(2)


def test_an_opinion_is_asked_and_comes_back_onto_the_task(hands: Hands) -> None:
    number = begun(hands)
    page = opened(hands, "supervisor4", number, "起草")
    page.locator("summary", has_text="加签").click()
    page.locator(f"details[open] input[value='{hands.person('supervisor3')}']").check()
    page.fill("#ask-question", "是否需要先征求市监局意见？")
    page.locator("details[open] button", has_text="征求意见").click()
    expect(page.locator("#asked-title")).to_be_visible()
    other = hands.at("supervisor3")
    other.goto("/inbox")
    other.locator("section", has_text="征求您的意见").locator("a", has_text=number).click()
    other.fill("#answer", "需要，先发函。")
    other.locator("main form .btn-primary").click()
    other.wait_for_url("**/inbox")
    page.reload()
    expect(page.locator("blockquote.answer")).to_contain_text("需要，先发函。")
    expect(page.locator("#field-text")).to_be_visible()


def test_filters_are_saved_as_a_view_and_shared(hands: Hands) -> None:
    page = hands.at("supervisor4")
    page.goto("/inbox?tab=pool&light=red")
    page.fill(".save-view [name=name]", "本局超期")
    options = page.locator(".save-view select option")
    page.select_option(".save-view select", options.nth(1).get_attribute("value"))
    page.locator(".save-view button").click()
    page.wait_for_url("**/inbox?tab=pool&light=red")
    other = hands.at("supervisor3")
    other.goto("/inbox")
    other.locator("summary", has_text="视图").click()
    other.locator(".view-line a", has_text="本局超期").click()
    other.wait_for_url("**/inbox?tab=pool&light=red")
