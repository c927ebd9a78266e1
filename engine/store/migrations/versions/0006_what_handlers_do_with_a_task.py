"""What handlers do with a task besides completing it, and how they are told"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.store.base import Instant, Json

revision = "0006"
down_revision = "0005"


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _id(), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _at(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, Instant(), nullable=nullable)


def _table(name: str, *columns: sa.Column[Any]) -> None:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))
    op.create_table(name, _whole("id"), *columns, key)


def _index(
    table: str, *columns: str, name: str = "", unique: bool = False, where: str = ""
) -> None:
    made = name or op.f(f"ix_{table}_{'_'.join(columns)}")
    only: dict[str, Any] = (
        {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
    )
    op.create_index(made, table, list(columns), unique=unique, **only)


def upgrade() -> None:
    _columns()
    _work_together()
    _stand_in()
    _be_told()


def _columns() -> None:
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.add_column(_whole("acting_for", nullable=True))
        batch_op.add_column(_whole("seen_by", nullable=True))
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("undo", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(_whole("address_id", nullable=True))


def _work_together() -> None:
    _table(
        "opinions",
        *(_whole(name) for name in ("case_id", "task_id", "asker_id", "asked_id")),
        sa.Column("question", sa.Text(), nullable=False),
        _at("asked_at", nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        _at("answered_at"),
        _at("withdrawn_at"),
    )
    _index("opinions", "task_id")
    _index("opinions", "case_id", "asked_id")
    waits = "answered_at IS NULL AND withdrawn_at IS NULL"
    _index("opinions", "asked_id", "id", name="ix_opinions_waiting", where=waits)
    _table(
        "comments",
        *(_whole(name) for name in ("case_id", "person_id")),
        _at("at", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", Json, nullable=False),
        _at("withdrawn_at"),
    )
    _index("comments", "case_id", "id")
    _table(
        "copies",
        *(_whole(name) for name in ("case_id", "person_id", "by_id")),
        _at("at", nullable=False),
        _text("note", 500),
        _at("read_at"),
    )
    _index("copies", "case_id", "person_id", unique=True)
    _index("copies", "person_id", "id")
    _table(
        "returns",
        *(_whole(name) for name in ("case_id", "task_id")),
        _text("source", 120),
        _text("target", 120),
        sa.Column("reason", sa.Text(), nullable=False),
        _whole("person_id"),
        _at("at", nullable=False),
        _whole("again_id", nullable=True),
    )
    _index("returns", "case_id", "id")


def _stand_in() -> None:
    _table(
        "absences",
        _whole("person_id"),
        _whole("deputy_id", nullable=True),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        _text("reason", 500),
        _at("made_at", nullable=False),
        _whole("made_by"),
        _at("ended_at"),
    )
    _index("absences", "person_id", "to_day")
    _index("absences", "deputy_id", "to_day")
    _table(
        "bulk_acts",
        _whole("person_id"),
        _at("at", nullable=False),
        _text("act", 20),
        _whole("to_id", nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("results", Json, nullable=False),
        _at("ended_at"),
    )
    _index("bulk_acts", "person_id", "id")


def _be_told() -> None:
    _table(
        "saved_views",
        _whole("owner_id"),
        _whole("body_id", nullable=True),
        _text("name", 60),
        sa.Column("query", Json, nullable=False),
        _at("at", nullable=False),
    )
    _index("saved_views", "owner_id")
    _index("saved_views", "body_id")
    _index("saved_views", "owner_id", "name", unique=True)
    op.create_table(
        "notice_choices",
        _whole("person_id"),
        _text("kind", 20),
        _text("mail", 8),
        _text("other", 8),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_choices")),
        sqlite_with_rowid=False,
    )
    _table(
        "notice_addresses",
        _whole("person_id"),
        _text("service", 40),
        _text("label", 60),
        sa.Column("sealed", sa.Text(), nullable=False),
        _at("added_at", nullable=False),
        _text("error", 300),
    )
    _index("notice_addresses", "person_id")
