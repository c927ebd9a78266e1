"""Read-only questions over several tables: counts and look-ups for lists and choices."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.store.bodies import bodies
from engine.store.cases import BRIEF, RUNNING, BriefRow, cases
from engine.store.deadlines import deadlines
from engine.store.people import memberships, people


def running_cases(session: Session, process_id: str, now: datetime, most: int) -> tuple[int, int]:
    """How many cases of a process run, and how many of them are late; both bounded."""
    going = (
        select(cases.c.id)
        .where(cases.c.process_id == process_id, cases.c.status == RUNNING)
        .limit(most)
        .subquery()
    )
    running: int = session.execute(select(func.count()).select_from(going)).scalar_one()
    late = (
        select(cases.c.id)
        .where(
            cases.c.process_id == process_id,
            cases.c.status == RUNNING,
            cases.c.paused_at.is_(None),
            select(deadlines.c.id)
            .where(
                deadlines.c.case_id == cases.c.id,
                deadlines.c.ended_at.is_(None),
                deadlines.c.due_at < now,
            )
            .exists(),
        )
        .limit(most)
        .subquery()
    )
    overdue: int = session.execute(select(func.count()).select_from(late)).scalar_one()
    return running, overdue


def running_by_definition(session: Session, process_id: str) -> dict[int, int]:
    """How many cases of a process run on each of its versions."""
    rows = session.execute(
        select(cases.c.definition_id, func.count())
        .where(cases.c.process_id == process_id, cases.c.status == RUNNING)
        .group_by(cases.c.definition_id)
    )
    return {row.definition_id: row[1] for row in rows}


def bodies_with_roles(
    session: Session, roles: Collection[str], kind: str | None = None
) -> list[tuple[int, str, str]]:
    """(id, name, kind) of active bodies at which active people hold every one of the roles."""
    query = (
        select(bodies.c.id, bodies.c.name, bodies.c.kind)
        .join(memberships, memberships.c.body_id == bodies.c.id)
        .join(people, people.c.id == memberships.c.person_id)
        .where(bodies.c.active, people.c.active, memberships.c.role.in_(set(roles)))
        .group_by(bodies.c.id, bodies.c.name, bodies.c.kind)
        .having(func.count(memberships.c.role.distinct()) == len(set(roles)))
        .order_by(bodies.c.id)
    )
    if kind is not None:
        query = query.where(bodies.c.kind == kind)
    return [(row.id, row.name, row.kind) for row in session.execute(query)]


def newest_cases(
    session: Session, status: str | None, process_id: str | None, rows: int
) -> list[BriefRow]:
    """Cases, newest first."""
    query = select(*BRIEF)
    if status is not None:
        query = query.where(cases.c.status == status)
    if process_id is not None:
        query = query.where(cases.c.process_id == process_id)
    found = session.execute(query.order_by(cases.c.id.desc()).limit(max(rows, 1)))
    return [BriefRow(**row._mapping) for row in found]
