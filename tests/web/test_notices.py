from __future__ import annotations

from engine.actor import COMMAND_LINE
from engine.store import cases, notifications, people
from tests.web.browser import Browser
from tests.web.conftest import Site


def told(site: Site, login: str) -> None:
    """Two notices to a person about the first case."""
    with site.office.begin(COMMAND_LINE) as work:
        person = people.person_by_login(work.session, login)
        case = cases.get(work.session, 1)
        assert person is not None
        assert case is not None
        for message in ("task_due_soon", "task_overdue"):
            notifications.add(
                work.session,
                [person.id],
                case_id=case.id,
                at=work.now,
                level="remind",
                code=message,
                case_number=case.number,
                facts={"case_number": case.number, "case_title": case.title, "task": "检查"},
            )


def bell(browser: Browser) -> str:
    return browser.client.get("/notifications/count").text


def test_the_bell_counts_what_was_not_read(site: Site) -> None:
    site.started()
    browser = site.browser("supervisor1")
    assert "没有未读消息" in bell(browser)
    told(site, "supervisor1")
    assert "2 条未读消息" in bell(browser)
    browser.open("/notifications")
    assert "即将到期：红查〔2026〕1号 检查" in browser.words
    browser.send(browser.form("/notifications/read"))
    assert "全部已读" in browser.words
    assert "没有未读消息" in bell(browser)


def test_a_notice_leads_to_its_case_and_counts_as_read(site: Site) -> None:
    site.started()
    told(site, "supervisor1")
    browser = site.browser("supervisor1")
    browser.open("/notifications")
    browser.send(browser.form("/notifications/2"))
    assert browser.page is not None
    assert browser.page.request.path.startswith("/cases/1")
    assert "1 条未读消息" in bell(browser)


def test_notices_of_others_can_neither_be_seen_nor_marked(site: Site) -> None:
    site.started()
    told(site, "supervisor1")
    other = site.browser("supervisor2")
    other.open("/notifications")
    assert "没有消息" in other.words
    token = other.form("/sign-out").fields["csrf_token"]
    other.client.post("/notifications/read", data={"_id": "1", "csrf_token": token})
    assert "2 条未读消息" in bell(site.browser("supervisor1"))
