"""Audit entries, one hash chain per case, and the daily anchors of their heads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, metadata
from engine.store.cases import cases
from engine.store.prepared import Prepared
from engine.values.running import Json as JsonValue

#: The chain of what happens in the county outside any case.
COUNTY = 0

audit_entries = Table(
    "audit_entries",
    metadata,
    #: 0 is the county's own chain.
    Column("case_id", Id, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", Id),
    Column("actor", String(200), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("act", String(40), nullable=False),
    Column("facts", Json, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Index(None, "at"),
    sqlite_with_rowid=False,
)

audit_anchors = Table(
    "audit_anchors",
    metadata,
    Column("day", Date, primary_key=True),
    Column("at", Instant, nullable=False),
    #: Chains whose head moved since the anchor before.
    Column("chains", Integer, nullable=False),
    Column("file", String(200), nullable=False),
    #: Digest of the file's bytes.
    Column("digest", LargeBinary, nullable=False),
)


@dataclass(frozen=True)
class EntryRow:
    """One entry of a chain."""

    case_id: int
    seq: int
    at: datetime
    actor_id: int | None
    actor: str
    channel: str
    act: str
    facts: dict[str, JsonValue]
    digest: bytes


@dataclass(frozen=True)
class AnchorRow:
    """The heads of one day, kept outside the database."""

    day: date
    at: datetime
    chains: int
    file: str
    digest: bytes


_ADD = Prepared(insert(audit_entries).inline())


def add(session: Session, rows: Sequence[EntryRow]) -> None:
    """Append entries; the caller holds the lock of their chain."""
    for row in rows:
        _ADD.later(session, vars(row))


def entries(session: Session, case_id: int, after: int = 0) -> Iterator[EntryRow]:
    """The entries of a chain in order, read in portions."""
    rows = session.execute(
        select(audit_entries)
        .where(audit_entries.c.case_id == case_id, audit_entries.c.seq > after)
        .order_by(audit_entries.c.seq)
    )
    return (EntryRow(**row._mapping) for row in rows)


_ACTS = (
    select(audit_entries.c.facts, audit_entries.c.actor_id, audit_entries.c.at)
    .where(
        audit_entries.c.case_id == bindparam("case"),
        audit_entries.c.act.in_(bindparam("acts", expanding=True)),
        audit_entries.c.actor_id.is_not(None),
    )
    .order_by(audit_entries.c.seq)
)


def acts(session: Session, case_id: int, wanted: Sequence[str]) -> list[tuple[str, int, datetime]]:
    """(element, person, instant) of acts of these kinds by people who filled in a form."""
    rows = session.execute(_ACTS, {"case": case_id, "acts": [str(act) for act in wanted]})
    return [
        (str(row.facts["element"]), row.actor_id, row.at) for row in rows if "element" in row.facts
    ]


def every_entry(session: Session, after: tuple[int, int], rows: int) -> list[EntryRow]:
    """Entries of all chains, chain by chain, beginning after (case, seq)."""
    case_id, seq = after
    found = session.execute(
        select(audit_entries)
        .where(
            or_(
                audit_entries.c.case_id > case_id,
                and_(audit_entries.c.case_id == case_id, audit_entries.c.seq > seq),
            )
        )
        .order_by(audit_entries.c.case_id, audit_entries.c.seq)
        .limit(rows)
    )
    return [EntryRow(**row._mapping) for row in found]


def head(session: Session, case_id: int) -> EntryRow | None:
    """The last entry of a chain."""
    row = session.execute(
        select(audit_entries)
        .where(audit_entries.c.case_id == case_id)
        .order_by(audit_entries.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else EntryRow(**row._mapping)


def recorded_heads(session: Session, after: int, rows: int) -> list[tuple[int, str, int, bytes]]:
    """(case, number, length, head) as the case rows remember them, by case."""
    found = session.execute(
        select(cases.c.id, cases.c.number, cases.c.audit_seq, cases.c.audit_head)
        .where(cases.c.id > after)
        .order_by(cases.c.id)
        .limit(rows)
    )
    return [(row.id, row.number, row.audit_seq, row.audit_head) for row in found]


def heads_since(session: Session, since: datetime | None) -> Iterator[tuple[int, int, bytes]]:
    """(case, length, head) of every chain that grew since an instant, by case."""
    newest = select(audit_entries.c.case_id, func.max(audit_entries.c.seq).label("seq")).group_by(
        audit_entries.c.case_id
    )
    if since is not None:
        newest = newest.where(audit_entries.c.at >= since)
    last = newest.subquery()
    rows = session.execute(
        select(audit_entries.c.case_id, audit_entries.c.seq, audit_entries.c.digest)
        .join(
            last,
            (last.c.case_id == audit_entries.c.case_id) & (last.c.seq == audit_entries.c.seq),
        )
        .order_by(audit_entries.c.case_id)
    )
    return ((row.case_id, row.seq, row.digest) for row in rows)


def digest_at(session: Session, case_id: int, seq: int) -> bytes | None:
    """The digest of one entry."""
    return session.execute(
        select(audit_entries.c.digest).where(
            audit_entries.c.case_id == case_id, audit_entries.c.seq == seq
        )
    ).scalar_one_or_none()


def add_anchor(session: Session, anchor: AnchorRow) -> None:
    """Remember that the heads of a day were written down."""
    session.execute(insert(audit_anchors).values(**vars(anchor)))


def anchors(session: Session) -> list[AnchorRow]:
    """Every anchor, oldest first."""
    rows = session.execute(select(audit_anchors).order_by(audit_anchors.c.day))
    return [AnchorRow(**row._mapping) for row in rows]
