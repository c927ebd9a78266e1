"""Stops on several grounds; who changed a limit or the calendar, and what was counted again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.base import Instant, Json

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("pauses", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("approver", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("origin", _ID, nullable=True))
        batch_op.add_column(
            sa.Column("resume_reason", sa.Text(), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("resume_approver", sa.String(length=200), server_default="", nullable=False)
        )
    op.create_table(
        "limit_changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("sector", sa.String(length=80), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_changes")),
    )
    with op.batch_alter_table("limit_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_limit_changes_key"), ["key"], unique=False)
    op.create_table(
        "recounts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("layer", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("days", Json, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("after_case", _ID, nullable=False),
        sa.Column("examined", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recounts")),
    )
    with op.batch_alter_table("recounts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_recounts_unfinished",
            ["id"],
            unique=False,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )
