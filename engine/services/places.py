"""The county's bodies, kept by each process until one of them changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.store import bodies, settings
from engine.store.bodies import Body
from engine.work import Work


def every(work: Work) -> Mapping[int, Body]:
    """Every active body by id, in the order they were entered."""
    found: Mapping[int, Body] | None = work.kept.get("bodies")
    if found is None:
        version = work.kept["settings"].get(settings.BODIES_VERSION, 0)
        found = work.office.schedules.get(("bodies", version), lambda: _committed(work))
        work.kept["bodies"] = found
    return found


def names(work: Work, ids: Iterable[int | None]) -> dict[int, str]:
    """Names by id, of bodies no longer active as well; unknown ids are left out."""
    known, wanted = every(work), {one for one in ids if one is not None}
    gone = wanted.difference(known)
    found = bodies.names_of_bodies(work.session, gone) if gone else {}
    return found | {one: known[one].name for one in wanted if one in known}


def children(work: Work, above: int, kind: str) -> list[Body]:
    """The active bodies of one kind directly below a body."""
    return [body for body in every(work).values() if (body.parent_id, body.kind) == (above, kind)]


def of_kind(work: Work, kind: str) -> list[Body]:
    """The active bodies of one kind."""
    return [body for body in every(work).values() if body.kind == kind]


def _committed(work: Work) -> Mapping[int, Body]:
    # Read apart from this unit of work: what is kept for others must not be rolled back later.
    with work.office.sessions.read() as session:
        return {body.id: body for body in bodies.all_bodies(session)}
