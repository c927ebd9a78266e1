"""Files people attach: the row holds name, kind and hash; the bytes lie in :mod:`.files`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Row, String, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, metadata

attachments = Table(
    "attachments",
    metadata,
    Column("id", Id, primary_key=True),
    #: Empty until the case it was uploaded for is started.
    Column("case_id", Id, index=True),
    #: Field of the form it answers; empty for one put on the case page.
    Column("field", String(120), nullable=False, default=""),
    #: As the uploader named it, cleaned; only ever data.
    Column("filename", String(255), nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("uploaded_at", Instant, nullable=False),
    Column("uploaded_by", Id, index=True),
)
Index(
    "ix_attachments_unbound",
    attachments.c.uploaded_at,
    sqlite_where=attachments.c.case_id.is_(None),
    postgresql_where=attachments.c.case_id.is_(None),
)


@dataclass(frozen=True)
class Attachment:
    """One attached file."""

    id: int
    case_id: int | None
    field: str
    filename: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime
    uploaded_by: int | None


def _attachment(row: Row[Any]) -> Attachment:
    return Attachment(**row._mapping)


def add(session: Session, **values: Any) -> Attachment:
    """Record a file."""
    return _attachment(
        session.execute(insert(attachments).values(**values).returning(*attachments.c)).one()
    )


def find(session: Session, attachment_id: int) -> Attachment | None:
    """One file."""
    row = session.execute(
        select(attachments).where(attachments.c.id == attachment_id)
    ).one_or_none()
    return _attachment(row) if row is not None else None


def some(session: Session, ids: Collection[int]) -> list[Attachment]:
    """The files with these ids, in the order they were uploaded."""
    query = select(attachments).where(attachments.c.id.in_(ids)).order_by(attachments.c.id)
    return [_attachment(row) for row in session.execute(query)]


def of_case(session: Session, case_id: int) -> list[Attachment]:
    """The files of a case, oldest first."""
    query = select(attachments).where(attachments.c.case_id == case_id).order_by(attachments.c.id)
    return [_attachment(row) for row in session.execute(query)]


def bind(session: Session, ids: Iterable[int], case_id: int, field: str) -> None:
    """Make unbound files part of a case."""
    session.execute(
        update(attachments)
        .where(attachments.c.id.in_(set(ids)), attachments.c.case_id.is_(None))
        .values(case_id=case_id, field=field)
    )


def unbound(session: Session, before: datetime) -> list[Attachment]:
    """Files uploaded before an instant that no case has."""
    query = select(attachments).where(
        attachments.c.case_id.is_(None), attachments.c.uploaded_at < before
    )
    return [_attachment(row) for row in session.execute(query)]


def forget_unbound(session: Session, ids: Collection[int]) -> None:
    """Delete files that no case has."""
    session.execute(
        delete(attachments).where(attachments.c.id.in_(ids), attachments.c.case_id.is_(None))
    )


def kept(session: Session, hashes: Iterable[str]) -> set[str]:
    """Which of these contents belong to an attachment."""
    query = select(attachments.c.sha256).where(attachments.c.sha256.in_(set(hashes)))
    return set(session.scalars(query))


def uses(session: Session, sha256: str) -> bool:
    """Whether any attachment is kept under this hash."""
    query = select(attachments.c.id).where(attachments.c.sha256 == sha256).limit(1)
    return session.execute(query).one_or_none() is not None
