"""Mail: written into the outbox with what caused it, delivered by the worker."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine import metrics
from engine.actor import CLOCK
from engine.channels import Channel, Mail, MailServer, Undeliverable
from engine.office import Office
from engine.rules import messages as rules
from engine.rules.messages import LOCALES, Message
from engine.services import access, service_mail
from engine.store import incidents, outbox
from engine.store.outbox import State
from engine.work import Work

#: Messages taken at a time, and how long a node that died keeps the others waiting for them.
BATCH = 20
LEASE = timedelta(minutes=10)
#: Waiting before each further attempt; after the last one a message has failed for good.
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440))

LOOP = "outbox"


def queue(
    work: Work,
    about: int | None,
    message: Message,
    facts: Mapping[str, str],
    locale: str,
    **values: object,
) -> None:
    """Put a message about a case into the outbox, in the words of a language.

    ``values`` are further columns; ``case_id`` among them keeps it out of the case's own mails.
    """
    locale = locale if locale in LOCALES else LOCALES[0]
    text = rules.fill(message.texts[locale], facts)
    if "person_id" in values and work.office.settings.base_url:
        page = f"cases/{about}" if about is not None else "inbox"
        text += f"\n\n{work.office.settings.base_url}/{page}\n"
    outbox.add(
        work.session,
        **{
            "key": secrets.token_hex(16),
            "subject": rules.fill(message.titles[locale], facts)[:300],
            "text": text,
            "case_id": about,
            "state": State.QUEUED,
            "created_at": work.now,
            "next_at": work.now,
            **values,
        },
    )
    work.wake(LOOP)


def deliver(office: Office) -> int:
    """One tick of the outbox: send what is due; how many messages were handled.

    At least once: a message leased by a node that dies is sent again by another, under the same
    Message-ID. Nothing is locked while a server answers.
    """
    channel = channel_of(office)
    with office.begin(CLOCK) as work:
        leased = outbox.lease(work.session, work.now, work.now + LEASE, BATCH)
        # Kept for the pages only, and said so: nobody is told that a mail went out.
        for message in leased if channel is None else ():
            if message.address_id is None:
                outbox.settle(work.session, message, state=State.NO_CHANNEL, settled_at=work.now)
    for place, message in enumerate(leased):
        if office.stopping.is_set():
            # Another node need not wait for the lease of what was not tried.
            with office.begin(CLOCK) as work:
                outbox.give_back(work.session, leased[place:], work.now)
            return place
        if message.address_id is not None:
            service_mail.deliver(office, message)
        elif channel is not None:
            attempt(office, channel, message, message.address)
    return len(leased)


def channel_of(office: Office) -> Channel | None:
    """The mail server of the settings; ``None`` when none is set."""
    found: Channel | None = office.kept.get("mail_channel", lambda: _mail_server(office))
    return found


def _mail_server(office: Office) -> Channel | None:
    settings = office.settings
    return MailServer(settings.smtp_url, settings.mail_from) if settings.smtp_url else None


def attempt(office: Office, channel: Channel, message: outbox.Message, address: str) -> str:
    """Try to deliver once and keep what came of it; what the channel answered, if it refused."""
    mail = Mail(message.key, address, message.subject, message.text, message.created_at)
    failure: Undeliverable | None = None
    try:
        channel.send(mail)
    except Undeliverable as error:
        failure = error
    except Exception as error:  # one message that cannot be put together must not stop the others
        failure = Undeliverable(f"{type(error).__name__}: {error}", permanent=False)
    with office.begin(CLOCK) as work:
        if failure is None:
            work.measure(metrics.MAILS, State.SENT)
            outbox.settle(work.session, message, state=State.SENT, settled_at=work.now, error="")
        else:
            _failed(work, message, failure)
    return str(failure)[:300] if failure is not None else ""


def _failed(work: Work, message: outbox.Message, failure: Undeliverable) -> None:
    told = str(failure)[:500]
    if not failure.permanent and message.attempts <= len(BACK_OFF):
        next_at = work.now + BACK_OFF[message.attempts - 1]
        work.measure(metrics.MAILS, "put_off")
        outbox.settle(work.session, message, next_at=next_at, error=told)
        return
    settled = outbox.settle(
        work.session, message, state=State.FAILED, settled_at=work.now, error=told
    )
    work.measure(metrics.MAILS, State.FAILED)
    if settled and message.address_id is None:
        work.measure(metrics.INCIDENTS, "mail", "mail_undeliverable")
        incidents.add(
            work.session,
            case_id=message.case_id,
            verb="mail",
            code="mail_undeliverable",
            # The address can tell who complained: administrators find it in the outbox.
            facts={"subject": message.subject, "attempts": message.attempts},
            detail=told,
            actor=work.actor.name,
            first_at=message.created_at,
            last_at=work.now,
            attempts=message.attempts,
        )


@dataclass(frozen=True)
class MailRow:
    """What became of a mail of a case. The address is not told here."""

    at: datetime
    subject: str
    #: queued, sent, failed, no_channel
    state: str
    attempts: int
    to_party: bool


def of_case(work: Work, case_id: int) -> tuple[MailRow, ...]:
    """The mails a case gave rise to. Raises NotFound ``no_such_case``.

    Whether and how the party was reached is kept from those who must not know who the party is.
    """
    blind = bool(access.hidden_fields(work, access.visible_case(work, case_id)))
    return tuple(
        MailRow(m.created_at, m.subject, m.state.value, m.attempts, m.person_id is None)
        for m in outbox.of_case(work.session, case_id)
        if m.person_id is not None or not blind
    )
