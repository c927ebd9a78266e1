"""Notices to people: in their pages at once, by mail through the outbox."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.actor import CLOCK
from engine.channels import Channel, Mail, MailServer, Undeliverable, is_address
from engine.errors import Broken, Invalid
from engine.office import Office
from engine.rules import messages as rules
from engine.rules.messages import LOCALES, Level, Message
from engine.services import access, audit, catalogue, slots, wording
from engine.services.dockets import Docket
from engine.services.views import ids_in
from engine.services.wording import Words
from engine.store import bodies, incidents, outbox, people
from engine.store import notifications as rows
from engine.store.notifications import Notification
from engine.store.outbox import State
from engine.values.acts import Act
from engine.values.pages import COUNT_LIMIT, PAGE_ROWS, NotificationPage, NotificationRow
from engine.values.running import Json
from engine.work import Work

#: Messages taken at a time, and how long a node that died keeps the others waiting for them.
BATCH = 20
LEASE = timedelta(minutes=10)
#: Waiting before each further attempt; after the last one a message has failed for good.
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440))

MAIL_LOOP = "outbox"


@dataclass(frozen=True)
class Wish:
    """What a diagram asks for: a message to a role at a body, to people, or to an address."""

    message: str
    level: str = Level.REMIND
    role: str = ""
    #: Slot or id.
    body: Json = None
    #: An id or a list of ids; ``None`` when people are not addressed by name.
    people: Json = None
    #: A mail address; other text cannot be reached from here; ``None`` is no such addressee.
    party: Json = None
    #: Values of placeholders, by name.
    more: Mapping[str, Json] | None = None


# --- Sending ----------------------------------------------------------------------------------


def notify(work: Work, docket: Docket, wish: Wish) -> dict[str, Json]:
    """Send a message; how many people and mails it reached.

    Raises Broken: ``unknown_message``, ``unknown_level``, ``nobody_addressed`` or
    ``slot_not_filled``.
    """
    message = catalogue.of(work.office).message(wish.message)
    if wish.level not in tuple(Level):
        raise Broken("unknown_level", level=wish.level)
    if not wish.role and wish.people is None and wish.party is None:
        raise Broken("nobody_addressed", message=wish.message)
    body_id = _body_id(work, docket, wish.body)
    facts = _facts(work, docket, message, wish, body_id)
    reached = _people(work, wish, body_id)
    rows.add(
        work.session,
        reached,
        at=work.now,
        level=wish.level,
        code=message.code,
        facts=facts,
        case_id=docket.id,
        case_number=docket.number,
    )
    mails = _mail_people(work, docket, message, facts, reached)
    if wish.party is not None:
        mails += _mail_party(work, docket, message, facts, wish.party)
    audit.append(
        work,
        docket,
        Act.NOTIFIED,
        message=message.code,
        level=wish.level,
        people=len(reached),
        mail=mails,
    )
    return {"people": len(reached), "mail": mails}


def _body_id(work: Work, docket: Docket, wanted: Json) -> int | None:
    if wanted in (None, ""):
        return None
    found = slots.resolve(work, docket.slots, wanted) if isinstance(wanted, str) else wanted
    if not isinstance(found, int):
        raise Broken("slot_not_filled", slot=str(wanted))
    return found


def _people(work: Work, wish: Wish, body_id: int | None) -> list[int]:
    found: list[int] = []
    if wish.role:
        found = people.holders(work.session, wish.role, None if body_id is None else [body_id])
    if wish.people:
        known = people.facts(work.session, ids_in(wish.people))
        found += [id for id, person in known.items() if person.active]
    return list(dict.fromkeys(found))


def _facts(
    work: Work, docket: Docket, message: Message, wish: Wish, body_id: int | None
) -> dict[str, str]:
    """Words for the placeholders. Never what is hidden from anybody: notices travel far (R15)."""
    more = wish.more or {}
    values = Words(work, docket.description, docket.data)
    fields = wording.fields_of(docket.description)
    process = docket.description.process
    names = bodies.names_of_bodies(work.session, [body_id]) if body_id is not None else {}
    title_field = fields.get(process.title)
    told = {
        "case_number": docket.number,
        "case_title": docket.title if title_field is None or not title_field.hidden_from else "",
        "process": process.name,
        "body": names.get(body_id or 0, ""),
    }
    for name in message.placeholders:
        if name in more:
            told[name] = wording.told(work, docket, name, more[name])
        elif name in fields and name in values and not fields[name].hidden_from:
            told.setdefault(name, values[name])
    return {name: wording.withheld(docket, text) for name, text in told.items() if text}


def _mail_people(
    work: Work, docket: Docket, message: Message, facts: Mapping[str, str], reached: Sequence[int]
) -> int:
    addresses = people.mail_addresses(work.session, reached)
    for person_id, (address, locale) in addresses.items():
        _queue(work, docket, message, facts, locale, address=address, person_id=person_id)
    return len(addresses)


def _mail_party(
    work: Work, docket: Docket, message: Message, facts: Mapping[str, str], party: Json
) -> int:
    """To somebody outside. Without an address the row says that nothing could carry the message."""
    address = str(party).strip()
    if is_address(address):
        _queue(work, docket, message, facts, LOCALES[0], address=address)
        return 1
    _queue(work, docket, message, facts, LOCALES[0], state=State.NO_CHANNEL, settled_at=work.now)
    return 0


def _queue(
    work: Work,
    docket: Docket,
    message: Message,
    facts: Mapping[str, str],
    locale: str,
    **values: object,
) -> None:
    locale = locale if locale in LOCALES else LOCALES[0]
    text = rules.fill(message.texts[locale], facts)
    if "person_id" in values and work.office.settings.base_url:
        text += f"\n\n{work.office.settings.base_url}/cases/{docket.id}\n"
    outbox.add(
        work.session,
        **{
            "key": secrets.token_hex(16),
            "subject": rules.fill(message.titles[locale], facts)[:300],
            "text": text,
            "case_id": docket.id,
            "state": State.QUEUED,
            "created_at": work.now,
            "next_at": work.now,
            **values,
        },
    )
    work.wake(MAIL_LOOP)


# --- In the page ------------------------------------------------------------------------------


def mine(work: Work, after: str = "") -> NotificationPage:
    """The reader's notices, newest first. Raises Invalid ``bad_cursor``."""
    if after and not after.isdecimal():
        raise Invalid("bad_cursor")
    if work.actor.person_id is None:
        return NotificationPage()
    before = int(after) if after else None
    found = rows.of_person(work.session, work.actor.person_id, before, PAGE_ROWS + 1)
    shown = found[:PAGE_ROWS]
    return NotificationPage(
        tuple(_row(work, notice) for notice in shown),
        unread(work),
        str(shown[-1].id) if len(found) > PAGE_ROWS else "",
    )


def unread(work: Work) -> int:
    """How many notices the reader has not read, bounded by COUNT_LIMIT."""
    if work.actor.person_id is None:
        return 0
    return rows.unread(work.session, work.actor.person_id, COUNT_LIMIT)


def mark_read(work: Work, ids: Sequence[int] | None = None) -> int:
    """Mark some of the reader's own notices as read, or all; how many were unread."""
    if work.actor.person_id is None:
        return 0
    return rows.mark_read(work.session, work.actor.person_id, ids, work.now)


def _row(work: Work, notice: Notification) -> NotificationRow:
    message = catalogue.of(work.office).messages.get(notice.code)
    # A message taken out of the catalogue still tells its code.
    titles = message.titles if message is not None else dict.fromkeys(LOCALES, notice.code)
    texts = message.texts if message is not None else dict.fromkeys(LOCALES, "")
    return NotificationRow(
        id=notice.id,
        at=notice.at,
        level=notice.level,
        titles={locale: rules.fill(text, notice.facts) for locale, text in titles.items()},
        texts={locale: rules.fill(text, notice.facts) for locale, text in texts.items()},
        case_id=notice.case_id,
        case_number=notice.case_number,
        task_id=notice.task_id,
        read_at=notice.read_at,
    )


# --- By mail ----------------------------------------------------------------------------------


def deliver(office: Office) -> int:
    """One tick of the outbox: send what is due; how many messages were handled.

    At least once: a message leased by a node that dies is sent again by another, under the same
    Message-ID. Nothing is locked while a server answers.
    """
    channel = mail_channel(office)
    with office.begin(CLOCK) as work:
        leased = outbox.lease(work.session, work.now, work.now + LEASE, BATCH)
        if channel is None:
            # Kept for the pages only, and said so: nobody is told that a mail went out.
            for message in leased:
                outbox.settle(work.session, message, state=State.NO_CHANNEL, settled_at=work.now)
            return len(leased)
    for message in leased:
        _deliver(office, channel, message)
    return len(leased)


def mail_channel(office: Office) -> Channel | None:
    """The mail server of the settings; ``None`` when none is set."""
    found: Channel | None = office.kept.get("mail_channel", lambda: _mail_server(office))
    return found


def _mail_server(office: Office) -> Channel | None:
    settings = office.settings
    return MailServer(settings.smtp_url, settings.mail_from) if settings.smtp_url else None


def _deliver(office: Office, channel: Channel, message: outbox.Message) -> None:
    mail = Mail(message.key, message.address, message.subject, message.text, message.created_at)
    failure: Undeliverable | None = None
    try:
        channel.send(mail)
    except Undeliverable as error:
        failure = error
    with office.begin(CLOCK) as work:
        if failure is None:
            outbox.settle(work.session, message, state=State.SENT, settled_at=work.now, error="")
        else:
            _failed(work, message, failure)


def _failed(work: Work, message: outbox.Message, failure: Undeliverable) -> None:
    told = str(failure)[:500]
    if not failure.permanent and message.attempts <= len(BACK_OFF):
        next_at = work.now + BACK_OFF[message.attempts - 1]
        outbox.settle(work.session, message, next_at=next_at, error=told)
        return
    settled = outbox.settle(
        work.session, message, state=State.FAILED, settled_at=work.now, error=told
    )
    if settled:
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


def mails_of_case(work: Work, docket_id: int) -> tuple[MailRow, ...]:
    """The mails a case gave rise to. Raises NotFound ``no_such_case``.

    Whether and how the party was reached is kept from those who must not know who the party is.
    """
    blind = bool(access.hidden_fields(work, access.visible_case(work, docket_id)))
    return tuple(
        MailRow(m.created_at, m.subject, m.state.value, m.attempts, m.person_id is None)
        for m in outbox.of_case(work.session, docket_id)
        if m.person_id is not None or not blind
    )
