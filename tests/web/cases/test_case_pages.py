from __future__ import annotations

import re
from typing import Any

import pytest

from engine.actor import COMMAND_LINE
from engine.services import case_tabs, cases
from tests.web.browser import Browser
from tests.web.cases.conftest import Docket
from tests.web.conftest import PASSWORD, Site

TABS = {
    "": ("当前步骤", "Where it stands"),
    "/timeline": ("办理经过", "What happened, newest first"),
    "/files": ("案件材料", "Files of the case"),
    "/documents": ("行政执法整改建议书", "Rectification Proposal"),
    "/path": ("经过的全部节点", "Everything passed, in order"),
    "/deadlines": ("逐日查看计算", "Count it day by day"),
    "/people": ("办理人员", "Who acted and who has it now"),
    "/audit": ("审计链", "Audit chain"),
}


def opened(site: Site, login: str, address: str) -> Browser:
    browser = site.browser(login)
    browser.open(address)
    assert browser.status == 200, browser.words
    return browser


def action(browser: Browser, name: str) -> str:
    """The address of something that may be asked for."""
    found = re.search(rf'href="([^"]+/actions/[^"]+)">.*?{name}', browser.text)
    assert found, browser.words
    return found[1]


def drawn(browser: Browser, case: int) -> dict[str, Any]:
    """What the drawing script is told."""
    told: dict[str, Any] = browser.client.get(f"/cases/{case}/diagrams").get_json()
    return told


def test_every_tab_has_an_address_and_is_whole_in_both_languages(
    site: Site, docket: Docket
) -> None:
    browser = site.browser("supervisor1")
    case = docket.cases["rectifying"]
    for language, which in (("zh_CN", 0), ("en", 1)):
        browser.open("/me")
        browser.send(browser.form("/language"), {"language": language})
        for tab, words in TABS.items():
            browser.open(f"/cases/{case}{tab}")
            assert browser.status == 200
            assert words[which] in browser.words, tab
            assert 'aria-current="page"' in browser.text.split('class="tabs"')[1].split("</ul>")[0]
    assert site.browser("supervisor1").open(f"/cases/{case}/nonsense").status_code == 404


def test_a_tab_shows_what_the_whole_case_holds_and_every_tab_counts_alike(
    site: Site, docket: Docket
) -> None:
    with site.office.read(COMMAND_LINE) as work:
        for case in (docket.cases["rectifying"], docket.cases["finished"]):
            whole = cases.page(work, case)
            for name, parts in case_tabs.TABS.items():
                shown = cases.tab(work, case, name)
                assert shown.quantities == whole.quantities
                for part in parts:
                    assert getattr(shown, part) == getattr(whole, part), (name, part)
                opened = [task for task in whole.tasks if task.status == "open"]
                assert [task for task in shown.tasks if task.status == "open"] == opened
            assert whole.quantities == {
                "timeline": len(whole.timeline),
                "files": len(whole.attachments),
                "documents": len(whole.documents),
                "deadlines": len(whole.deadlines),
                "people": len(whole.people),
            }


def test_the_head_says_which_case_it_is_how_it_stands_and_by_when(
    site: Site, docket: Docket
) -> None:
    browser = opened(site, "supervisor1", f"/cases/{docket.cases['late']}")
    for words in ("红执诉〔2026〕1号", "反映某驾校重复收取场地费", "办理中", "第 1 版"):
        assert words in browser.words
    assert re.search(r"超期 \d+ 个工作日", browser.words)
    assert "调查取证" in browser.words


def test_a_finished_case_says_so_and_offers_nothing_to_do(site: Site, docket: Docket) -> None:
    browser = opened(site, "intake1", f"/cases/{docket.cases['finished']}")
    assert "办结" in browser.words
    assert "可以申请的事项" not in browser.words
    browser.open(f"/cases/{docket.cases['finished']}/files")
    assert "添加到案件" not in browser.words


def test_what_happened_is_told_in_words_and_never_in_codes(site: Site, docket: Docket) -> None:
    for tab in ("timeline", "audit", "documents", "deadlines", "path"):
        browser = opened(site, "intake1", f"/cases/{docket.cases['finished']}/{tab}")
        main = re.sub(r"<[^>]+>", " ", browser.text.split("<main")[1].split("</main>")[0])
        told = re.sub(r"[0-9a-f]{16}", "", main)
        assert re.findall(r"\b[a-z]+[_.][a-z_.]+\b", told) == [], tab


def test_an_extension_is_asked_for_on_a_form_that_keeps_what_was_typed(
    site: Site, docket: Docket
) -> None:
    case = docket.cases["late"]
    browser = opened(site, "supervisor1", f"/cases/{case}")
    address = action(browser, "申请延期")
    browser.open(address)
    browser.send(browser.form(address), {"extension_reason": "案情复杂，需要鉴定"})
    assert browser.status == 422
    assert "有 1 处需要更正 已完成的工作和后续安排: 这一项必须填写" in browser.words
    form = browser.form(address)
    assert form.fields["extension_reason"] == "案情复杂，需要鉴定"
    browser.send(form, {"extension_progress": "已委托鉴定"})
    assert browser.status == 200, browser.words
    assert "申请延期，红执诉〔2026〕1号" in browser.words
    assert "审批延期申请" in browser.words
    head = opened(site, "legal_office_head", "/inbox?tab=pool")
    assert "审批延期申请" in head.words


def test_a_request_is_kept_as_a_draft_for_its_author_until_it_is_sent(
    site: Site, docket: Docket
) -> None:
    case = docket.cases["late"]
    browser = opened(site, "supervisor1", f"/cases/{case}")
    address = action(browser, "申请延期")
    browser.open(address)
    browser.send(browser.form(address), {"extension_reason": "写了一半"}, to=f"{address}/draft")
    assert "草稿已保存" in browser.words
    assert browser.form(address).fields["extension_reason"] == "写了一半"
    other = opened(site, "supervisor2", address)
    assert not other.form(address).fields["extension_reason"]
    whole = {"extension_reason": "写完了", "extension_progress": "已委托鉴定"}
    browser.send(browser.form(address), whole)
    assert "审批延期申请" in browser.words
    gone = browser.client.post(
        f"{address}/draft",
        data={"csrf_token": browser.form("/sign-out").fields["csrf_token"], "x": "迟来的字"},
    )
    assert gone.status_code == 409
    assert "迟来的字" in gone.get_data(as_text=True)


def test_a_request_the_case_no_longer_waits_for_shows_the_text_that_was_typed(
    site: Site, docket: Docket
) -> None:
    case = docket.cases["late"]
    browser = opened(site, "supervisor1", f"/cases/{case}")
    address = action(browser, "申请延期")
    browser.open(address)
    form = browser.form(address)
    other = opened(site, "supervisor2", f"/cases/{case}")
    other.open(address)
    asked = {"extension_reason": "另一名核查人员先申请", "extension_progress": "已委托鉴定"}
    other.send(other.form(address), asked)
    assert other.status == 200, other.words
    browser.send(form, {"extension_reason": "已经写好的理由"})
    assert browser.status == 409
    assert "已经写好的理由" in browser.words
    assert "发生了什么" in browser.words


def test_text_of_a_request_survives_a_session_that_ended(site: Site, docket: Docket) -> None:
    browser = opened(site, "supervisor1", f"/cases/{docket.cases['late']}")
    address = action(browser, "申请延期")
    browser.open(address)
    form = browser.form(address)
    site.clock.advance(hours=2)
    browser.send(form, {"extension_reason": "慢慢写的理由"})
    assert browser.status == 401
    browser.send(browser.form("/sign-in"), {"login": "supervisor1", "password": PASSWORD})
    assert browser.form(address).fields["extension_reason"] == "慢慢写的理由"


def test_who_may_not_ask_reads_why_and_cannot_send_it_either(site: Site, docket: Docket) -> None:
    case = docket.cases["late"]
    address = action(opened(site, "supervisor1", f"/cases/{case}"), "申请延期")
    browser = opened(site, "intake1", f"/cases/{case}")
    assert "/actions/" not in browser.text
    assert "申请延期 您" in browser.words, browser.words
    token = browser.form("/follow").fields["csrf_token"]
    answer = browser.client.post(address, data={"csrf_token": token, "extension_reason": "x"})
    assert answer.status_code == 403


def test_a_case_is_followed_and_no_longer_followed(site: Site, docket: Docket) -> None:
    case = docket.cases["rectifying"]
    browser = opened(site, "supervisor1", f"/cases/{case}")
    browser.send(browser.form("/follow"))
    assert "已关注" in browser.words
    browser.open("/inbox?tab=followed")
    assert "反映执法人员着便装" in browser.words
    browser.open(f"/cases/{case}")
    browser.send(browser.form("/follow"))
    assert "已取消关注" in browser.words
    browser.open("/inbox?tab=followed")
    assert "反映执法人员着便装" not in browser.words


def test_only_who_started_a_case_withdraws_it_and_only_with_a_reason(
    site: Site, docket: Docket
) -> None:
    case = docket.cases["accepted"]
    other = opened(site, "legal_office_head", f"/cases/{case}")
    assert "/withdrawal" not in other.text
    token = other.form("/follow").fields["csrf_token"]
    refused = other.client.post(
        f"/cases/{case}/withdrawal", data={"csrf_token": token, "reason": "x"}
    )
    assert refused.status_code == 403
    browser = opened(site, "intake1", f"/cases/{case}")
    browser.send(browser.form("/withdrawal"), {"reason": "  "})
    assert browser.status == 422
    assert 'aria-describedby="withdraw-fault"' in browser.text
    browser.send(browser.form("/withdrawal"), {"reason": "重复登记"})
    assert "已撤回" in browser.words
    browser.open(f"/cases/{case}/timeline")
    assert "重复登记" in browser.words
    other.open("/inbox")
    assert "反映窗口人员态度生硬" not in other.words


def test_files_are_added_one_by_one_and_a_refused_one_says_why(site: Site, docket: Docket) -> None:
    case = docket.cases["rectifying"]
    browser = opened(site, "supervisor1", f"/cases/{case}/files")
    files = [
        ("file.upload", "现场记录.txt", "记录".encode()),
        ("file.upload", "程序.exe", b"MZ" + b"\0" * 200),
    ]
    browser.send(browser.form("/files"), files=files)
    assert browser.status == 422
    assert "程序.exe" in browser.words
    assert "现场记录.txt" in browser.words
    browser.open(f"/cases/{case}/files")
    download = re.search(r'href="(/attachments/\d+)">现场记录.txt', browser.text)
    assert download
    answer = browser.client.get(download[1])
    assert answer.data == "记录".encode()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    browser.open(f"/cases/{case}/files")
    browser.send(browser.form("/files"))
    assert "没有选择文件" in browser.words


def test_the_diagram_tells_how_each_element_stands_and_the_table_says_the_same(
    site: Site, docket: Docket
) -> None:
    case = docket.cases["late"]
    browser = opened(site, "supervisor1", f"/cases/{case}/path")
    assert 'data-element="investigate"' in browser.text
    assert re.search(r"超期 \d+ 个工作日", browser.words)
    told = drawn(browser, case)
    assert told["states"]["investigate"] == "overdue"
    assert told["states"]["screen"] == "passed"
    assert told["states"].get("verify") is None
    assert [one["process"] for one in told["diagrams"]] == ["complaint", "escalation"]
    assert all("BPMNDiagram" in one["xml"] for one in told["diagrams"])
    assert told["flows"]
    finished = drawn(browser, docket.cases["finished"])
    assert finished["states"]["rectify"] == "missed"
    assert set(finished["states"].values()).isdisjoint({"present", "soon", "overdue"})


def test_the_diagram_is_labelled_in_the_language_of_the_page(site: Site, docket: Docket) -> None:
    browser, case = site.browser("supervisor1"), docket.cases["rectifying"]
    assert drawn(browser, case)["words"] == {}
    browser.open("/me")
    browser.send(browser.form("/language"), {"language": "en"})
    told = drawn(browser, case)
    written = "".join(one["xml"] for one in told["diagrams"])
    assert told["words"]["指派核查人员"] == "Assign the verifiers"
    assert all(text in written for text in told["words"])


def test_machines_and_posts_are_named_in_the_language_of_the_page(
    site: Site, docket: Docket
) -> None:
    browser = site.browser("administrator")
    browser.open("/me")
    browser.send(browser.form("/language"), {"language": "en"})
    browser.open("/admin?q=scj.")
    assert "Command line" in browser.words
    assert "command line" not in browser.words
    assert "Lead officer, Market Regulation Bureau" in browser.words


def test_deadlines_show_what_happened_to_every_clock(site: Site, docket: Docket) -> None:
    browser = opened(site, "supervisor1", f"/cases/{docket.cases['finished']}/deadlines")
    assert "超期未办，已终止" in browser.words
    assert "按期完成" in browser.words
    assert "开始计算" in browser.words
    assert "内部时限（可配置）" in browser.words


@pytest.mark.parametrize("tab", [*TABS, "/diagrams", "/actions/x"])
def test_a_case_of_others_does_not_exist(site: Site, docket: Docket, tab: str) -> None:
    browser = site.browser("jtj.enf_unit_head")
    browser.open(f"/cases/{docket.cases['rectifying']}{tab}")
    assert browser.status == 404
    assert "反映执法人员" not in browser.words


def test_posts_on_a_case_of_others_change_nothing(site: Site, docket: Docket) -> None:
    case = docket.cases["rectifying"]
    browser = opened(site, "jtj.enf_unit_head", "/inbox")
    token = browser.form("/sign-out").fields["csrf_token"]
    for path in ("follow", "withdrawal", "files", "actions/x"):
        answer = browser.client.post(
            f"/cases/{case}/{path}", data={"csrf_token": token, "reason": "x", "_follow": "yes"}
        )
        assert answer.status_code in (404, 422), path
        assert "反映执法人员" not in answer.text
