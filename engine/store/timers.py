"""Timers a case waits for, and its deadlines with their ledgers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from engine.store.base import Id, Instant, Json, metadata

RUNNING, PAUSED, MET, MISSED, CANCELLED = "running", "paused", "met", "missed", "cancelled"

#: Live timers only: a timer that fired or was cancelled is gone.
timers = Table(
    "timers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("engine_id", String(64), nullable=False),
    Column("element", String(120), nullable=False),
    Column("name", String(200), nullable=False),
    Column("instant", Instant, nullable=False),
    Column("deadline", Boolean, nullable=False),
    Column("interrupting", Boolean, nullable=False),
    #: How the instant was computed, to compute it again; null for a fixed instant.
    Column("rule", Json),
    Column("attached_to", Json, nullable=False),
    Index(None, "case_id", "engine_id", unique=True),
)

deadlines = Table(
    "deadlines",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    #: The boundary timer it is drawn as.
    Column("engine_id", String(64), nullable=False),
    Column("element", String(120), nullable=False),
    #: Name of the task or phase it belongs to, and that element.
    Column("name", String(200), nullable=False),
    Column("activity", String(120), nullable=False),
    Column("limit_key", String(80)),
    Column("rule", Json),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("warn_at", Instant),
    Column("unrolled", Date),
    #: Reaches into a year whose calendar is not announced.
    Column("provisional", Boolean, nullable=False, default=False),
    Column("status", String(12), nullable=False),
    Column("extensions", Integer, nullable=False, default=0),
    #: When the activity ended; a missed deadline may go on unended.
    Column("ended_at", Instant),
    Index(None, "case_id"),
)

deadline_events = Table(
    "deadline_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("deadline_id", ForeignKey("deadlines.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    #: Units an extension added.
    Column("span", Json),
    Column("document", String(200), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("approver", String(200), nullable=False, default=""),
    Index(None, "case_id", "deadline_id"),
)

#: Times during which every clock of a case stood still.
pauses = Table(
    "pauses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("paused_at", Instant, nullable=False),
    Column("document", String(200), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("resumed_at", Instant),
    Column("resume_document", String(200), nullable=False, default=""),
    Index(None, "case_id"),
)
