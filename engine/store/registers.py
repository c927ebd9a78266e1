"""Entries of the registers (台账) and every change made to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, insert_missing, metadata
from engine.values.running import Json as JsonValue

register_entries = Table(
    "register_entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("register", String(60), nullable=False),
    #: Value of the register's key column, as text.
    Column("key", String(200), nullable=False),
    Column("values", Json, nullable=False),
    #: The body the entry is about: its own people may read it.
    Column("body_id", Id),
    Column("case_id", Id),
    Column("valid_to", Date),
    Column("revision", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    #: All values in words, to be searched.
    Column("words", Text, nullable=False),
    UniqueConstraint("register", "key"),
    Index("ix_register_entries_register_id", "register", "id"),
    Index("ix_register_entries_case", "case_id"),
)

register_changes = Table(
    "register_changes",
    metadata,
    Column("entry_id", Id, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", Id),
    Column("case_id", Id),
    #: The columns set by this change.
    Column("values", Json, nullable=False),
)


@dataclass(frozen=True)
class Entry:
    """One entry of a register."""

    id: int
    register: str
    key: str
    values: Mapping[str, JsonValue]
    body_id: int | None
    case_id: int | None
    valid_to: date | None
    revision: int
    created_at: datetime
    changed_at: datetime
    words: str


@dataclass(frozen=True)
class Change:
    """One change of an entry."""

    entry_id: int
    revision: int
    at: datetime
    by: int | None
    case_id: int | None
    values: Mapping[str, JsonValue]


def _entry(row: Row[Any]) -> Entry:
    return Entry(**row._mapping)


def locked(session: Session, register: str, key: str, at: datetime) -> Entry:
    """The entry under a key, held until the unit of work ends; an empty one if there was none.

    An entry that was just made has revision 0.
    """
    insert_missing(
        session,
        register_entries,
        register=register,
        key=key,
        values={},
        revision=0,
        created_at=at,
        changed_at=at,
        words="",
    )
    query = select(register_entries).where(
        register_entries.c.register == register, register_entries.c.key == key
    )
    return _entry(session.execute(query.with_for_update()).one())


def change(session: Session, entry_id: int, **values: Any) -> None:
    """Set columns of an entry."""
    session.execute(
        update(register_entries).where(register_entries.c.id == entry_id).values(**values)
    )


def record(session: Session, **values: Any) -> None:
    """Keep a change in the entry's history."""
    session.execute(insert(register_changes).values(**values))


def find(session: Session, entry_id: int) -> Entry | None:
    """One entry."""
    row = session.execute(
        select(register_entries).where(register_entries.c.id == entry_id)
    ).one_or_none()
    return _entry(row) if row is not None else None


def history(session: Session, entry_id: int) -> list[Change]:
    """The changes of an entry, oldest first."""
    query = (
        select(register_changes)
        .where(register_changes.c.entry_id == entry_id)
        .order_by(register_changes.c.revision)
    )
    return [Change(**row._mapping) for row in session.execute(query)]


def listing(
    session: Session,
    register: str,
    *,
    text: str,
    body_ids: Collection[int] | None,
    before: int | None,
    rows: int,
) -> list[Entry]:
    """Entries newest first, below an id; those about some bodies only, or all for ``None``."""
    query = select(register_entries).where(register_entries.c.register == register)
    for word in text.split()[:5]:
        query = query.where(register_entries.c.words.like(like(word), escape="\\"))
    if body_ids is not None:
        query = query.where(register_entries.c.body_id.in_(body_ids))
    if before is not None:
        query = query.where(register_entries.c.id < before)
    query = query.order_by(register_entries.c.id.desc()).limit(rows)
    return [_entry(row) for row in session.execute(query)]


def counts(session: Session, limit: int) -> dict[str, int]:
    """Entries per register, counting no further than ``limit`` in each."""
    names = session.execute(select(register_entries.c.register).distinct()).scalars().all()
    found = {}
    for name in names:
        some = select(register_entries.c.id).where(register_entries.c.register == name).limit(limit)
        found[name] = session.execute(
            select(func.count()).select_from(some.subquery())
        ).scalar_one()
    return found


def valid_on(day: date) -> Any:
    """Condition: the entry has not run out before a day."""
    return or_(register_entries.c.valid_to.is_(None), register_entries.c.valid_to >= day)


def like(word: str) -> str:
    r"""A LIKE pattern (escape ``\\``) for text that contains a word."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
