"""People who stay out of a case, contact data, void documents"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.base import Instant

revision = "0004"
down_revision = "0003"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recusals",
        sa.Column("id", _id(), nullable=False),
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("person_id", _id(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("asked_by", _id(), nullable=True),
        sa.Column("asked_for", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("decided_in", _id(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", _id(), nullable=True),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("replacement_id", _id(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_recusals_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusals")),
    )
    with op.batch_alter_table("recusals", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recusals_case_id_status"), ["case_id", "status"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_recusals_decided_in"), ["decided_in"], unique=False)
        batch_op.create_index(
            "uq_recusals_pending",
            ["case_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("status = 'pending'"),
            postgresql_where=sa.text("status = 'pending'"),
        )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(_text("phone", 40))
        batch_op.add_column(_text("post", 80))
        batch_op.add_column(sa.Column("reviewer_since", sa.Date(), nullable=True))
    with op.batch_alter_table("bodies", schema=None) as batch_op:
        batch_op.add_column(_text("area", 80))
        batch_op.add_column(_text("phone", 40))
        batch_op.add_column(_text("address", 200))
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("voided_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("voided_by", _id(), nullable=True))
        batch_op.add_column(_text("void_reason", 1000))


def _text(name: str, length: int) -> sa.Column[str]:
    """Rows that are there already have an empty text."""
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")
