"""The workers that are alive: each writes down now and then that it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, delete, func, select, update
from sqlalchemy.orm import Session

from engine.store.base import Instant, insert_missing, metadata

workers = Table(
    "workers",
    metadata,
    #: Made up by the process when it starts.
    Column("id", String(32), primary_key=True),
    Column("node", String(120), nullable=False),
    Column("started_at", Instant, nullable=False),
    #: By the clock of the machine, whatever day it is in a demonstration.
    Column("seen_at", Instant, nullable=False),
)


@dataclass(frozen=True)
class WorkerRow:
    """A process that drives time."""

    id: str
    node: str
    started_at: datetime
    seen_at: datetime


def beat(session: Session, worker_id: str, node: str, at: datetime) -> None:
    """The worker is alive."""
    new = insert_missing(session, workers, id=worker_id, node=node, started_at=at, seen_at=at)
    if not new:
        session.execute(update(workers).where(workers.c.id == worker_id).values(seen_at=at))


def forget(session: Session, worker_id: str) -> None:
    """The worker ended as it should."""
    session.execute(delete(workers).where(workers.c.id == worker_id))


def forget_unseen(session: Session, since: datetime) -> None:
    """Those not seen for so long will not come back."""
    session.execute(delete(workers).where(workers.c.seen_at < since))


def last_seen(session: Session) -> datetime | None:
    """When any worker was last known to be alive."""
    found: datetime | None = session.execute(select(func.max(workers.c.seen_at))).scalar_one()
    return found


def listing(session: Session) -> list[WorkerRow]:
    """The workers, by node."""
    rows = session.execute(select(workers).order_by(workers.c.node, workers.c.started_at))
    return [WorkerRow(**row._mapping) for row in rows]
