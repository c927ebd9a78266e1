"""Cases: read one, find some, withdraw, follow."""

from __future__ import annotations

from engine.errors import Forbidden, Invalid
from engine.services import (
    access,
    audit,
    case_pages,
    case_tabs,
    discretion,
    dockets,
    in_hand,
    moves,
    paths,
    search,
    views,
)
from engine.store import cases as store
from engine.store import dossiers
from engine.values.acts import Act
from engine.values.case_pages import CasePage
from engine.values.pages import CaseRef
from engine.values.path_pages import PathView
from engine.values.search_pages import SearchPage
from engine.work import Work


def page(work: Work, case_id: int) -> CasePage:
    """A case with everything its tabs show. Raises NotFound ``no_such_case``."""
    return case_tabs.whole(work, case_id)


def tab(work: Work, case_id: int, name: str) -> CasePage:
    """A case with what one of its tabs shows. Raises NotFound ``no_such_case``."""
    return case_tabs.tab(work, case_id, name)


def path(work: Work, case_id: int) -> PathView:
    """The diagram with the way the case took."""
    return paths.path(work, case_id)


def labels(work: Work, case_id: int) -> dict[str, str]:
    """The labels of a case's fields, for telling what was typed where no form can take it."""
    return case_pages.labels(work, case_id)


def find(work: Work, text: str, after: str = "") -> SearchPage:
    """Cases by number, title and party."""
    return search.cases(work, text, after)


def withdraw(work: Work, case_id: int, reason: str) -> CaseRef:
    """End a case before its time: who started it may, with a reason on the record."""
    reason = " ".join(reason.split())[:1000]
    if not reason:
        raise Invalid(fields={"reason": Invalid("required")})
    access.visible_case(work, case_id)
    with dockets.held(work, case_id) as docket:
        verdict = case_pages.may_withdraw(work, docket)
        if not verdict:
            raise Forbidden(verdict.code, **verdict.facts)
        discretion.refuse_text(work, docket, reason, "reason")
        outcome = moves.run(work, docket).cancel()
        audit.append(work, docket, Act.CASE_WITHDRAWN, reason=reason)
        moves.settle(work, docket, outcome)
        docket.status = store.CANCELLED
        return views.case_ref(work, docket)


def follow(work: Work, case_id: int) -> None:
    """Keep an eye on a case."""
    access.visible_case(work, case_id)
    with dockets.held(work, case_id) as docket:
        if dossiers.follow(work.session, in_hand.person(work), case_id, work.now):
            audit.append(work, docket, Act.CASE_FOLLOWED)


def unfollow(work: Work, case_id: int) -> None:
    """No longer keep an eye on it."""
    me = in_hand.person(work)
    with dockets.held(work, case_id) as docket:
        if dossiers.unfollow(work.session, me, case_id):
            audit.append(work, docket, Act.CASE_UNFOLLOWED)
