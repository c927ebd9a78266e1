"""What no page of ours sends, forms of another kind and days that are none, does nothing."""

from __future__ import annotations

from datetime import date

from engine.actor import COMMAND_LINE
from engine.services import calendars, schedules
from engine.store import tasks as task_store
from tests.web.conftest import Site
from tests.web.test_tasks import WHOLE, holder

DATA = {"Accept": "application/json"}


def test_a_completion_that_is_no_form_completes_nothing_and_tells_it_as_data(site: Site) -> None:
    task = site.started()
    browser = holder(site, task)
    form = browser.form("/completion")
    token = form.fields["csrf_token"]
    place = f"/tasks/{task}/completion"
    guarded = {**DATA, "X-CSRF-Token": token}
    bodies: tuple[tuple[str, str], ...] = (
        ("application/json", '{"place": "迤萨镇", "visits": [1, {"a": null}]}'),
        ("application/json", "{not json"),
        ("application/json", ""),
        ("text/plain", "place=1"),
        ("application/x-www-form-urlencoded", "place=%ff%fe&visits=%00&lawful=maybe"),
        ("multipart/form-data", "no boundary"),
        ("multipart/form-data; boundary=x", "--x\r\nno part"),
    )
    for kind, body in bodies:
        answer = browser.client.post(place, data=body.encode(), headers=guarded, content_type=kind)
        assert answer.status_code in (400, 403, 409, 422), (kind, body, answer.status_code)
    # Fields nobody asked for, twice what is asked once, and an old page: the task stays open.
    for more in (
        {"visits": ["1", "2"], "result": ["bad", "good"], "amount": "1e9"},
        {"checked_on": "2026-02-30", "articles.law": ["行政处罚法"], "articles.article": []},
        {"_revision": "九", "place": ""},
        {"_revision": "1" * 40, "place": "迤萨镇"},
    ):
        browser.open(f"/tasks/{task}")
        browser.send(browser.form("/completion"), {**WHOLE, **more})
        assert browser.status in (409, 422), (more, browser.status)
    with site.office.read(COMMAND_LINE) as work:
        row = task_store.get(work.session, task)
    assert row is not None
    assert row.status == task_store.OPEN


def days(site: Site) -> dict[str, set[date]]:
    with site.office.read(COMMAND_LINE) as work:
        layers = schedules.county(work).layers
        return {name: set(layers[name].days) for name in calendars.EDITABLE}


WRONG = (
    ("/calendar/days", {"first": ""}, "first"),
    ("/calendar/days", {"first": "2026-02-30"}, "first"),
    ("/calendar/days", {"first": "下周一"}, "first"),
    ("/calendar/days", {"first": "1" * 400}, "first"),
    ("/calendar/days", {"last": "2026-04-31"}, "last"),
    ("/calendar/days", {"last": "2026-03-31"}, "last"),
    ("/calendar/days", {"last": "2027-04-01"}, "last"),
    ("/calendar/days", {"what": "feast"}, "what"),
    ("/calendar/days", {"what": ""}, "what"),
    ("/calendar/days", {"layer": "national"}, ""),
    ("/calendar/days", {"layer": "../national"}, ""),
    ("/calendar/days", {"first": "0001-01-01"}, ""),
    ("/calendar/days", {"first": "9999-12-31"}, ""),
    ("/calendar/days", {"note": "  "}, "note"),
    ("/calendar/days", {"revision": "x"}, ""),
    ("/calendar/days", {"revision": "9" * 60}, ""),
    ("/calendar/import", {"year": "", "text": "x"}, "year"),
    ("/calendar/import", {"year": "9" * 30, "text": "x"}, ""),
    ("/calendar/import", {"year": "2026", "text": "放假\0"}, ""),
    ("/calendar/import", {"year": "2026", "text": ""}, ""),
    ("/calendar/completion", {"year": "zwei"}, "year"),
    ("/calendar/completion", {"year": "1"}, ""),
    ("/calendar/reopening", {"year": "-2026"}, ""),
)


def test_a_calendar_form_with_bad_values_changes_no_day_and_keeps_what_was_typed(
    site: Site,
) -> None:
    browser = site.browser("administrator")
    browser.open("/calendar")
    fields = browser.form("/calendar/days").fields.to_dict()
    before = days(site)
    good = {"first": "2026-04-01", "what": "off", "layer": "corrections", "name": "调休"}
    for address, wrong, field in WRONG:
        typed = {**fields, **good, "note": "县政府通知", **wrong}
        answer = browser.client.post(address, data=typed)
        text = answer.get_data(as_text=True)
        assert answer.status_code in (409, 422), (address, wrong, answer.status_code)
        if field:
            assert 'class="fault"' in text or 'class="notice bad' in text, (address, wrong)
        if typed["note"].strip():
            assert "县政府通知" in text, (address, wrong)
    assert days(site) == before
