"""Recusals as the case page shows them: requests, decisions, and who may go on instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.services import access, discretion, dockets, recusals, replacements
from engine.store import people
from engine.store import recusals as store
from engine.store.recusals import Recusal
from engine.values.pages import Choice
from engine.values.people import Verdict
from engine.values.process import Field
from engine.values.recusal_pages import RecusalPage, RecusalRow
from engine.work import Work


def page(work: Work, case_id: int) -> RecusalPage:
    """The requests of a case and what the reader may do about them."""
    row = access.visible_case(work, case_id)
    docket = dockets.opened(work, row)
    found = store.of_case(work.session, case_id)
    ids = {one for recusal in found for one in _people_of(recusal)}
    names = people.names_of_people(work.session, ids)
    leads = bool(replacements.may_replace(work, docket))
    veil = discretion.veil(work, row)
    rows = []
    for recusal in found:
        stands = recusal.status == store.GRANTED and docket.running
        fields = replacements.naming(docket, recusal.person_id) if stands else []
        instead = replacements.instead(work, docket, recusal, fields) if fields and leads else ()
        rows.append(_row(recusal, names, fields, instead, veil))
    may = (
        recusals.may_ask(row) if work.actor.person_id is not None else Verdict(False, "people_only")
    )
    return RecusalPage(tuple(rows), may, recusals.challengeable(work, row) if may else ())


def _row(
    recusal: Recusal,
    names: dict[int, str],
    fields: Sequence[Field],
    instead: tuple[Choice, ...],
    veil: Callable[[str], str],
) -> RecusalRow:
    return RecusalRow(
        recusal.id,
        recusal.person_id,
        names.get(recusal.person_id, ""),
        recusal.kind,
        veil(recusal.asked_for) or names.get(recusal.asked_by or 0, ""),
        recusal.asked_at,
        veil(recusal.reason),
        recusal.status,
        veil(recusal.grounds),
        names.get(recusal.decided_by or 0, ""),
        recusal.decided_at,
        recusal.decided_in,
        names.get(recusal.replacement_id or 0, ""),
        tuple(field.label for field in fields),
        instead,
    )


def _people_of(recusal: Recusal) -> set[int]:
    ids = (recusal.person_id, recusal.asked_by, recusal.decided_by, recusal.replacement_id)
    return {one for one in ids if one is not None}
