"""Procedures drawn elsewhere: taken in, what they say taken over, given out again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.browser import Browser
from tests.web.conftest import Site
from tests.web.test_diagrams import drawn, token

FOREIGN = Path(__file__).parent / "foreign"


@pytest.fixture
def site(build: Callable[..., Site]) -> Site:
    return build()


def taken_in(browser: Browser, data: bytes, name: str = "a.bpmn", **typed: str) -> Browser:
    browser.open("/diagrams")
    browser.page = browser.client.post(
        "/diagrams/import",
        data={"csrf_token": token(browser), "file": (io.BytesIO(data), name), **typed},
        follow_redirects=True,
    )
    return browser


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(name.replace("__", "."), data)
    return packed.getvalue()


def test_a_diagram_of_camunda_opens_and_what_it_means_is_taken_over(site: Site) -> None:
    manager = taken_in(
        site.browser("legal_head"), (FOREIGN / "camunda.bpmn").read_bytes(), import_as="letters"
    )
    assert manager.status == 200, manager.words
    for told in ("supervisor", "answer, kind", "P5D", "taskListener", "class"):
        assert told in manager.words
    form = manager.form("/diagrams/letters/mapping")
    ticked = {"take:role.handle": "yes", "take:form.handle": "yes", "take:due.handle": "yes"}
    manager.send(form, {**ticked, "limit:due.handle": "CMP.RECTIFY"})
    assert manager.status == 200, manager.words
    xml = str(drawn(manager, "letters")["xml"])
    for told in (
        'role="supervisor"',
        '<duban:field id="answer" label="答复" type="text" required="true"/>',
        '<duban:option value="a" label="投诉"/>',
        'limit("CMP.RECTIFY")',
        "duban:deadline",
        "handle_due_di",
    ):
        assert told in xml
    for gone in ("candidateGroups", "dueDate", "formData"):
        assert gone not in xml
    findings = {str(one["rule"]) for one in drawn(manager, "letters")["findings"]}  # type: ignore[attr-defined]
    assert "operations.none" in findings
    assert "xml.schema" not in findings


def test_a_diagram_of_flowable_in_another_encoding_opens_in_unicode(site: Site) -> None:
    manager = taken_in(site.browser("legal_head"), (FOREIGN / "flowable.bpmn").read_bytes())
    assert manager.status == 200, manager.words
    assert "来信办理" in manager.words
    form = manager.form("/diagrams/letters/mapping")
    manager.send(form, {"take:role.handle": "yes", "take:form.handle": "yes"})
    xml = str(drawn(manager, "letters")["xml"])
    assert 'id="amount" label="金额" type="number" required="true"' in xml
    assert 'role="intake_clerk"' in xml
    assert drawn(manager, "letters")["findings"]


def test_what_is_given_out_can_be_taken_in_again(site: Site) -> None:
    manager = site.browser("legal_head")
    plain = manager.client.get("/diagrams/inquiry/export.bpmn?of=version-1")
    assert plain.status_code == 200
    assert "attachment" in plain.headers["Content-Disposition"]
    packed = manager.client.get("/diagrams/inquiry/export.zip?of=version-1").data
    with zipfile.ZipFile(io.BytesIO(packed)) as found:
        assert found.read("inquiry.bpmn") == plain.data
    again = taken_in(manager, packed, "a.zip", import_as="inquiry_two")
    assert again.status == 200, again.words
    assert 'id="inquiry_two"' in str(drawn(manager, "inquiry_two")["xml"])


def test_a_file_of_a_published_procedure_becomes_its_draft(site: Site) -> None:
    manager = site.browser("legal_head")
    data = manager.client.get("/diagrams/inquiry/export.bpmn?of=version-1").data
    changed = data.replace("专项检查".encode(), "专项检查二".encode(), 1)
    taken_in(manager, changed)
    assert manager.status == 200, manager.words
    assert drawn(manager, "inquiry")["base"] == 1
    assert "专项检查二" in str(drawn(manager, "inquiry")["xml"])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "xml.not_xml"),
        (b"MZ\x90\x00", "xml.not_xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "没有流程图"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml.doctype"),
        (b"PK\x03\x04 broken", "压缩包打不开"),
        (archive(readme__txt=b"hello"), "没有流程图"),
        (archive(**{f"a{n}__bpmn": b"<a/>" for n in range(61)}), "压缩包打不开"),
        (archive(a__bpmn=b"0" * 4_000_001), "压缩包打不开"),
        (b"<a>" + b"x" * 2_100_000 + b"</a>", "xml.too_large"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_in_words(site: Site, data: bytes, told: str) -> None:
    manager = taken_in(site.browser("legal_head"), data, import_as="letters")
    assert manager.status == 422, manager.words
    assert told in manager.words
    assert manager.client.get("/diagrams/letters").status_code == 404


def test_the_identifier_of_a_file_must_be_one_we_can_use(site: Site) -> None:
    manager = taken_in(site.browser("legal_head"), (FOREIGN / "camunda.bpmn").read_bytes())
    assert manager.status == 422
    assert "Process_1" in manager.words


def test_no_file_is_told_so(site: Site) -> None:
    manager = site.browser("legal_head")
    manager.open("/diagrams")
    manager.page = manager.client.post("/diagrams/import", data={"csrf_token": token(manager)})
    assert manager.status == 422
