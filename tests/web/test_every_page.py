"""Every page there is, found by following links, looked at by axe in both languages and widths."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from tests.web.conftest import Site
from tests.web.test_in_a_browser import Visit

pytestmark = pytest.mark.journey

LINK = re.compile(r'href="(/[^"#]*)')
#: Who goes through the pages: between them they may open every one.
WALKERS = ("administrator", "supervisor4", "legal_office_head", "intake1", "county_leader1")
#: Pages no link of this small county leads to: tests of their own noun look at them, or nobody yet.
ELSEWHERE = frozenset({
    "auth.sign_in",
    "cases.action",
    "clock_requests.show",
    "designs.show",
    "documents.read",
    "exchange.archive",
    "exchange.diagram",
    "inbox.home",
    "opinions.show",
    "periodic.turn",
    "progress.show",
    "public.show",
    "recusals.show",
    "registers.entry",
    "services.form",
    "tables.step",
})  # fmt: skip
#: Answers that are no page: files, data, parts of pages, what monitors ask.
NO_PAGES = frozenset({
    "attachments.download",
    "bulk.report",
    "cases.diagrams",
    "designs.drawn",
    "designs.revision",
    "diagrams.terms",
    "doctemplates.download",
    "documents.download",
    "health.alive",
    "health.ready",
    "notifications.count",
    "registers.workbook",
    "static",
})  # fmt: skip


def reached(site: Site, seeds: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """One address of every page of HTML, with who found it: endpoint -> (login, address)."""
    router = site.app.url_map.bind("localhost")
    found: dict[str, tuple[str, str]] = {}
    for login in WALKERS:
        client = site.browser(login).client
        waiting, known, tried = [*seeds], {*seeds}, set[str]()
        while waiting:
            path = waiting.pop(0)
            try:
                endpoint, _ = router.match(urlsplit(path).path, method="GET")
            except HTTPException:
                continue
            known_page = endpoint in found and endpoint in tried and path not in seeds
            if known_page or endpoint in ("static", "assets.file"):
                continue
            tried.add(endpoint)
            answer = client.get(path)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            found.setdefault(endpoint, (login, path))
            for link in LINK.findall(answer.text):
                target = urljoin(path, unescape(link))
                if target not in known:
                    known.add(target)
                    waiting.append(target)
    return found


def test_every_page_reached_by_links_is_accessible_and_fits(
    site: Site, chromium: Browser, address: str
) -> None:
    task = site.started()
    site.browser("supervisor4").open(f"/tasks/{task}")
    pages = reached(site, ("/inbox", "/me", f"/tasks/{task}", "/inbox?tab=pool"))
    wrong: dict[str, list[str]] = {}
    for width, look, language in ((360, "dark", "zh-CN"), (1440, "light", "en")):
        for login in WALKERS:
            mine = [path for who, path in pages.values() if who == login]
            if not mine:
                continue
            visit = Visit(chromium, address, width, color_scheme=look, locale=language)
            page = visit.sign_in(login)
            for path in mine:
                page.goto(path)
                if faults := visit.faults():
                    wrong[f"{path} {width} {look}"] = faults
            visit.context.close()
    told = "\n".join(f"{place}: {one}" for place, some in wrong.items() for one in some)
    assert not told, told


def test_no_page_is_added_without_being_looked_at(site: Site) -> None:
    task = site.started()
    pages = reached(site, ("/inbox", "/me", f"/tasks/{task}", "/inbox?tab=pool"))
    every = {
        rule.endpoint for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    assert every - pages.keys() - ELSEWHERE - NO_PAGES == set()
