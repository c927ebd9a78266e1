"""Incidents: what failed, how often it was tried, who put it right."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from engine.store.base import Id, Instant, Json, metadata

OPEN, RESOLVED = "open", "resolved"

incidents = Table(
    "incidents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id),
    #: What was being done: clock, complete, start, send, …
    Column("verb", String(40), nullable=False),
    Column("code", String(80), nullable=False),
    Column("facts", Json, nullable=False),
    #: For the administrator: where in the program it happened.
    Column("detail", Text, nullable=False, default=""),
    Column("actor", String(200), nullable=False, default=""),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=1),
    #: When the clock tries again by itself.
    Column("next_at", Instant),
    Column("status", String(12), nullable=False, default=OPEN),
    Column("resolved_at", Instant),
    Column("resolved_by", String(200), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Index(None, "status", "id"),
    Index(None, "case_id", "status"),
)

#: Nightly jobs: the node that inserts the row does the work.
job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String(40), primary_key=True),
    Column("scheduled_for", Date, primary_key=True),
    Column("at", Instant, nullable=False),
)
