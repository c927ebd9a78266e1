"""The people around a case: who may be asked, sent a copy, or mentioned in it."""

from __future__ import annotations

from collections.abc import Iterable

from engine.services import access, places
from engine.store import dossiers, people
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.tasks import TaskRow
from engine.work import Work


def advisers(work: Work, task: TaskRow) -> list[int]:
    """Colleagues an opinion on a task may be asked of: of its body and the units around it."""
    if task.body_id is None:
        return []
    around = with_family(work, {task.body_id})
    return _others(work, people.members(work.session, around), task.assignee_id)


def with_family(work: Work, bodies: Iterable[int]) -> set[int]:
    """Bodies with the departments above them and the units below."""
    own = set(bodies)
    return own.union(*(access.family(work, one) for one in own))


def of_case(work: Work, row: CaseRow) -> list[int]:
    """Everybody of the bodies of a case, and of the reader's own with the units around them."""
    bodies = set(dossiers.bodies_of(work.session, row.id))
    own = access.viewer(work)
    return _others(work, people.members(work.session, bodies | own.bodies | own.family))


def involved(work: Work, case_id: int) -> list[int]:
    """Who acted in a case or has something of it now."""
    found: list[int] = []
    for task in task_store.of_case(work.session, case_id):
        found += [one for one in (task.assignee_id, task.completed_by) if one is not None]
    return list(dict.fromkeys(found))


def bodies_by_person(work: Work, ids: Iterable[int]) -> dict[int, str]:
    """The name of a body of each person, to tell namesakes apart."""
    held = people.memberships_of(work.session, ids)
    names = places.names(work, [one.body_id for rows in held.values() for one in rows])
    return {one: names.get(rows[0].body_id, "") for one, rows in held.items() if rows}


def _others(work: Work, ids: Iterable[int], *besides: int | None) -> list[int]:
    out = {work.actor.person_id, *besides}
    return [one for one in ids if one not in out]
