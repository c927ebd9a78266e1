"""Who is connected with a case, asked for everybody at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from engine.store.copies import copies
from engine.store.notifications import notifications
from engine.store.opinions import opinions
from engine.store.tasks import task_performers, tasks


def concerned(session: Session, case_id: int) -> frozenset[int]:
    """Who has, had or could take a task of a case by name, was sent it or asked about it."""
    found = union(
        select(tasks.c.assignee_id).where(
            tasks.c.case_id == case_id, tasks.c.assignee_id.is_not(None)
        ),
        select(tasks.c.completed_by).where(
            tasks.c.case_id == case_id, tasks.c.completed_by.is_not(None)
        ),
        select(task_performers.c.person_id).where(task_performers.c.case_id == case_id),
        select(copies.c.person_id).where(copies.c.case_id == case_id),
        select(opinions.c.asked_id).where(
            opinions.c.case_id == case_id, opinions.c.withdrawn_at.is_(None)
        ),
    )
    return frozenset(session.execute(found).scalars())


def told(
    session: Session, case_id: int, people: Iterable[int], besides: Sequence[str]
) -> frozenset[int]:
    """Who of the people was sent a notice of a case, other than of some codes."""
    found = select(notifications.c.person_id).where(
        notifications.c.case_id == case_id,
        notifications.c.person_id.in_(set(people)),
        notifications.c.code.not_in(besides),
    )
    return frozenset(session.execute(found.distinct()).scalars())
