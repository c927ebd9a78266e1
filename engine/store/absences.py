"""Absences: from when to when somebody is away, and who stands in for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Index, Row, String, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, affected, metadata
from engine.store.prepared import Prepared

absences = Table(
    "absences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, nullable=False),
    #: Stands in; null when nobody does.
    Column("deputy_id", Id),
    #: First and last day, both included.
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Id, nullable=False),
    #: Ended or called off before its last day.
    Column("ended_at", Instant),
    Index(None, "person_id", "to_day"),
    Index(None, "deputy_id", "to_day"),
)


@dataclass(frozen=True)
class AbsenceRow:
    """An absence."""

    id: int
    person_id: int
    deputy_id: int | None
    from_day: date
    to_day: date
    reason: str
    made_at: datetime
    made_by: int
    ended_at: datetime | None


def _absence(row: Row[Any]) -> AbsenceRow:
    return AbsenceRow(**row._mapping)


def add(session: Session, **values: Any) -> int:
    """Record an absence; its id."""
    made: int = session.execute(
        insert(absences).values(**values).returning(absences.c.id)
    ).scalar_one()
    return made


def get(session: Session, absence_id: int) -> AbsenceRow | None:
    """One absence."""
    row = session.execute(select(absences).where(absences.c.id == absence_id)).one_or_none()
    return _absence(row) if row is not None else None


def end(session: Session, absence_id: int, at: datetime) -> bool:
    """It ends now; False when it had ended."""
    ended = update(absences).where(absences.c.id == absence_id, absences.c.ended_at.is_(None))
    return affected(session.execute(ended.values(ended_at=at))) == 1


def principals(session: Session, deputy_id: int, day: date) -> list[int]:
    """Whom a person stands in for on a day."""
    found = _PRINCIPALS.all(session, {"deputy": deputy_id, "first": day, "last": day})
    return sorted({row[0] for row in found})


_PRINCIPALS = Prepared(
    select(absences.c.person_id).where(
        absences.c.deputy_id == bindparam("deputy"),
        absences.c.from_day <= bindparam("first"),
        absences.c.to_day >= bindparam("last"),
        absences.c.ended_at.is_(None),
    )
)


def principals_of(session: Session, deputies: Iterable[int], day: date) -> dict[int, list[int]]:
    """Whom each of the people stands in for on a day; left out are those who do for nobody."""
    query = select(absences.c.deputy_id, absences.c.person_id).where(
        absences.c.deputy_id.in_(set(deputies)),
        absences.c.from_day <= day,
        absences.c.to_day >= day,
        absences.c.ended_at.is_(None),
    )
    found: dict[int, list[int]] = {}
    for deputy, person in session.execute(query.order_by(absences.c.person_id)):
        found.setdefault(deputy, []).append(person)
    return found


def away(session: Session, people: Iterable[int], day: date) -> dict[int, AbsenceRow]:
    """Which of the people are absent on a day."""
    query = select(absences).where(
        absences.c.person_id.in_(set(people)),
        absences.c.from_day <= day,
        absences.c.to_day >= day,
        absences.c.ended_at.is_(None),
    )
    return {row.person_id: _absence(row) for row in session.execute(query)}


def overlapping(
    session: Session, people: Collection[int], from_day: date, to_day: date
) -> list[AbsenceRow]:
    """Absences of the people that fall on some of the days."""
    query = select(absences).where(
        absences.c.person_id.in_(people),
        absences.c.from_day <= to_day,
        absences.c.to_day >= from_day,
        absences.c.ended_at.is_(None),
    )
    return [_absence(row) for row in session.execute(query.order_by(absences.c.from_day))]


def of_people(session: Session, people: Collection[int], since: date) -> list[AbsenceRow]:
    """Absences of the people that are not over before a day, earliest first."""
    query = select(absences).where(absences.c.person_id.in_(people), absences.c.to_day >= since)
    return [
        _absence(row) for row in session.execute(query.order_by(absences.c.from_day, absences.c.id))
    ]


def of_deputy(session: Session, deputy_id: int, since: date) -> list[AbsenceRow]:
    """Absences somebody stands in for, not over before a day."""
    query = select(absences).where(
        absences.c.deputy_id == deputy_id,
        absences.c.to_day >= since,
        absences.c.ended_at.is_(None),
    )
    return [
        _absence(row) for row in session.execute(query.order_by(absences.c.from_day, absences.c.id))
    ]
