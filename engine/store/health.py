"""How much waits, for those who watch the installation: few rows, each found by an index."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.store.cases import cases
from engine.store.outbox import State, outbox


def earliest_wake(session: Session) -> datetime | None:
    """The instant at which the clock must move a case next, or should have."""
    found: datetime | None = session.execute(
        select(func.min(cases.c.wake_at)).where(cases.c.wake_at.is_not(None))
    ).scalar_one()
    return found


def oldest_undelivered(session: Session) -> datetime | None:
    """When the oldest message was written that is neither delivered nor given up."""
    found: datetime | None = session.execute(
        select(func.min(outbox.c.created_at)).where(outbox.c.state == State.QUEUED)
    ).scalar_one()
    return found


def undelivered(session: Session, most: int) -> int:
    """How many messages wait, counted no further than ``most``."""
    some = select(outbox.c.id).where(outbox.c.state == State.QUEUED).limit(most).subquery()
    found: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return found
