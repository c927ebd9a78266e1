"""What bodies publish: the public's list, and taking something down again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from engine.errors import Broken, Forbidden, Invalid, NotFound
from engine.rules import redaction
from engine.rules.registers import local_day
from engine.services import audit, catalogue, dockets, slots, wording
from engine.services.dockets import Docket
from engine.store import bodies
from engine.store import documents as document_rows
from engine.store import publications as rows
from engine.store.bodies import Body
from engine.store.publications import Publication, Wanted
from engine.values.acts import Act
from engine.values.pages import PAGE_ROWS, BodyRow
from engine.values.running import Json
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

#: Category of what is published without a document; others come from the types of documents.
NOTICE = "notice"


@dataclass(frozen=True)
class Wish:
    """What a diagram asks to be published: a document by its type, or a notice by its title."""

    document: str = ""
    title: str = ""
    #: Last day it is shown: a date or an instant.
    until: Json = None
    #: Slot or id of the body that publishes; empty is the one that issued the document.
    body: Json = None
    #: Facts of a notice, by field id or by any name.
    facts: Mapping[str, Json] | None = None


@dataclass(frozen=True)
class PublicQuery:
    """What the public looks for; empty parts do not narrow."""

    category: str = ""
    body_id: int | None = None
    since: date | None = None
    to: date | None = None
    text: str = ""
    after: str = ""
    rows: int = PAGE_ROWS


@dataclass(frozen=True)
class PublicRow:
    """One line of the public list."""

    id: int
    category: str
    title: str
    number: str
    body: str
    published_on: date
    body_id: int = 0


@dataclass(frozen=True)
class PublicPage:
    """A page of the public list, newest first."""

    query: PublicQuery
    rows: tuple[PublicRow, ...] = ()
    after: str = ""
    categories: tuple[str, ...] = ()
    bodies: tuple[BodyRow, ...] = ()


@dataclass(frozen=True)
class PublicText:
    """One published text."""

    row: PublicRow
    paragraphs: tuple[str, ...]
    #: (label, words)
    facts: tuple[tuple[str, str], ...]
    published_at: datetime
    until: date | None = None
    #: Taken down: nothing but this and the reason is shown.
    withdrawn_on: date | None = None
    withdrawn_because: str = ""


# --- Publishing -------------------------------------------------------------------------------


def publish(work: Work, docket: Docket, wish: Wish) -> int:
    """Publish the document of a type issued last in the case, or a notice; the publication's id.

    Only what is public gets out: a document's public wording, and facts as their fields allow.

    Raises Broken: ``nothing_to_publish``, ``document_not_public``, ``slot_not_filled``.
    """
    if wish.document:
        return _document(work, docket, wish)
    if not wish.title:
        raise Broken("nothing_to_publish")
    publisher = _body(work, docket, wish.body or docket.description.process.owner)
    facts = [_fact(work, docket, name, value) for name, value in (wish.facts or {}).items()]
    title = redaction.text(wording.withheld(docket, wish.title))
    shown = [[label, words] for label, words in facts if words]
    return _add(work, docket, wish, NOTICE, title, "", publisher, {"facts": shown}, None)


def _document(work: Work, docket: Docket, wish: Wish) -> int:
    kind = catalogue.of(work.office).document(wish.document)
    document = document_rows.latest(work.session, docket.id, kind.code)
    if document is None:
        raise Broken("nothing_to_publish", type=kind.code)
    if document.public_text is None:
        raise Broken("document_not_public", type=kind.code)
    publisher = _body(work, docket, wish.body or document.body_id)
    title = redaction.text(wording.withheld(docket, wish.title or document.title))
    content: dict[str, Json] = {"paragraphs": document.public_text}
    return _add(
        work, docket, wish, kind.category, title, document.number, publisher, content, document.id
    )


def _fact(work: Work, docket: Docket, name: str, value: Json) -> tuple[str, str]:
    asked = wording.fields_of(docket.description).get(name)
    words = wording.words(work, asked, value)
    if asked is not None:
        return asked.label, wording.public(asked, words)
    return name, redaction.text(wording.withheld(docket, words))


def _add(
    work: Work,
    docket: Docket,
    wish: Wish,
    category: str,
    title: str,
    number: str,
    publisher: Body,
    content: dict[str, Json],
    document_id: int | None,
) -> int:
    publication = rows.add(
        work.session,
        category=category,
        title=title,
        number=number,
        body_id=publisher.id,
        published_at=work.now,
        published_on=work.today,
        published_by=work.actor.person_id,
        until=local_day(wish.until) if wish.until else None,
        case_id=docket.id,
        document_id=document_id,
        content=content,
        words=_words(title, number, publisher.name, content),
    )
    audit.append(work, docket, Act.PUBLISHED, title=title, number=number, publication=publication)
    return publication


def _words(title: str, number: str, body: str, content: Mapping[str, Json]) -> str:
    facts = [f"{label} {words}" for label, words in content.get("facts", ())]
    return "\n".join([title, number, body, *content.get("paragraphs", ()), *facts])


def _body(work: Work, docket: Docket, wanted: Json) -> Body:
    body_id = slots.resolve(work, docket.slots, wanted) if isinstance(wanted, str) else wanted
    found = bodies.body(work.session, body_id) if isinstance(body_id, int) else None
    if found is None:
        raise Broken("slot_not_filled", slot=str(wanted))
    return found


# --- Reading and withdrawing ------------------------------------------------------------------


def public(work: Work, query: PublicQuery | None = None) -> PublicPage:
    """What is shown to everybody today. Raises Invalid ``bad_cursor``."""
    query = query or PublicQuery()
    if query.after and not query.after.isdecimal():
        raise Invalid("bad_cursor")
    wanted = Wanted(query.category, query.body_id, query.since, query.to, query.text)
    before = int(query.after) if query.after else None
    found = rows.shown(work.session, wanted, work.today, before, query.rows + 1)
    shown = found[: query.rows]
    names = bodies.names_of_bodies(work.session, {publication.body_id for publication in shown})
    kinds = catalogue.of(work.office).documents.values()
    return PublicPage(
        query,
        tuple(_row(publication, names) for publication in shown),
        str(shown[-1].id) if len(found) > query.rows else "",
        tuple(dict.fromkeys([*(kind.category for kind in kinds if kind.category), NOTICE])),
        tuple(
            BodyRow(body.id, body.name, body.kind, body.parent_id)
            for body in rows.publishers(work.session)
        ),
    )


def public_text(work: Work, publication_id: int) -> PublicText:
    """One published text. One that was taken down tells when and why, and nothing of what it said.

    Raises NotFound ``no_such_publication``, also when its last day is over.
    """
    found = rows.find(work.session, publication_id)
    if found is None or (found.until and found.until < work.today):
        raise NotFound("no_such_publication")
    names = bodies.names_of_bodies(work.session, [found.body_id])
    if found.withdrawn_at is not None:
        day = found.withdrawn_at.astimezone(COUNTY_ZONE).date()
        because = redaction.text(found.withdrawn_because)
        told = replace(_row(found, names), title="")
        return PublicText(told, (), (), found.published_at, None, day, because)
    return PublicText(
        _row(found, names),
        tuple(found.content.get("paragraphs", ())),
        tuple((label, words) for label, words in found.content.get("facts", ())),
        found.published_at,
        found.until,
    )


def withdraw(work: Work, publication_id: int, reason: str) -> None:
    """Take a publication down. Only a publisher of the body that published it may.

    Raises NotFound ``no_such_publication``, Forbidden ``role_needed``, Invalid ``required``.
    """
    found = rows.find(work.session, publication_id)
    if found is None or found.withdrawn_at is not None:
        raise NotFound("no_such_publication")
    if work.actor.person_id is None or not work.actor.holds("publisher", found.body_id):
        raise Forbidden("role_needed", role="publisher")
    reason = reason.strip()
    if not reason:
        raise Invalid(fields={"reason": Invalid("required")})
    if found.case_id is None:
        _withdraw(work, None, found, reason)
    else:
        with dockets.held(work, found.case_id) as docket:
            _withdraw(work, docket, found, reason)


def _withdraw(work: Work, docket: Docket | None, found: Publication, reason: str) -> None:
    by = work.actor.person_id or 0
    if not rows.withdraw(work.session, found.id, work.now, by, reason[:500]):
        raise NotFound("no_such_publication")
    audit.append(work, docket, Act.PUBLICATION_WITHDRAWN, title=found.title, reason=reason)


def _row(found: Publication, names: Mapping[int, str]) -> PublicRow:
    return PublicRow(
        found.id,
        found.category,
        found.title,
        found.number,
        names.get(found.body_id, ""),
        found.published_on,
        found.body_id,
    )
