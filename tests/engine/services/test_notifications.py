"""Notices reach people in the page at once and by mail at least once, and never tell a secret."""

from __future__ import annotations

import pytest

from engine.actor import COMMAND_LINE
from engine.channels import Mail, Remembering, Undeliverable
from engine.errors import Broken, Invalid
from engine.services import mail, notifications
from engine.store import incidents, outbox
from engine.store import people as people_store
from engine.store.outbox import Message, State
from engine.values.notice_pages import NotificationRow
from tests.engine.services.conftest import County
from tests.engine.services.paperwork import opened, perform

LATER = Undeliverable("450 try later", permanent=False)
NEVER = Undeliverable("550 no such user", permanent=True)


@pytest.fixture(autouse=True)
def published(county: County) -> None:
    county.at("2026-03-02 09:00")
    county.publish("paperwork.bpmn")


@pytest.fixture
def channel(county: County) -> Remembering:
    """A mail server of our own, and an address for the head of the market bureau."""
    found = Remembering()
    county.office.kept.get("mail_channel", lambda: found)
    with county.office.begin(COMMAND_LINE) as work:
        people_store.change_person(
            work.session, county.people["market"], mail="market@example.gov.cn", locale="en"
        )
    return found


def notices(county: County, who: str) -> list[NotificationRow]:
    with county.office.read(county.actor(who)) as work:
        return list(notifications.mine(work).rows)


def mails(county: County, case_id: int) -> list[Message]:
    with county.office.read(COMMAND_LINE) as work:
        return outbox.of_case(work.session, case_id)


def urge(county: County, case_id: int, **more: object) -> dict[str, int]:
    given = {"message": "task_overdue", "level": "urge", "role": "dept_head", "body": "subject"}
    done: dict[str, int] = perform(county, case_id, "notify", **{**given, **more})
    return done


# --- In the page ------------------------------------------------------------------------------


def test_a_notice_reaches_the_role_at_the_body_in_both_languages(county: County) -> None:
    case_id = opened(county)
    done = urge(county, case_id, task="整改", due="2026-03-01T15:59:59.999999+00:00")
    assert done == {"people": 1, "mail": 0}
    [notice] = notices(county, "market")
    assert notice.titles["zh_CN"] == "已超期：红文〔2026〕1号 整改"
    assert notice.titles["en"] == "Overdue: 红文〔2026〕1号 整改"
    assert "2026年3月1日" in notice.texts["zh_CN"]
    assert (notice.level, notice.case_id, notice.read_at) == ("urge", case_id, None)
    assert notices(county, "traffic") == []


def test_people_named_in_the_case_file_are_told_once(county: County) -> None:
    case_id = opened(county)
    people = [county.people["sup1"], county.people["sup2"], county.people["sup1"]]
    done = perform(
        county, case_id, "notify", message="assigned", people=people, role="supervisor",
        body="legal_office",
    )  # fmt: skip
    assert done["people"] == 4
    assert len(notices(county, "sup1")) == len(notices(county, "sup3")) == 1


def test_a_notice_is_read_by_its_reader_only(county: County) -> None:
    urge(county, opened(county))
    urge(county, opened(county))
    mine = notices(county, "market")
    with county.office.begin(county.actor("traffic")) as work:
        assert notifications.mark_read(work, [mine[0].id]) == 0
    with county.office.begin(county.actor("market")) as work:
        assert notifications.unread(work) == 2
        assert notifications.mark_read(work, [mine[0].id]) == 1
        assert notifications.mark_read(work) == 1
        assert notifications.unread(work) == 0
        with pytest.raises(Invalid, match="bad_cursor"):
            notifications.mine(work, "x")


def test_notices_are_paged(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "PAGE_ROWS", 2)
    case_id = opened(county)
    for _ in range(3):
        urge(county, case_id)
    with county.office.read(county.actor("market")) as work:
        first = notifications.mine(work)
        rest = notifications.mine(work, first.after)
    assert (len(first.rows), len(rest.rows), rest.after) == (2, 1, "")
    assert first.unread == 3


def test_a_notice_never_tells_who_complained(county: County, channel: Remembering) -> None:
    case_id = opened(county)
    urge(county, case_id, task="联系王小某，13812345678")
    [notice] = notices(county, "market")
    mail.deliver(county.office)
    for told in (*notice.titles.values(), *notice.texts.values(), channel.sent[0].text):
        assert "王小某" not in told
        assert "13812345678" not in told


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"message": "no_such_message", "role": "dept_head"}, "unknown_message"),
        ({"message": "assigned", "role": "dept_head", "level": "shout"}, "unknown_level"),
        ({"message": "assigned"}, "nobody_addressed"),
        ({"message": "assigned", "role": "dept_head", "body": "township"}, "slot_not_filled"),
    ],
)
def test_a_diagram_that_addresses_nobody_stops(
    county: County, parameters: dict[str, str], code: str
) -> None:
    with pytest.raises(Broken, match=code):
        perform(county, opened(county), "notify", **parameters)


# --- By mail ----------------------------------------------------------------------------------


def test_a_mail_goes_out_in_the_language_of_its_reader(
    county: County, channel: Remembering
) -> None:
    case_id = opened(county)
    assert urge(county, case_id, task="整改") == {"people": 1, "mail": 1}
    assert mail.deliver(county.office) == 1
    [sent] = channel.sent
    assert (sent.address, sent.subject) == (
        "market@example.gov.cn",
        "Overdue: 红文〔2026〕1号 整改",
    )
    [row] = mails(county, case_id)
    assert (row.state, row.key) == (State.SENT, sent.key)
    assert mail.deliver(county.office) == 0


def test_work_that_failed_sends_nothing(county: County, channel: Remembering) -> None:
    case_id = opened(county)
    with pytest.raises(Broken):
        urge(county, case_id, body="township")
    assert mail.deliver(county.office) == 0
    assert mails(county, case_id) == []


def test_a_failing_server_is_tried_again_with_patience_under_the_same_id(
    county: County, channel: Remembering
) -> None:
    case_id = opened(county)
    urge(county, case_id)
    key = mails(county, case_id)[0].key
    channel.failures = [LATER, LATER]
    assert mail.deliver(county.office) == 1
    assert mail.deliver(county.office) == 0
    county.clock.advance(minutes=1)
    assert mail.deliver(county.office) == 1
    assert mails(county, case_id)[0].error == "450 try later"
    county.clock.advance(minutes=4)
    assert mail.deliver(county.office) == 0
    county.clock.advance(minutes=1)
    assert mail.deliver(county.office) == 1
    assert [sent.key for sent in channel.sent] == [key]
    assert (mails(county, case_id)[0].attempts, mails(county, case_id)[0].error) == (3, "")


@pytest.mark.parametrize("permanent", [True, False])
def test_what_cannot_be_delivered_becomes_an_incident(
    county: County, channel: Remembering, permanent: bool
) -> None:
    case_id = opened(county)
    urge(county, case_id)
    tries = 1 if permanent else len(mail.BACK_OFF) + 1
    channel.failures = [NEVER] if permanent else [LATER] * tries
    for _ in range(tries):
        assert mail.deliver(county.office) == 1
        county.clock.advance(days=1)
    assert mail.deliver(county.office) == 0
    assert mails(county, case_id)[0].state is State.FAILED
    with county.office.read(COMMAND_LINE) as work:
        [incident] = incidents.open_of_case(work.session, case_id, "mail")
    assert (incident.code, incident.attempts) == ("mail_undeliverable", tries)
    assert "market@example.gov.cn" not in str(incident.facts)


def test_a_node_that_dies_while_sending_leaves_the_mail_to_another(
    county: County, channel: Remembering
) -> None:
    case_id = opened(county)
    urge(county, case_id)
    with county.office.begin(COMMAND_LINE) as work:
        [taken] = outbox.lease(work.session, work.now, work.now + mail.LEASE, 10)
    assert mail.deliver(county.office) == 0
    county.clock.advance(seconds=mail.LEASE.total_seconds())
    assert mail.deliver(county.office) == 1
    assert [sent.key for sent in channel.sent] == [taken.key]
    with county.office.begin(COMMAND_LINE) as work:
        assert not outbox.settle(work.session, taken, state=State.FAILED)
    assert mails(county, case_id)[0].state is State.SENT


def test_a_batch_goes_on_after_one_that_fails(county: County, channel: Remembering) -> None:
    for _ in range(3):
        urge(county, opened(county))
    channel.failures = [None, NEVER, None]
    assert mail.deliver(county.office) == 3
    assert len(channel.sent) == 2


def test_without_a_mail_server_nobody_claims_that_mail_was_sent(county: County) -> None:
    with county.office.begin(COMMAND_LINE) as work:
        people_store.change_person(
            work.session, county.people["market"], mail="market@example.gov.cn"
        )
    case_id = opened(county)
    urge(county, case_id)
    assert mail.deliver(county.office) == 1
    with county.office.read(COMMAND_LINE) as work:
        [row] = mail.of_case(work, case_id)
    assert (row.state, row.to_party) == ("no_channel", False)
    assert len(notices(county, "market")) == 1


def test_the_party_is_told_by_mail_or_it_is_known_that_they_were_not(
    county: County, channel: Remembering
) -> None:
    case_id = opened(county)
    for party in ("someone@example.com", "", None, "13812345678"):
        perform(county, case_id, "notify", message="complaint_accepted", party=party)
    mail.deliver(county.office)
    assert [sent.address for sent in channel.sent] == ["someone@example.com"]
    assert "/cases/" not in channel.sent[0].text
    states = [message.state for message in mails(county, case_id)]
    assert states == [State.SENT, State.NO_CHANNEL, State.NO_CHANNEL, State.NO_CHANNEL]


def test_nothing_is_locked_while_a_server_answers(county: County) -> None:
    """The channel itself uses the database: a lock held by the tick would refuse it."""

    class Nosy:
        def send(self, message: Mail) -> None:
            with county.office.begin(COMMAND_LINE) as work:
                people_store.change_person(work.session, county.people["sup1"], locale="en")

    county.office.kept.get("mail_channel", Nosy)
    perform(county, opened(county), "notify", message="complaint_accepted", party="a@example.com")
    assert mail.deliver(county.office) == 1
