"""What another person may see: the questions of :mod:`engine.services.access` asked of somebody
who is not the reader, before they are told of a case or sent it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.actor import Actor, Channel
from engine.rules import permissions
from engine.rules.permissions import CaseAccess
from engine.rules.reach import KIND_OF
from engine.services import access, deputies, shipped
from engine.services.access import Seen
from engine.store import absences, circles, dossiers, people, tasks
from engine.values.people import Membership
from engine.work import Work

#: What services keep per reader, by their own names.
_OF_READER = ("viewer", "principals", "led")


def may_see(work: Work, case: Seen, person_id: int) -> bool:
    """Whether a person may know of the case at all."""
    return access.may_see(as_seen_by(work, person_id), case)


def seeing(work: Work, case: Seen, ids: Sequence[int]) -> list[int]:
    """Those of the people who may know of the case: as :func:`may_see`, asked of all at once."""
    held = people.memberships_of(work.session, ids)
    bodies = frozenset(dossiers.bodies_of(work.session, case.id))
    roles = access.leading_roles(work, case.definition_id) | tasks.roles_of(work.session, case.id)
    own = circles.concerned(work.session, case.id)
    known = CaseAccess(bodies, roles, own, case.started_by)
    told = circles.told(work.session, case.id, ids, tuple(KIND_OF))
    stand_ins = _stand_ins(work, case, ids, held)

    def sees(one: int) -> bool:
        memberships = held.get(one, ())
        who = Actor("", Channel.WEB, one, memberships)
        if permissions.may_see_case(who, known, shipped.county_roles(work.office)):
            return True
        belongs = any(found.body_id in bodies for found in memberships)
        return (belongs and one in told) or one in stand_ins

    return [one for one in ids if sees(one)]


def _stand_ins(
    work: Work, case: Seen, ids: Sequence[int], held: Mapping[int, tuple[Membership, ...]]
) -> set[int]:
    """Who of the people has something to do in the case in the stead of somebody absent."""
    absent = absences.principals_of(work.session, ids, work.today)
    if not absent:
        return set()
    roles = people.memberships_of(work.session, {one for some in absent.values() for one in some})
    rows = tasks.open_of_case(work.session, case.id)
    found = set()
    for one, principals in absent.items():
        who = Actor("", Channel.WEB, one, held.get(one, ()))
        kept = {"principals": {other: roles.get(other, ()) for other in principals}}
        seen = replace(work, actor=who, kept=kept)
        if any(row.assignee_id != one and deputies.for_task(seen, row) for row in rows):
            found.add(one)
    return found


def as_seen_by(work: Work, person_id: int) -> Work:
    """The same unit of work with somebody else as its reader. For questions only."""
    names = people.names_of_people(work.session, [person_id])
    held = people.memberships_of(work.session, [person_id]).get(person_id, ())
    who = Actor(names.get(person_id, ""), Channel.WEB, person_id, held)
    kept = {name: value for name, value in work.kept.items() if name not in _OF_READER}
    return replace(work, actor=who, kept=kept)
