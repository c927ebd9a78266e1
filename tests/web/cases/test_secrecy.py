"""R15: who complained is hidden from the body complained about, on every page there is."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from werkzeug.test import TestResponse

from tests.web.browser import Browser
from tests.web.cases.conftest import SECRET, Docket
from tests.web.conftest import Site

TABS = ("", "/timeline", "/files", "/documents", "/path", "/deadlines", "/people", "/audit")
LINK = re.compile(r'(?:href|action|data-diagram)="([^"]+)"')
#: How many ids to try at each address that takes one, whether or not anything links there.
IDS = {
    "attachments": 16, "documents": 24, "tasks": 45, "deadlines": 12, "registers/entries": 12,
    "public": 4,
}  # fmt: skip


#: Addresses that tell of no case, or that are tried by number above.
ELSEWHERE = ("/static", "/deadlines", "/calendar", "/periodic")


def _of_others(address: str) -> bool:
    """Whether it is a template that no complaint uses: it is previewed with another's case."""
    kind = address.removeprefix("/document-templates/")
    return kind != address and not kind.startswith(("complaint", "rectification"))


def forced(docket: Docket) -> list[str]:
    """Addresses somebody could type."""
    return [
        *(f"/cases/{case}{tab}" for case in docket.cases.values() for tab in (*TABS, "/diagrams")),
        *(f"/{kind}/{one}" for kind, count in IDS.items() for one in range(1, count + 1)),
        "/inbox", "/inbox?tab=pool", "/inbox?tab=done", "/inbox?tab=started",
        "/inbox?tab=followed", "/notifications", "/registers", "/public", "/start", "/search",
        "/search?q=红执诉", "/incidents", "/audit", "/admin", "/me",
    ]  # fmt: skip


def read(answer: TestResponse) -> str:
    """All text of an answer; that of a Word file too, with its properties."""
    content = answer.data
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"\n".join(parts.read(name) for name in parts.namelist())
        # Word cuts a text into runs: what lies between two tags is one text.
        content += re.sub(rb"<[^>]+>", b"", content)
    return unescape(content.decode("utf-8", "ignore")) + str(answer.headers)


def crawl(
    browser: Browser, first: list[str], *, follow: bool = True
) -> tuple[dict[str, str], set[str]]:
    """Every page reached from these: address -> its text, and those that told a secret."""
    seen: dict[str, str] = {}
    told: set[str] = set()
    waiting = list(dict.fromkeys(first))
    known = set(waiting)
    while waiting:
        address = waiting.pop()
        answer = browser.client.get(address, follow_redirects=True)
        seen[address] = text = read(answer)
        if SECRET in text:
            told.add(address)
        if answer.mimetype != "text/html" or not follow:
            continue
        for found in LINK.findall(answer.text):
            target = urljoin(address, unescape(found)).partition("#")[0]
            if urlsplit(target).netloc or target.startswith(ELSEWHERE) or _of_others(target):
                continue
            if target not in known:
                known.add(target)
                waiting.append(target)
    return seen, told


#: Who acted for the department, who leads it, who reviews for it, who enforces in its unit.
DEPARTMENT = ("scj.enf_unit_head", "scj.dept_head", "scj.legal_reviewer", "scj.case_lead")


@pytest.mark.parametrize("login", DEPARTMENT)
def test_nobody_of_the_body_complained_about_learns_who_complained(
    site: Site, docket: Docket, login: str
) -> None:
    seen, told = crawl(site.browser(login), forced(docket))
    assert told == set()
    if login == "scj.enf_unit_head":
        assert "反映执法人员着便装" in seen[f"/cases/{docket.cases['rectifying']}"]
        assert "行政执法整改建议书" in seen[f"/cases/{docket.cases['rectifying']}/documents"]


@pytest.mark.parametrize("login", ["jtj.enf_unit_head", "legal_publisher"])
def test_strangers_to_a_complaint_learn_nothing_of_it(
    site: Site, docket: Docket, login: str
) -> None:
    seen, told = crawl(site.browser(login), forced(docket))
    assert told == set()
    for case in docket.cases.values():
        assert "整改" not in seen[f"/cases/{case}"]


def test_the_public_learns_nothing(site: Site, docket: Docket) -> None:
    assert crawl(site.browser(), forced(docket))[1] == set()


def test_those_who_handle_it_do_see_it_so_that_the_tests_above_can_fail(
    site: Site, docket: Docket
) -> None:
    _, told = crawl(site.browser("intake1"), forced(docket), follow=False)
    case = docket.cases["rectifying"]
    assert {f"/cases/{case}", f"/cases/{case}/files", f"/cases/{case}/documents"} <= told
    assert any(address.startswith("/attachments/") for address in told)
    assert any(address.startswith("/documents/") for address in told)
    assert any(address.startswith("/tasks/") for address in told)


@pytest.mark.parametrize(
    "words", [SECRET, f"{SECRET}complainant_name", f"{SECRET}complainant_phone"]
)
def test_a_search_for_the_name_finds_nothing_for_the_department(
    site: Site, docket: Docket, words: str
) -> None:
    browser = site.browser("scj.enf_unit_head")
    browser.open(f"/search?q={words}")
    assert "/cases/" not in browser.text.split("<main")[1]
    intake = site.browser("intake1")
    intake.open(f"/search?q={SECRET}complainant_name")
    assert f'/cases/{docket.cases["rectifying"]}"' in intake.text


def test_how_the_complainant_was_reached_is_kept_from_the_department(
    site: Site, docket: Docket
) -> None:
    address = f"/cases/{docket.cases['rectifying']}/documents"
    intake = site.browser("intake1")
    intake.open(address)
    assert "本案发送的邮件" in intake.words
    assert "当事人" in intake.words
    department = site.browser("scj.enf_unit_head")
    department.open(address)
    assert "行政执法整改建议书" in department.words
    assert "当事人" not in department.text.split("<main")[1]
