"""Upgrades: running cases to be moved to another version, and how far each of them is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from engine.store.base import Id, Instant, Json, metadata
from engine.store.cases import RUNNING, cases
from engine.store.definitions import definitions
from engine.store.tasks import OPEN, tasks

upgrades = Table(
    "upgrades",
    metadata,
    Column("id", Id, primary_key=True),
    Column("process_id", String(80), nullable=False),
    Column("target_id", ForeignKey(definitions.c.id), nullable=False),
    #: Steps that vanished with those that take their place.
    Column("mapping", Json, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(200), nullable=False),
    Column("by_id", Id),
    Column("finished_at", Instant),
)
Index("ix_upgrades_unfinished", upgrades.c.id, sqlite_where=upgrades.c.finished_at.is_(None),
      postgresql_where=upgrades.c.finished_at.is_(None))  # fmt: skip

upgrade_cases = Table(
    "upgrade_cases",
    metadata,
    Column("upgrade_id", ForeignKey(upgrades.c.id), primary_key=True),
    Column("case_id", Id, primary_key=True),
    Column("state", String(12), nullable=False),
    Column("code", String(80), nullable=False, default=""),
    Column("facts", Json, nullable=False),
    Column("from_id", Id),
    Column("at", Instant),
    #: Elements the case stood at right after it was moved: no flow of its path leads there.
    Column("elements", Json, nullable=False),
    Index(None, "case_id"),
    Index(None, "upgrade_id", "state", "case_id"),
    sqlite_with_rowid=False,
)

WAITING, MOVED = "waiting", "moved"


@dataclass(frozen=True)
class UpgradeRow:
    """An upgrade as stored."""

    id: int
    process_id: str
    target_id: int
    mapping: dict[str, str]
    note: str
    at: datetime
    by: str
    by_id: int | None
    finished_at: datetime | None


def add(session: Session, values: Mapping[str, Any], case_ids: Sequence[int]) -> int:
    """An upgrade with its cases, each waiting for its turn."""
    made: int = session.execute(
        insert(upgrades).returning(upgrades.c.id).values(**values)
    ).scalar_one()
    if case_ids:
        session.execute(
            insert(upgrade_cases),
            [
                {
                    "upgrade_id": made,
                    "case_id": case_id,
                    "state": WAITING,
                    "code": "",
                    "facts": {},
                    "elements": [],
                }
                for case_id in case_ids
            ],
        )
    return made


def get(session: Session, upgrade_id: int) -> UpgradeRow | None:
    """An upgrade."""
    row = session.execute(select(upgrades).where(upgrades.c.id == upgrade_id)).one_or_none()
    return None if row is None else UpgradeRow(**row._mapping)


def latest(session: Session, rows: int) -> list[UpgradeRow]:
    """The last upgrades, newest first."""
    found = session.execute(select(upgrades).order_by(upgrades.c.id.desc()).limit(rows))
    return [UpgradeRow(**row._mapping) for row in found]


def unfinished(session: Session) -> list[int]:
    """Upgrades with cases whose turn may not have come, oldest first."""
    return list(
        session.scalars(
            select(upgrades.c.id).where(upgrades.c.finished_at.is_(None)).order_by(upgrades.c.id)
        )
    )


def finish(session: Session, upgrade_id: int, at: datetime) -> None:
    """Every case had its turn."""
    session.execute(
        update(upgrades)
        .where(upgrades.c.id == upgrade_id, upgrades.c.finished_at.is_(None))
        .values(finished_at=at)
    )


def waiting(session: Session, upgrade_id: int, rows: int) -> list[int]:
    """Cases whose turn comes next."""
    return list(
        session.scalars(
            select(upgrade_cases.c.case_id)
            .where(upgrade_cases.c.upgrade_id == upgrade_id, upgrade_cases.c.state == WAITING)
            .order_by(upgrade_cases.c.case_id)
            .limit(rows)
        )
    )


def claim(session: Session, upgrade_id: int, case_id: int) -> bool:
    """Whether it is this unit of work that moves the case; nobody else does until it ends."""
    found = session.execute(
        select(upgrade_cases.c.case_id)
        .where(
            upgrade_cases.c.upgrade_id == upgrade_id,
            upgrade_cases.c.case_id == case_id,
            upgrade_cases.c.state == WAITING,
        )
        .with_for_update(skip_locked=True)
    ).one_or_none()
    return found is not None


def settle(session: Session, upgrade_id: int, case_id: int, **values: Any) -> None:
    """What became of a case."""
    session.execute(
        update(upgrade_cases)
        .where(upgrade_cases.c.upgrade_id == upgrade_id, upgrade_cases.c.case_id == case_id)
        .values(**values)
    )


def counts(session: Session, upgrade_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Cases of upgrades by state."""
    found: dict[int, dict[str, int]] = {}
    for upgrade_id, state, count in session.execute(
        select(upgrade_cases.c.upgrade_id, upgrade_cases.c.state, func.count())
        .where(upgrade_cases.c.upgrade_id.in_(upgrade_ids))
        .group_by(upgrade_cases.c.upgrade_id, upgrade_cases.c.state)
    ):
        found.setdefault(upgrade_id, {})[state] = count
    return found


@dataclass(frozen=True)
class CaseOfUpgrade:
    """A case of an upgrade as stored."""

    case_id: int
    number: str
    title: str
    state: str
    code: str
    facts: dict[str, str]


def failures(session: Session, upgrade_id: int, rows: int) -> list[CaseOfUpgrade]:
    """Cases that were not moved though their turn has come."""
    found = session.execute(
        select(
            upgrade_cases.c.case_id,
            cases.c.number,
            cases.c.title,
            upgrade_cases.c.state,
            upgrade_cases.c.code,
            upgrade_cases.c.facts,
        )
        .join(cases, cases.c.id == upgrade_cases.c.case_id)
        .where(
            upgrade_cases.c.upgrade_id == upgrade_id,
            upgrade_cases.c.state.not_in((WAITING, MOVED)),
        )
        .order_by(upgrade_cases.c.case_id)
        .limit(rows)
    )
    return [CaseOfUpgrade(**row._mapping) for row in found]


def arrived(session: Session, case_id: int) -> set[str]:
    """Elements a case came to by being moved to another version."""
    found = session.scalars(
        select(upgrade_cases.c.elements).where(
            upgrade_cases.c.case_id == case_id, upgrade_cases.c.state == MOVED
        )
    )
    return {element for elements in found for element in elements}


def on_other_versions(session: Session, process_id: str, target_id: int) -> dict[int, int]:
    """Running cases by the version they run on, without those on the target."""
    found = session.execute(
        select(cases.c.definition_id, func.count())
        .where(*_elsewhere(process_id, target_id))
        .group_by(cases.c.definition_id)
    )
    return {row[0]: row[1] for row in found}


def _elsewhere(process_id: str, target_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        cases.c.definition_id.in_(
            select(definitions.c.id).where(definitions.c.process_id == process_id)
        ),
        cases.c.definition_id != target_id,
        cases.c.status == RUNNING,
    )


def running_ids(session: Session, process_id: str, target_id: int, rows: int) -> list[int]:
    """Running cases of a process that are not on the target."""
    wanted = select(cases.c.id).where(*_elsewhere(process_id, target_id))
    return list(session.scalars(wanted.order_by(cases.c.id).limit(rows)))


def standing(session: Session, definition_id: int) -> dict[str, int]:
    """Running cases of a version by the step that is open in them."""
    found = session.execute(
        select(tasks.c.element, func.count(func.distinct(tasks.c.case_id)))
        .join(cases, cases.c.id == tasks.c.case_id)
        .where(
            cases.c.definition_id == definition_id,
            cases.c.status == RUNNING,
            tasks.c.status == OPEN,
        )
        .group_by(tasks.c.element)
    )
    return {row[0]: row[1] for row in found}
