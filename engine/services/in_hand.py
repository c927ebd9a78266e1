"""A task in hand: its case locked, and whether the reader may have it.

Every verb on a task begins here, so that who may see it, whose it is and in whose stead somebody
acts is answered once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.rules.plaintext import keepable
from engine.services import access, deputies, dockets
from engine.services.dockets import Docket
from engine.store import people
from engine.store import tasks as store
from engine.store.tasks import TaskRow
from engine.values.people import ALLOWED, Verdict
from engine.work import Work

#: Letters a reason, a question or an answer may have.
MOST_LETTERS = 2000


@dataclass
class Hand:
    """A task in hand, its case locked, and what is open in it."""

    docket: Docket
    task: TaskRow
    open: list[TaskRow]
    #: The absent person in whose stead the reader acts.
    for_id: int | None = None


@contextmanager
def held(work: Work, task_id: int) -> Iterator[Hand]:
    """The case locked, then its tasks as they are now; nobody learns of one they may not see.

    Raises NotFound ``no_such_task``, Conflict ``task_done`` or ``task_cancelled``.
    """
    with dockets.held_for_task(work, task_id) as docket:
        rows = store.open_of_case(work.session, docket.id)
        found = [row for row in rows if row.id == task_id]
        theirs = bool(found) and is_for(work, found[0])
        if not theirs and not access.may_see(work, docket):
            raise NotFound("no_such_task", task=task_id)
        if not found:
            raise _closed(work, task_id)
        yield Hand(docket, found[0], rows, deputies.for_task(work, found[0]))


def seen(work: Work, task_id: int) -> TaskRow:
    """A task the reader may see. Raises NotFound ``no_such_task``."""
    task = store.get(work.session, task_id)
    if task is None:
        raise NotFound("no_such_task", task=task_id)
    access.visible_case(work, task.case_id)
    return task


def is_for(work: Work, task: TaskRow) -> bool:
    """Whether the task is the reader's, or waits where they or their principals may take it."""
    if task.assignee_id is not None:
        return is_held(work, task)
    if deputies.for_task(work, task) is not None:
        return True
    return (
        not task.restricted
        and task.body_id is not None
        and work.actor.holds(task.role, task.body_id)
    )


def is_held(work: Work, task: TaskRow) -> bool:
    """Whether the reader has the task, or stands in for who has it."""
    if task.assignee_id is None or work.actor.person_id is None:
        return False
    return task.assignee_id == work.actor.person_id or task.assignee_id in deputies.principals(work)


def holds(work: Work, task: TaskRow) -> Verdict:
    """The same with its reason: only who has a task may do this with it."""
    if work.actor.person_id is None:
        return Verdict(False, "people_only")
    return ALLOWED if is_held(work, task) else Verdict(False, "task_not_yours")


def refuse_taken(work: Work, task: TaskRow) -> None:
    """Raise Conflict ``task_taken`` when somebody else has the task."""
    if task.assignee_id is not None and not is_held(work, task):
        names = people.names_of_people(work.session, [task.assignee_id])
        raise Conflict("task_taken", task=task.name, by=names.get(task.assignee_id, ""))


def person(work: Work) -> int:
    """Who acts. Raises Forbidden ``people_only`` for machines."""
    if work.actor.person_id is None:
        raise Forbidden("people_only")
    return work.actor.person_id


def text(given: str, field: str = "reason") -> str:
    """What was typed, which may not be empty. Raises Invalid with the field."""
    found = keepable(given).replace("\r\n", "\n").strip()[:MOST_LETTERS]
    if not found:
        raise Invalid(fields={field: Invalid("required")})
    return found


def reason(given: str) -> str:
    """A reason, on one line."""
    return " ".join(text(given).split())


def _closed(work: Work, task_id: int) -> Conflict:
    """Why a task is no longer open."""
    task = store.get(work.session, task_id)
    if task is None or task.status != store.COMPLETED:
        return Conflict("task_cancelled", task=task.name if task is not None else "")
    names = people.names_of_people(work.session, [task.completed_by or 0])
    return Conflict(
        "task_done",
        task=task.name,
        by=names.get(task.completed_by or 0, ""),
        at=task.completed_at,
    )
