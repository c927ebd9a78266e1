"""Mail through bad servers: at least once, with one id, never in the way of anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from engine import channels
from engine.actor import COMMAND_LINE
from engine.services import mail
from engine.store import outbox
from tests.engine.services.steps import complete, to_rectification
from tests.faults import nodes
from tests.faults.conftest import Town, made
from tests.faults.mailserver import MailBox, mailbox
from tests.faults.nodes import Place
from tests.faults.soundness import delivered, sound

pytestmark = pytest.mark.faults

MESSAGES = 6


@pytest.fixture
def box() -> Iterator[MailBox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def posting(
    database_url: str, box: MailBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    """A county with a mail server and messages waiting for it."""
    monkeypatch.setattr(channels, "TIMEOUT", 0.3)
    monkeypatch.setattr(channels, "WHOLE", 0.6)
    town = made(Place(database_url, tmp_path, smtp_url=box.url))
    with town.office.begin(COMMAND_LINE) as work:
        for number in range(MESSAGES):
            outbox.add(
                work.session, key=f"k{number}", address=f"a{number}@example.org", subject="督办",
                text="正文", state="queued", created_at=work.now, next_at=work.now,
            )  # fmt: skip
    yield town
    town.office.close()


def states(town: Town) -> Counter[str]:
    with town.office.read(COMMAND_LINE) as work:
        return Counter(row.state for row in work.session.execute(outbox.outbox.select()))


def later(town: Town, minutes: int = 2) -> None:
    town.clock.set(town.clock.now() + timedelta(minutes=minutes))


@pytest.mark.parametrize("mood", ["silent", "dripping", "refusing", "lost_answer", "full"])
def test_mail_waits_for_a_bad_server_to_be_well_again(
    posting: Town, box: MailBox, mood: str
) -> None:
    box.mood = mood
    assert mail.deliver(posting.office) == MESSAGES
    assert states(posting) == {"queued": MESSAGES}
    case_id = to_rectification(posting)
    complete(posting, case_id, "rectify", "market", feedback="办案不等邮件")
    assert mail.deliver(posting.office) == 0, "not before its time"
    later(posting)
    box.mood = "well"
    while mail.deliver(posting.office):
        pass
    assert states(posting) == {"sent": MESSAGES}
    delivered(posting.office, box.arrived)
    times = Counter(str(message_from_bytes(one)["Message-ID"]) for one in box.arrived)
    assert set(times.values()) == {2 if mood == "lost_answer" else 1}
    sound(posting.office)


def test_mail_waits_for_a_server_that_is_gone(posting: Town, box: MailBox) -> None:
    box.close()
    assert mail.deliver(posting.office) == MESSAGES
    assert states(posting) == {"queued": MESSAGES}
    sound(posting.office)


def test_a_node_that_dies_while_it_delivers_leaves_its_mail_to_another(
    posting: Town, box: MailBox
) -> None:
    box.mood = "lost_answer"
    node = nodes.start(nodes.work_mail, posting.place)
    nodes.wait_for(lambda: len(box.arrived) > 1)
    nodes.kill(node)
    box.mood = "well"
    assert states(posting)["queued"] > 0
    later(posting, minutes=11)
    while mail.deliver(posting.office):
        pass
    assert states(posting) == {"sent": MESSAGES}
    delivered(posting.office, box.arrived)
    sound(posting.office)


def test_a_message_that_cannot_be_put_together_stops_no_other(
    posting: Town, box: MailBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = channels.MailServer._message

    def message(server: channels.MailServer, one: channels.Mail) -> object:
        if one.key == "k0":
            raise UnicodeEncodeError("utf-8", "正文", 0, 1, "surrogates not allowed")
        return whole(server, one)

    monkeypatch.setattr(channels.MailServer, "_message", message)
    assert mail.deliver(posting.office) == MESSAGES
    assert states(posting) == {"sent": MESSAGES - 1, "queued": 1}
    for _ in mail.BACK_OFF:
        later(posting, minutes=1500)
        mail.deliver(posting.office)
    assert states(posting) == {"sent": MESSAGES - 1, "failed": 1}, "somebody is told of it"


def test_all_attempts_of_a_batch_fit_into_its_lease() -> None:
    assert mail.LEASE.total_seconds() > mail.BATCH * channels.WHOLE
