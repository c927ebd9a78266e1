"""Documents that count no longer: their numbers stay on record, each with its reason.

A number is never given twice. Whoever misses one in a body's row of numbers finds here who made it
void, when and why, as far as they may see the case it was issued in.
"""

from __future__ import annotations

from engine.errors import NotFound
from engine.services import access, discretion, views
from engine.store import bodies, cases, people
from engine.store import documents as rows
from engine.store.documents import Document
from engine.values.paper_pages import VoidPage, VoidRow
from engine.work import Work

PAGE_ROWS = 50


def page(work: Work, after: str = "") -> VoidPage:
    """Void documents of the reader's bodies, of all for who sees every case; newest number first.

    ``after`` is where the page before ended. Raises NotFound ``no_such_page``.
    """
    if after and not after.isdecimal():
        raise NotFound("no_such_page")
    reader = access.viewer(work)
    of = None if reader.everything else reader.bodies | reader.family
    found = rows.voided(work.session, of, int(after) if after else None, PAGE_ROWS + 1)
    shown = found[:PAGE_ROWS]
    by = people.names_of_people(work.session, {one.voided_by for one in shown if one.voided_by})
    issuers = bodies.names_of_bodies(work.session, {one.body_id for one in shown})
    told = [_row(work, one, issuers.get(one.body_id, ""), by) for one in shown]
    return VoidPage(
        tuple(one for one in told if one is not None),
        after=str(shown[-1].id) if len(found) > PAGE_ROWS else "",
        first=not after,
    )


def _row(work: Work, found: Document, issuer: str, by: dict[int, str]) -> VoidRow | None:
    case = cases.get(work.session, found.case_id)
    if case is None or not access.may_see(work, case) or found.voided_at is None:
        return None
    if access.of_case(work, case.id).hides(found.hidden_from):
        return None
    return VoidRow(
        id=found.id,
        case=views.case_ref(work, case),
        title=found.title,
        number=found.number,
        issued_by=issuer,
        issued_at=found.issued_at,
        voided_at=found.voided_at,
        voided_by=by.get(found.voided_by or 0, ""),
        reason=discretion.veiled(work, case, found.void_reason),
    )
