"""Pages of what colleagues do together: without scripts, in both languages, errors keep text."""

from __future__ import annotations

import pytest

from tests.web.browser import Forms
from tests.web.conftest import Site


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    "address",
    [
        "/absences",
        "/handovers",
        "/me/notices",
        "/inbox?tab=copied",
        "/inbox?tab=todo&light=red",
        "/inbox?tab=pool&process=inquiry",
    ],
)
def test_every_page_opens_in_both_languages(site: Site, address: str, language: str) -> None:
    browser = site.browser("legal_office_head")
    browser.client.set_cookie("duban-language", language)
    browser.open(address)
    assert browser.status == 200
    assert "code:" not in browser.text


def test_a_comment_that_is_refused_stays_in_its_box(site: Site) -> None:
    task_id = site.started()
    browser = site.browser("supervisor4")
    browser.open(f"/tasks/{task_id}")
    found = browser.text.split("/cases/")[1].split("/")[0].split('"')[0]
    browser.open(f"/cases/{found}/talk")
    form = browser.form(f"/cases/{found}/comments")
    browser.send(form, {"text": "请看 @没有这个人", "people": ["999999"]})
    assert browser.status == 403
    assert "请看 @没有这个人" in browser.text
    browser.send(browser.form(f"/cases/{found}/comments"), {"text": "请补材料", "people": []})
    assert browser.status == 200
    assert "请补材料" in browser.words


def test_an_absence_that_is_refused_keeps_what_was_typed(site: Site) -> None:
    browser = site.browser("supervisor4")
    browser.open("/absences")
    typed = {"first": "2026-03-09", "last": "2026-03-02", "reason": "外出培训"}
    browser.send(browser.form("/absences"), typed)
    assert browser.status == 422
    assert 'value="外出培训"' in browser.text
    assert 'aria-describedby="last-fault"' in browser.text


def test_an_address_that_is_not_served_is_told_and_not_echoed(site: Site) -> None:
    browser = site.browser("supervisor4")
    browser.open("/me/notices")
    browser.send(browser.form("/me/notices/addresses"), {"address": "json://127.0.0.1/secret"})
    assert browser.status == 422
    assert "secret" not in browser.text


def test_verbs_that_are_not_allowed_stand_with_their_reason(site: Site) -> None:
    task_id = site.started()
    browser = site.browser("supervisor4")
    browser.open(f"/tasks/{task_id}")
    assert "流程图没有为本环节画出退回" in browser.words
    assert f'action="/tasks/{task_id}/reminders"' in browser.text


def test_handing_over_nothing_is_told_where_it_was_typed(site: Site) -> None:
    task_id = site.started()
    holder = site.browser("supervisor4")
    holder.open(f"/tasks/{task_id}")
    holder.send(holder.form(f"/tasks/{task_id}/holder"), {})
    browser = site.browser("legal_office_head")
    browser.open("/handovers")
    forms = Forms()
    forms.feed(browser.text)
    sent = next(one for one in forms.found if one.method == "post" and "reason" in one.fields)
    browser.send(sent, {"reason": "调岗"})
    assert browser.status == 422
    assert 'value="调岗"' in browser.text
