"""Archived cases, cases that must not be archived, and the rows an archive takes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.attachments import attachments
from engine.store.base import Id, Instant, affected, metadata
from engine.store.cases import RUNNING, cases
from engine.store.documents import documents
from engine.store.incidents import incidents
from engine.store.outbox import State, outbox
from engine.store.publications import publications
from engine.store.tasks import tasks

#: Cases whose rows were written to a file and reduced.
case_archives = Table(
    "case_archives",
    metadata,
    Column("case_id", ForeignKey(cases.c.id), primary_key=True),
    Column("at", Instant, nullable=False),
    #: Name and digest of the file.
    Column("file", String(120), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("keep_until", Date),
    #: Digests of the chain's entries in order: what anchors of earlier days are compared with.
    Column("digests", LargeBinary, nullable=False),
)

#: Cases that must stay as they are: a lawsuit, an inspection. Ended when ``released_at`` is set.
case_holds = Table(
    "case_holds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey(cases.c.id), nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("released_at", Instant),
    Index(None, "case_id"),
)

#: What stays in the county's rows: search, registers, who may see the case, what was in time.
_STAYS = frozenset(
    {
        "cases",
        "tasks",
        "deadlines",
        "case_bodies",
        "case_links",
        "case_archives",
        "case_holds",
        "follows",
        "publications",
        "register_entries",
        "register_changes",
        "recusals",
    }
)


@dataclass(frozen=True)
class ArchiveRow:
    """Where an archived case lies."""

    case_id: int
    at: datetime
    file: str
    sha256: str
    keep_until: date | None
    digests: bytes


def of_case(session: Session, case_id: int) -> ArchiveRow | None:
    """Where a case lies, if it was archived."""
    row = session.execute(
        select(case_archives).where(case_archives.c.case_id == case_id)
    ).one_or_none()
    return None if row is None else ArchiveRow(**row._mapping)


def add(session: Session, row: ArchiveRow) -> None:
    """Remember where a case lies."""
    session.execute(insert(case_archives).values(**vars(row)))


def ended(
    session: Session, before: datetime, after: int, rows: int
) -> list[tuple[int, str, datetime]]:
    """(case, process, end) of cases that ended before an instant and can be archived, by id.

    Not those archived already, held, with an open incident, or with mail that is still to leave.
    """
    unsent = outbox.c.state == State.QUEUED.value
    found = session.execute(
        select(cases.c.id, cases.c.process_id, cases.c.finished_at)
        .where(
            cases.c.id > after,
            cases.c.status != RUNNING,
            cases.c.finished_at < before,
            ~exists().where(case_archives.c.case_id == cases.c.id),
            ~exists().where(case_holds.c.case_id == cases.c.id, case_holds.c.released_at.is_(None)),
            ~exists().where(incidents.c.case_id == cases.c.id, incidents.c.resolved_at.is_(None)),
            ~exists().where(outbox.c.case_id == cases.c.id, unsent),
        )
        .order_by(cases.c.id)
        .limit(rows)
    )
    return [(row.id, row.process_id, row.finished_at) for row in found]


def rows_of(session: Session, case_id: int) -> list[tuple[str, dict[str, Any]]]:
    """(table, row) of everything that belongs to a case, parents first."""
    found: list[tuple[str, dict[str, Any]]] = []
    for table in metadata.sorted_tables:
        key = _key(table)
        if key is None:
            continue
        query = select(table).where(key == case_id).order_by(*table.primary_key)
        found += [(table.name, dict(row._mapping)) for row in session.execute(query)]
    return found


def reduce(session: Session, case_id: int) -> set[str]:
    """Drop what an archive holds; hashes of content this case no longer refers to."""
    published = select(publications.c.document_id).where(
        publications.c.case_id == case_id, publications.c.document_id.isnot(None)
    )
    loose: set[str] = set()
    for table in (attachments, documents):
        going = table.c.case_id == case_id
        if table is documents:
            going = going & documents.c.id.not_in(published)
        loose |= set(session.scalars(select(table.c.sha256).where(going)))
        session.execute(delete(table).where(going))
    for table in reversed(metadata.sorted_tables):
        key = _key(table)
        if key is not None and table.name not in _STAYS and table not in (attachments, documents):
            session.execute(delete(table).where(key == case_id))
    session.execute(update(tasks).where(tasks.c.case_id == case_id).values(values=None, local=None))
    return loose


def _key(table: Table) -> Column[Any] | None:
    if table is cases:
        return cases.c.id
    return table.c.case_id if "case_id" in table.c else None


# --- Holds ------------------------------------------------------------------------------------


def hold(session: Session, case_id: int, at: datetime, reason: str, by: str) -> None:
    """The case must stay as it is."""
    session.execute(insert(case_holds).values(case_id=case_id, at=at, reason=reason, by=by))


def is_held(session: Session, case_id: int) -> bool:
    """Whether the case must stay as it is."""
    query = select(case_holds.c.id).where(
        case_holds.c.case_id == case_id, case_holds.c.released_at.is_(None)
    )
    return session.execute(query.limit(1)).one_or_none() is not None


def release(session: Session, case_id: int, at: datetime) -> bool:
    """The case may go the way of others again; False when it was not held."""
    ended_now = update(case_holds).where(
        case_holds.c.case_id == case_id, case_holds.c.released_at.is_(None)
    )
    return affected(session.execute(ended_now.values(released_at=at))) > 0


def columns_of(table: str) -> Sequence[str]:
    """The columns of a table, for reading an archive."""
    return [column.name for column in metadata.tables[table].c]
