"""Saved views of the inbox: a name for a tab with its filters, one's own or shared with a body."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Forbidden, Invalid, NotFound
from engine.services import in_hand, places
from engine.store import saved_views as store
from engine.values.collaboration import SavedView
from engine.work import Work

#: Views one person may save.
MOST = 30
#: Parts of an address a view keeps; the place in the list is not one.
PARTS = ("tab", "process", "body", "light")


def save(work: Work, name: str, query: Mapping[str, str], body_id: int | None = None) -> int:
    """Save a view; with a body, for its people, too.

    Raises Invalid with the field, Forbidden ``not_of_this_body``.
    """
    me = in_hand.person(work)
    name = " ".join(name.split())[:60]
    if not name:
        raise Invalid(fields={"name": Invalid("required")})
    if store.named(work.session, me, name):
        raise Invalid(fields={"name": Invalid("view_named_already")})
    if store.count(work.session, me) >= MOST:
        raise Invalid(fields={"name": Invalid("too_many_views", most=MOST)})
    if body_id is not None and body_id not in _bodies(work):
        raise Forbidden("not_of_this_body")
    kept = {part: query[part][:80] for part in PARTS if query.get(part)}
    return store.add(work.session, owner_id=me, body_id=body_id, name=name, query=kept, at=work.now)


def remove(work: Work, view_id: int) -> None:
    """Forget a view of one's own. Raises NotFound ``no_such_view``."""
    if not store.remove(work.session, view_id, in_hand.person(work)):
        raise NotFound("no_such_view")


def mine(work: Work) -> tuple[SavedView, ...]:
    """The reader's views and those shared with their bodies, by name."""
    me = work.actor.person_id
    if me is None:
        return ()
    rows = store.of_reader(work.session, me, _bodies(work))
    names = places.names(work, [row.body_id for row in rows])
    return tuple(
        SavedView(
            id=row.id,
            name=row.name,
            query=row.query,
            shared_with=names.get(row.body_id or 0, ""),
            mine=row.owner_id == me,
        )
        for row in rows
    )


def shareable(work: Work) -> tuple[tuple[int, str], ...]:
    """The bodies a view can be shared with."""
    return tuple(places.names(work, sorted(_bodies(work))).items())


def _bodies(work: Work) -> set[int]:
    return {one.body_id for one in work.actor.memberships}
