"""Official documents that were issued, and the numbers they were given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, affected, metadata
from engine.store.bodies import bodies

documents = Table(
    "documents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    #: The service task that asked for it.
    Column("element", String(120), nullable=False, default=""),
    #: Code in the catalogue of document types.
    Column("type", String(60), nullable=False),
    Column("title", String(300), nullable=False),
    #: 文号; empty for a type that is not numbered.
    Column("number", String(80), nullable=False, default=""),
    Column("body_id", Id, nullable=False),
    Column("recipient", String(300), nullable=False, default=""),
    #: The body addressed, when it is one.
    Column("recipient_body_id", Id),
    Column("issued_at", Instant, nullable=False),
    Column("issued_by", Id),
    Column("filename", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    #: Hash of the Word template it was made from.
    Column("template_sha256", String(64), nullable=False),
    #: public, redact, internal
    Column("disclosure", String(20), nullable=False),
    #: Slots whose people must not read it, for it prints a field that is hidden from them (R15).
    Column("hidden_from", Json, nullable=False),
    #: Paragraphs the public may read; NULL for a document that is never published.
    Column("public_text", Json),
    #: Void: it counts no longer, and its number is never given again.
    Column("voided_at", Instant),
    Column("voided_by", Id),
    Column("void_reason", String(1000), nullable=False, default=""),
    #: The document this one corrects (更正); the other keeps its number and its words.
    Column("corrects", Id),
)
Index(
    "uq_documents_number",
    documents.c.number,
    unique=True,
    sqlite_where=documents.c.number != "",
    postgresql_where=documents.c.number != "",
)

document_numbers = Table(
    "document_numbers",
    metadata,
    Column("body_id", Id, primary_key=True),
    Column("type", String(60), primary_key=True),
    Column("year", Integer, primary_key=True),
    #: The number given last.
    Column("last", Integer, nullable=False),
)


@dataclass(frozen=True)
class Document:
    """One issued document."""

    id: int
    case_id: int
    element: str
    type: str
    title: str
    number: str
    body_id: int
    recipient: str
    recipient_body_id: int | None
    issued_at: datetime
    issued_by: int | None
    filename: str
    size: int
    sha256: str
    template_sha256: str
    disclosure: str
    hidden_from: list[str]
    public_text: list[str] | None
    voided_at: datetime | None
    voided_by: int | None
    void_reason: str
    corrects: int | None


def _document(row: Row[Any]) -> Document:
    return Document(**row._mapping)


def take_number(session: Session, body_id: int, type: str, year: int) -> int:
    """The next number of a body's documents of one type in a year, from 1.

    Rolls back with the unit of work, so there are no gaps; others who issue in the body's name wait
    until it ends. One lock per body, taken first, so that two cases cannot wait for each other
    because they issue the same types in another order.
    """
    session.execute(
        select(bodies.c.id).where(bodies.c.id == body_id).with_for_update(key_share=True)
    )
    dialect = session.get_bind().dialect.name
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    taken: int = session.execute(
        maker(document_numbers)
        .values(body_id=body_id, type=type, year=year, last=1)
        .on_conflict_do_update(
            index_elements=["body_id", "type", "year"],
            set_={"last": document_numbers.c.last + 1},
        )
        .returning(document_numbers.c.last)
    ).scalar_one()
    return taken


def add(session: Session, **values: Any) -> Document:
    """Record an issued document."""
    return _document(
        session.execute(insert(documents).values(**values).returning(*documents.c)).one()
    )


def find(session: Session, document_id: int) -> Document | None:
    """One document."""
    row = session.execute(select(documents).where(documents.c.id == document_id)).one_or_none()
    return _document(row) if row is not None else None


def of_case(session: Session, case_id: int) -> list[Document]:
    """The documents of a case in the order they were issued."""
    query = select(documents).where(documents.c.case_id == case_id).order_by(documents.c.id)
    return [_document(row) for row in session.execute(query)]


def void(session: Session, document_id: int, at: datetime, by: int | None, reason: str) -> bool:
    """A document counts no longer; False when it was void already."""
    done = session.execute(
        update(documents)
        .where(documents.c.id == document_id, documents.c.voided_at.is_(None))
        .values(voided_at=at, voided_by=by, void_reason=reason)
    )
    return affected(done) == 1


def voided(
    session: Session, body_ids: Iterable[int] | None, before: int | None, limit: int
) -> list[Document]:
    """Void documents those bodies issued, ``None`` is every body; newest first, before an id."""
    query = select(documents).where(documents.c.voided_at.is_not(None))
    if body_ids is not None:
        query = query.where(documents.c.body_id.in_(set(body_ids)))
    if before is not None:
        query = query.where(documents.c.id < before)
    found = session.execute(query.order_by(documents.c.id.desc()).limit(limit))
    return [_document(row) for row in found]


def counted(session: Session) -> dict[str, int]:
    """How many documents of each type were issued."""
    query = select(documents.c.type, func.count().label("documents")).group_by(documents.c.type)
    return {row.type: row.documents for row in session.execute(query)}


def kept(session: Session, hashes: Iterable[str]) -> set[str]:
    """Which of these contents belong to a document."""
    query = select(documents.c.sha256).where(documents.c.sha256.in_(set(hashes)))
    return set(session.scalars(query))


def uses(session: Session, sha256: str) -> bool:
    """Whether any document is kept under this hash."""
    query = select(documents.c.id).where(documents.c.sha256 == sha256).limit(1)
    return session.execute(query).one_or_none() is not None


def latest(session: Session, case_id: int, type: str) -> Document | None:
    """The document of a type issued last in a case."""
    query = (
        select(documents)
        .where(
            documents.c.case_id == case_id,
            documents.c.type == type,
            documents.c.voided_at.is_(None),
        )
        .order_by(documents.c.id.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return _document(row) if row is not None else None
