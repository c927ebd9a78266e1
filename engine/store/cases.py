"""Cases: the row a command locks, its state, its path, its bodies, its links."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from engine.store.base import Id, Instant, Json, metadata

RUNNING, FINISHED, CANCELLED = "running", "finished", "cancelled"

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(120), nullable=False, unique=True),
    Column("definition_id", ForeignKey("definitions.id"), nullable=False),
    Column("process_id", String(80), nullable=False),
    Column("process_name", String(200), nullable=False),
    Column("title", String(500), nullable=False),
    Column("party", String(500), nullable=False),
    #: Sentence of the public stage the case is in.
    Column("stage", String(120), nullable=False, default=""),
    Column("status", String(12), nullable=False, default=RUNNING),
    #: Body ids by slot.
    Column("slots", Json, nullable=False),
    #: The body the case is about, else the one that handles it; for lists and sector limits.
    Column("body_id", Id),
    Column("body_name", String(200), nullable=False, default=""),
    #: The case file: values by field id.
    Column("data", Json, nullable=False),
    #: Message events that wait, as values of :class:`engine.values.running.OpenMessage`.
    Column("messages", Json),
    #: The engine's state, compressed; empty once the case is over.
    Column("state", LargeBinary, nullable=False),
    #: MAC over id, revision and state, keyed from outside the database.
    Column("state_mac", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False),
    #: When the clock must move the case next; null when nothing waits or the clock is stopped.
    Column("wake_at", Instant),
    Column("paused_at", Instant),
    Column("started_at", Instant, nullable=False),
    Column("started_by", Id),
    Column("starter", String(200), nullable=False, default=""),
    Column("finished_at", Instant),
    #: Failed attempts of the clock in a row.
    Column("failures", Integer, nullable=False, default=0),
    #: Length and head of the audit chain, and number of rows in ``passed``.
    Column("audit_seq", Integer, nullable=False, default=0),
    Column("audit_head", LargeBinary, nullable=False, default=b""),
    Column("steps", Integer, nullable=False, default=0),
)
Index("ix_cases_due", cases.c.wake_at, sqlite_where=cases.c.wake_at.isnot(None),
      postgresql_where=cases.c.wake_at.isnot(None))  # fmt: skip
Index("ix_cases_started_by", cases.c.started_by, cases.c.id)
Index("ix_cases_definition", cases.c.definition_id, cases.c.status)

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

#: What a case went through, one row per command: [[element, kind, [flows]], …] in order.
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

#: Last number given out per code and year.
case_numbers = Table(
    "case_numbers",
    metadata,
    Column("code", String(120), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)
