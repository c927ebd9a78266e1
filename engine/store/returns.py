"""Tasks that were returned to an earlier step (退回), each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, String, Table, Text, insert, select
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, metadata

returns = Table(
    "returns",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False),
    #: The task that was returned, and where it stands on the diagram.
    Column("task_id", Id, nullable=False),
    Column("source", String(120), nullable=False),
    Column("target", String(120), nullable=False),
    Column("reason", Text, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    #: The task the step opened anew as.
    Column("again_id", Id),
    Index(None, "case_id", "id"),
)


@dataclass(frozen=True)
class ReturnRow:
    """A task returned."""

    id: int
    case_id: int
    task_id: int
    source: str
    target: str
    reason: str
    person_id: int
    at: datetime
    again_id: int | None


def add(session: Session, **values: Any) -> None:
    """Keep why a task was returned."""
    session.execute(insert(returns).values(**values))


def of_case(session: Session, case_id: int) -> list[ReturnRow]:
    """The returns of a case, oldest first."""
    query = select(returns).where(returns.c.case_id == case_id).order_by(returns.c.id)
    return [ReturnRow(**row._mapping) for row in session.execute(query)]
