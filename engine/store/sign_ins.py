"""Sessions that began with a password and have not been ended: what a cookie must still find."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, delete, insert, select
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, metadata

sign_ins = Table(
    "sign_ins",
    metadata,
    #: Digest of the mark the browser carries; the mark itself is kept nowhere.
    Column("key", String(64), primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    #: By the machine's clock: a simulated one may be moved.
    Column("at", Instant, nullable=False, index=True),
)


def add(session: Session, key: str, person_id: int, at: datetime) -> None:
    """A session begins."""
    session.execute(insert(sign_ins).values(key=key, person_id=person_id, at=at))


def holds(session: Session, key: str, person_id: int) -> bool:
    """Whether a person's session stands."""
    query = select(sign_ins.c.key).where(sign_ins.c.key == key, sign_ins.c.person_id == person_id)
    return session.execute(query).first() is not None


def end(session: Session, key: str) -> None:
    """A session is over."""
    session.execute(delete(sign_ins).where(sign_ins.c.key == key))


def end_all(session: Session, person_id: int) -> None:
    """Every session of a person is over."""
    session.execute(delete(sign_ins).where(sign_ins.c.person_id == person_id))


def forget(session: Session, before: datetime) -> None:
    """Drop sessions that began too long ago to stand."""
    session.execute(delete(sign_ins).where(sign_ins.c.at < before))
