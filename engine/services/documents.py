"""Official documents: made from a Word template, numbered, kept by their hash, handed out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import Broken, Conflict, Forbidden, Invalid, NotFound
from engine.rules import documents as paper
from engine.rules.documents import PARTY, DocumentType
from engine.services import (
    access,
    attachments,
    audit,
    catalogue,
    discretion,
    dockets,
    leaders,
    slots,
    templates,
    views,
    word,
    word_pages,
    wording,
)
from engine.services.attachments import Download
from engine.services.dockets import Docket
from engine.services.sheets import Addressee, Sheet
from engine.services.wording import Words
from engine.store import bodies
from engine.store import documents as rows
from engine.store.bodies import Body
from engine.store.documents import Document
from engine.store.filetypes import DOCX
from engine.values.acts import Act
from engine.values.pages import DocumentRow
from engine.values.paper_pages import Reading
from engine.values.process import Disclosure
from engine.values.running import Json
from engine.work import Work


@dataclass(frozen=True)
class Wish:
    """What a diagram asks for. A body is a slot or an id; an addressee may be plain text too."""

    type: str
    element: str = ""
    to: Json = None
    body: Json = None
    title: str = ""
    #: Further values for the template, by name.
    more: Mapping[str, Json] | None = None
    #: The document this one corrects, and the slots that one is hidden from.
    corrects: int | None = None
    hidden_from: frozenset[str] = frozenset()


# --- Issuing ----------------------------------------------------------------------------------


def issue(work: Work, docket: Docket, wish: Wish) -> Document:
    """Issue a document in the name of a body, under its next number of this type and year.

    Raises Broken: ``unknown_document``, ``template_missing``, ``slot_not_filled``,
    ``document_value_missing``, ``document_would_disclose``; Invalid ``bad_template``.
    """
    offered = catalogue.of(work.office)
    kind = offered.document(wish.type)
    template = templates.content(work, kind)
    issuer = _body(work, docket, wish.body if wish.body not in (None, "") else kind.body)
    addressee = _addressee(work, docket, wish.to if wish.to not in (None, "") else kind.to)
    number = _number(work, kind, issuer)
    title = wish.title or kind.title
    sheet = Sheet(work, docket, kind, issuer, addressee, number, title, wish.more or {})
    values = Words(work, docket.description, docket.data)
    made = word.render(template, sheet.context(values))
    hidden_from = _hidden_from(docket, values, addressee, [title, *sheet.said])
    hidden_from |= wish.hidden_from
    _refuse_to_disclose(docket, kind, addressee, hidden_from)
    filename = attachments.clean_name(f"{title}{f'（{number}）' if number else ''}.docx")
    sha256 = _keep(work, made)
    document = rows.add(
        work.session,
        case_id=docket.id,
        element=wish.element,
        type=kind.code,
        title=title,
        number=number,
        body_id=issuer.id,
        recipient=addressee.name,
        recipient_body_id=addressee.body_id,
        issued_at=work.now,
        issued_by=work.actor.person_id,
        filename=filename,
        size=len(made),
        sha256=sha256,
        template_sha256=hashlib.sha256(template).hexdigest(),
        disclosure=kind.disclosure.value,
        hidden_from=sorted(hidden_from),
        public_text=_public_text(sheet, template),
        corrects=wish.corrects,
    )
    audit.append(
        work,
        docket,
        Act.DOCUMENT_ISSUED,
        type=kind.code,
        number=number,
        title=wording.withheld(docket, title),
        sha256=sha256,
        template=document.template_sha256,
    )
    return document


def _number(work: Work, kind: DocumentType, issuer: Body) -> str:
    if not kind.number:
        return ""
    year = work.today.year
    sequence = rows.take_number(work.session, issuer.id, kind.code, year)
    return paper.number(kind, issuer.mark, year, sequence)


def _body(work: Work, docket: Docket, wanted: Json) -> Body:
    body_id = wanted
    if isinstance(wanted, str):
        body_id = slots.resolve(work, docket.slots, wanted)
    found = bodies.body(work.session, body_id) if isinstance(body_id, int) else None
    if found is None:
        raise Broken("slot_not_filled", slot=str(wanted))
    return found


def _addressee(work: Work, docket: Docket, wanted: Json) -> Addressee:
    if wanted in (None, ""):
        return Addressee()
    if wanted == PARTY:
        return Addressee(docket.party, field=docket.description.process.party)
    body_id = wanted if isinstance(wanted, int) else None
    if isinstance(wanted, str):
        body_id = slots.resolve(work, docket.slots, wanted)
        if body_id is None and (wanted in slots.named(docket.description) or wanted.isascii()):
            raise Broken("slot_not_filled", slot=wanted)
    if body_id is None:
        return Addressee(str(wanted))
    return Addressee(_body(work, docket, body_id).name, body_id)


def _hidden_from(
    docket: Docket, values: Words, addressee: Addressee, texts: list[str]
) -> frozenset[str]:
    """Slots whose people must not read the document, for what it prints (R15)."""
    if addressee.field:
        values.asked.add(addressee.field)
    values.asked.update(wording.secrets_in(docket, texts))
    return values.hidden_from


def _refuse_to_disclose(
    docket: Docket, kind: DocumentType, addressee: Addressee, hidden_from: frozenset[str]
) -> None:
    """Nobody is sent what must be kept from them."""
    for slot in hidden_from:
        for name in (slot, slot + slots.LEGAL):
            if addressee.body_id is not None and docket.slots.get(name) == addressee.body_id:
                raise Broken("document_would_disclose", rule="R15", type=kind.code, slot=slot)


def _public_text(sheet: Sheet, template: bytes) -> list[str] | None:
    """The document as the public may read it; ``None`` for one that is never published."""
    if sheet.kind.disclosure is Disclosure.INTERNAL:
        return None
    return word.paragraphs(word.render(template, sheet.public_context()))


def _keep(work: Work, content: bytes) -> str:
    store = attachments.store(work.office)
    with store.incoming(io.BytesIO(content), len(content)) as arrived:
        store.keep(arrived)
        return arrived.sha256


# --- Taking back ------------------------------------------------------------------------------


def void(work: Work, document_id: int, reason: str) -> int:
    """A document counts no longer; its number stays on record and is never given again; its case.

    For those who lead the body that issued it. Raises NotFound ``no_such_file``, Invalid, Conflict
    ``document_is_void``, Forbidden ``not_yours_to_void``.
    """
    reason = " ".join(reason.split())[:1000]
    if not reason:
        raise Invalid(fields={"reason": Invalid("required")})
    found = seen(work, document_id)
    discretion.refuse_text(work, access.visible_case(work, found.case_id), reason, "reason")
    with dockets.locked(work, found.case_id) as chain:
        if not may_void(work, found):
            raise Forbidden("not_yours_to_void")
        if not rows.void(work.session, found.id, work.now, work.actor.person_id, reason):
            raise Conflict("document_is_void", number=found.number)
        audit.append(
            work,
            chain,
            Act.DOCUMENT_VOIDED,
            number=found.number,
            title=found.title,
            reason=reason,
        )
    return found.case_id


def may_void(work: Work, found: Document) -> bool:
    """Whether the reader leads the body that issued the document."""
    return leaders.leads(work, found.body_id)


def seen(work: Work, document_id: int) -> Document:
    """A document the reader may have. Raises NotFound ``no_such_file``."""
    found = rows.find(work.session, document_id)
    if found is None:
        raise NotFound("no_such_file")
    try:
        sight = access.of_case(work, found.case_id)
    except NotFound:
        raise NotFound("no_such_file") from None
    if sight.hides(found.hidden_from):
        raise NotFound("no_such_file")
    return found


# --- Handing out ------------------------------------------------------------------------------


def of_case(work: Work, case_id: int) -> tuple[DocumentRow, ...]:
    """The documents of a case the reader may see, in the order of issue.

    Raises NotFound ``no_such_case``.
    """
    sight = access.of_case(work, case_id)
    found = [
        document
        for document in rows.of_case(work.session, case_id)
        if not sight.hides(document.hidden_from)
    ]
    by_id = {one.id: one.number or one.title for one in found}
    corrected = {
        one.corrects: one.number or one.title
        for one in found
        if one.corrects is not None and one.voided_at is None
    }
    issuers = bodies.names_of_bodies(work.session, {document.body_id for document in found})
    veil = discretion.veil(work, access.visible_case(work, case_id))
    return tuple(
        DocumentRow(
            id=document.id,
            case_id=document.case_id,
            type=document.type,
            title=document.title,
            number=document.number,
            issued_at=document.issued_at,
            filename=document.filename,
            size=document.size,
            sha256=document.sha256,
            issued_by=issuers.get(document.body_id, ""),
            recipient=document.recipient,
            voided_at=document.voided_at,
            void_reason=veil(document.void_reason),
            may_void=document.voided_at is None and may_void(work, document),
            corrects=by_id.get(document.corrects or 0, ""),
            corrected_by=corrected.get(document.id, ""),
            element=document.element,
            recipient_body_id=document.recipient_body_id,
        )
        for document in found
    )


def open(work: Work, document_id: int) -> Download:
    """A document to be sent. Raises NotFound ``no_such_file`` when the reader may not have it."""
    found = seen(work, document_id)
    return attachments.download(
        work.office, found.filename, DOCX.media_type, found.size, found.sha256
    )


def read(work: Work, document_id: int) -> Reading:
    """A document to be read on the screen or printed, from the very file that was issued.

    Raises NotFound ``no_such_file`` when the reader may not have it.
    """
    found = seen(work, document_id)
    content = attachments.store(work.office).read(found.sha256)
    case = access.visible_case(work, found.case_id)
    row = next(one for one in of_case(work, found.case_id) if one.id == found.id)
    return Reading(found.title, word_pages.blocks(content), row, views.case_ref(work, case))
