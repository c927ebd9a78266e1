"""Finding cases by number, title and party, as far as the reader may see them."""

from __future__ import annotations

from engine.errors import Invalid
from engine.rules.permissions import INTAKE
from engine.services import access, definitions, views
from engine.store import cases as store
from engine.store import search
from engine.store.cases import BriefRow
from engine.values.pages import PAGE_ROWS
from engine.values.search_pages import SearchPage, SearchRow
from engine.work import Work


def cases(work: Work, text: str, after: str = "") -> SearchPage:
    """Cases that hold the words as a phrase, newest first; two characters of a name are enough.

    Raises Invalid ``bad_cursor``.
    """
    if after and not after.isdecimal():
        raise Invalid("bad_cursor")
    reader = access.viewer(work)
    if reader.person_id is None and not reader.everything:
        return SearchPage(text)
    found = search.find(
        work.session,
        text,
        reach=None if reader.everything else _reach(work),
        secret=() if reader.trusted else _secret(work),
        person_id=reader.person_id,
        before=int(after) if after else None,
        rows=PAGE_ROWS + 1,
    )
    rows = store.brief(work.session, found[:PAGE_ROWS])
    shown = [case_id for case_id in found[:PAGE_ROWS] if _may_find(work, rows[case_id], text)]
    return SearchPage(
        query=text,
        rows=tuple(
            SearchRow(
                case=views.case_ref(work, rows[case_id]),
                body=rows[case_id].body_name,
                started_at=rows[case_id].started_at,
                party=views.visible_party(work, rows[case_id]),
            )
            for case_id in shown
        ),
        after=str(found[PAGE_ROWS - 1]) if len(found) > PAGE_ROWS else "",
    )


def _reach(work: Work) -> dict[str, list[int]]:
    """The reader's bodies by the processes in which their roles there have a part."""
    held = work.actor.memberships
    return {
        row.process_id: sorted(
            {one.body_id for one in held if one.role in access.roles_of(work, row.id)}
        )
        for row, _ in definitions.all_latest(work)
    }


def _secret(work: Work) -> list[str]:
    """The processes whose party is kept from somebody: found by it only by who handles the case.

    Intake looks for what the same person complained of before, in every case of its body.
    """
    if any(one.role in INTAKE for one in work.actor.memberships):
        return []
    return [
        row.process_id
        for row, definition in definitions.all_latest(work)
        if any(
            field.id == definition.description.process.party and field.hidden_from
            for form in definition.description.forms.values()
            for field in form.fields
        )
    ]


def _may_find(work: Work, row: BriefRow, text: str) -> bool:
    """The last word, case by case: by the version it runs on and by what the reader may know."""
    if not access.may_see(work, row):
        return False
    return bool(views.visible_party(work, row)) or search.says(text, row.number, row.title)
