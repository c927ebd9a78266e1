"""Service of documents (送达): how, to whom, when, and what proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Row, String, Table, insert, select
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, metadata

services = Table(
    "services",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, nullable=False, index=True),
    Column("document_id", Id, nullable=False),
    #: direct, left, electronic, entrusted, post, passed_on, public
    Column("method", String(20), nullable=False),
    #: served, or failed: an attempt that did not reach the recipient
    Column("outcome", String(20), nullable=False),
    Column("recipient", String(300), nullable=False),
    Column("address", String(300), nullable=False, default=""),
    #: Who took it, and what they are to the recipient.
    Column("receiver", String(200), nullable=False, default=""),
    Column("relation", String(100), nullable=False, default=""),
    Column("witnesses", String(300), nullable=False, default=""),
    #: The authority entrusted, or the unit that passes it on.
    Column("agent", String(200), nullable=False, default=""),
    #: Number of the mail item, address of the announcement, of the fax or mailbox.
    Column("tracking", String(120), nullable=False, default=""),
    #: Why it was left, announced, or did not succeed.
    Column("reason", String(1000), nullable=False, default=""),
    #: The day of the act itself: handed over, arrived, announced, tried.
    Column("delivered_on", Date, nullable=False),
    #: The day the law takes it as served; NULL for an attempt that failed.
    Column("served_on", Date),
    #: The confirmation of address by which the party agreed to electronic service.
    Column("consent_id", Id),
    #: Attachments that prove it.
    Column("proofs", Json, nullable=False),
    #: The 送达回证 issued for it.
    Column("receipt_id", Id),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Id),
)


@dataclass(frozen=True)
class ServiceRow:
    """One service, or one attempt at it."""

    id: int
    case_id: int
    document_id: int
    method: str
    outcome: str
    recipient: str
    address: str
    receiver: str
    relation: str
    witnesses: str
    agent: str
    tracking: str
    reason: str
    delivered_on: date
    served_on: date | None
    consent_id: int | None
    proofs: list[int]
    receipt_id: int | None
    recorded_at: datetime
    recorded_by: int | None


def add(session: Session, **values: Any) -> ServiceRow:
    """Record a service."""
    row = session.execute(insert(services).values(**values).returning(*services.c)).one()
    return _row(row)


def of_case(session: Session, case_id: int) -> list[ServiceRow]:
    """The services of a case in the order they were recorded."""
    query = select(services).where(services.c.case_id == case_id).order_by(services.c.id)
    return [_row(row) for row in session.execute(query)]


def _row(row: Row[Any]) -> ServiceRow:
    return ServiceRow(**row._mapping)
