"""Finding cases by number, title and party, as far as the reader may see them."""

from __future__ import annotations

from engine.errors import Invalid
from engine.services import access, views
from engine.store import cases as store
from engine.store import search
from engine.values.case_pages import SearchPage, SearchRow
from engine.values.pages import PAGE_ROWS
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
        bodies=None if reader.everything else reader.bodies,
        family=() if reader.trusted else reader.family,
        person_id=reader.person_id,
        before=int(after) if after else None,
        rows=PAGE_ROWS + 1,
    )
    shown = found[:PAGE_ROWS]
    rows = store.brief(work.session, shown)
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
        after=str(shown[-1]) if len(found) > PAGE_ROWS else "",
    )
