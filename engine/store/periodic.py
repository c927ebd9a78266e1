"""Which periods of which periodic duty are done: the row is the proof, and there can be but one."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, ForeignKey, String, Table, case, func, insert, select
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, insert_missing, metadata
from engine.store.cases import cases

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

#: Cases a periodic duty opened: one for each period and body, whatever happens.
periodic_cases = Table(
    "periodic_cases",
    metadata,
    Column("duty", String(40), primary_key=True),
    Column("period", Instant, primary_key=True),
    #: 0 for a case of the county's.
    Column("body_id", Id, primary_key=True, autoincrement=False),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("opened_at", Instant, nullable=False),
)


class Tally(NamedTuple):
    """How the cases of one period stand."""

    opened: int
    finished: int


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


def begin(
    session: Session, duty: str, period: datetime, body_id: int, case_id: int, at: datetime
) -> None:
    """A duty has opened a case; its key refuses a second one for the period and the body."""
    session.execute(
        insert(periodic_cases).values(
            duty=duty, period=period, body_id=body_id, case_id=case_id, opened_at=at
        )
    )


def opened(session: Session, duty: str, period: datetime) -> dict[int, int]:
    """The cases a duty opened in a period, by body (0: none)."""
    rows = session.execute(
        select(periodic_cases.c.body_id, periodic_cases.c.case_id).where(
            periodic_cases.c.duty == duty, periodic_cases.c.period == period
        )
    )
    return {row.body_id: row.case_id for row in rows}


def tallies(
    session: Session, since: datetime, until: datetime
) -> dict[tuple[str, datetime], Tally]:
    """How the cases of each duty and period stand, from ``since`` to before ``until``."""
    finished = func.sum(case((cases.c.finished_at.is_not(None), 1), else_=0))
    rows = session.execute(
        select(periodic_cases.c.duty, periodic_cases.c.period, func.count().label("n"), finished)
        .join(cases, cases.c.id == periodic_cases.c.case_id)
        .where(periodic_cases.c.period >= since, periodic_cases.c.period < until)
        .group_by(periodic_cases.c.duty, periodic_cases.c.period)
    )
    return {(duty, period): Tally(n, int(done)) for duty, period, n, done in rows}


def started_by_body(
    session: Session, process_id: str, since: datetime, until: datetime
) -> dict[int, int]:
    """How many cases of a procedure each body started, from ``since`` to before ``until``."""
    rows = session.execute(
        select(cases.c.body_id, func.count())
        .where(
            cases.c.process_id == process_id,
            cases.c.started_at >= since,
            cases.c.started_at < until,
            cases.c.body_id.is_not(None),
        )
        .group_by(cases.c.body_id)
    )
    return {row[0]: row[1] for row in rows}
