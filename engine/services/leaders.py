"""Who leads a body: hands its tasks out, bulk acts and absences of its people included."""

from __future__ import annotations

from engine.rules.permissions import LEADERS
from engine.services import deputies, places
from engine.store.bodies import Body
from engine.work import Work


def leads(work: Work, body_id: int | None) -> bool:
    """Whether the reader, or whom they stand in for, leads the body or the one above it."""
    return body_id is not None and body_id in led(work)


def led(work: Work) -> frozenset[int]:
    """The bodies the reader leads: where they hold a leading role, and the units below."""
    found: frozenset[int] | None = work.kept.get("led")
    if found is None:
        roles = [*work.actor.memberships]
        for held in deputies.principals(work).values():
            roles += held
        own = {one.body_id for one in roles if one.role in LEADERS}
        below = {
            body.id for body in places.every(work).values() if body.parent_id in own and _unit(body)
        }
        found = work.kept["led"] = frozenset(own | below)
    return found


def _unit(body: Body) -> bool:
    """Whether the body is part of the one above it rather than an authority of its own."""
    return body.kind in ("DEPT_LEGAL", "ENF_UNIT")
