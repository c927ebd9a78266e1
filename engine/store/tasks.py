"""User tasks: what the inbox lists, who completed what, and drafts."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, and_

from engine.store.base import Id, Instant, Json, metadata

OPEN, COMPLETED, CANCELLED = "open", "completed", "cancelled"

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("engine_id", String(64), nullable=False),
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
    #: Copied from the case so that a work list reads one index and one table.
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
    Index(None, "case_id", "engine_id", unique=True),
)

_OPEN = tasks.c.status == OPEN
_MINE = and_(_OPEN, tasks.c.assignee_id.isnot(None))
_POOL = and_(_OPEN, tasks.c.assignee_id.is_(None), tasks.c.restricted.is_(False))
_DONE = tasks.c.completed_by.isnot(None)
Index("ix_tasks_mine", tasks.c.assignee_id, tasks.c.paused, tasks.c.order_at, tasks.c.id,
      sqlite_where=_MINE, postgresql_where=_MINE)  # fmt: skip
Index("ix_tasks_pool", tasks.c.role, tasks.c.body_id, tasks.c.paused, tasks.c.order_at, tasks.c.id,
      sqlite_where=_POOL, postgresql_where=_POOL)  # fmt: skip
Index("ix_tasks_done", tasks.c.completed_by, tasks.c.completed_at, tasks.c.id,
      sqlite_where=_DONE, postgresql_where=_DONE)  # fmt: skip

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

#: Typed text that was not sent: of a task, of a start form, of an action on a case.
task_drafts = Table(
    "task_drafts",
    metadata,
    Column("person_id", Id, primary_key=True),
    #: task:<id>, start:<process>, message:<case>:<element>
    Column("place", String(200), primary_key=True),
    Column("case_id", Id),
    #: As the form sent it.
    Column("raw", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
