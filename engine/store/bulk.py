"""Copies of whole cases, row by row and as many at once as wanted.

Every table that belongs to a case is copied by one statement: each id of the copied rows moves by
the same distance, so that what points to a row of the case points to the row's copy. Distances come
from :class:`Span`; the case rows, their chains and their names are made by the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.orm import Session

from engine.store.audit import audit_entries
from engine.store.base import metadata
from engine.store.cases import CaseRow, cases
from engine.store.dossiers import case_links
from engine.store.incidents import incidents
from engine.store.prepared import Prepared
from engine.store.search import index_many
from engine.store.tasks import IS_OPEN, tasks
from engine.store.timers import timers

#: Where a column points that has no foreign key, by its name.
_POINTS_TO = {
    "case_id": "cases",
    "other_id": "cases",
    "task_id": "tasks",
    "deadline_id": "deadlines",
    "document_id": "documents",
    "attachment_id": "attachments",
    "notification_id": "notifications",
}
#: Made by the caller, made elsewhere, or of no use twice.
_NOT_COPIED = frozenset(
    {"cases", "audit_entries", "incidents", "register_entries", "register_changes", "task_drafts"}
)


#: Columns that repeat what the case is called, by table.
_REPEATED = {
    "tasks": {"number": "number", "title": "title"},
    "notifications": {"case_number": "number"},
}


@dataclass(frozen=True)
class Span:
    """Ids of the rows of a table to be copied, and where copy number 0 would begin."""

    low: int
    size: int
    begin: int

    def moved(self, row_id: int, copy: int) -> int:
        """The id of a row's copy."""
        return row_id - self.low + self.begin + copy * self.size


def tables() -> list[Table]:
    """The tables whose rows are copied as they are, parents first."""
    return [
        table
        for table in metadata.sorted_tables
        if "case_id" in table.c and table.name not in _NOT_COPIED
    ]


def spans(session: Session, originals: Collection[int], copies: range) -> dict[str, Span]:
    """Where the copies with these numbers go, by table; the ids are taken from now on."""
    found = {}
    for table in [cases, *tables()]:
        if "id" not in table.c:
            continue
        key = table.c.id if table is cases else table.c.case_id
        low, high = session.execute(
            select(func.min(table.c.id), func.max(table.c.id)).where(key.in_(originals))
        ).one()
        if low is None:
            continue
        last = session.execute(select(func.max(table.c.id))).scalar_one()
        size = high - low + 1
        found[table.name] = Span(low, size, last + 1 - copies.start * size)
        if session.get_bind().dialect.name == "postgresql":
            session.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"),
                {"table": table.name, "last": last + len(copies) * size},
            )
    return found


def copy(
    session: Session,
    table: Table,
    originals: Collection[int],
    known: Mapping[str, Span],
    copies: range,
) -> None:
    """Copy the rows of a table. The cases must be there already."""
    numbers = _numbers(copies)
    columns = list(table.c)
    values = [_value(column, numbers.c.number, known).label(column.name) for column in columns]
    source = table.join(numbers, literal(value=True))
    repeated = _REPEATED.get(table.name, {})
    if repeated:
        own = cases.alias("own")
        source = source.join(own, own.c.id == _value(table.c.case_id, numbers.c.number, known))
        values = [
            _called(column, own.c[repeated[column.name]]) if column.name in repeated else value
            for column, value in zip(columns, values, strict=True)
        ]
    session.execute(
        insert(table).from_select(
            [column.name for column in columns],
            select(*values).select_from(source).where(table.c.case_id.in_(originals)),
        )
    )


def _called(column: Any, own: Any) -> Any:
    """What the copy's case is called, where the row repeats it; tasks that are over do not."""
    return case((column == "", ""), else_=own).label(column.name)


def _numbers(copies: range) -> Any:
    """The numbers of the copies as rows."""
    start = select(literal(copies.start).label("number")).cte("numbers", recursive=True)
    return start.union_all(select(start.c.number + 1).where(start.c.number < copies.stop - 1))


def _value(column: Any, number: ColumnElement[int], known: Mapping[str, Span]) -> Any:
    keys = list(column.foreign_keys)
    target = keys[0].column.table.name if keys else _POINTS_TO.get(column.name)
    if column.name == "id":
        target = column.table.name
    place = (column.table.name, column.name)
    if place == ("outbox", "key"):
        return column + "-" + _own(column, number, known)
    if place == ("outbox", "state"):
        # Nobody is written to because of a copy.
        return func.replace(column, "queued", "sent")
    if place == ("documents", "number"):
        bare, ending = func.length(column) - 1, func.length(column)
        own = _own(column, number, known)
        numbered = func.substr(column, 1, bare) + "-" + own + func.substr(column, ending)
        return case((column == "", ""), else_=numbered)
    span = known.get(target) if target is not None else None
    return column if span is None else column + (span.begin - span.low) + number * span.size


def _own(column: Any, number: ColumnElement[int], known: Mapping[str, Span]) -> Any:
    """The copy's case, in the text of what must be its alone."""
    return cast(_value(column.table.c.case_id, number, known), String)


_ADD_ENTRIES = Prepared(insert(audit_entries).inline())


def add_cases(session: Session, rows: Iterable[CaseRow]) -> None:
    """Insert cases under the ids they have, and let them be found."""
    made = [vars(row) for row in rows]
    session.execute(insert(cases), made)
    index_many(
        session,
        [(row["id"], row["number"], row["title"], row["party"]) for row in made],
    )


def add_entries(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert entries of chains."""
    for row in rows:
        _ADD_ENTRIES.later(session, row)


def linked(session: Session, ids: Collection[int]) -> list[tuple[int, int]]:
    """The links of cases, both ways."""
    found = session.execute(
        select(case_links.c.case_id, case_links.c.other_id).where(case_links.c.case_id.in_(ids))
    )
    return [(row.case_id, row.other_id) for row in found]


def with_incidents(session: Session, ids: Collection[int]) -> set[int]:
    """The cases among these in which something failed."""
    return set(session.scalars(select(incidents.c.case_id).where(incidents.c.case_id.in_(ids))))


def totals(session: Session) -> tuple[int, int]:
    """How many tasks are open and how many timers wait."""
    open_tasks: int = session.execute(
        select(func.count()).select_from(tasks).where(IS_OPEN)
    ).scalar_one()
    waiting: int = session.execute(select(func.count()).select_from(timers)).scalar_one()
    return open_tasks, waiting
