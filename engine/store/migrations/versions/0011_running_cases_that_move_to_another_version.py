"""Running cases that move to another version"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.base import Instant, Json

revision = "0011"
down_revision = "0010"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "upgrades",
        sa.Column("id", _id(), nullable=False),
        sa.Column("process_id", sa.String(length=80), nullable=False),
        sa.Column("target_id", _id(), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("by_id", _id(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["target_id"], ["definitions.id"], name=op.f("fk_upgrades_target_id_definitions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upgrades")),
    )
    op.create_index(
        "ix_upgrades_unfinished",
        "upgrades",
        ["id"],
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "upgrade_cases",
        sa.Column("upgrade_id", _id(), nullable=False),
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("from_id", _id(), nullable=True),
        sa.Column("at", Instant(), nullable=True),
        sa.Column("elements", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["upgrade_id"], ["upgrades.id"], name=op.f("fk_upgrade_cases_upgrade_id_upgrades")
        ),
        sa.PrimaryKeyConstraint("upgrade_id", "case_id", name=op.f("pk_upgrade_cases")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_upgrade_cases_case_id"), "upgrade_cases", ["case_id"])
    op.create_index(
        op.f("ix_upgrade_cases_upgrade_id_state_case_id"),
        "upgrade_cases",
        ["upgrade_id", "state", "case_id"],
    )
