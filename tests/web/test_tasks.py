from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine.actor import COMMAND_LINE
from engine.services import tasks
from tests.web.browser import Browser
from tests.web.conftest import PASSWORD, Site

WHOLE = {
    "place": "迤萨镇人民路一号",
    "findings": "第一行\n第二行：出示证件、告知权利。",
    "visits": "12",
    "amount": "1234.50",
    "checked_on": "2026-02-27",
    "result": "bad",
    "problem": "未告知陈述申辩权",
    "ways": ["visit", "papers"],
    "lawful": "no",
    "lawful.note": "缺少告知笔录",
    "steps": ["shown"],
    "articles.law": ["行政处罚法", ""],
    "articles.article": ["第四十四条", ""],
}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def json(answer: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = answer.get_json()
    return found


def holder(site: Site, task: int, login: str = "supervisor1") -> Browser:
    """Somebody who took the task, on its page."""
    browser = site.browser(login)
    browser.open(f"/tasks/{task}")
    browser.send(browser.form(f"/tasks/{task}/holder"))
    assert browser.status == 200, browser.words
    return browser


def test_a_task_is_taken_from_the_pool_with_one_click_and_completed(site: Site) -> None:
    task = site.started()
    browser = site.browser("supervisor1")
    browser.open("/inbox?tab=pool")
    browser.send(browser.form(f"/tasks/{task}/holder"))
    assert "已领取：检查，红查〔2026〕1号" in browser.words
    browser.open(f"/tasks/{task}")
    browser.send(browser.form("/completion"), WHOLE)
    assert "已完成：检查，红查〔2026〕1号" in browser.words
    assert "现由红河县司法局 · 行政执法监督人员办理：复核" in browser.words
    browser.open("/inbox?tab=done")
    assert "检查某站" in browser.words


def test_what_was_entered_stands_as_an_opinion_on_the_next_task_in_words(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    browser.send(browser.form("/completion"), WHOLE)
    other = site.browser("supervisor2")
    other.open("/inbox?tab=pool")
    following = other.text.split('href="/tasks/')[1].split('"')[0]
    other.open(f"/tasks/{following}")
    for words in (
        "第一行", "¥1,234.50", "2026-02-27（周五）", "存在问题", "现场检查", "查阅案卷",
        "否：缺少告知笔录", "已出示证件", "行政处罚法 第四十四条", "行政执法监督人员（一）",
    ):  # fmt: skip
        assert words in other.words, words


def test_an_error_names_each_field_and_costs_no_text(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    typed = {**WHOLE, "place": "", "visits": "很多", "amount": "12.345", "lawful": ""}
    browser.send(browser.form("/completion"), typed)
    assert browser.status == 422
    assert "有 4 处需要更正" in browser.words
    for name in ("place", "visits", "amount", "lawful"):
        assert f'href="#field-{name}"' in browser.text
        assert f'id="fault-{name}"' in browser.text
    form = browser.form("/completion")
    for name, value in typed.items():
        expected = [value] if isinstance(value, str) else list(value)
        found = form.fields.getlist(name)
        assert [one for one in found if one] == [one for one in expected if one], name
    # It also stands there after leaving and coming back.
    browser.open("/inbox")
    browser.open(f"/tasks/{task}")
    assert browser.form("/completion").fields["findings"] == WHOLE["findings"]


def test_without_scripts_a_field_that_depends_on_another_comes_up_after_sending(
    site: Site,
) -> None:
    browser = holder(site, site.started())
    assert 'data-field="problem" hidden' in browser.text
    browser.send(browser.form("/completion"), {**WHOLE, "problem": ""})
    assert browser.status == 422
    assert 'data-field="problem" hidden' not in browser.text
    assert "问题描述" in browser.words
    browser.send(browser.form("/completion"), {"problem": "补正"})
    assert "已完成" in browser.words


def test_a_draft_is_kept_with_and_without_scripts(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    browser.send(browser.form("/completion"), {"findings": "草稿一"}, to=f"/tasks/{task}/draft")
    assert "草稿已保存" in browser.words
    form = browser.form("/completion")
    assert form.fields["findings"] == "草稿一"
    answer = browser.send(
        form, {"findings": "草稿二", "result": "bad"}, to=f"/tasks/{task}/draft",
        live=True,
    )  # fmt: skip
    assert "problem" in json(answer)["visible"]
    assert "草稿已保存" in json(answer)["saved"]
    browser.open(f"/tasks/{task}")
    assert browser.form("/completion").fields["findings"] == "草稿二"


def test_a_file_chosen_beside_a_mistake_is_not_lost(site: Site) -> None:
    browser = holder(site, site.started())
    photo = ("photos.upload", "现场照片.pdf", PDF)
    browser.send(browser.form("/completion"), {**WHOLE, "place": ""}, [photo])
    assert browser.status == 422
    assert "现场照片.pdf" in browser.words
    form = browser.form("/completion")
    assert len(form.fields.getlist("photos")) == 1
    browser.send(form, {"place": "补上"})
    assert "已完成" in browser.words


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("程序.exe", b"MZ" + b"\0" * 60, "不能接收"),
        ("照片.jpg", PDF, "不符"),
        ("大文件.pdf", PDF + b"\0" * 300_000, "超过"),
    ],
)
def test_a_file_that_is_refused_says_why_and_the_text_stays(
    site: Site, name: str, content: bytes, sentence: str
) -> None:
    browser = holder(site, site.started())
    browser.send(browser.form("/completion"), WHOLE, [("photos.upload", name, content)])
    assert browser.status == 422
    assert sentence in browser.words
    assert browser.form("/completion").fields["findings"] == WHOLE["findings"]


def test_a_request_beyond_all_limits_gets_a_page_of_ours(site: Site) -> None:
    browser = holder(site, site.started())
    browser.send(
        browser.form("/completion"), WHOLE, [("photos.upload", "大.pdf", PDF + b"\0" * 6_000_000)]
    )
    assert browser.status == 413
    assert "一次上传的内容太大" in browser.words


def test_one_file_can_be_sent_by_itself_while_the_form_goes_on(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    form = browser.form("/completion")
    browser.send(
        form, {}, [("file", "现场.pdf", PDF)], to=f"/tasks/{task}/files/photos",
        live=True,
    )  # fmt: skip
    assert browser.status == 201
    assert "现场.pdf" in browser.text
    number = browser.text.split('name="photos" value="')[1].split('"')[0]
    with site.office.read(COMMAND_LINE) as work:
        case = tasks.page(work, task).case.id
    # What is not sent yet is nobody else's business, and no file of the case.
    assert "现场.pdf" not in browser.open(f"/cases/{case}/files").text
    assert site.browser("intake1").client.get(f"/attachments/{number}").status_code == 404
    assert browser.client.get(f"/attachments/{number}").status_code == 200
    browser.open(f"/tasks/{task}")
    browser.send(browser.form("/completion"), {**WHOLE, "photos": number})
    assert "已完成" in browser.words
    assert "现场.pdf" in browser.open(f"/cases/{case}/files").text


def test_two_people_completing_one_task_lose_no_text(site: Site) -> None:
    task = site.started()
    first, second = site.browser("supervisor1"), site.browser("supervisor2")
    first.open(f"/tasks/{task}")
    second.open(f"/tasks/{task}")
    first.send(first.form("/completion"), WHOLE)
    assert "已完成" in first.words
    second.send(second.form("/completion"), {**WHOLE, "findings": "另一个人写的长篇情况"})
    assert second.status == 409
    assert "已由行政执法监督人员（一）于 2026-03-02（周一） 09:00 办结" in second.words
    assert "另一个人写的长篇情况" in second.words
    assert "没有提交" in second.words


def test_a_second_click_changes_nothing_and_says_so(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    form = browser.form("/completion")
    browser.send(form, WHOLE)
    browser.send(form, WHOLE)
    assert browser.status == 409
    assert "办结" in browser.words
    browser.open("/inbox?tab=done")
    assert browser.words.count("检查某站") == 1


def test_a_stale_page_of_a_task_somebody_else_took_is_told_apart(site: Site) -> None:
    task = site.started()
    late = site.browser("supervisor2")
    late.open(f"/tasks/{task}")
    form = late.form("/completion")
    holder(site, task, "supervisor1")
    late.send(form, {**WHOLE, "findings": "没来得及提交"})
    assert late.status == 409
    assert "已由行政执法监督人员（一）领取" in late.words
    assert "没来得及提交" in late.words


def test_text_typed_while_the_session_ended_is_back_in_the_form_after_signing_in(
    site: Site,
) -> None:
    task = site.started()
    browser = holder(site, task)
    form = browser.form("/completion")
    site.clock.advance(hours=2)
    browser.send(form, {**WHOLE, "findings": "写了两个小时"})
    assert browser.status == 401
    assert "您填写的内容已保留在本页" in browser.words
    assert "写了两个小时" not in browser.text
    browser.send(browser.form("/sign-in"), {"login": "supervisor1", "password": "wrong"})
    assert browser.status == 422
    browser.send(browser.form("/sign-in"), {"login": "supervisor1", "password": PASSWORD})
    assert "您填写的内容已放回表单" in browser.words
    sent = browser.form("/completion")
    assert sent.fields["findings"] == "写了两个小时"
    assert sent.fields.getlist("ways") == ["visit", "papers"]
    browser.send(sent)
    assert "已完成" in browser.words


def test_text_of_one_person_is_not_handed_to_another_who_signs_in(site: Site) -> None:
    browser = holder(site, site.started())
    form = browser.form("/completion")
    site.clock.advance(hours=2)
    browser.send(form, {**WHOLE, "findings": "只给本人看"})
    browser.send(browser.form("/sign-in"), {"login": "supervisor2", "password": PASSWORD})
    assert "只给本人看" not in browser.text
    assert "工作台" in browser.words


def test_text_from_a_page_of_an_earlier_session_can_be_put_back(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    form = browser.form("/completion")
    browser.send(browser.form("/sign-out"))
    browser.sign_in("supervisor1", PASSWORD)
    browser.send(form, {**WHOLE, "findings": "旧页面上的文字"})
    assert browser.status == 400
    browser.send(browser.form("/kept"))
    assert browser.form("/completion").fields["findings"] == "旧页面上的文字"


def test_a_foreign_page_cannot_put_text_into_our_forms(site: Site) -> None:
    task = site.started()
    visitor = site.browser()
    answer = visitor.client.post(
        f"/tasks/{task}/completion",
        data={"findings": "planted"},
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 401
    assert "_kept" not in answer.text


def test_a_task_of_another_body_does_not_exist_for_strangers(site: Site) -> None:
    task = site.started()
    stranger = site.browser("scj.dept_head")
    stranger.open(f"/tasks/{task}")
    assert stranger.status == 404
    assert "或者您无权查看" in stranger.words
    token = stranger.form("/sign-out").fields["csrf_token"]
    answer = stranger.client.post(f"/tasks/{task}/holder", data={"csrf_token": token})
    assert answer.status_code == 404


def test_who_did_the_step_may_not_review_it_and_reads_why(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    browser.send(browser.form("/completion"), WHOLE)
    other = site.browser("supervisor2")
    other.open("/inbox?tab=pool")
    following = other.text.split('href="/tasks/')[1].split('"')[0]
    browser.open(f"/tasks/{following}")
    assert "您办理过本案，不得审核" in browser.words
    assert "第四十九条" in browser.words
    token = browser.form("/sign-out").fields["csrf_token"]
    answer = browser.client.post(f"/tasks/{following}/holder", data={"csrf_token": token})
    assert answer.status_code == 403
    assert "您办理过本案，不得审核" in answer.text


def test_a_task_is_given_back_with_a_reason_only(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    browser.send(browser.form("/release"), {"reason": " "})
    assert browser.status == 422
    assert "这一项必须填写" in browser.words
    browser.send(browser.form("/release"), {"reason": "与被检查单位有亲属关系"})
    assert "已退回待领" in browser.words
    browser.open(f"/tasks/{task}")
    assert "待领取" in browser.words


def test_a_task_is_handed_over_to_somebody_who_may_do_it(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    form = browser.form("/assignment")
    browser.send(form, {"person": "", "reason": "出差"})
    assert browser.status == 422
    assert "请选择转给谁" in browser.words
    person = browser.text.split("行政执法监督人员（三）")[0].rsplit('value="', 1)[1].split('"')[0]
    browser.send(browser.form("/assignment"), {"person": person, "reason": "出差"})
    assert "现由行政执法监督人员（三）办理" in browser.words
    other = site.browser("supervisor3")
    other.open("/inbox")
    assert "检查某站" in other.words


def test_every_error_page_says_what_happened_what_was_kept_and_what_to_do(site: Site) -> None:
    browser = site.browser("intake1")
    token = browser.form("/sign-out").fields["csrf_token"]
    for answer in (
        browser.open("/nowhere"),
        browser.open("/tasks/999999"),
        browser.open("/tasks/1/completion"),
        browser.client.post("/clock", data={"_days": "5", "csrf_token": token}),
    ):
        assert answer.status_code in (403, 404, 405)
        for words in ("发生了什么", "保留了什么", "怎么办", "编号"):
            assert words in answer.text, (answer.request.path, words)
        assert "Traceback" not in answer.text


def test_a_fault_of_ours_shows_a_reference_and_no_trace(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = site.browser("intake1")

    def fail(*_: object) -> None:
        raise RuntimeError("secret inner words")

    monkeypatch.setattr("engine.services.starts.startable", fail)
    browser.open("/start")
    assert browser.status == 500
    assert browser.page is not None
    assert browser.page.headers["X-Request-ID"] in browser.words
    assert "secret inner words" not in browser.text


def test_a_case_that_cannot_move_tells_the_incident_and_keeps_the_text(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = site.started()
    browser = holder(site, task)

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("engine.services.moves.settle", fail)
        browser.send(browser.form("/completion"), {**WHOLE, "findings": "故障前写下的"})
    assert browser.status == 500
    assert "案件无法继续" in browser.words
    assert "YC-" in browser.words
    assert "disk" not in browser.text
    browser.open(f"/tasks/{task}")
    assert browser.form("/completion").fields["findings"] == "故障前写下的"
