"""Opinions asked of colleagues on a task (加签): the question, and the answer when it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, Table, Text, and_, func, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, affected, metadata
from engine.store.tasks import IS_OPEN, tasks

opinions = Table(
    "opinions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("task_id", Id, nullable=False),
    Column("asker_id", Id, nullable=False),
    Column("asked_id", Id, nullable=False),
    Column("question", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answer", Text, nullable=False, default=""),
    Column("answered_at", Instant),
    Column("withdrawn_at", Instant),
    Index(None, "task_id"),
    Index(None, "case_id", "asked_id"),
)
WAITS = and_(opinions.c.answered_at.is_(None), opinions.c.withdrawn_at.is_(None))
Index("ix_opinions_waiting", opinions.c.asked_id, opinions.c.id,
      sqlite_where=WAITS, postgresql_where=WAITS)  # fmt: skip


@dataclass(frozen=True)
class OpinionRow:
    """A question to a colleague."""

    id: int
    case_id: int
    task_id: int
    asker_id: int
    asked_id: int
    question: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether it can still be answered."""
        return self.answered_at is None and self.withdrawn_at is None


def _opinion(row: Row[Any]) -> OpinionRow:
    return OpinionRow(**row._mapping)


def add(session: Session, **values: Any) -> int:
    """Ask; the id of the question."""
    made: int = session.execute(
        insert(opinions).values(**values).returning(opinions.c.id)
    ).scalar_one()
    return made


def get(session: Session, opinion_id: int) -> OpinionRow | None:
    """One question."""
    row = session.execute(select(opinions).where(opinions.c.id == opinion_id)).one_or_none()
    return _opinion(row) if row is not None else None


def settle(session: Session, opinion_id: int, **values: Any) -> bool:
    """Answer or withdraw one that waits; False when it no longer does."""
    changed = update(opinions).where(opinions.c.id == opinion_id, WAITS).values(**values)
    return affected(session.execute(changed)) == 1


def of_task(session: Session, task_id: int) -> list[OpinionRow]:
    """What was asked on a task, in order."""
    query = select(opinions).where(opinions.c.task_id == task_id).order_by(opinions.c.id)
    return [_opinion(row) for row in session.execute(query)]


def of_case(session: Session, case_id: int) -> list[OpinionRow]:
    """What was asked in a case, in order."""
    query = select(opinions).where(opinions.c.case_id == case_id).order_by(opinions.c.id)
    return [_opinion(row) for row in session.execute(query)]


def waiting(session: Session, asked_id: int, rows: int) -> list[OpinionRow]:
    """Questions a person has not answered, on tasks that are still open; oldest first."""
    query = (
        select(opinions)
        .join(tasks, tasks.c.id == opinions.c.task_id)
        .where(WAITS, opinions.c.asked_id == asked_id, IS_OPEN)
        .order_by(opinions.c.id)
        .limit(rows)
    )
    return [_opinion(row) for row in session.execute(query)]


def count_waiting(session: Session, asked_id: int, most: int) -> int:
    """How many, no further than ``most``."""
    some = (
        select(opinions.c.id)
        .join(tasks, tasks.c.id == opinions.c.task_id)
        .where(WAITS, opinions.c.asked_id == asked_id, IS_OPEN)
        .limit(most)
    )
    found: int = session.execute(select(func.count()).select_from(some.subquery())).scalar_one()
    return found


def concerns(session: Session, case_id: int, people: Sequence[int]) -> bool:
    """Whether somebody was asked for an opinion in a case."""
    asked = select(opinions.c.id).where(
        opinions.c.case_id == case_id,
        opinions.c.asked_id.in_(people),
        opinions.c.withdrawn_at.is_(None),
    )
    return bool(session.execute(select(asked.exists())).scalar())
