"""Times during which clocks of a case stood still, each with its own ground."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, metadata

#: Several may stand at a time; a clock goes on when the last that holds it has ended.
pauses = Table(
    "pauses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("paused_at", Instant, nullable=False),
    Column("document", String(200), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("approver", String(200), nullable=False, default=""),
    #: The case that asked for it, if it was not the case's own diagram.
    Column("origin", Id),
    Column("resumed_at", Instant),
    Column("resume_document", String(200), nullable=False, default=""),
    Column("resume_reason", Text, nullable=False, default=""),
    Column("resume_approver", String(200), nullable=False, default=""),
    Index(None, "case_id"),
)


@dataclass(frozen=True)
class PauseRow:
    """A ground on which clocks of a case stand or stood still."""

    id: int
    paused_at: datetime
    document: str
    reason: str
    approver: str
    origin: int | None
    resumed_at: datetime | None
    resume_document: str
    resume_reason: str
    resume_approver: str


_COLUMNS = tuple(column for column in pauses.c if column.name != "case_id")


def of_case(session: Session, case_id: int) -> list[PauseRow]:
    """When clocks of a case stood still, in the order they stopped."""
    rows = session.execute(
        select(*_COLUMNS).where(pauses.c.case_id == case_id).order_by(pauses.c.id)
    )
    return [PauseRow(**row._mapping) for row in rows]


def standing(session: Session, case_id: int) -> list[PauseRow]:
    """The grounds that have not ended, in the order they began."""
    return [row for row in of_case(session, case_id) if row.resumed_at is None]


def add(
    session: Session,
    case_id: int,
    at: datetime,
    *,
    document: str,
    reason: str,
    approver: str = "",
    origin: int | None = None,
) -> int:
    """Clocks stop."""
    made: int = session.execute(
        insert(pauses)
        .returning(pauses.c.id)
        .values(
            case_id=case_id,
            paused_at=at,
            document=document[:200],
            reason=reason,
            approver=approver[:200],
            origin=origin,
        )
    ).scalar_one()
    return made


def end(
    session: Session,
    pause_id: int,
    at: datetime,
    *,
    document: str,
    reason: str = "",
    approver: str = "",
) -> None:
    """A ground has ended."""
    session.execute(
        update(pauses)
        .where(pauses.c.id == pause_id)
        .values(
            resumed_at=at,
            resume_document=document[:200],
            resume_reason=reason,
            resume_approver=approver[:200],
        )
    )
