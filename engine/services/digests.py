"""The digest: at the beginning of each working day, once, what waits and what was told meanwhile.

Asked for every quarter of an hour on all nodes together (:mod:`engine.services.periodic`). The day
is remembered with what was queued, and a message has its person and day as its key: nobody gets
two, whatever happens in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.i18n import translator
from engine.rules import messages as words
from engine.rules.messages import LOCALES
from engine.rules.reach import kind_of
from engine.services import catalogue, notices, schedules
from engine.store import inbox, notifications, opinions, outbox, people, settings
from engine.store import reach as store
from engine.store.inbox import Wanted
from engine.store.outbox import State
from engine.values.notice_pages import Kind, When
from engine.values.pages import COUNT_LIMIT
from engine.values.people import Membership
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

#: County setting: the day whose digests are queued.
DAY = "digest_day"
#: Notices a digest lists; of more it tells the number.
MOST_LISTED = 30


def duty(work: Work, _: datetime) -> None:
    """Queue the digests of a working day that has begun."""
    local = work.now.astimezone(COUNTY_ZONE)
    today = local.date().isoformat()
    calendar = schedules.county(work).calendars.agency
    opens = notices.hours(work.office).opens
    if not calendar.is_working(local.date()) or local.time() < opens:
        return
    if settings.get(work.session, DAY, "") == today:
        return
    settings.put(work.session, DAY, today)
    everybody = people.reachable(work.session)
    chosen = notices.choices(work, list(everybody), Kind.DIGEST)
    held = people.memberships_of(work.session, everybody)
    since = work.now - timedelta(days=14)
    for person_id, (address, locale) in everybody.items():
        wanted = chosen[person_id]
        text = _text(work, person_id, held.get(person_id, ()), locale, since)
        if not text:
            continue
        if wanted.mail is not When.OFF and address:
            _queue(work, person_id, today, locale, text, address=address)
        if wanted.other is not When.OFF:
            for row in store.addresses(work.session, [person_id]):
                _queue(work, person_id, today, locale, text, address_id=row.id)


def _text(
    work: Work, person_id: int, held: Sequence[Membership], locale: str, since: datetime
) -> str:
    """What waits for somebody, in their language; empty when there is nothing to say."""
    speak = translator(locale if locale in LOCALES else LOCALES[0])
    wanted = Wanted(person_id, [(one.role, one.body_id) for one in held])
    groups = inbox.groups_todo(work.session, wanted, work.now, COUNT_LIMIT)
    counts = {
        **groups,
        "pool": inbox.count_pool(work.session, wanted, COUNT_LIMIT),
        "opinions": opinions.count_waiting(work.session, person_id, COUNT_LIMIT),
    }
    lines = [
        speak.sentence(f"digest.{name}", {"n": f"{number}" if number < COUNT_LIMIT else "999+"})
        for name, number in counts.items()
        if number and name != "paused"
    ]
    told = _told(work, person_id, speak.locale, since)
    if told:
        lines += ["", speak.sentence("digest.told", {}), *told]
    return "\n".join(lines)


def _told(work: Work, person_id: int, locale: str, since: datetime) -> list[str]:
    """Titles of unread notices of the kinds that wait for the digest."""
    known = catalogue.of(work.office).messages
    found = []
    for notice in notifications.unread_since(work.session, person_id, since, MOST_LISTED * 2):
        kind = kind_of(notice.code, notice.level)
        waits = notices.choices(work, [person_id], kind)[person_id].mail is When.DIGEST
        if waits and notice.code in known:
            found.append("· " + words.fill(known[notice.code].titles[locale], notice.facts))
    return found[:MOST_LISTED]


def _queue(
    work: Work,
    person_id: int,
    day: str,
    locale: str,
    text: str,
    *,
    address: str = "",
    address_id: int | None = None,
) -> None:
    speak = translator(locale if locale in LOCALES else LOCALES[0])
    base = work.office.settings.base_url
    outbox.add_missing(
        work.session,
        key=f"digest:{person_id}:{address_id or 'mail'}:{day}",
        address=address,
        address_id=address_id,
        subject=speak.sentence("digest.subject", {"day": day}),
        text=f"{text}\n\n{base}/inbox\n" if base else text,
        person_id=person_id,
        state=State.QUEUED,
        created_at=work.now,
        next_at=work.now,
        attempts=0,
        error="",
    )
    work.wake("outbox")
