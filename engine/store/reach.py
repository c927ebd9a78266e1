"""How people want to be reached: what by which way, and addresses besides mail, sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Index, Row, String, Table, Text, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, affected, metadata
from engine.store.prepared import Prepared, among, portions

#: What somebody chose for a kind of notice; without a row the kind's own habit holds.
notice_choices = Table(
    "notice_choices",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("kind", String(20), primary_key=True),
    #: Each off, once (at once) or digest.
    Column("mail", String(8), nullable=False),
    Column("other", String(8), nullable=False),
    sqlite_with_rowid=False,
)

#: Addresses of other channels. The address itself holds keys: it is stored sealed only.
notice_addresses = Table(
    "notice_addresses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, nullable=False),
    #: Which service, to be shown: dingtalk, wecombot …
    Column("service", String(40), nullable=False),
    Column("label", String(60), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    #: What the service answered last, if it refused.
    Column("error", String(300), nullable=False, default=""),
    Index(None, "person_id"),
)


@dataclass(frozen=True)
class AddressRow:
    """An address of another channel."""

    id: int
    person_id: int
    service: str
    label: str
    sealed: str
    added_at: datetime
    error: str


def _address(row: Row[Any]) -> AddressRow:
    return AddressRow(**row._mapping)


def choices(session: Session, people: Iterable[int]) -> dict[tuple[int, str], tuple[str, str]]:
    """(mail, other) by person and kind, where somebody chose."""
    return {
        (person_id, kind): (mail, other)
        for portion in portions(people)
        for person_id, kind, mail, other in _CHOICES.all(session, portion)
    }


_CHOICES = Prepared(
    select(
        notice_choices.c.person_id,
        notice_choices.c.kind,
        notice_choices.c.mail,
        notice_choices.c.other,
    ).where(among(notice_choices.c.person_id))
)


def choose(session: Session, person_id: int, kind: str, mail: str, other: str) -> None:
    """Remember what somebody chose for a kind."""
    dialect = session.get_bind().dialect.name
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    made = maker(notice_choices).values(person_id=person_id, kind=kind, mail=mail, other=other)
    session.execute(
        made.on_conflict_do_update(
            index_elements=["person_id", "kind"], set_={"mail": mail, "other": other}
        )
    )


def add_address(session: Session, **values: Any) -> int:
    """Add an address; its id."""
    made: int = session.execute(
        insert(notice_addresses).values(**values).returning(notice_addresses.c.id)
    ).scalar_one()
    return made


def address(session: Session, address_id: int) -> AddressRow | None:
    """One address."""
    query = select(notice_addresses).where(notice_addresses.c.id == address_id)
    row = session.execute(query).one_or_none()
    return _address(row) if row is not None else None


def addresses(session: Session, people: Iterable[int]) -> list[AddressRow]:
    """The addresses of some people, in the order they were added."""
    found = [row for portion in portions(people) for row in _ADDRESSES.all(session, portion)]
    return [AddressRow(*row) for row in sorted(found, key=itemgetter(0))]


_ADDRESSES = Prepared(
    select(*(notice_addresses.c[column.name] for column in fields(AddressRow))).where(
        among(notice_addresses.c.person_id)
    )
)


def remove_address(session: Session, address_id: int, person_id: int) -> bool:
    """Forget one of one's own addresses."""
    gone = delete(notice_addresses).where(
        notice_addresses.c.id == address_id, notice_addresses.c.person_id == person_id
    )
    return affected(session.execute(gone)) == 1


def tell_error(session: Session, address_id: int, error: str) -> None:
    """Keep what the service answered; empty when it took the message."""
    session.execute(
        update(notice_addresses).where(notice_addresses.c.id == address_id).values(error=error)
    )
