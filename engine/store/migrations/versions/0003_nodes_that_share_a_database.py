"""Nodes that share a database: periodic duties, heartbeats of workers, the age of the outbox"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.base import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "periodic_runs",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("scheduled_for", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=False),
        sa.Column("node", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("job", "scheduled_for", name=op.f("pk_periodic_runs")),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.String(length=120), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["created_at"],
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
