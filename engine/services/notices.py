"""Telling people what others did: in their pages at once, further by the ways they chose.

What leaves the pages says who did what in which case and no more: number, title and task, each as
little as everybody involved may know (R15); reasons, questions and answers stay on the pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.office import Office
from engine.rules import reach as rules
from engine.rules.messages import Level, Message
from engine.rules.reach import HABITS, Choice, Hours
from engine.services import catalogue, deputies, mail, schedules, wording
from engine.services.dockets import Docket
from engine.store import notifications as rows
from engine.store import people
from engine.store import reach as store
from engine.store.tasks import TaskRow
from engine.values.notice_pages import Kind, When
from engine.work import Work

__all__ = ["Kind", "carry", "case_facts", "hours", "tell"]


def tell(
    work: Work,
    docket: Docket,
    kind: Kind,
    code: str,
    to: Collection[int],
    *,
    task: TaskRow | None = None,
) -> None:
    """Tell people about a case; never the one who acts."""
    reached = [one for one in dict.fromkeys(to) if one != work.actor.person_id]
    if not reached:
        return
    message = catalogue.of(work.office).message(code)
    facts = case_facts(docket) | {"who": who(work)}
    if task is not None:
        facts["task"] = task.name
    level = Level.URGE if kind is Kind.REMINDER else Level.REMIND
    rows.add(
        work.session,
        reached,
        at=work.now,
        level=level,
        code=code,
        facts=facts,
        case_id=docket.id,
        case_number=docket.number,
        task_id=task.id if task is not None else None,
    )
    carry(work, kind, message, facts, reached, docket.id)


def carry(
    work: Work,
    kind: Kind,
    message: Message,
    facts: Mapping[str, str],
    reached: Sequence[int],
    about: int | None,
    case_id: int | None = None,
) -> int:
    """Queue what leaves the pages at once; how many mails. The digest takes the rest.

    ``case_id`` is the case whose record counts the mails: of what its procedure itself sends.
    """
    ways = _ways(work, reached, kind)
    at = hours(work.office).leaves(kind, work.now, schedules.county(work).calendars.agency)
    for person_id, (address, locale) in ways.mails.items():
        mail.queue(
            work,
            about,
            message,
            facts,
            locale,
            address=address,
            person_id=person_id,
            next_at=at,
            case_id=case_id,
        )
    for row in ways.further:
        mail.queue(
            work,
            about,
            message,
            facts,
            ways.locales.get(row.person_id, ""),
            address_id=row.id,
            person_id=row.person_id,
            next_at=at,
            case_id=None,
        )
    return len(ways.mails)


@dataclass(frozen=True)
class _Ways:
    """Where notices of a kind to some people go at once, besides their pages."""

    mails: Mapping[int, tuple[str, str]]
    further: Sequence[store.AddressRow]
    locales: Mapping[int, str]


def _ways(work: Work, reached: Sequence[int], kind: Kind) -> _Ways:
    """Asked once: a batch of cases tells the same people over and over."""
    known: dict[tuple[object, ...], _Ways] = work.kept.setdefault("notice ways", {})
    found = known.get((kind, *reached))
    if found is None:
        chosen = choices(work, reached, kind)
        once = [one for one in reached if chosen[one].mail is When.ONCE]
        asked = [one for one in reached if chosen[one].other is When.ONCE]
        further = store.addresses(work.session, asked) if asked else []
        served = {row.person_id for row in further}
        found = known[kind, *reached] = _Ways(
            people.mail_addresses(work.session, once),
            further,
            people.locales(work.session, served) if served else {},
        )
    return found


def choices(work: Work, ids: Collection[int], kind: Kind) -> dict[int, Choice]:
    """By which ways each of the people wants notices of a kind."""
    stored = store.choices(work.session, ids)
    return {
        one: Choice(*map(When, stored[one, kind])) if (one, kind) in stored else HABITS[kind]
        for one in ids
    }


def case_facts(docket: Docket) -> dict[str, str]:
    """What a notice may say of a case: its number, its title unless kept from somebody."""
    description = docket.description
    title = wording.fields_of(description).get(description.process.title)
    open_title = docket.title if title is None or not title.hidden_from else ""
    told = {
        "case_number": docket.number,
        "case_title": wording.withheld(docket, open_title),
        "process": description.process.name,
    }
    return {name: text for name, text in told.items() if text}


def who(work: Work) -> str:
    """Who acts, with whom they stand in for."""
    absent = deputies.acting_for(work)
    return f"{work.actor.name}（代{absent}）" if absent else work.actor.name


def hours(office: Office) -> Hours:
    """When people may be disturbed."""
    return rules.read_hours(office.settings.office_hours, office.settings.urgent)
