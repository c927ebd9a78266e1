"""The inbox: bounded counts and keyset pages over open tasks, done tasks and cases.

Every list reads one partial index in its order; nothing counts further than it shows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from engine.store.cases import BRIEF, BriefRow, cases
from engine.store.dossiers import follows
from engine.store.prepared import Prepared
from engine.store.tasks import (
    IN_POOL,
    IS_ASSIGNED,
    IS_DONE,
    IS_OPEN,
    TaskRow,
    task_performers,
    tasks,
)
from engine.values.timing import Light

#: (paused, order_at, id) of the last row of a page.
Place = tuple[bool, datetime, int]


@dataclass(frozen=True)
class Wanted:
    """What a page of tasks asks for."""

    person_id: int
    #: (role, body) of each membership, for the pool.
    pools: Sequence[tuple[str, int]] = ()
    process: str = ""
    body_id: int | None = None
    light: Light | None = None
    now: datetime | None = None
    #: Absent people the person stands in for: their tasks are listed with the person's own.
    for_ids: Sequence[int] = ()

    @property
    def filtered(self) -> bool:
        """Whether the filters may hide something."""
        return bool(self.process or self.body_id is not None or self.light is not None)


def todo(session: Session, wanted: Wanted, after: Place | None, rows: int) -> list[TaskRow]:
    """Open tasks of a person, by due date, paused ones last."""
    query = _filtered(select(tasks).where(IS_ASSIGNED, _assigned(wanted)), wanted)
    return _page(session, query, after, rows)


def pool(session: Session, wanted: Wanted, after: Place | None, rows: int) -> list[TaskRow]:
    """Open tasks a person could take: of each role they hold, and those that name them."""
    parts = [_after(_filtered(part, wanted), after, rows) for part in _pools(wanted)]
    if not parts:
        return []
    joined = union_all(*(select(part.subquery()) for part in parts)).subquery()
    found = session.execute(
        select(joined).order_by(joined.c.paused, joined.c.order_at, joined.c.id).limit(rows)
    )
    return [TaskRow(**row._mapping) for row in found]


def count_todo(session: Session, wanted: Wanted, most: int) -> int:
    """How many open tasks a person has, no further than ``most``."""
    return _count(
        session, _filtered(select(tasks.c.id).where(IS_ASSIGNED, _assigned(wanted)), wanted), most
    )


def count_pool(session: Session, wanted: Wanted, most: int) -> int:
    """How many tasks a person could take, no further than ``most``."""
    left = most
    for part in _pools(wanted, tasks.c.id):
        left -= _count(session, _filtered(part, wanted), left)
        if left <= 0:
            break
    return most - left


def groups_todo(session: Session, wanted: Wanted, now: datetime, most: int) -> dict[str, int]:
    """How many of a person's tasks are in each group, no further than ``most``."""
    base = select(tasks.c.warn_at).where(IS_ASSIGNED, _assigned(wanted))
    return _groups(session, [_filtered(base, wanted)], now, most)


def groups_pool(session: Session, wanted: Wanted, now: datetime, most: int) -> dict[str, int]:
    """The same for the pool."""
    parts = [_filtered(part, wanted) for part in _pools(wanted, tasks.c.warn_at)]
    return _groups(session, parts, now, most)


def done(
    session: Session, wanted: Wanted, after: tuple[datetime, int] | None, rows: int
) -> list[TaskRow]:
    """Tasks a person completed, newest first."""
    query = _filtered(
        select(tasks).where(IS_DONE, tasks.c.completed_by == wanted.person_id), wanted
    )
    if after is not None:
        query = query.where(tuple_(tasks.c.completed_at, tasks.c.id) < tuple_(*after))
    found = session.execute(
        query.order_by(tasks.c.completed_at.desc(), tasks.c.id.desc()).limit(rows)
    )
    return [TaskRow(**row._mapping) for row in found]


def started(session: Session, wanted: Wanted, before: int | None, rows: int) -> list[BriefRow]:
    """Cases a person started, newest first."""
    return _cases(session, wanted, cases.c.started_by == wanted.person_id, before, rows)


def followed(session: Session, wanted: Wanted, before: int | None, rows: int) -> list[BriefRow]:
    """Cases a person follows, newest first."""
    own = select(follows.c.case_id).where(follows.c.person_id == wanted.person_id)
    return _cases(session, wanted, cases.c.id.in_(own), before, rows)


_MOST_URGENT = Prepared(
    select(tasks.c.id)
    .where(IS_ASSIGNED, tasks.c.assignee_id == bindparam("person"))
    .order_by(tasks.c.paused, tasks.c.order_at, tasks.c.id)
    .limit(1)
)


def most_urgent(session: Session, person_id: int) -> int | None:
    """The open task of a person that is due first."""
    found = _MOST_URGENT.first(session, {"person": person_id})
    return None if found is None else int(found[0])


def earliest_due(session: Session, case_ids: Collection[int]) -> dict[int, TaskRow]:
    """The most pressing open task of each case: due first, of those whose clock runs."""
    rows = session.execute(
        select(tasks)
        .where(tasks.c.case_id.in_(set(case_ids)), IS_OPEN, tasks.c.due_at.isnot(None))
        .order_by(tasks.c.case_id, tasks.c.paused.desc(), tasks.c.due_at.desc())
    )
    return {row.case_id: TaskRow(**row._mapping) for row in rows}


def at_bodies(
    session: Session, bodies: Collection[int], person_id: int, holder_id: int | None, rows: int
) -> list[TaskRow]:
    """Open tasks in somebody's hands at the bodies, and a person's own, by due date.

    ``holder_id`` shows one holder's only.
    """
    mine = tasks.c.assignee_id == person_id
    found = or_(mine, tasks.c.body_id.in_(bodies)) if bodies else mine
    query = select(tasks).where(IS_ASSIGNED, found)
    if holder_id is not None:
        query = query.where(tasks.c.assignee_id == holder_id)
    return _page(session, query, None, rows)


def holders_at(session: Session, bodies: Collection[int]) -> list[int]:
    """Who has open tasks at the bodies."""
    query = select(tasks.c.assignee_id).where(IS_ASSIGNED, tasks.c.body_id.in_(bodies))
    return sorted(one for one in session.scalars(query.distinct()) if one is not None)


# --- Parts ------------------------------------------------------------------------------------


def _assigned(wanted: Wanted) -> ColumnElement[bool]:
    if wanted.for_ids:
        return tasks.c.assignee_id.in_((wanted.person_id, *wanted.for_ids))
    return tasks.c.assignee_id == wanted.person_id


def _pools(wanted: Wanted, *columns: Any) -> list[Select[Any]]:
    asked = columns or (tasks,)
    found: list[Select[Any]] = [
        select(*asked).where(IN_POOL, tasks.c.role == role, tasks.c.body_id == body_id)
        for role, body_id in dict.fromkeys(wanted.pools)
    ]
    people = (wanted.person_id, *wanted.for_ids)
    named = select(task_performers.c.task_id).where(task_performers.c.person_id.in_(people))
    found.append(
        select(*asked).where(IS_OPEN, tasks.c.assignee_id.is_(None), tasks.c.id.in_(named))
    )
    return found


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.process:
        query = query.where(tasks.c.process_id == wanted.process)
    if wanted.body_id is not None:
        query = query.where(tasks.c.shown_body_id == wanted.body_id)
    if wanted.light is not None and wanted.now is not None:
        query = query.where(_light(wanted.light, wanted.now))
    return query


def _light(light: Light, now: datetime) -> ColumnElement[bool]:
    due, warn, closed = tasks.c.due_at, tasks.c.warn_at, tasks.c.completed_at
    going = and_(closed.is_(None), tasks.c.paused.is_(False))
    conditions: dict[Light, ColumnElement[bool]] = {
        Light.NONE: due.is_(None),
        Light.GREY: and_(closed.is_(None), tasks.c.paused.is_(True)),
        Light.RED: and_(going, due < now),
        Light.YELLOW: and_(going, due >= now, warn <= now),
        Light.GREEN: and_(going, due >= now, or_(warn.is_(None), warn > now)),
        Light.BLUE: closed <= due,
        Light.VIOLET: closed > due,
    }
    return conditions[light]


def _groups(
    session: Session, parts: Sequence[Select[Any]], now: datetime, most: int
) -> dict[str, int]:
    """Along the order of the list: what is late comes first, then what is near.

    Beyond ``most`` tasks not yet late nothing is looked at, so that a pool of a million costs no
    more than a page of it.
    """
    found = dict.fromkeys(("overdue", "soon", "later", "paused"), 0)
    going, due = tasks.c.paused.is_(False), tasks.c.order_at
    for part in parts:
        found["overdue"] += _count(session, part.where(going, due < now), most)
        found["paused"] += _count(session, part.where(tasks.c.paused.is_(True)), most)
        ahead = part.where(going, due >= now).order_by(due, tasks.c.id).limit(most)
        warnings = list(session.scalars(ahead))
        soon = sum(warn is not None and warn <= now for warn in warnings)
        found["soon"] += soon
        found["later"] += most if len(warnings) == most else len(warnings) - soon
    return {name: min(number, most) for name, number in found.items()}


def _after(query: Select[Any], after: Place | None, rows: int) -> Select[Any]:
    if after is not None:
        query = query.where(tuple_(tasks.c.paused, tasks.c.order_at, tasks.c.id) > tuple_(*after))
    return query.order_by(tasks.c.paused, tasks.c.order_at, tasks.c.id).limit(rows)


def _page(session: Session, query: Select[Any], after: Place | None, rows: int) -> list[TaskRow]:
    return [TaskRow(**row._mapping) for row in session.execute(_after(query, after, rows))]


def _count(session: Session, query: Select[Any], most: int) -> int:
    some = query.limit(most).subquery()
    found: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return found


def _cases(
    session: Session,
    wanted: Wanted,
    condition: ColumnElement[bool],
    before: int | None,
    rows: int,
) -> list[BriefRow]:
    query = select(*BRIEF).where(condition)
    if wanted.process:
        query = query.where(cases.c.process_id == wanted.process)
    if wanted.body_id is not None:
        query = query.where(cases.c.body_id == wanted.body_id)
    if before is not None:
        query = query.where(cases.c.id < before)
    found = session.execute(query.order_by(cases.c.id.desc()).limit(rows))
    return [BriefRow(**row._mapping) for row in found]
