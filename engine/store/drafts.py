"""Drafts: typed text that was not sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, insert_missing, metadata
from engine.store.prepared import Prepared

#: Typed text that was not sent: of a task, of a start form, of an action on a case.
task_drafts = Table(
    "task_drafts",
    metadata,
    Column("person_id", Id, primary_key=True),
    #: task:<id>, start:<process>, message:<case>:<element>
    Column("place", String(200), primary_key=True),
    Column("case_id", Id),
    #: As the form sent it.
    Column("raw", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True)
class DraftRow:
    """Typed text that was not sent."""

    raw: dict[str, list[str]]
    saved_at: datetime


def save(
    session: Session,
    person_id: int,
    place: str,
    case_id: int | None,
    raw: Mapping[str, Sequence[str]],
    at: datetime,
) -> None:
    """Keep what a person typed at a place, instead of what was kept before."""
    kept = {key: list(texts) for key, texts in raw.items()}
    if not insert_missing(
        session,
        task_drafts,
        person_id=person_id,
        place=place,
        case_id=case_id,
        raw=kept,
        saved_at=at,
    ):
        session.execute(
            update(task_drafts)
            .where(task_drafts.c.person_id == person_id, task_drafts.c.place == place)
            .values(raw=kept, saved_at=at)
        )


def get(session: Session, person_id: int, place: str) -> DraftRow | None:
    """What a person typed at a place."""
    row = session.execute(
        select(task_drafts.c.raw, task_drafts.c.saved_at).where(
            task_drafts.c.person_id == person_id, task_drafts.c.place == place
        )
    ).one_or_none()
    return None if row is None else DraftRow(row.raw, row.saved_at)


def of_people(session: Session, ids: Collection[int]) -> Iterator[DraftRow]:
    """Everything some people have typed and not sent."""
    query = select(task_drafts.c.raw, task_drafts.c.saved_at).where(
        task_drafts.c.person_id.in_(ids)
    )
    for row in session.execute(query):
        yield DraftRow(row.raw, row.saved_at)


_DROP = Prepared(
    delete(task_drafts).where(
        task_drafts.c.person_id == bindparam("person"), task_drafts.c.place == bindparam("at")
    )
)


def drop(session: Session, person_id: int, place: str) -> None:
    """The text was sent."""
    _DROP.later(session, {"person": person_id, "at": place})
