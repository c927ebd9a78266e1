"""What belongs to a case beside its row: bodies, the way it took, linked cases, followers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, affected, insert_missing, metadata
from engine.store.cases import cases
from engine.store.prepared import Prepared

#: Bodies that take part in a case: their people may read it.
case_bodies = Table(
    "case_bodies",
    metadata,
    Column("case_id", ForeignKey(cases.c.id), primary_key=True),
    Column("body_id", Id, primary_key=True),
    #: Whether the people of this body must not see the fields hidden from it (R15).
    Column("blind", Boolean, nullable=False, default=False),
    Index(None, "body_id", "case_id"),
    sqlite_with_rowid=False,
)

#: What a case went through, one row per command, in order: [element, flow, …] for what was
#: completed, [element, null] for what was cancelled.
passed = Table(
    "passed",
    metadata,
    Column("case_id", ForeignKey(cases.c.id), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("steps", Json, nullable=False),
    sqlite_with_rowid=False,
)

#: Cases one opened from the other. No foreign key: cases may live in different partitions.
case_links = Table(
    "case_links",
    metadata,
    Column("case_id", Id, primary_key=True),
    Column("other_id", Id, primary_key=True),
    #: opened (this case opened the other) or opened_by
    Column("kind", String(12), nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

follows = Table(
    "follows",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("case_id", ForeignKey(cases.c.id), primary_key=True),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)


def set_bodies(session: Session, case_id: int, bodies: Mapping[int, bool]) -> None:
    """Set the bodies that take part, each with whether it is blind to what is hidden from it."""
    session.execute(delete(case_bodies).where(case_bodies.c.case_id == case_id))
    if bodies:
        session.execute(
            insert(case_bodies),
            [
                {"case_id": case_id, "body_id": body_id, "blind": blind}
                for body_id, blind in sorted(bodies.items())
            ],
        )


_BODIES_OF = Prepared(
    select(case_bodies.c.body_id, case_bodies.c.blind).where(
        case_bodies.c.case_id == bindparam("case")
    )
)


def bodies_of(session: Session, case_id: int) -> dict[int, bool]:
    """The bodies that take part, each with whether it is blind."""
    return dict(_BODIES_OF.all(session, {"case": case_id}))


@dataclass(frozen=True)
class StepRow:
    """What one command went through: (element, completed or cancelled, flows taken) in order."""

    seq: int
    at: datetime
    steps: list[tuple[str, str, list[str]]]


_COMPLETED, _CANCELLED = "completed", "cancelled"
_ADD_STEPS = Prepared(insert(passed).inline())
_DROP_STEPS = Prepared(delete(passed).where(passed.c.case_id == bindparam("case")))
_STEPS_OF = Prepared(
    select(passed.c.seq, passed.c.at, passed.c.steps)
    .where(passed.c.case_id == bindparam("case"))
    .order_by(passed.c.seq)
)
#: A single row is as short as it gets.
_WORTH_COLLAPSING = 2


def add_steps(
    session: Session,
    case_id: int,
    seq: int,
    at: datetime,
    steps: Sequence[tuple[str, str, Sequence[str]]],
) -> None:
    """Remember what one command went through."""
    stored = [
        [element, None] if kind == _CANCELLED else [element, *flows]
        for element, kind, flows in steps
    ]
    _ADD_STEPS.later(session, {"case_id": case_id, "seq": seq, "at": at, "steps": stored})


def collapse(session: Session, case_id: int, since: datetime) -> None:
    """The way of a case that is over in one row; a number is the second its next steps were at."""
    rows = _STEPS_OF.all(session, {"case": case_id})
    if len(rows) < _WORTH_COLLAPSING:
        return
    joined: list[object] = []
    for _, at, steps in rows:
        joined += [int((at - since).total_seconds()), *steps]
    _DROP_STEPS.later(session, {"case": case_id})
    _ADD_STEPS.later(session, {"case_id": case_id, "seq": 1, "at": since, "steps": joined})


def drop_steps(session: Session, case_id: int, after: int) -> None:
    """What a command went through that was taken back."""
    session.execute(delete(passed).where(passed.c.case_id == case_id, passed.c.seq > after))


def steps_of(session: Session, case_id: int) -> list[StepRow]:
    """The way the case took."""
    found: list[StepRow] = []
    for seq, at, stored in _STEPS_OF.all(session, {"case": case_id}):
        steps: list[tuple[str, str, list[str]]] = []
        found.append(StepRow(seq, at, steps))
        for step in stored:
            if isinstance(step, int):
                steps = []
                found.append(StepRow(seq, at + timedelta(seconds=step), steps))
            elif step[1:] == [None]:
                steps.append((step[0], _CANCELLED, []))
            else:
                steps.append((step[0], _COMPLETED, step[1:]))
    return [row for row in found if row.steps]


def link(session: Session, case_id: int, other_id: int, at: datetime) -> None:
    """Remember both ways that one case opened another."""
    for one, other, kind in ((case_id, other_id, "opened"), (other_id, case_id, "opened_by")):
        insert_missing(session, case_links, case_id=one, other_id=other, kind=kind, at=at)


def links_of(session: Session, case_id: int) -> list[tuple[int, str, datetime]]:
    """(other case, kind, instant) of every link."""
    rows = session.execute(
        select(case_links.c.other_id, case_links.c.kind, case_links.c.at)
        .where(case_links.c.case_id == case_id)
        .order_by(case_links.c.at, case_links.c.other_id)
    )
    return [(row.other_id, row.kind, row.at) for row in rows]


def follow(session: Session, person_id: int, case_id: int, at: datetime) -> bool:
    """A person wants to keep an eye on a case; False when they did already."""
    return insert_missing(session, follows, person_id=person_id, case_id=case_id, at=at)


def unfollow(session: Session, person_id: int, case_id: int) -> bool:
    """A person no longer wants to; False when they did not."""
    gone = delete(follows).where(follows.c.person_id == person_id, follows.c.case_id == case_id)
    return affected(session.execute(gone)) == 1


def followed(session: Session, person_id: int, case_ids: Iterable[int]) -> set[int]:
    """Which of the cases the person follows."""
    return set(
        session.scalars(
            select(follows.c.case_id).where(
                follows.c.person_id == person_id, follows.c.case_id.in_(set(case_ids))
            )
        )
    )
