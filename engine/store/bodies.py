"""Bodies: the county's authorities with their units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Row, String, Table, select, update
from sqlalchemy.orm import Session

from engine.store import settings
from engine.store.base import Id, insert_missing, metadata

bodies = Table(
    "bodies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(60), nullable=False, unique=True),
    #: A code of domain C.1: COUNTY_GOV, LEGAL_OFFICE, DEPT, DEPT_LEGAL, ENF_UNIT, TOWNSHIP …
    Column("kind", String(30), nullable=False, index=True),
    Column("parent_id", Id, ForeignKey("bodies.id"), index=True),
    #: Sector for overrides of the time-limit table; empty is none.
    Column("sector", String(40), nullable=False, default=""),
    Column("name", String(120), nullable=False),
    #: 机关代字, the body's part of a document number.
    Column("mark", String(20), nullable=False, default=""),
    #: District it enforces in; empty is that of the body above.
    Column("area", String(80), nullable=False, default=""),
    Column("phone", String(40), nullable=False, default=""),
    Column("address", String(200), nullable=False, default=""),
    Column("active", Boolean, nullable=False, default=True),
)


@dataclass(frozen=True)
class Body:
    """A body whole."""

    id: int
    code: str
    kind: str
    parent_id: int | None
    sector: str
    name: str
    mark: str
    area: str
    phone: str
    address: str
    active: bool


def _body(row: Row[Any]) -> Body:
    return Body(**row._mapping)


def body(session: Session, body_id: int) -> Body | None:
    """One body."""
    row = session.execute(select(bodies).where(bodies.c.id == body_id)).one_or_none()
    return _body(row) if row is not None else None


def body_by_code(session: Session, code: str) -> Body | None:
    """The body with a code."""
    row = session.execute(select(bodies).where(bodies.c.code == code)).one_or_none()
    return _body(row) if row is not None else None


def all_bodies(session: Session, kind: str | None = None) -> list[Body]:
    """Active bodies, of one kind if one is given, in the order they were entered."""
    query = select(bodies).where(bodies.c.active)
    if kind is not None:
        query = query.where(bodies.c.kind == kind)
    return [_body(row) for row in session.execute(query.order_by(bodies.c.id))]


def every_body(session: Session) -> list[Body]:
    """Every body, closed ones too, in the order they were entered."""
    return [_body(row) for row in session.execute(select(bodies).order_by(bodies.c.id))]


def in_use(session: Session, body_id: int) -> bool:
    """Whether an active body stands below this one."""
    query = select(bodies.c.id).where(bodies.c.parent_id == body_id, bodies.c.active).limit(1)
    return session.execute(query).one_or_none() is not None


def children(session: Session, body_id: int, kind: str) -> list[Body]:
    """Active bodies of one kind directly below a body."""
    query = select(bodies).where(
        bodies.c.parent_id == body_id, bodies.c.kind == kind, bodies.c.active
    )
    return [_body(row) for row in session.execute(query.order_by(bodies.c.id))]


def names_of_bodies(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Names by id; unknown ids are left out."""
    query = select(bodies.c.id, bodies.c.name).where(bodies.c.id.in_(set(ids)))
    return {row.id: row.name for row in session.execute(query)}


def put_body(session: Session, code: str, **values: Any) -> int:
    """Create the body with this code, or bring it up to date; its id."""
    insert_missing(session, bodies, code=code, **values)
    session.execute(update(bodies).where(bodies.c.code == code).values(**values))
    settings.count(session, settings.BODIES_VERSION)
    found: int = session.execute(select(bodies.c.id).where(bodies.c.code == code)).scalar_one()
    return found
