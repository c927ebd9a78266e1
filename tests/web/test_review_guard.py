"""The doors of the pages: tokens, addresses to go back to, others' text, what production lacks."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable

import pytest

from engine.config import Mode
from tests.web.conftest import PASSWORD, Site


def posts(site: Site) -> list[str]:
    """Every address that takes a POST, with something in place of its parts."""
    found = []
    for rule in site.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            # A part that is one of several words takes the first of them.
            address = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
            found.append(re.sub(r"<(int:)?[^>]+>", "1", address))
    return sorted(found)


def test_no_form_of_any_page_is_taken_without_its_token(site: Site) -> None:
    browser = site.browser("supervisor4")
    assert len(posts(site)) > 15
    for address in posts(site):
        answer = browser.client.post(address, data={"x": "y"}, headers={"Accept": "text/html"})
        assert answer.status_code == 400, address


OPEN = ("/sign-in", "/public", "/public/1", "/help", "/health", "/healthz", "/readyz")


def test_every_page_but_the_public_ones_asks_to_sign_in(site: Site) -> None:
    visitor = site.app.test_client()
    for rule in site.app.url_map.iter_rules():
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "assets.file"):
            continue
        answer = visitor.get(address)
        public = address in OPEN
        assert public or answer.status_code in (303, 404, 401, 405), (address, answer.status_code)
        if not public and answer.status_code == 303:
            assert answer.location.startswith("/sign-in"), address


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/",
        "//evil.test/inbox",
        "/\\evil.test",
        "/\t/evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/sign-out",
        "/%09/evil.test",
        "http:/inbox",
        "/inbox\r\nSet-Cookie: a=b",
    ],
)
def test_nobody_is_sent_anywhere_but_to_a_page_of_ours(site: Site, address: str) -> None:
    browser = site.browser()
    browser.open("/sign-in")
    form = browser.form("/sign-in")
    token = form.fields["csrf_token"]
    data = {"csrf_token": token, "login": "intake1", "password": PASSWORD, "next": address}
    answer = browser.client.post("/sign-in", data=data)
    assert answer.status_code == 303
    assert answer.location == "/inbox"
    data = {"csrf_token": _token(browser.client.get("/me").text), "language": "en"}
    answer = browser.client.post("/language", data={**data, "_back": address})
    assert answer.location == "/inbox"


def _token(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def test_a_password_is_never_kept_in_a_page(site: Site) -> None:
    browser = site.browser("intake1")
    typed = {"old": PASSWORD, "new": "geheim-geheim-77", "again": "geheim-geheim-77"}
    answer = browser.client.post("/me/password", data={"csrf_token": "old", **typed})
    assert answer.status_code == 400
    assert "geheim" not in answer.text
    for sealed in re.findall(r'name="_kept" value="([^"]+)"', answer.text):
        assert "geheim" not in _opened(sealed)


def _opened(sealed: str) -> str:
    payload = sealed.partition(".")[0] if not sealed.startswith(".") else sealed.split(".")[1]
    data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return (zlib.decompress(data) if sealed.startswith(".") else data).decode()


def test_markup_in_a_title_is_text_on_every_page(site: Site) -> None:
    sign = "<img src=x onerror=alert(1)>'\"&{{7*7}}"
    task_id = site.started(matter=sign)
    browser = site.browser("supervisor4")
    for address in ("/inbox?tab=pool", f"/tasks/{task_id}", "/search?q=img"):
        browser.open(address)
        assert "<img src=x" not in browser.text, address
        assert "{{7*7}}" in browser.text or address.startswith("/search"), address
    browser.open(f"/tasks/{task_id}")
    case = re.search(r"/cases/(\d+)", browser.text)
    assert case is not None
    for tab in (
        "",
        "/timeline",
        "/files",
        "/documents",
        "/path",
        "/deadlines",
        "/people",
        "/audit",
    ):
        browser.open(f"/cases/{case[1]}{tab}")
        assert browser.status == 200, tab
        assert "<img src=x" not in browser.text, tab


def test_the_cookie_of_before_signing_in_is_worth_nothing_afterwards(site: Site) -> None:
    browser = site.browser()
    browser.open("/sign-in")
    before = browser.client.get_cookie("duban")
    browser.sign_in("intake1", PASSWORD)
    after = browser.client.get_cookie("duban")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    other = site.app.test_client()
    other.set_cookie("duban", before.value)
    assert other.get("/inbox").status_code == 303


def test_production_has_no_clock_to_move_even_for_an_administrator(
    build: Callable[..., Site],
) -> None:
    site = build(Mode.PRODUCTION)
    client = site.app.test_client()
    base = "https://duban.test"
    token = _token(client.get("/sign-in", base_url=base).text)
    data = {"csrf_token": token, "login": "administrator", "password": PASSWORD}
    headers = {"Referer": base}
    assert client.post("/sign-in", data=data, base_url=base, headers=headers).status_code == 303
    page = client.get("/me", base_url=base)
    assert "/clock" not in page.text
    data = {"csrf_token": _token(page.text), "_days": "5"}
    assert client.post("/clock", data=data, base_url=base, headers=headers).status_code == 404


def test_a_start_form_sent_twice_makes_one_case_and_shows_it(site: Site) -> None:
    clerk = site.browser("intake1")
    clerk.open("/start/inquiry")
    form = clerk.form("/start/inquiry")
    typed = {"matter": "检查某站", "source": "plan"}
    clerk.send(form, typed)
    assert clerk.status == 200, clerk.words
    clerk.send(form, typed)
    assert clerk.status == 200, clerk.words
    assert "没有重复立案" in clerk.words
    clerk.open("/inbox?tab=started")
    assert len(set(re.findall(r"/cases/(\d+)", clerk.text))) == 1
    clerk.open("/start/inquiry")
    clerk.send(clerk.form("/start/inquiry"), typed)
    clerk.open("/inbox?tab=started")
    assert len(set(re.findall(r"/cases/(\d+)", clerk.text))) == 2
