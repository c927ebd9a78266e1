"""Audit entries, one hash chain per case, and the daily anchors of their heads."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, LargeBinary, String, Table

from engine.store.base import Id, Instant, Json, metadata

#: The chain of what happens in the county outside any case.
COUNTY = 0

audit_entries = Table(
    "audit_entries",
    metadata,
    #: 0 is the county's own chain.
    Column("case_id", Id, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", Id),
    Column("actor", String(200), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("act", String(40), nullable=False),
    Column("facts", Json, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

audit_anchors = Table(
    "audit_anchors",
    metadata,
    Column("day", Date, primary_key=True),
    Column("at", Instant, nullable=False),
    #: Chains whose head moved since the anchor before.
    Column("chains", Integer, nullable=False),
    Column("file", String(200), nullable=False),
    #: Digest of the file's bytes.
    Column("digest", LargeBinary, nullable=False),
)
