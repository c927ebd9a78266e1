"""Cases that periodic duties open"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.base import Instant

revision = "0012"
down_revision = "0011"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "periodic_cases",
        sa.Column("duty", sa.String(length=40), nullable=False),
        sa.Column("period", Instant(), nullable=False),
        sa.Column("body_id", _id(), autoincrement=False, nullable=False),
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_periodic_cases_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("duty", "period", "body_id", name=op.f("pk_periodic_cases")),
    )
