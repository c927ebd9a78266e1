"""User tasks: what the inbox lists and who completed what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, insert_missing, metadata
from engine.store.prepared import Prepared, among, portions
from engine.values.running import Json as JsonValue

OPEN, COMPLETED, CANCELLED = "open", "completed", "cancelled"

#: Where a task without a due date stands in a work list.
END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    #: The engine's own id while the task is open.
    Column("engine_id", String(64)),
    Column("element", String(120), nullable=False),
    Column("name", String(200), nullable=False),
    Column("role", String(80), nullable=False),
    #: The slot the role belongs to and the body it resolved to.
    Column("slot", String(80), nullable=False),
    Column("body_id", Id),
    #: Only these people may act; null is everybody who holds the role at the body.
    Column("performers", Json),
    Column("restricted", Boolean, nullable=False, default=False),
    Column("assignee_id", Id),
    Column("claimed_at", Instant),
    Column("status", String(12), nullable=False, default=OPEN),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant),
    #: When the light turns yellow.
    Column("warn_at", Instant),
    #: ``due_at``, or the end of time without one: the order of work lists.
    Column("order_at", Instant, nullable=False),
    Column("paused", Boolean, nullable=False, default=False),
    Column("deadline_id", Id),
    #: Copied from the case while the task is open, so that a work list reads one table.
    Column("process_id", String(80), nullable=False),
    Column("process_name", String(200), nullable=False),
    Column("number", String(120), nullable=False),
    Column("title", String(500), nullable=False),
    Column("shown_body_id", Id),
    Column("shown_body", String(200), nullable=False, default=""),
    #: Local values of a multi-instance item.
    Column("local", Json),
    Column("completed_at", Instant),
    Column("completed_by", Id),
    #: What was entered, by field id.
    Column("values", Json),
    #: The absent person whoever has or completed it stands in for.
    Column("acting_for", Id),
    #: Whoever of its holders opened it last: unread for anybody else who has it.
    Column("seen_by", Id),
    Index(None, "case_id", "engine_id", unique=True),
)

#: Written out, not a parameter: only so is a partial index known to hold all that is asked for.
IS_OPEN = tasks.c.status == literal_column(f"'{OPEN}'")
IS_ASSIGNED = and_(IS_OPEN, tasks.c.assignee_id.isnot(None))
IN_POOL = and_(IS_OPEN, tasks.c.assignee_id.is_(None), tasks.c.restricted.is_(False))
IS_DONE = tasks.c.completed_by.isnot(None)
Index("ix_tasks_mine", tasks.c.assignee_id, tasks.c.paused, tasks.c.order_at, tasks.c.id,
      sqlite_where=IS_ASSIGNED, postgresql_where=IS_ASSIGNED)  # fmt: skip
Index("ix_tasks_pool", tasks.c.role, tasks.c.body_id, tasks.c.paused, tasks.c.order_at, tasks.c.id,
      sqlite_where=IN_POOL, postgresql_where=IN_POOL)  # fmt: skip
Index("ix_tasks_done", tasks.c.completed_by, tasks.c.completed_at, tasks.c.id,
      sqlite_where=IS_DONE, postgresql_where=IS_DONE)  # fmt: skip

#: Open tasks only certain people may take, by person.
task_performers = Table(
    "task_performers",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("task_id", ForeignKey("tasks.id"), primary_key=True),
    Column("case_id", Id, nullable=False),
    Index(None, "task_id"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True)
class TaskRow:
    """A task as stored."""

    id: int
    case_id: int
    engine_id: str | None
    element: str
    name: str
    role: str
    slot: str
    body_id: int | None
    performers: list[int] | None
    restricted: bool
    assignee_id: int | None
    claimed_at: datetime | None
    status: str
    opened_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    order_at: datetime
    paused: bool
    deadline_id: int | None
    process_id: str
    process_name: str
    number: str
    title: str
    shown_body_id: int | None
    shown_body: str
    local: dict[str, JsonValue] | None
    completed_at: datetime | None
    completed_by: int | None
    values: dict[str, JsonValue] | None
    acting_for: int | None = None
    seen_by: int | None = None


_ROW = select(*(tasks.c[column.name] for column in fields(TaskRow)))
_BY_ID = Prepared(_ROW.where(tasks.c.id == bindparam("id")))
_OPEN_OF_CASE = Prepared(
    _ROW.where(tasks.c.case_id == bindparam("case"), IS_OPEN).order_by(tasks.c.id)
)
_OPEN_OF_CASES = Prepared(_ROW.where(among(tasks.c.case_id), IS_OPEN).order_by(tasks.c.id))
_HISTORY = Prepared(
    select(tasks.c.element, tasks.c.completed_by, tasks.c.completed_at, tasks.c.acting_for)
    .where(tasks.c.case_id == bindparam("case"), IS_DONE)
    .order_by(tasks.c.completed_at, tasks.c.id)
)


def get(session: Session, task_id: int) -> TaskRow | None:
    """A task, open or not."""
    row = _BY_ID.first(session, {"id": task_id})
    return None if row is None else TaskRow(*row)


def of_case(session: Session, case_id: int) -> list[TaskRow]:
    """Every task of a case in the order they were opened."""
    rows = session.execute(select(tasks).where(tasks.c.case_id == case_id).order_by(tasks.c.id))
    return [TaskRow(**row._mapping) for row in rows]


def open_of_case(session: Session, case_id: int) -> list[TaskRow]:
    """The open tasks of a case in the order they were opened."""
    return [TaskRow(*row) for row in _OPEN_OF_CASE.all(session, {"case": case_id})]


def open_of_cases(session: Session, case_ids: Iterable[int]) -> dict[int, list[TaskRow]]:
    """The same of several cases."""
    found: dict[int, list[TaskRow]] = {case_id: [] for case_id in case_ids}
    for portion in portions(found):
        for row in _OPEN_OF_CASES.all(session, portion):
            read = TaskRow(*row)
            found[read.case_id].append(read)
    return found


def held_by(session: Session, person_id: int) -> list[TaskRow]:
    """The open tasks a person has in hand, the most urgent first."""
    query = _ROW.where(tasks.c.assignee_id == person_id, IS_OPEN)
    rows = session.execute(query.order_by(tasks.c.order_at, tasks.c.id))
    return [TaskRow(*row) for row in rows]


def history(session: Session, case_id: int) -> list[tuple[str, int, datetime]]:
    """(element, person, instant) of every completion, in order.

    What a deputy did counts for whom they stood in for as well; the deputy's line is the later.
    """
    found = []
    for element, person, at, absent in _HISTORY.all(session, {"case": case_id}):
        if absent is not None:
            found.append((element, absent, at))
        found.append((element, person, at))
    return found


def concerns(session: Session, case_id: int, person_id: int) -> bool:
    """Whether a person has, had or could take a task of the case by name."""
    own = select(tasks.c.id).where(
        tasks.c.case_id == case_id,
        or_(tasks.c.assignee_id == person_id, tasks.c.completed_by == person_id),
    )
    named = select(task_performers.c.task_id).where(
        task_performers.c.case_id == case_id, task_performers.c.person_id == person_id
    )
    return bool(session.execute(select(or_(own.exists(), named.exists()))).scalar())


def roles_of(session: Session, case_id: int) -> frozenset[str]:
    """The roles the case has come to."""
    found = select(tasks.c.role).where(tasks.c.case_id == case_id).distinct()
    return frozenset(session.scalars(found))


def bodies_of(session: Session, case_id: int, person_id: int) -> frozenset[int]:
    """The bodies for which a person has or had a task of the case."""
    found = select(tasks.c.body_id).where(
        tasks.c.case_id == case_id,
        tasks.c.body_id.is_not(None),
        or_(tasks.c.assignee_id == person_id, tasks.c.completed_by == person_id),
    )
    return frozenset(session.scalars(found.distinct()))


_ADD = Prepared(insert(tasks).returning(tasks.c.id))
#: What a task that was just opened has in the columns nobody names.
_NEW: Mapping[str, Any] = {
    "status": OPEN,
    "assignee_id": None,
    "claimed_at": None,
    "completed_at": None,
    "completed_by": None,
    "values": None,
}
_CHANGE = Prepared(update(tasks).where(tasks.c.id == bindparam("at_id")))


def add(session: Session, values: Mapping[str, Any]) -> TaskRow:
    """Open a task."""
    row = {**_NEW, **values}
    made = _ADD.all(session, row)[0][0]
    for person in values.get("performers") or ():
        insert_missing(
            session, task_performers, person_id=person, task_id=made, case_id=values["case_id"]
        )
    return TaskRow(**row, id=made)


def change(session: Session, task_id: int, **values: Any) -> None:
    """Set columns of one task."""
    _CHANGE.later(session, {**values, "at_id": task_id})


def name_performers(session: Session, task_id: int, case_id: int, people: Sequence[int]) -> None:
    """Other people than before may take an open task."""
    session.execute(delete(task_performers).where(task_performers.c.task_id == task_id))
    for person in people:
        insert_missing(session, task_performers, person_id=person, task_id=task_id, case_id=case_id)
    change(session, task_id, performers=list(people), restricted=bool(people))


#: What only work lists of open tasks need; afterwards the case itself is asked.
_NO_LONGER_LISTED = {
    "engine_id": None,
    "slot": "",
    "process_name": "",
    "number": "",
    "title": "",
    "shown_body": "",
}


def close(session: Session, task_id: int, *, restricted: bool, how: Mapping[str, Any]) -> None:
    """A task is no longer open: ``how`` holds the columns that say what became of it."""
    _CHANGE.later(session, {**_NO_LONGER_LISTED, **how, "at_id": task_id})
    if restricted:
        session.execute(delete(task_performers).where(task_performers.c.task_id == task_id))


def reopen(session: Session, row: TaskRow, values: Mapping[str, Any]) -> None:
    """A task is open again: ``values`` hold the columns that make it so."""
    change(session, row.id, status=OPEN, completed_at=None, completed_by=None, **values)
    for person in row.performers or () if row.restricted else ():
        insert_missing(
            session, task_performers, person_id=person, task_id=row.id, case_id=row.case_id
        )


def mark_seen(session: Session, task_id: int, person_id: int) -> None:
    """Whoever has an open task has opened its page."""
    session.execute(
        update(tasks)
        .where(tasks.c.id == task_id, IS_OPEN, tasks.c.assignee_id == person_id)
        .values(seen_by=person_id)
    )


def set_paused(session: Session, case_id: int, *, paused: bool) -> None:
    """Move the open tasks of a case into or out of the group of paused ones."""
    session.execute(update(tasks).where(tasks.c.case_id == case_id, IS_OPEN).values(paused=paused))


def rename(session: Session, case_id: int, title: str, body_id: int | None, body: str) -> None:
    """The case has another title, or is about another body."""
    session.execute(
        update(tasks)
        .where(tasks.c.case_id == case_id, IS_OPEN)
        .values(title=title, shown_body_id=body_id, shown_body=body)
    )
