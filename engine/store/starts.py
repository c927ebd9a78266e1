"""Start forms already sent: the same sheet of paper makes one case, however often it arrives.

Kept beside the drafts of the person, under the number of the sheet.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from engine.store.base import insert_missing
from engine.store.drafts import task_drafts


def take(session: Session, person_id: int, sheet: str, at: datetime) -> bool:
    """Whether the sheet arrives for the first time; one sent at the same time is waited for."""
    values = {"person_id": person_id, "place": _place(sheet), "raw": {}, "saved_at": at}
    return insert_missing(session, task_drafts, case_id=None, **values)


def remember(session: Session, person_id: int, sheet: str, case_id: int) -> None:
    """The case that came of it."""
    session.execute(update(task_drafts).where(*_own(person_id, sheet)).values(case_id=case_id))


def case_of(session: Session, person_id: int, sheet: str) -> int | None:
    """The case that came of a sheet."""
    found: int | None = session.scalar(select(task_drafts.c.case_id).where(*_own(person_id, sheet)))
    return found


def _own(person_id: int, sheet: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (task_drafts.c.person_id == person_id, task_drafts.c.place == _place(sheet))


def _place(sheet: str) -> str:
    return f"sheet:{sheet}"
