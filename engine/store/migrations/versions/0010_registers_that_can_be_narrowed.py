"""Registers that can be narrowed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "register_marks",
        sa.Column("register", sa.String(length=60), nullable=False),
        sa.Column("column", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("entry_id", _id(), nullable=False),
        sa.PrimaryKeyConstraint(
            "register", "column", "value", "entry_id", name=op.f("pk_register_marks")
        ),
    )
    with op.batch_alter_table("register_marks", schema=None) as batch_op:
        batch_op.create_index("ix_register_marks_entry_id", ["entry_id"], unique=False)
