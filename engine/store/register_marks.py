"""Values of registers to look entries up by: a row for each value of a column that is marked.

Filters of a list and the search for entries about the same (W09) read an index, not every entry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from engine.store.registers import Entry, marked, register_entries, register_marks

_M = register_marks.c


def put(session: Session, register: str, entry_id: int, marks: Iterable[tuple[str, str]]) -> None:
    """The marks of an entry, in place of those it had."""
    wanted, known = set(marks), of_entry(session, entry_id)
    for column, value in known - wanted:
        session.execute(
            delete(register_marks).where(
                _M.register == register,
                _M.column == column,
                _M.value == value,
                _M.entry_id == entry_id,
            )
        )
    new = [
        {"register": register, "column": column, "value": value, "entry_id": entry_id}
        for column, value in sorted(wanted - known)
    ]
    if new:
        session.execute(insert(register_marks), new)


def of_entry(session: Session, entry_id: int) -> set[tuple[str, str]]:
    """(column, value) of every mark of an entry."""
    found = session.execute(select(_M.column, _M.value).where(_M.entry_id == entry_id))
    return {(row.column, row.value) for row in found}


def of_entries(session: Session, ids: Collection[int]) -> dict[int, set[tuple[str, str]]]:
    """(column, value) of every mark of some entries."""
    found: dict[int, set[tuple[str, str]]] = {}
    query = select(_M.entry_id, _M.column, _M.value).where(_M.entry_id.in_(ids))
    for row in session.execute(query):
        found.setdefault(row.entry_id, set()).add((row.column, row.value))
    return found


def values(session: Session, register: str, column: str, most: int) -> list[str]:
    """The values a column has, in order, so many at most."""
    query = (
        select(_M.value)
        .where(_M.register == register, _M.column == column)
        .distinct()
        .order_by(_M.value)
        .limit(most)
    )
    return list(session.scalars(query))


def about(
    session: Session, register: str, wanted: Mapping[str, Collection[str]], but: str, most: int
) -> list[Entry]:
    """Entries that have one of the wanted values in each column, newest first.

    ``but`` is the key of an entry that is left out.
    """
    query = select(register_entries).where(
        register_entries.c.register == register, register_entries.c.key != but
    )
    for column, some in wanted.items():
        query = query.where(marked(register, column, some))
    query = query.order_by(register_entries.c.id.desc()).limit(most)
    return [Entry(**row._mapping) for row in session.execute(query)]
