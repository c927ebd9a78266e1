"""Corrections (更正): a document that was issued is never changed; a new one names it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Conflict, Forbidden, Invalid
from engine.rules import documents as paper
from engine.rules.documents import PARTY
from engine.services import access, audit, discretion, dockets, documents, wording
from engine.services.papers_of_engine import CORRECTION
from engine.store import archives
from engine.store import documents as rows
from engine.store.documents import Document
from engine.values.acts import Act
from engine.values.running import Json
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

LONGEST = 2000


@dataclass(frozen=True)
class Wish:
    """What was written, what it should have been, and why it was not."""

    wrong: str
    right: str
    reason: str


def correct(work: Work, document_id: int, wish: Wish) -> Document:
    """Issue the correction of a document, under a number of its own, to the same addressee.

    For those who lead the body that issued it. The old one keeps its number, its bytes and its
    hash. Raises NotFound ``no_such_file``, Invalid by field, Conflict ``document_is_void`` or
    ``case_archived``, Forbidden ``not_yours_to_correct``.
    """
    said = _tidy(wish)
    found = documents.seen(work, document_id)
    row = access.visible_case(work, found.case_id)
    for name, text in said.items():
        discretion.refuse_text(work, row, text, name)
    with dockets.held(work, found.case_id) as docket:
        if not documents.may_void(work, found):
            raise Forbidden("not_yours_to_correct")
        again = rows.find(work.session, document_id)
        if again is None or again.voided_at is not None:
            raise Conflict("document_is_void", number=found.number)
        if archives.of_case(work.session, docket.id) is not None:
            raise Conflict("case_archived")
        more: dict[str, Json] = {
            **said,
            "old_number": found.number,
            "old_title": found.title,
            "old_date": paper.day(found.issued_at.astimezone(COUNTY_ZONE).date()),
        }
        made = documents.issue(
            work,
            docket,
            documents.Wish(
                type=CORRECTION,
                element=found.element,
                to=_to(found, docket.party),
                body=found.body_id,
                more=more,
                corrects=found.id,
                hidden_from=frozenset(found.hidden_from),
            ),
        )
        audit.append(
            work,
            docket,
            Act.DOCUMENT_CORRECTED,
            number=made.number,
            title=wording.withheld(docket, found.title),
            old=found.number or str(found.id),
            reason=wording.withheld(docket, said["reason"]),
        )
    return made


def _to(found: Document, party: str) -> Json:
    if found.recipient_body_id is not None:
        return found.recipient_body_id
    return PARTY if found.recipient and found.recipient == party else found.recipient


def _tidy(wish: Wish) -> dict[str, str]:
    said = {"wrong": wish.wrong, "right": wish.right, "reason": wish.reason}
    said = {name: text.strip()[:LONGEST] for name, text in said.items()}
    missing = {name: Invalid("required") for name, text in said.items() if not text}
    if missing:
        raise Invalid(fields=missing)
    if said["wrong"] == said["right"]:
        raise Invalid(fields={"right": Invalid("nothing_corrected")})
    return said
