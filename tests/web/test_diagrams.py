"""The pages of procedures: drawn by one person, reviewed by another, in force from a day on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.web.browser import Browser
from tests.web.conftest import Site

NAME = "new_one"
TASK = """<bpmn:userTask id="step_1" name="办理">
      <bpmn:extensionElements>
        <duban:task instruction="办理来件" stage="办理"/>
        <duban:basis law="中华人民共和国行政处罚法" article="第六十条"/>
        <duban:field id="opinion" label="意见" type="text" required="true"/>
      </bpmn:extensionElements>"""


@pytest.fixture
def site(build: Callable[..., Site]) -> Site:
    return build()


def token(browser: Browser) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.text)
    assert found is not None
    return found[1]


def send(browser: Browser, address: str, **data: object):
    headers = {"X-CSRFToken": token(browser), "Accept": "application/json"}
    return browser.client.post(address, json=data, headers=headers)


def drawn(browser: Browser, process: str = NAME) -> dict[str, object]:
    return dict(browser.client.get(f"/diagrams/{process}/design").get_json())


def mended(xml: str) -> str:
    """The empty template with what a procedure needs besides."""
    return xml.replace('number=""', 'number="新流"').replace(
        '<bpmn:userTask id="step_1" name="办理">', TASK
    )


def drafted(site: Site) -> Browser:
    """A new procedure, drawn and saved, at the browser of the one who drew it."""
    author = site.browser("legal_head")
    author.open("/diagrams")
    author.send(author.form("/diagrams"), {"process": NAME, "name": "新流程"})
    assert author.status == 200, author.words
    xml = mended(str(drawn(author)["xml"]))
    saved = send(author, f"/diagrams/{NAME}/design", xml=xml, tables={}, revision=1)
    assert saved.status_code == 200, saved.get_json()
    assert [one for one in saved.get_json()["findings"] if one["severity"] == "error"] == []
    return author


def act(browser: Browser, verb: str, **typed: str) -> None:
    browser.open(f"/diagrams/{NAME}/publication")
    browser.send(browser.form(f"/diagrams/{NAME}/{verb}"), typed)


def test_a_procedure_goes_from_nothing_to_a_version_by_two_people(site: Site) -> None:
    author = drafted(site)
    act(author, "submission", note="试行新流程")
    assert author.status == 200, author.words
    author.open(f"/diagrams/{NAME}/publication")
    assert "您参与了起草或者提交" in author.words
    assert "R9" in author.words
    assert f"/diagrams/{NAME}/review" not in author.text

    second = site.browser("legal_office_head")
    act(second, "review", verdict="approved")
    assert second.status == 200, second.words
    act(second, "publication")
    assert second.status == 200, second.words
    second.open("/diagrams")
    assert "新流程" in second.words

    second.open(f"/diagrams/{NAME}/history")
    for told in ("试行新流程", "现行", "提交复核", "复核同意", "发布"):
        assert told in second.words
    clerk = site.browser("intake1")
    clerk.open("/start")
    assert "新流程" in clerk.words


def test_who_drew_or_submitted_a_draft_cannot_review_it_even_by_hand(site: Site) -> None:
    author = drafted(site)
    act(author, "submission", note="试行")
    answer = author.client.post(
        f"/diagrams/{NAME}/review",
        data={"csrf_token": token(author), "revision": "2", "verdict": "approved"},
    )
    assert answer.status_code == 403
    assert "须由另一人复核" in answer.get_data(as_text=True)


def test_a_draft_sent_back_tells_why_and_can_be_drawn_on(site: Site) -> None:
    author = drafted(site)
    act(author, "submission", note="试行")
    second = site.browser("legal_office_head")
    act(second, "review", verdict="returned")
    assert second.status == 422, second.words
    act(second, "review", verdict="returned", words="缺少期限")
    assert second.status == 200, second.words
    author.open(f"/diagrams/{NAME}")
    assert "缺少期限" in author.words
    assert drawn(author)["editable"] is True


def test_while_it_is_with_a_reviewer_nobody_can_change_a_draft(site: Site) -> None:
    author = drafted(site)
    act(author, "submission", note="试行")
    xml = str(drawn(author)["xml"])
    answer = send(author, f"/diagrams/{NAME}/design", xml=xml + " ", tables={}, revision=2)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "design_locked")


def test_a_draft_with_errors_is_refused_with_its_findings_and_the_note_survives(site: Site) -> None:
    author = drafted(site)
    xml = str(drawn(author)["xml"]).replace('role="intake_clerk"', 'role="nobody_at_all"')
    send(author, f"/diagrams/{NAME}/design", xml=xml, tables={}, revision=2)
    act(author, "submission", note="很长的说明")
    assert author.status == 422
    assert "roles.unknown_role" in author.words
    assert "很长的说明" in author.text


def test_whoever_saves_second_is_told_who_was_first_and_nothing_is_lost(site: Site) -> None:
    author = drafted(site)
    second = site.browser("legal_office_head")
    second.open(f"/diagrams/{NAME}")
    xml = str(drawn(second)["xml"])
    first = send(author, f"/diagrams/{NAME}/design", xml=xml + "\n", tables={}, revision=2)
    assert first.status_code == 200
    late = send(second, f"/diagrams/{NAME}/design", xml=xml, tables={}, revision=2)
    told = late.get_json()
    assert (late.status_code, told["code"], told["revision"]) == (409, "design_changed", 3)
    assert "股股长" in told["by"]
    assert drawn(second)["xml"] == xml + "\n"


@pytest.mark.parametrize(
    ("xml", "rule"),
    [
        ("not xml", "xml.not_xml"),
        ("<a/>", "xml.not_bpmn"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml.doctype"),
        ("<a>" * 100 + "</a>" * 100, "xml.too_complex"),
        ("<a>" + "x" * 2_000_001 + "</a>", "xml.too_large"),
        ("", "xml.not_xml"),
        ("\x00\x00", "xml.not_xml"),
        ("<a \ud800", "xml.not_xml"),
    ],
)
def test_what_is_no_diagram_is_refused_with_its_line_and_changes_nothing(
    site: Site, xml: str, rule: str
) -> None:
    author = drafted(site)
    before = drawn(author)
    answer = send(author, f"/diagrams/{NAME}/design", xml=xml, tables={}, revision=2)
    assert answer.status_code == 422
    assert [one["rule"] for one in answer.get_json()["findings"]] == [rule]
    assert drawn(author) == before


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"xml": 5, "revision": 2},
        {"xml": "<a/>", "tables": [], "revision": 2},
        {"xml": "<a/>", "tables": {"../x.dmn": "<a/>"}, "revision": 2},
        {"xml": "<a/>", "tables": {"a.dmn": None}, "revision": 2},
        {"xml": "<a/>", "revision": "2"},
    ],
)
def test_data_of_the_wrong_kind_is_refused_in_words(site: Site, data: dict[str, object]) -> None:
    author = drafted(site)
    answer = send(author, f"/diagrams/{NAME}/design", **data)
    assert answer.status_code == 422
    assert answer.get_json()["sentence"]


def test_ids_given_twice_and_another_procedures_diagram_are_not_saved(site: Site) -> None:
    author = drafted(site)
    xml = str(drawn(author)["xml"])
    twice = xml.replace('<bpmn:endEvent id="finished"', '<bpmn:endEvent id="step_1"')
    answer = send(author, f"/diagrams/{NAME}/design", xml=twice, tables={}, revision=2)
    assert answer.status_code == 422
    assert "structure.duplicate_id" in [one["rule"] for one in answer.get_json()["findings"]]
    other = xml.replace(f'<bpmn:process id="{NAME}"', '<bpmn:process id="penalty"')
    other = other.replace(f'processRef="{NAME}"', 'processRef="penalty"')
    answer = send(author, f"/diagrams/{NAME}/design", xml=other, tables={}, revision=2)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "design_other_process")


def test_differences_are_told_in_words_and_marked_on_both_drawings(site: Site) -> None:
    author = site.browser("legal_head")
    author.open("/diagrams/inquiry")
    author.send(author.form("/diagrams/inquiry/drafts"), {})
    before = drawn(author, "inquiry")
    xml = str(before["xml"]).replace('role="supervisor"', 'role="intake_clerk"', 1)
    assert xml != before["xml"]
    answer = send(author, "/diagrams/inquiry/design", xml=xml, tables={}, revision=1)
    assert answer.status_code == 200, answer.get_json()
    author.open("/diagrams/inquiry/changes")
    assert "行政执法监督人员" in author.words
    assert "受理登记员" in author.words
    found = author.client.get(
        "/diagrams/inquiry/changes", headers={"Accept": "application/json"}
    ).get_json()
    assert [one["kind"] for one in found["changes"]] == ["changed"]
    assert list(found["after"]["marks"].values()) == ["changed"]


@pytest.mark.parametrize("login", ["supervisor1", "intake1"])
def test_others_see_no_drafts(site: Site, login: str) -> None:
    person = site.browser(login)
    for address in ("/diagrams", "/diagrams/inquiry", "/diagrams/inquiry/publication"):
        person.open(address)
        assert person.status == 403, address
    person.open("/inbox")
    assert "/diagrams" not in person.text


def test_a_version_taken_out_of_force_starts_no_case(site: Site) -> None:
    manager = site.browser("legal_head")
    manager.open("/diagrams/inquiry/history")
    manager.send(manager.form("/diagrams/inquiry/ending"), {"version": "1", "note": "停止检查"})
    assert manager.status == 200, manager.words
    assert "已停用" in manager.words
    clerk = site.browser("intake1")
    clerk.open("/start/inquiry")
    assert clerk.status == 404


def test_what_was_typed_for_a_new_procedure_survives_its_faults(site: Site) -> None:
    manager = site.browser("legal_head")
    for process, told in (("Bad Id", "不能用"), ("inquiry", "已经有"), ("vocabulary", "不能用")):
        manager.open("/diagrams")
        manager.send(manager.form("/diagrams"), {"process": process, "name": "我的流程"})
        assert manager.status == 422
        assert told in manager.words
        assert "我的流程" in manager.text


def test_the_vocabulary_speaks_the_language_of_the_page(site: Site) -> None:
    manager = site.browser("legal_head")
    found = manager.client.get("/diagrams/vocabulary").get_json()
    assert {"key": "supervisor", "name": "行政执法监督人员"} in found["roles"]
    manager.client.set_cookie("duban-language", "en")
    found = manager.client.get("/diagrams/vocabulary").get_json()
    assert {"key": "supervisor", "name": "Enforcement supervisor"} in found["roles"]
    limits = {one["key"]: one for one in found["limits"]}
    assert limits["CMP.RECTIFY"]["unit"] in ("day", "working_day")


def test_a_step_is_changed_in_the_table_without_drawing(site: Site) -> None:
    author = drafted(site)
    author.open(f"/diagrams/{NAME}/table")
    assert "办理" in author.words
    address = f"/diagrams/{NAME}/table/step_1"
    author.open(address)
    typed = {
        "name": "审查来件",
        "role": "supervisor",
        "label.opinion": "审查意见",
        "stage": "审查",
    }
    author.send(author.form(address), typed)
    assert author.status == 200, author.words
    found = author.client.get(
        f"/diagrams/{NAME}/changes?from=save-1&to=draft", headers={"Accept": "application/json"}
    )
    xml = str(drawn(author)["xml"])
    for told in ('name="审查来件"', 'role="supervisor"', 'label="审查意见"', 'stage="审查"'):
        assert told in xml
    assert 'required="true"' in xml
    assert {one["element"] for one in found.get_json()["changes"]} >= {"step_1"}


def test_a_table_of_an_old_page_overwrites_nothing(site: Site) -> None:
    author = drafted(site)
    address = f"/diagrams/{NAME}/table/step_1"
    author.open(address)
    xml = str(drawn(author)["xml"])
    send(author, f"/diagrams/{NAME}/design", xml=xml + "\n", tables={}, revision=2)
    author.send(author.form(address), {"name": "打字不丢"})
    assert author.status == 409
    assert "打字不丢" in author.text
    assert "打字不丢" not in str(drawn(author)["xml"])


def test_a_step_there_is_not_is_not_found(site: Site) -> None:
    author = drafted(site)
    author.open(f"/diagrams/{NAME}/table/nothing")
    assert author.status == 404
