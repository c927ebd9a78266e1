"""Drafts of procedures, and the days versions come into force and end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.base import Instant

revision = "0008"
down_revision = "0007"

_OPEN = "state IN ('draft', 'submitted', 'approved')"


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=nullable)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def upgrade() -> None:
    with op.batch_alter_table("definitions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("effective_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("reviewed_by", sa.String(length=200), nullable=False, server_default="")
        )
    _designs()
    _sources()
    _history()


def _designs() -> None:
    op.create_table(
        "designs",
        _id("id"),
        _text("process_id", 80),
        _text("name", 200),
        _text("main", 200),
        _text("state", 20),
        _text("origin", 20),
        _id("base_id", nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        _text("created_by", 200),
        sa.Column("changed_at", Instant(), nullable=False),
        _text("changed_by", 200),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        _text("submitted_by", 200),
        sa.Column("submitted_at", Instant(), nullable=True),
        _text("reviewed_by", 200),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        _id("definition_id", nullable=True),
        sa.ForeignKeyConstraint(
            ["base_id"], ["definitions.id"], name=op.f("fk_designs_base_id_definitions")
        ),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definitions.id"], name=op.f("fk_designs_definition_id_definitions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designs")),
    )
    op.create_index(
        "ix_designs_open",
        "designs",
        ["process_id"],
        unique=True,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    op.create_index(op.f("ix_designs_process_id_id"), "designs", ["process_id", "id"])


def _sources() -> None:
    op.create_table(
        "design_sources",
        _id("design_id"),
        _text("name", 200),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["design_id"], ["designs.id"], name=op.f("fk_design_sources_design_id_designs")
        ),
        sa.PrimaryKeyConstraint("design_id", "name", name=op.f("pk_design_sources")),
    )


def _history() -> None:
    op.create_table(
        "design_history",
        _id("id"),
        _id("design_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        _text("by", 200),
        _id("person_id", nullable=True),
        _text("act", 20),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["design_id"], ["designs.id"], name=op.f("fk_design_history_design_id_designs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_history")),
    )
    op.create_index(op.f("ix_design_history_design_id_id"), "design_history", ["design_id", "id"])
