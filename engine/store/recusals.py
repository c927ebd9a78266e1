"""Recusals (回避): who was asked to stay out of which case, by whom, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    Text,
    bindparam,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, metadata
from engine.store.cases import cases
from engine.store.prepared import Prepared

PENDING, GRANTED, REFUSED, WITHDRAWN = "pending", "granted", "refused", "withdrawn"

recusals = Table(
    "recusals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey(cases.c.id), nullable=False),
    #: Who is to stay out.
    Column("person_id", Id, nullable=False),
    #: Who asks: party, officer (somebody else), self
    Column("kind", String(12), nullable=False),
    Column("asked_by", Id),
    #: The party's name, when it is the party who asks.
    Column("asked_for", String(200), nullable=False, default=""),
    Column("reason", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    #: The case of the procedure that decides.
    Column("decided_in", Id),
    Column("status", String(12), nullable=False, default=PENDING),
    Column("decided_at", Instant),
    Column("decided_by", Id),
    Column("grounds", Text, nullable=False, default=""),
    #: Who is named in the person's place from now on.
    Column("replacement_id", Id),
    Index(None, "case_id", "status"),
    Index(None, "decided_in"),
)
Index(
    "uq_recusals_pending",
    recusals.c.case_id,
    recusals.c.person_id,
    unique=True,
    sqlite_where=recusals.c.status == PENDING,
    postgresql_where=recusals.c.status == PENDING,
)


@dataclass(frozen=True)
class Recusal:
    """One request that somebody stay out of a case."""

    id: int
    case_id: int
    person_id: int
    kind: str
    asked_by: int | None
    asked_for: str
    reason: str
    asked_at: datetime
    decided_in: int | None
    status: str
    decided_at: datetime | None
    decided_by: int | None
    grounds: str
    replacement_id: int | None


_STANDING = Prepared(
    select(recusals.c.person_id, recusals.c.status).where(
        recusals.c.case_id == bindparam("case"),
        or_(recusals.c.status == PENDING, recusals.c.status == GRANTED),
    )
)


def standing(session: Session, case_id: int) -> dict[int, str]:
    """Who stays out of a case: pending, or granted, which outweighs a later request."""
    found: dict[int, str] = {}
    for person_id, status in _STANDING.all(session, {"case": case_id}):
        if found.get(person_id) != GRANTED:
            found[person_id] = status
    return found


def add(session: Session, **values: Any) -> Recusal:
    """Record a request."""
    return _recusal(session.execute(insert(recusals).values(**values).returning(*recusals.c)).one())


def change(session: Session, recusal_id: int, **values: Any) -> None:
    """Set columns of one."""
    session.execute(update(recusals).where(recusals.c.id == recusal_id).values(**values))


def decided_in(session: Session, case_id: int) -> Recusal | None:
    """The request a case of the deciding procedure is about."""
    row = session.execute(select(recusals).where(recusals.c.decided_in == case_id)).one_or_none()
    return None if row is None else _recusal(row)


def of_case(session: Session, case_id: int) -> list[Recusal]:
    """Every request in a case, in order."""
    rows = session.execute(
        select(recusals).where(recusals.c.case_id == case_id).order_by(recusals.c.id)
    )
    return [_recusal(row) for row in rows]


def _recusal(row: Row[Any]) -> Recusal:
    return Recusal(**row._mapping)
