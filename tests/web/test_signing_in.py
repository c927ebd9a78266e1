from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.config import Mode
from tests.web.conftest import PASSWORD, Site


def test_every_page_asks_a_visitor_to_sign_in_and_goes_on_there(site: Site) -> None:
    browser = site.browser()
    browser.open("/start")
    assert "登录" in browser.words
    form = browser.form("/sign-in")
    assert form.fields["next"] == "/start"
    browser.send(form, {"login": "intake1", "password": PASSWORD})
    assert browser.page is not None
    assert browser.page.request.path == "/start"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/sign-out", "/nope"]
)
def test_after_signing_in_nobody_is_sent_elsewhere(site: Site, target: str) -> None:
    browser = site.browser()
    browser.open("/sign-in")
    form = browser.form("/sign-in")
    answer = browser.send(
        form, {"login": "intake1", "password": PASSWORD, "next": target}, follow=False
    )
    assert answer.headers["Location"] == "/inbox"


def test_a_wrong_password_is_told_and_the_account_is_kept(site: Site) -> None:
    browser = site.browser()
    browser.sign_in("intake1", "wrong")
    assert browser.status == 422
    assert "账号或者密码不正确" in browser.words
    assert browser.form("/sign-in").fields["login"] == "intake1"


def test_too_many_attempts_are_told_with_the_time_to_wait(site: Site) -> None:
    browser = site.browser()
    for _ in range(11):
        browser.sign_in("intake1", "wrong")
    assert browser.status == 429
    assert "分钟后再试" in browser.words


def test_the_session_of_a_visitor_does_not_become_the_session_of_a_person(site: Site) -> None:
    browser = site.browser()
    browser.open("/sign-in")
    before = browser.form("/sign-in").fields["csrf_token"]
    with browser.client.session_transaction() as session:
        session["planted"] = "by somebody else"
        old = session["csrf_token"]
    browser.send(browser.form("/sign-in"), {"login": "intake1", "password": PASSWORD})
    with browser.client.session_transaction() as session:
        assert "planted" not in session
        assert session["csrf_token"] != old
    refused = browser.client.post("/sign-out", data={"csrf_token": before})
    assert refused.status_code == 400


def test_signing_out_ends_the_session(site: Site) -> None:
    browser = site.browser("intake1")
    browser.send(browser.form("/sign-out"))
    browser.open("/inbox")
    assert "密码" in browser.words


def test_an_idle_session_ends(site: Site) -> None:
    browser = site.browser("intake1")
    site.clock.advance(minutes=59)
    assert "工作台" in browser.open("/inbox").text
    site.clock.advance(minutes=61)
    browser.open("/inbox")
    assert browser.form("/sign-in").fields["next"] == "/inbox"


def test_a_bell_that_refreshes_itself_keeps_no_session_alive(site: Site) -> None:
    browser = site.browser("intake1")
    for _ in range(7):
        site.clock.advance(minutes=10)
        browser.client.get("/notifications/count", headers={"HX-Request": "true"})
    answer = browser.client.get("/notifications/count", headers={"HX-Request": "true"})
    assert answer.status_code == 401


def test_no_session_lasts_longer_than_a_day_of_work(site: Site) -> None:
    browser = site.browser("intake1")
    for _ in range(13):
        site.clock.advance(minutes=56)
        browser.open("/inbox")
    assert "密码" in browser.words


def test_a_new_password_ends_every_other_session(site: Site) -> None:
    browser, other = site.browser("intake1"), site.browser("intake1")
    browser.open("/me")
    form = browser.form("/me/password")
    new = "quite another sentence"
    browser.send(form, {"old": PASSWORD, "new": new, "again": new})
    assert "密码已修改" in browser.words
    assert "工作台" in browser.open("/inbox").text
    other.open("/inbox")
    assert "密码" in other.words
    assert other.form("/sign-in").method == "post"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"old": "no", "new": "quite another one", "again": "quite another one"}, "当前密码不正确"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "密码太容易猜到"),
        ({"old": PASSWORD, "new": "quite another", "again": "quite a third"}, "不一致"),
    ],
)
def test_a_password_that_cannot_be_taken_says_why(
    site: Site, typed: dict[str, str], sentence: str
) -> None:
    browser = site.browser("intake1")
    browser.open("/me")
    browser.send(browser.form("/me/password"), typed)
    assert browser.status == 422
    assert sentence in browser.words


def test_a_form_without_its_token_changes_nothing(site: Site) -> None:
    task = site.started()
    browser = site.browser("supervisor1")
    answer = browser.client.post(f"/tasks/{task}/holder")
    assert answer.status_code == 400
    assert "没有执行" in answer.text
    browser.open(f"/tasks/{task}")
    assert "待领取" in browser.words


def test_pages_forbid_scripts_from_elsewhere_frames_and_sniffing(site: Site) -> None:
    answer = site.browser("intake1").open("/inbox")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script>" not in answer.text
    assert " onclick=" not in answer.text
    assert ' style="' not in answer.text


def test_in_production_the_session_travels_only_encrypted_and_no_clock_is_shown(
    build: Callable[..., Site],
) -> None:
    site = build(Mode.PRODUCTION)
    browser = site.browser()
    answer = browser.client.get("/sign-in", base_url="https://duban.example")
    cookie = next(value for name, value in answer.headers if name == "Set-Cookie")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "模拟" not in answer.text


def test_the_language_is_the_browsers_until_a_person_chooses(site: Site) -> None:
    browser = site.browser()
    assert "Sign in" in browser.open("/sign-in", **{"Accept-Language": "en-GB,zh;q=0.5"}).text
    assert "登录" in browser.open("/sign-in", **{"Accept-Language": "fr"}).text
    browser = site.browser("intake1")
    browser.open("/me")
    browser.send(browser.form("/language"), {"language": "en"})
    assert "My account" in browser.words
    elsewhere = site.browser("intake1")
    assert "Workbench" in elsewhere.open("/inbox").text


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(site: Site) -> None:
    browser = site.browser("intake1")
    cookie = browser.client.get_cookie("duban")
    assert cookie is not None
    thief = site.browser()
    thief.client.set_cookie("duban", cookie.value)
    assert "工作台" in thief.open("/inbox").text
    browser.send(browser.form("/sign-out"))
    thief.open("/inbox")
    assert "密码" in thief.words
    assert thief.form("/sign-in").fields["next"] == "/inbox"


def test_signing_out_here_leaves_the_session_elsewhere(site: Site) -> None:
    browser, other = site.browser("intake1"), site.browser("intake1")
    browser.send(browser.form("/sign-out"))
    assert "工作台" in other.open("/inbox").text
