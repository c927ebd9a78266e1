"""The pages of the time-limit table and of the working calendar."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import pytest

from engine.actor import COMMAND_LINE
from engine.services import schedules
from engine.store import limits
from tests.web.browser import Browser
from tests.web.conftest import Site

MANAGER = "legal_office_head"


def look(browser: Browser, typed: dict[str, str]) -> None:
    """Ask what the change would do, as the form's button does."""
    form = browser.form("/limits/CMP.RECTIFY/change")
    browser.open(f"{form.action}?{urlencode({**form.fields.to_dict(), **typed})}")


def rows(site: Site, key: str) -> list[tuple[str | None, int, str, str]]:
    with site.office.read(COMMAND_LINE) as work:
        return [
            (row.sector, row.span.amount, str(row.in_force_from), str(row.in_force_to))
            for row in limits.every(work.session)
            if row.key == key
        ]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_everybody_reads_the_table_in_their_language(site: Site, language: str) -> None:
    clerk = site.browser("intake1")
    clerk.open("/limits", **{"Accept-Language": language.replace("_", "-")})
    assert clerk.status == 200
    if language == "en":
        assert "Statutory time limit" in clerk.words
        assert "Internal time limit (can be configured)" in clerk.words
        main = clerk.text[clerk.text.index("<main") : clerk.text.index("</main")]
        numbers = re.sub("[\u4e00-\u9fff]+〔\\d+〕\\d+号", "", main)
        assert not re.findall("[\u4e00-\u9fff]+", numbers), "only numbers of documents stay Chinese"
    else:
        assert "法定期限" in clerk.words
        assert "内部时限（可配置）" in clerk.words
    clerk.open("/limits?q=PEN.DECIDE&kind=statutory&sector=market")
    assert "PEN.DECIDE" in clerk.words
    assert "CMP.RECTIFY" not in clerk.words
    clerk.open("/limits/PEN.DECIDE")
    assert clerk.status == 200
    clerk.open("/limits/NO.SUCH")
    assert clerk.status == 404


def test_only_the_legal_manager_changes_it_from_a_day_to_come(site: Site) -> None:
    clerk = site.browser("intake1")
    clerk.open("/limits/CMP.RECTIFY/change")
    assert "县政府法制机构负责人" in clerk.words
    before = rows(site, "CMP.RECTIFY")
    head = site.browser(MANAGER)
    head.open("/limits/CMP.RECTIFY/change")
    wanted = {"amount": "15", "note": "县政府常务会议纪要", "in_force_from": "2026-03-02"}
    look(head, wanted)
    assert head.status == 422
    assert "2026-03-03" in head.words, "the first day that is possible"
    assert "县政府常务会议纪要" in head.text, "what was typed is kept"
    look(head, {**wanted, "in_force_from": "2026-04-01"})
    assert head.status == 200
    assert "不受影响" in head.words
    assert rows(site, "CMP.RECTIFY") == before, "looking changes nothing"
    made = head.form("/limits/CMP.RECTIFY/rows")
    head.send(made)
    assert head.status == 200
    assert rows(site, "CMP.RECTIFY") == [
        (None, 20, "None", "2026-03-31"),
        (None, 15, "2026-04-01", "None"),
    ]
    assert "县政府常务会议纪要" in head.words
    form = replace(made, fields=made.fields.copy())
    clerk.open("/me")
    form.fields["csrf_token"] = clerk.form("/me/password").fields["csrf_token"]
    clerk.send(form, {"in_force_from": "2026-05-01"})
    assert clerk.status == 403
    assert len(rows(site, "CMP.RECTIFY")) == 2


def test_the_administrator_changes_the_calendar_with_a_note(site: Site) -> None:
    clerk = site.browser("intake1")
    clerk.open("/calendar?year=2026")
    assert clerk.status == 200
    assert "调休上班" in clerk.words
    assert "/calendar/days" not in clerk.text
    clerk.open("/calendar?year=2027")
    assert "暂定" in clerk.words
    admin = site.browser("administrator")
    admin.open("/calendar?year=2026")
    form = admin.form("/calendar/days")
    admin.send(
        form,
        {"first": "2026-03-12", "layer": "corrections", "what": "off", "name": "停电", "note": ""},
    )
    assert admin.status == 422
    assert "停电" in admin.text, "what was typed is kept"
    admin.send(
        admin.form("/calendar/days"),
        {"first": "2026-03-12", "note": "县政府通知"},
    )
    assert admin.status == 200
    assert "县政府通知" in admin.words
    with site.office.read(COMMAND_LINE) as work:
        assert not schedules.county(work).calendars.agency.is_working(date(2026, 3, 12))


def test_a_year_is_imported_whole_or_not_at_all(site: Site) -> None:
    admin = site.browser("administrator")
    admin.open("/calendar?year=2027")
    bad = {
        "year": "2027",
        "layer": "announced",
        "text": "2027-01-01,休,元旦\n2027-02-30,休\n",
        "note": "通知",
    }
    admin.send(admin.form("/calendar/import"), bad)
    assert admin.status == 422
    assert "第2行" in admin.words
    assert "2027-02-30,休" in admin.text, "what was typed is kept"
    good = "2027-01-01～2027-01-03，休，元旦\r\n".encode("gb18030")
    admin.send(
        admin.form("/calendar/import"),
        {"year": "2027", "text": "", "note": "通知"},
        [("file", "2027.txt", good)],
    )
    assert admin.status == 200
    assert "元旦" in admin.text
    with site.office.read(COMMAND_LINE) as work:
        assert not schedules.county(work).calendars.agency.provisional(2027)
