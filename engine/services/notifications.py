"""Notices to people: in their pages at once, and by mail to those who have an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.channels import is_address
from engine.errors import Broken, Invalid
from engine.rules import messages as rules
from engine.rules.messages import LOCALES, Level, Message
from engine.rules.reach import kind_of
from engine.services import audit, catalogue, mail, notices, places, slots, wording
from engine.services.dockets import Docket
from engine.services.views import ids_in
from engine.services.wording import Words
from engine.store import notifications as rows
from engine.store import people
from engine.store.notifications import Notification
from engine.store.outbox import State
from engine.values.acts import Act
from engine.values.notice_pages import NotificationPage, NotificationRow
from engine.values.pages import COUNT_LIMIT, PAGE_ROWS
from engine.values.running import Json
from engine.work import Work


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
    kind = kind_of(message.code, wish.level)
    mails = notices.carry(work, kind, message, facts, reached, docket.id, docket.id)
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
        found = _holders(work, wish.role, body_id)
    if wish.people:
        known = people.facts(work.session, ids_in(wish.people))
        found += [id for id, person in known.items() if person.active]
    return list(dict.fromkeys(found))


def _holders(work: Work, role: str, body_id: int | None) -> list[int]:
    """Who holds a role, asked once: what a batch of cases says goes to few roles."""
    known: dict[tuple[str, int | None], list[int]] = work.kept.setdefault("role holders", {})
    if (role, body_id) not in known:
        bodies = None if body_id is None else [body_id]
        known[role, body_id] = people.holders(work.session, role, bodies)
    return known[role, body_id]


def _facts(
    work: Work, docket: Docket, message: Message, wish: Wish, body_id: int | None
) -> dict[str, str]:
    """Words for the placeholders. Never what is hidden from anybody: notices travel far (R15)."""
    more = wish.more or {}
    values = Words(work, docket.description, docket.data)
    fields = wording.fields_of(docket.description)
    process = docket.description.process
    names = places.names(work, [body_id])
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


def _mail_party(
    work: Work, docket: Docket, message: Message, facts: Mapping[str, str], party: Json
) -> int:
    """To somebody outside. Without an address the row says that nothing could carry the message."""
    address = str(party).strip()
    if is_address(address):
        mail.queue(work, docket.id, message, facts, LOCALES[0], address=address)
        return 1
    mail.queue(
        work, docket.id, message, facts, LOCALES[0], state=State.NO_CHANNEL, settled_at=work.now
    )
    return 0


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
