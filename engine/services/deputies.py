"""Standing in (代理): for whom the reader may act today, and with which tasks.

A deputy has the absent person's roles and tasks for as long as the absence lasts, and nothing else:
every rule is asked of both (:func:`engine.services.duty.verdict` with ``for_id``), at every act.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import Forbidden
from engine.store import absences, people
from engine.store import tasks as store
from engine.store.tasks import TaskRow
from engine.values.people import Membership
from engine.work import Work

#: Where a unit of work remembers in whose stead its person acts: (id, name).
ACTING_FOR = "acting_for"


def principals(work: Work) -> dict[int, tuple[Membership, ...]]:
    """Whom the reader stands in for today, with the roles of each."""
    found: dict[int, tuple[Membership, ...]] | None = work.kept.get("principals")
    if found is None:
        me = work.actor.person_id
        ids = absences.principals(work.session, me, work.today) if me is not None else []
        held = people.memberships_of(work.session, ids) if ids else {}
        found = work.kept["principals"] = {one: held.get(one, ()) for one in ids}
    return found


def for_task(work: Work, task: TaskRow) -> int | None:
    """The absent person in whose stead the reader would act on a task; ``None`` for themselves."""
    me = work.actor.person_id
    if me is None:
        return None
    if task.assignee_id == me:
        return task.acting_for
    if task.assignee_id is None and _could_take(task, me, work.actor.memberships):
        return None
    absent = principals(work)
    if task.assignee_id is not None:
        return task.assignee_id if task.assignee_id in absent else None
    return next((one for one, roles in absent.items() if _could_take(task, one, roles)), None)


def begin(work: Work, for_id: int | None) -> None:
    """From here on the reader acts in somebody's stead; every record of this unit of work says so.

    Raises Forbidden ``absence_over`` when they no longer may.
    """
    if for_id is None:
        return
    name = people.names_of_people(work.session, [for_id]).get(for_id, "")
    if for_id not in principals(work):
        raise Forbidden("absence_over", name=name)
    work.kept[ACTING_FOR] = (for_id, name)


def acting_for(work: Work) -> str:
    """The name of whom the reader stands in for in this unit of work; empty for nobody."""
    found: tuple[int, str] = work.kept.get(ACTING_FOR, (0, ""))
    return found[1]


def stands_in(work: Work, case_id: int) -> bool:
    """Whether the reader has something to do in a case in somebody's stead."""
    if not principals(work):
        return False
    rows = store.open_of_case(work.session, case_id)
    return any(row.assignee_id != work.actor.person_id and for_task(work, row) for row in rows)


def _could_take(task: TaskRow, person_id: int, roles: Sequence[Membership]) -> bool:
    if task.performers is not None and person_id not in task.performers:
        return False
    return any(one.role == task.role and one.body_id == task.body_id for one in roles)
