"""Notices leave the pages by the ways people chose: in office hours, each once, telling little."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.apprising import ServiceChannel, service_of
from engine.channels import Mail, Remembering, Undeliverable
from engine.errors import Invalid, NotFound
from engine.services import digests, mail, reach, reminders, tasks, verification
from engine.store import outbox, people
from engine.store import reach as store
from engine.store import settings as county_settings
from engine.store.outbox import outbox as table
from engine.values.notice_pages import Kind
from tests.engine.services.conftest import County
from tests.engine.services.handling import begun, task

DINGTALK = "dingtalk://" + "a" * 40


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("handling.bpmn")
    with county.office.begin(county.actor("admin")) as work:
        for who in ("sup1", "sup2"):
            people.change_person(work.session, county.people[who], mail=f"{who}@county.example")


@pytest.fixture
def carried(county: County) -> tuple[Remembering, Remembering]:
    """What the mail server and the other services were given."""
    by_mail, by_service = Remembering(), Remembering()
    county.office.kept.get("mail_channel", lambda: by_mail)
    county.office.kept.get("service_channel", lambda: by_service)
    return by_mail, by_service


Carried = tuple[Remembering, Remembering]


def remind(county: County) -> None:
    """sup1 has a task and is reminded of it."""
    row = task(county, begun(county), "draft")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    with county.office.begin(county.actor("intake")) as work:
        reminders.remind(work, row.id)


def choose(county: County, who: str, **ways: tuple[str, str]) -> None:
    with county.office.begin(county.actor(who)) as work:
        reach.choose(work, dict(ways))


def rows(county: County) -> list[outbox.Message]:
    with county.office.read(county.actor("admin")) as work:
        return [outbox.Message(**row._mapping) for row in work.session.execute(table.select())]


def test_a_reminder_goes_by_mail_at_once_and_tells_case_and_step_only(
    county: County, carried: Carried
) -> None:
    remind(county)
    mail.deliver(county.office)
    with county.office.read(county.actor("admin")) as work:
        assert verification.case(work, 1) == (), "the record of the case counts its own mails only"
    sent = carried[0].sent[0]
    assert (sent.address, sent.subject) == ("sup1@county.example", "催办：红会〔2026〕1号 起草")
    assert "受理甲催办" in sent.text


def test_people_choose_the_way_for_each_kind(county: County, carried: Carried) -> None:
    with county.office.begin(county.actor("sup1")) as work:
        reach.add_address(work, DINGTALK, "值班群")
    choose(county, "sup1", reminder=("off", "once"))
    remind(county)
    mail.deliver(county.office)
    assert carried[0].sent == []
    assert [one.address for one in carried[1].sent] == [DINGTALK]


def test_an_address_is_stored_sealed_and_never_shown_again(county: County) -> None:
    with county.office.begin(county.actor("sup1")) as work:
        made = reach.add_address(work, DINGTALK, "值班群")
        page = reach.page(work)
    with county.office.read(county.actor("admin")) as work:
        stored = store.address(work.session, made)
    assert stored is not None
    assert "a" * 20 not in stored.sealed
    assert reach.opened(county.office, stored.sealed) == DINGTALK
    assert [(one.service, one.label) for one in page.addresses] == [("dingtalk", "值班群")]
    with county.office.begin(county.actor("sup2")) as work, pytest.raises(NotFound):
        reach.remove_address(work, made)


@pytest.mark.parametrize("address", ["json://127.0.0.1/", "nothing", "dingtalk://", "", "x" * 600])
def test_only_services_the_installation_names_are_served(county: County, address: str) -> None:
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Invalid) as wrong:
        reach.add_address(work, address, "")
    assert wrong.value.fields["address"].code == "address_not_served"


def test_an_operator_may_name_any_service_of_the_library() -> None:
    assert service_of("json://127.0.0.1:9/", ("json",)) == "json"
    assert service_of("json://127.0.0.1:9/", ("all",)) == "json"


def test_what_a_service_does_not_take_is_tried_again_and_told_to_its_owner(
    county: County, carried: Carried
) -> None:
    carried[1].failures.append(Undeliverable("token refused", permanent=False))
    with county.office.begin(county.actor("sup1")) as work:
        reach.add_address(work, DINGTALK, "")
    remind(county)
    mail.deliver(county.office)
    with county.office.read(county.actor("sup1")) as work:
        assert reach.page(work).addresses[0].error == "token refused"
    county.at("2026-03-02 09:05")
    mail.deliver(county.office)
    assert len(carried[1].sent) == 1
    with county.office.read(county.actor("sup1")) as work:
        assert reach.page(work).addresses[0].error == ""


def test_a_service_that_nobody_answers_at_is_an_undelivered_message() -> None:
    sent = Mail("k", "json://127.0.0.1:9/", "标题", "正文", datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(Undeliverable) as failed:
        ServiceChannel().send(sent)
    assert not failed.value.permanent


def test_an_address_cannot_make_the_service_wait_or_try_again_by_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    greedy = "json://127.0.0.1:9/?retry=3&wait=0.01&rto=900"
    sent = Mail("k", greedy, "标题", "正文", datetime(2026, 3, 2, tzinfo=UTC))
    caplog.set_level("DEBUG", logger="urllib3")
    with pytest.raises(Undeliverable):
        ServiceChannel().send(sent)
    assert sum("Starting new HTTP connection" in row.message for row in caplog.records) == 1


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-03-02 09:00", "2026-03-02 09:00"),
        ("2026-03-02 19:30", "2026-03-03 08:00"),
        ("2026-03-06 18:00", "2026-03-09 08:00"),
        ("2026-03-07 10:00", "2026-03-09 08:00"),
        ("2026-03-03 06:00", "2026-03-03 08:00"),
        # A make-up Saturday is a working day; the holiday before it is none.
        ("2026-05-05 10:00", "2026-05-06 08:00"),
        ("2026-05-09 10:00", "2026-05-09 10:00"),
    ],
)
def test_outside_office_hours_it_waits_for_the_next_opening(
    county: County, at: str, leaves: str
) -> None:
    county.at(at)
    remind(county)
    assert [row.next_at for row in rows(county)] == [county.at(leaves)]


def test_urgent_kinds_wait_for_nothing(county: County) -> None:
    settings = replace(county.office.settings, urgent=(Kind.REMINDER,))
    county.office.settings = settings
    now = county.at("2026-03-07 22:00")
    remind(county)
    assert [row.next_at for row in rows(county)] == [now]


def digest(county: County, at: str) -> None:
    county.at(at)
    with county.office.begin(county.actor("admin")) as work:
        digests.duty(work, work.now)


def test_the_digest_comes_once_on_the_morning_of_a_working_day(
    county: County, carried: Carried
) -> None:
    row = task(county, begun(county), "draft")
    with county.office.begin(county.actor("sup1")) as work:
        tasks.claim(work, row.id)
    with county.office.begin(county.actor("sup1")) as work:
        tasks.reassign(work, row.id, county.people["sup2"], "调岗")
    for moment in ("2026-03-03 07:45", "2026-03-03 08:00", "2026-03-03 08:15", "2026-03-03 16:00"):
        digest(county, moment)
    mail.deliver(county.office)
    mine = [one for one in carried[0].sent if one.address.startswith("sup2")]
    assert len(mine) == 1
    assert mine[0].subject == "督办摘要 2026-03-03"
    assert "待办任务：1 件" in mine[0].text
    assert "转交给您：红会〔2026〕1号 起草" in mine[0].text
    assert "调岗" not in mine[0].text


def test_no_digest_on_a_day_off_and_none_with_nothing_to_say(county: County) -> None:
    digest(county, "2026-03-07 09:00")
    assert rows(county) == []
    digest(county, "2026-03-09 09:00")
    assert rows(county) == []


def test_who_wants_no_digest_gets_none(county: County) -> None:
    begun(county)
    choose(county, "sup1", digest=("off", "off"))
    digest(county, "2026-03-03 08:00")
    assert [row.address for row in rows(county)] == ["sup2@county.example"]


def test_a_day_whose_mark_was_lost_is_still_told_once(county: County) -> None:
    begun(county)
    digest(county, "2026-03-03 08:00")
    with county.office.begin(county.actor("admin")) as work:
        county_settings.put(work.session, digests.DAY, "")
    digest(county, "2026-03-03 08:15")
    assert len(rows(county)) == 2


def test_a_choice_nobody_offers_is_refused(county: County) -> None:
    for chosen in ({"weather": ("once", "off")}, {"task": ("always", "off")}):
        with county.office.begin(county.actor("sup1")) as work, pytest.raises(Invalid):
            reach.choose(work, chosen)
