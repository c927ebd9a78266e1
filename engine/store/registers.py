"""Entries of the registers (台账) and every change made to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    Row,
    Select,
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


#: Values by which entries are looked up: a row for each value of a column that is marked, so that
#: the filters of a list and the search for entries about the same (W09) read an index.
register_marks = Table(
    "register_marks",
    metadata,
    Column("register", String(60), primary_key=True),
    Column("column", String(60), primary_key=True),
    Column("value", String(120), primary_key=True),
    Column("entry_id", Id, primary_key=True),
    Index("ix_register_marks_entry_id", "entry_id"),
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


def by_key(session: Session, register: str, key: str) -> Entry | None:
    """The entry of a register under a key."""
    row = session.execute(
        select(register_entries).where(
            register_entries.c.register == register, register_entries.c.key == key
        )
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


@dataclass(frozen=True)
class Wanted:
    """What to look for; empty parts do not narrow."""

    text: str = ""
    #: Entries about some bodies only; ``None`` is all.
    body_ids: Collection[int] | None = None
    #: Values by column, of columns that are marked.
    where: Mapping[str, str] = field(default_factory=dict)
    #: The last day of validity lies between.
    valid_since: date | None = None
    valid_until: date | None = None
    #: Only entries whose validity ends some day, or has no end if only ``valid_since`` is asked.
    dated: bool = False


def listing(
    session: Session, register: str, wanted: Wanted, *, before: int | None, rows: int
) -> list[Entry]:
    """Entries newest first, below an id."""
    query = _narrowed(select(register_entries), register, wanted)
    if before is not None:
        query = query.where(register_entries.c.id < before)
    query = query.order_by(register_entries.c.id.desc()).limit(rows)
    return [_entry(row) for row in session.execute(query)]


def count(session: Session, register: str, wanted: Wanted, limit: int) -> int:
    """How many entries, counting no further than ``limit``."""
    some = _narrowed(select(register_entries.c.id), register, wanted).limit(limit)
    return session.execute(select(func.count()).select_from(some.subquery())).scalar_one()


def _narrowed(query: Select[Any], register: str, wanted: Wanted) -> Select[Any]:
    table = register_entries.c
    query = query.where(table.register == register)
    for word in wanted.text.split()[:5]:
        query = query.where(table.words.like(like(word), escape="\\"))
    if wanted.body_ids is not None:
        query = query.where(table.body_id.in_(wanted.body_ids))
    for column, value in wanted.where.items():
        query = query.where(marked(register, column, [value]))
    if wanted.dated and wanted.valid_until is None and wanted.valid_since is not None:
        return query.where(or_(table.valid_to.is_(None), table.valid_to >= wanted.valid_since))
    if wanted.valid_since is not None:
        query = query.where(table.valid_to >= wanted.valid_since)
    if wanted.valid_until is not None:
        query = query.where(table.valid_to <= wanted.valid_until)
    return query


def marked(register: str, column: str, values: Collection[str]) -> ColumnElement[bool]:
    """Condition: one of the values stands in a marked column of the entry."""
    mark = register_marks.alias()
    return (
        select(mark.c.entry_id)
        .where(
            mark.c.entry_id == register_entries.c.id,
            mark.c.register == register,
            mark.c.column == column,
            mark.c.value.in_(sorted(values)),
        )
        .exists()
    )


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


def like(word: str) -> str:
    r"""A LIKE pattern (escape ``\\``) for text that contains a word."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
