"""Effects on the world that wait to be performed: one row each, written with what caused them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, Integer, Row, String, Table, Text, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, affected, insert_missing, metadata


class State(StrEnum):
    """What became of a message."""

    QUEUED = "queued"
    SENT = "sent"
    #: Refused for good, or tried too often.
    FAILED = "failed"
    #: Nothing could carry it: no mail server is set, or there is no address.
    NO_CHANNEL = "no_channel"


outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    #: Stable over all attempts: what was delivered twice can be told by it.
    Column("key", String(64), nullable=False, unique=True),
    Column("address", String(200), nullable=False, default=""),
    Column("subject", String(300), nullable=False),
    Column("text", Text, nullable=False),
    Column("case_id", Id, index=True),
    Column("person_id", Id),
    #: An address of another channel (:mod:`engine.store.reach`) instead of a mail address.
    Column("address_id", Id),
    Column("state", String(20), nullable=False),
    Column("created_at", Instant, nullable=False),
    #: When to try next; while somebody is sending, when their lease runs out.
    Column("next_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", String(500), nullable=False, default=""),
    Column("settled_at", Instant),
)
Index(
    "ix_outbox_queued",
    outbox.c.next_at,
    sqlite_where=outbox.c.state == "queued",
    postgresql_where=outbox.c.state == "queued",
)
# How long the oldest has been waiting, whenever it is tried next.
Index(
    "ix_outbox_waiting",
    outbox.c.created_at,
    sqlite_where=outbox.c.state == "queued",
    postgresql_where=outbox.c.state == "queued",
)


@dataclass(frozen=True)
class Message:
    """One message."""

    id: int
    key: str
    address: str
    subject: str
    text: str
    case_id: int | None
    person_id: int | None
    state: State
    created_at: datetime
    next_at: datetime
    attempts: int
    error: str
    settled_at: datetime | None
    address_id: int | None = None


def _message(row: Row[Any]) -> Message:
    values = dict(row._mapping)
    return Message(**{**values, "state": State(values["state"])})


def add(session: Session, **values: Any) -> None:
    """Queue a message."""
    session.execute(insert(outbox).values(**values))


def add_missing(session: Session, **values: Any) -> bool:
    """Queue a message unless one of its key is there; whether it was queued."""
    return insert_missing(session, outbox, **values)


def lease(session: Session, now: datetime, until: datetime, rows: int) -> list[Message]:
    """Take messages that are due; nobody else gets them before ``until``. Counts the attempt."""
    due = (
        select(outbox.c.id)
        .where(outbox.c.state == State.QUEUED, outbox.c.next_at <= now)
        .order_by(outbox.c.next_at)
        .limit(rows)
        .with_for_update(skip_locked=True)
    )
    ids = session.execute(due).scalars().all()
    if not ids:
        return []
    session.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(next_at=until, attempts=outbox.c.attempts + 1)
    )
    query = select(outbox).where(outbox.c.id.in_(ids)).order_by(outbox.c.id)
    return [_message(row) for row in session.execute(query)]


def settle(session: Session, message: Message, **values: Any) -> bool:
    """Record what became of an attempt; False when the lease had run out and another has it."""
    changed = session.execute(
        update(outbox)
        .where(
            outbox.c.id == message.id,
            outbox.c.state == State.QUEUED,
            outbox.c.attempts == message.attempts,
        )
        .values(**values)
    )
    return affected(changed) == 1


def give_back(session: Session, messages: Sequence[Message], now: datetime) -> None:
    """End leases nothing was done with: the messages are due at once, and were not tried."""
    for message in messages:
        settle(session, message, next_at=now, attempts=message.attempts - 1)


def of_case(session: Session, case_id: int) -> list[Message]:
    """The messages a case gave rise to, oldest first."""
    query = select(outbox).where(outbox.c.case_id == case_id).order_by(outbox.c.id)
    return [_message(row) for row in session.execute(query)]


def find(session: Session, key: str) -> Message | None:
    """One message by its stable key."""
    row = session.execute(select(outbox).where(outbox.c.key == key)).one_or_none()
    return _message(row) if row is not None else None
