"""Service of documents (送达): recorded with its proof, a receipt issued, the party's periods told.

Procedures record it by the operation ``record_service`` behind the step that asks for it, and count
the party's periods from ``service_day(method, day)``; any other document that was issued is served
on the case's own page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from engine.errors import Broken, Conflict, Forbidden, Invalid, NotFound
from engine.rules import documents as paper
from engine.rules import service as rules
from engine.rules.documents import PARTY, DocumentType
from engine.rules.service import Attempt
from engine.services import (
    access,
    attachments,
    audit,
    catalogue,
    discretion,
    dockets,
    documents,
    views,
    wording,
)
from engine.services.dockets import Docket
from engine.services.papers_of_engine import SERVICE_RECEIPT
from engine.store import archives, people
from engine.store import documents as issued
from engine.store import services as rows
from engine.store.cases import CaseRow
from engine.store.documents import Document
from engine.store.services import ServiceRow
from engine.values.acts import Act
from engine.values.pages import AttachmentRow, DocumentRow
from engine.values.paper_pages import PeriodView, ServicePage, ServiceView, ToServe
from engine.values.people import ALLOWED, Verdict
from engine.values.running import Json
from engine.values.service import Method, Outcome
from engine.values.timing import COUNTY_ZONE, TimerRule
from engine.work import Work

#: In words, as the receipt prints them.
_METHODS = {
    Method.DIRECT: "直接送达",
    Method.LEFT: "留置送达",
    Method.ELECTRONIC: "电子送达",
    Method.ENTRUSTED: "委托送达",
    Method.POST: "邮寄送达",
    Method.PASSED_ON: "转交送达",
    Method.PUBLIC: "公告送达",
}


@dataclass(frozen=True)
class Recorded:
    """A service that was recorded."""

    row: ServiceRow
    receipt: Document | None


# --- Recording --------------------------------------------------------------------------------


def record(work: Work, case_id: int, document_id: int, attempt: Attempt) -> Recorded:
    """Record a service or an attempt at one from the case's page.

    For people of the issuing body who have a part in the case. Raises NotFound ``no_such_file``,
    Invalid by field, Conflict ``document_is_void``, ``already_served``, ``case_archived``,
    Forbidden ``service_by_issuer_only``.
    """
    found = documents.seen(work, document_id)
    if found.case_id != case_id:
        raise NotFound("no_such_file")
    row = access.visible_case(work, case_id)
    tidy = _tidy(attempt)
    for name in rules.LONGEST:
        discretion.refuse_text(work, row, getattr(tidy, name), name)
    with dockets.held(work, case_id) as docket:
        verdict = may_record(work, row, found)
        if not verdict:
            raise Forbidden(verdict.code, **verdict.facts)
        if archives.of_case(work.session, case_id) is not None:
            raise Conflict("case_archived")
        return _record(work, docket, found, tidy)


def perform(work: Work, docket: Docket, given: Mapping[str, Json]) -> Json:
    """The operation of a procedure: the newest document of the types named was served.

    Raises Broken ``document_not_issued``, Invalid by field.
    """
    types = str(given.get("document") or "").split()
    found = [one for one in issued.of_case(work.session, docket.id) if one.type in types]
    current = [one for one in found if one.voided_at is None]
    if not current:
        raise Broken("document_not_issued", type=" ".join(types))
    told = {name: wording.plain(given.get(name)) for name in rules.LONGEST}
    day = str(given.get("delivered_on") or "")
    attempt = Attempt(
        method=str(given.get("method") or ""),
        outcome=Outcome.SERVED,
        delivered_on=date.fromisoformat(day[:10]) if day else None,
        proofs=tuple(views.ids_in(given.get("proofs"))),
        consent=given.get("consent") not in (None, "", "no", False),
        **told,
    )
    # A form asks for what its procedure needs; what it leaves out is not invented here.
    if attempt.method == Method.ELECTRONIC and not attempt.consent:
        raise Invalid("service_needs_consent")
    done = _write(work, docket, current[-1], _tidy(attempt))
    served_on = done.row.served_on
    return {
        "service": done.row.id,
        "document": current[-1].id,
        "served_on": served_on.isoformat() if served_on else None,
        "receipt": done.receipt.id if done.receipt is not None else None,
    }


def _record(work: Work, docket: Docket, found: Document, attempt: Attempt) -> Recorded:
    again = issued.find(work.session, found.id)
    if again is None or again.voided_at is not None:
        raise Conflict("document_is_void", number=found.number)
    before = [one for one in rows.of_case(work.session, docket.id) if one.document_id == found.id]
    if any(one.served_on is not None and one.served_on <= work.today for one in before):
        raise Conflict("already_served", number=found.number or found.title)
    issued_on = found.issued_at.astimezone(COUNTY_ZONE).date()
    rules.check(attempt, issued_on, work.today)
    try:
        # A receipt may come back when the case is over: its files are bound all the same.
        attachments.bind(work, docket, "", attempt.proofs)
    except Invalid as error:
        raise Invalid(fields={"proofs": error}) from error
    return _write(work, docket, found, attempt)


def _write(work: Work, docket: Docket, found: Document, attempt: Attempt) -> Recorded:
    if attempt.method not in set(Method) or attempt.delivered_on is None:
        raise Invalid(fields={"method": Invalid("required")})
    served = attempt.served_on
    receipt = _receipt(work, docket, found, attempt, served) if served is not None else None
    row = rows.add(
        work.session,
        case_id=docket.id,
        document_id=found.id,
        method=attempt.method,
        outcome=attempt.outcome,
        recipient=found.recipient,
        delivered_on=attempt.delivered_on,
        served_on=served,
        proofs=list(attempt.proofs),
        receipt_id=receipt.id if receipt is not None else None,
        recorded_at=work.now,
        recorded_by=work.actor.person_id,
        **{name: getattr(attempt, name) for name in rules.LONGEST},
    )
    audit.append(
        work,
        docket,
        Act.DOCUMENT_SERVED,
        number=found.number,
        title=wording.withheld(docket, found.title),
        method=attempt.method,
        outcome=attempt.outcome,
        delivered_on=attempt.delivered_on.isoformat(),
        served_on=served.isoformat() if served else "",
    )
    return Recorded(row, receipt)


def _receipt(
    work: Work, docket: Docket, found: Document, attempt: Attempt, served: date
) -> Document:
    """送达回证: what was served, how and when, to be signed and kept with the document."""
    day = attempt.delivered_on or served
    more: dict[str, Json] = {
        **{name: getattr(attempt, name) for name in rules.LONGEST},
        "served_number": found.number,
        "served_title": found.title,
        "method": _METHODS[Method(attempt.method)],
        "delivered_on": paper.day(day),
        "served_on": paper.day(served),
    }
    party = found.recipient == docket.party and found.recipient_body_id is None
    to: Json = PARTY if party else found.recipient_body_id or found.recipient
    return documents.issue(
        work,
        docket,
        documents.Wish(
            type=SERVICE_RECEIPT,
            element=found.element,
            to=to,
            body=found.body_id,
            more={name: value for name, value in more.items() if value},
            hidden_from=frozenset(found.hidden_from),
        ),
    )


def _tidy(attempt: Attempt) -> Attempt:
    said = {
        name: " ".join(getattr(attempt, name).split())[:most]
        for name, most in rules.LONGEST.items()
    }
    return Attempt(**{**vars(attempt), **said})


def may_record(work: Work, row: CaseRow, found: Document) -> Verdict:
    """Whether the reader serves documents of the case: of the issuing body, with a part in it."""
    reader = access.viewer(work)
    if reader.person_id is None:
        return Verdict(False, "people_only")
    if found.body_id in reader.family and access.takes_part(work, row):
        return ALLOWED
    return Verdict(False, "service_by_issuer_only")


# --- Reading ----------------------------------------------------------------------------------


def page(work: Work, case_id: int) -> ServicePage:
    """The documents of a case that are addressed to somebody, and how their service stands.

    Raises NotFound ``no_such_case``.
    """
    row = access.visible_case(work, case_id)
    shown = {one.id: one for one in documents.of_case(work, case_id)}
    stored = {one.id: one for one in issued.of_case(work.session, case_id) if one.id in shown}
    known = {one.id: one for one in attachments.of_case(work, case_id)}
    services = rows.of_case(work.session, case_id)
    names = people.names_of_people(
        work.session, {one.recorded_by for one in services if one.recorded_by}
    )
    kinds = catalogue.of(work.office).documents
    found = []
    for document in shown.values():
        if not document.recipient or document.voided_at or document.type == SERVICE_RECEIPT:
            continue
        own = [one for one in services if one.document_id == document.id]
        told = tuple(_view(one, known, shown, names) for one in own)
        kind = kinds.get(document.type)
        verdict = may_record(work, row, stored[document.id])
        found.append(_to_serve(work, row, document, kind, told, verdict))
    return ServicePage(tuple(found), sum(one.late for one in found))


def one(work: Work, case_id: int, document_id: int) -> ToServe:
    """One of them. Raises NotFound ``no_such_file``."""
    for found in page(work, case_id).rows:
        if found.document.id == document_id:
            return found
    raise NotFound("no_such_file")


def _view(
    row: ServiceRow,
    known: Mapping[int, AttachmentRow],
    shown: Mapping[int, DocumentRow],
    names: Mapping[int, str],
) -> ServiceView:
    return ServiceView(
        id=row.id,
        method=row.method,
        outcome=row.outcome,
        recipient=row.recipient,
        delivered_on=row.delivered_on,
        served_on=row.served_on,
        recorded_at=row.recorded_at,
        recorded_by=names.get(row.recorded_by or 0, ""),
        proofs=tuple(known[one] for one in row.proofs if one in known),
        receipt=shown.get(row.receipt_id or 0),
        **{name: getattr(row, name) for name in rules.LONGEST},
    )


def _to_serve(
    work: Work,
    row: CaseRow,
    document: DocumentRow,
    kind: DocumentType | None,
    services: tuple[ServiceView, ...],
    verdict: Verdict,
) -> ToServe:
    served = min((one.served_on for one in services if one.served_on), default=None)
    state = "attempted" if services else "none"
    if served is not None:
        state = "served" if served <= work.today else "announced"
    due = _ends(work, row, kind.serve, document.issued_at) if kind and kind.serve else None
    late = due is not None and served is None and due < work.today
    periods: tuple[PeriodView, ...] = ()
    if served is not None and kind is not None:
        since = datetime.combine(served, time(12), COUNTY_ZONE)
        periods = tuple(
            PeriodView(key, views.schedule_of(work, row).limit(key).name, last)
            for key in kind.starts
            if (last := _ends(work, row, key, since)) is not None
        )
    open_still = state != "served" and bool(verdict)
    return ToServe(
        document, services, state, due, late, served, periods,
        ALLOWED if open_still else Verdict(False, verdict.code or "already_served"),
    )  # fmt: skip


def _ends(work: Work, row: CaseRow, key: str, since: datetime) -> date | None:
    """The last day of a period of the table; None when the case's table has no such row."""
    try:
        last = views.schedule_of(work, row).explain(TimerRule(since, limit=key))
    except Invalid:
        return None
    return last.due_at.astimezone(COUNTY_ZONE).date()
