"""Templates, documents, service and case files at their pages, in both languages."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from docx import Document

from engine.actor import COMMAND_LINE
from engine.services import documents
from tests.web.browser import Browser
from tests.web.conftest import Site

HEAD = "legal_office_head"
TEMPLATES = "/document-templates"


def word(*lines: str) -> bytes:
    sheet = Document()
    for line in lines:
        sheet.add_paragraph(line)
    written = io.BytesIO()
    sheet.save(written)
    return written.getvalue()


def case_of(site: Site) -> tuple[int, dict[str, int]]:
    """The case in which a proposal was sent to a department, and its documents by type."""
    with site.office.read(COMMAND_LINE) as work:
        for case_id in range(1, 9):
            found = {row.type: row.id for row in documents.of_case(work, case_id)}
            if "rectification_proposal" in found:
                return case_id, found
    raise AssertionError("no case with a proposal")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_answers_in_its_language(site: Site, language: str) -> None:
    case_id, found = case_of(site)
    head = site.browser(HEAD)
    for address in (
        TEMPLATES,
        f"{TEMPLATES}/rectification_proposal",
        f"{TEMPLATES}/rectification_proposal/0",
        f"/documents/{found['rectification_proposal']}/page",
        f"/cases/{case_id}/services",
        f"/cases/{case_id}/services/{found['rectification_proposal']}",
        f"/cases/{case_id}/file",
        f"/cases/{case_id}/file/print/both",
        f"/cases/{case_id}/documents",
    ):
        head.open(address, **{"Accept-Language": language})
        assert head.status == 200, (address, head.words[:400])
        assert "code:" not in head.words, address


def test_a_template_is_replaced_looked_at_and_put_in_force(site: Site) -> None:
    head = site.browser(HEAD)
    page = f"{TEMPLATES}/rectification_proposal"
    head.open(page)
    head.send(head.form(page), {"note": ""}, [("file", "新.docx", word("{{ title }}"))])
    assert head.status == 422
    head.send(head.form(page), {"note": "宏"}, [("file", "新.docx", b"MZ")])
    assert head.status == 422
    assert "宏" in head.text, "what was typed is still there"
    head.send(head.form(page), {"note": "改版"}, [("file", "新.docx", word("{{ v.no_such }}"))])
    assert "v.no_such" in head.words
    with pytest.raises(AssertionError):
        head.form("/1/force")
    head.open(page)
    head.send(head.form(page), {"note": "改版"}, [("file", "新.docx", word("{{ title }}新版式"))])
    assert "新版式" in head.words
    head.send(head.form("/2/force"), {"effective_at": "2001-01-01T00:00"})
    assert head.status == 422
    head.send(head.form("/2/force"), {"effective_at": ""})
    assert head.status == 200
    assert "有效" in head.words
    clerk = site.browser("intake1")
    clerk.open(page)
    with pytest.raises(AssertionError):
        clerk.form(page)
    clerk.client.get(f"{page}/2/file")


def send_correction(browser: Browser, document_id: int) -> None:
    browser.open(f"/documents/{document_id}/page")
    form = browser.form("/correction")
    browser.send(form, {"wrong": "十日", "right": "", "reason": "笔误"})
    assert browser.status == 422
    assert "笔误" in browser.text
    browser.send(
        browser.form("/correction"), {"wrong": "十日", "right": "十五日", "reason": "笔误"}
    )
    assert browser.status == 200


def test_a_document_is_corrected_and_both_are_read(site: Site) -> None:
    _, found = case_of(site)
    head = site.browser(HEAD)
    send_correction(head, found["rectification_proposal"])
    assert "十五日" in head.words
    assert "更正" in head.words
    head.open(f"/documents/{found['rectification_proposal']}/page")
    assert "请一并阅读" in head.words


def test_service_is_recorded_with_its_proof(site: Site) -> None:
    case_id, found = case_of(site)
    head = site.browser(HEAD)
    address = f"/cases/{case_id}/services/{found['rectification_proposal']}"
    head.open(address)
    typed = {"method": "direct", "outcome": "served", "receiver": "收发室李四"}
    head.send(head.form(address), typed)
    assert head.status == 422
    assert "收发室李四" in head.text
    typed["delivered_on"] = site.clock.now().date().isoformat()
    head.send(head.form(address), typed, [("proofs", "回证.pdf", b"%PDF-1.7 signed")])
    assert head.status == 200, head.words[:600]
    assert "收发室李四" in head.words
    assert "送达回证" in head.words
    other = site.browser("scj.enf_unit_head")
    other.open(f"/cases/{case_id}/services")
    assert other.status == 200
    # What another body issued is not theirs to serve; their own answer is.
    assert f'{address}"' not in other.text


def test_a_case_file_is_made_and_taken_away(site: Site) -> None:
    case_id, _ = case_of(site)
    head = site.browser(HEAD)
    address = f"/cases/{case_id}/file"
    head.open(address)
    head.send(head.form(address), {"part": "both", "purpose": ""})
    assert head.status == 422
    head.send(head.form(address), {"part": "both", "purpose": "案卷评查"})
    assert head.status == 200
    found = re.search(rf'action="({address}/\d+)"', head.text)
    assert found
    head.send(head.form(found.group(1)))
    assert head.page is not None
    assert head.page.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(head.page.data)) as package:
        assert package.testzip() is None
    other = site.browser("scj.enf_unit_head")
    other.open(address)
    assert "副卷仅限本机关内部使用" in other.words
    assert "机密" not in other.text
    other.open(f"{address}/print/both")
    assert other.status == 403
    other.open(f"{address}/print/main")
    assert other.status == 200
    assert "机密" not in other.text
