"""How tasks of a process went in a period; read from task rows by the cases of its versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.store.cases import RUNNING, cases
from engine.store.definitions import definitions
from engine.store.tasks import COMPLETED, OPEN, tasks


@dataclass(frozen=True)
class Done:
    """One task that was completed."""

    element: str
    opened_at: datetime
    completed_at: datetime
    due_at: datetime | None


def completed(
    session: Session, process_id: str, since: datetime, until: datetime, rows: int
) -> list[Done]:
    """Tasks completed in a period, newest first."""
    found = session.execute(
        select(tasks.c.element, tasks.c.opened_at, tasks.c.completed_at, tasks.c.due_at)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(
            cases.c.definition_id.in_(
                select(definitions.c.id).where(definitions.c.process_id == process_id)
            ),
            tasks.c.status == COMPLETED,
            tasks.c.completed_at >= since,
            tasks.c.completed_at < until,
        )
        .limit(rows)
    )
    return [Done(*row) for row in found]


def waiting(session: Session, process_id: str, now: datetime) -> dict[str, tuple[int, int]]:
    """Open tasks by element: how many, and how many of them are overdue."""
    late = func.count().filter(tasks.c.due_at < now)
    found = session.execute(
        select(tasks.c.element, func.count(), late)
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(
            cases.c.definition_id.in_(
                select(definitions.c.id).where(definitions.c.process_id == process_id)
            ),
            cases.c.status == RUNNING,
            tasks.c.status == OPEN,
        )
        .group_by(tasks.c.element)
    )
    return {row[0]: (row[1], row[2]) for row in found}
