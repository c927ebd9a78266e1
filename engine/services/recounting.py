"""After a change of the calendar every running deadline is counted again, case by case.

1. The change stands in the table of recounts with the last case that was looked at.
2. A batch of running cases is read without a lock; only those that would move are written.
3. Each of them is one unit of work: the case locked, its clocks counted again, a line in its chain
   for every date that moved, the people told whose work is due on another day, and how far the
   recount has come. A node that dies leaves the rest to the next tick, of any node.
4. A case that fails becomes an incident and is passed over; one that only could not be had at this
   moment (somebody holds it, the database is away) is taken again at the next tick.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.actor import CLOCK
from engine.errors import Conflict, NotFound, Unavailable
from engine.office import Office
from engine.rules.messages import Level
from engine.services import dockets, incidents, notifications, recounts
from engine.services.dockets import Docket
from engine.services.notifications import Wish
from engine.services.recounts import Moved
from engine.store import cases
from engine.store import recounts as store
from engine.store import tasks as task_store
from engine.store.recounts import RecountRow
from engine.store.tasks import TaskRow
from engine.work import Work

#: Cases looked at in one reading.
BATCH = 200

MESSAGE = "deadline_recalculated"


def tick(office: Office) -> int:
    """Go on with the earliest unfinished recount; how many cases were looked at."""
    with office.read(CLOCK) as work:
        row = store.first_unfinished(work.session)
        if row is None:
            return 0
        ids = store.next_cases(work.session, row.after_case, BATCH)
        found = [(case_id, _looks_different(work, case_id)) for case_id in ids]
    reached = row.after_case
    for place, (case_id, different) in enumerate(found, 1):
        if different and not _one(office, row, reached, case_id, place):
            return 0
        reached = case_id if different else reached
    with office.begin(CLOCK) as work:
        present = store.lock(work.session, row.id)
        if present is None or present.after_case != reached:
            return 0
        if ids:
            store.change(work.session, row.id, after_case=ids[-1], examined=row.examined + len(ids))
        else:
            store.change(work.session, row.id, finished_at=work.now)
    return len(ids) or 1


def _looks_different(work: Work, case_id: int) -> bool:
    row = cases.get(work.session, case_id)
    if row is None or row.status != cases.RUNNING:
        return False
    try:
        return recounts.concerned(work, dockets.opened(work, row))
    except Exception:  # what cannot be read here fails again, and is told, where it is written
        return True


def _one(office: Office, row: RecountRow, reached: int, case_id: int, place: int) -> bool:
    """Count one case again; whether this node goes on, or another has taken over."""
    examined = row.examined + place
    try:
        with office.begin(CLOCK) as work:
            present = store.lock(work.session, row.id)
            if present is None or present.after_case != reached:
                return False
            moved = _recount(work, case_id)
            store.change(
                work.session,
                row.id,
                after_case=case_id,
                examined=examined,
                moved=present.moved + bool(moved),
            )
    except Unavailable:
        raise
    except Exception as error:  # a failing case must not stop the others
        if isinstance(error, Conflict) and error.code == "busy":
            return False
        with office.begin(CLOCK) as work:
            incidents.record_clock(work, case_id, error)
            present = store.lock(work.session, row.id)
            if present is None or present.after_case != reached:
                return False
            store.change(
                work.session,
                row.id,
                after_case=case_id,
                examined=examined,
                failed=present.failed + 1,
            )
    return True


def _recount(work: Work, case_id: int) -> Sequence[Moved]:
    try:
        with dockets.held(work, case_id) as docket:
            if not docket.running:
                return ()
            moved = recounts.recalculate(work, docket)
            _tell(work, docket, moved)
            return moved
    except NotFound:
        return ()


def _tell(work: Work, docket: Docket, moved: Iterable[Moved]) -> None:
    """Whoever has the work that is due on another day, or could take it."""
    tasks = task_store.open_of_case(work.session, docket.id)
    for one in moved:
        own = [task for task in tasks if task.deadline_id == one.row.id] or tasks
        facts = {
            "task": one.row.name,
            "due": one.due.isoformat(),
            "before": one.before.isoformat(),
        }
        for wish in _wishes(own):
            notifications.notify(
                work,
                docket,
                replace(wish, more=facts),
            )


def _wishes(tasks: Sequence[TaskRow]) -> list[Wish]:
    people = sorted(
        {
            person
            for task in tasks
            for person in ([task.assignee_id] if task.assignee_id else task.performers or ())
        }
    )
    pools = dict.fromkeys(
        (task.role, task.body_id)
        for task in tasks
        if not task.assignee_id and not task.performers and task.body_id is not None
    )
    wish = Wish(MESSAGE, Level.REMIND)
    found = [replace(wish, role=role, body=body) for role, body in pools]
    return [replace(wish, people=people), *found] if people else found
