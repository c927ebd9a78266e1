"""Which periods of which periodic duty are done: the row is the proof, and there can be but one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, String, Table, func, select
from sqlalchemy.orm import Session

from engine.store.base import Instant, insert_missing, metadata

#: Written in the unit of work that does the duty: a node that dies leaves none behind.
periodic_runs = Table(
    "periodic_runs",
    metadata,
    Column("job", String(40), primary_key=True),
    Column("scheduled_for", Instant, primary_key=True),
    Column("done_at", Instant, nullable=False),
    #: Name of the node that did it.
    Column("node", String(120), nullable=False),
)


def last_run(session: Session, job: str) -> datetime | None:
    """The latest period of a duty that is done."""
    found: datetime | None = session.execute(
        select(func.max(periodic_runs.c.scheduled_for)).where(periodic_runs.c.job == job)
    ).scalar_one()
    return found


def win(session: Session, job: str, scheduled_for: datetime, at: datetime, node: str) -> bool:
    """Whether this unit of work is the one to do a period; waits for another that is at it."""
    return insert_missing(
        session, periodic_runs, job=job, scheduled_for=scheduled_for, done_at=at, node=node
    )
