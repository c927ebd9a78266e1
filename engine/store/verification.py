"""What only a verification asks of the tables: keys in portions, and rows nothing belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from engine.store.attachments import attachments
from engine.store.audit import audit_entries
from engine.store.base import insert_missing
from engine.store.casefiles import case_files
from engine.store.cases import cases
from engine.store.documents import documents
from engine.store.dossiers import passed
from engine.store.outbox import State, outbox
from engine.store.tasks import COMPLETED, task_performers, tasks
from engine.store.templates import templates
from engine.store.timers import timers
from engine.store.timing import write_rule
from engine.values.acts import Act


def case_ids(session: Session, after: int, rows: int) -> list[int]:
    """Ids of cases in order, beginning after one."""
    found = session.scalars(
        select(cases.c.id).where(cases.c.id > after).order_by(cases.c.id).limit(rows)
    )
    return list(found)


def number_of(session: Session, case_id: int) -> str | None:
    """The number of a case, however damaged the rest of its row is."""
    return session.execute(select(cases.c.number).where(cases.c.id == case_id)).scalar_one_or_none()


def performers(session: Session, case_id: int) -> dict[int, set[int]]:
    """The people who alone may take a task of the case, by task."""
    found: dict[int, set[int]] = {}
    for row in session.execute(
        select(task_performers.c.task_id, task_performers.c.person_id).where(
            task_performers.c.case_id == case_id
        )
    ):
        found.setdefault(row.task_id, set()).add(row.person_id)
    return found


def set_performers(session: Session, case_id: int, task_id: int, people: set[int]) -> None:
    """Make these the people who alone may take a task."""
    session.execute(delete(task_performers).where(task_performers.c.task_id == task_id))
    for person in sorted(people):
        insert_missing(session, task_performers, person_id=person, task_id=task_id, case_id=case_id)


def completions(session: Session, case_id: int) -> tuple[dict[str, int], dict[str, int]]:
    """How often each element was completed and not taken back: by the task rows, by the chain."""
    by_rows = session.execute(
        select(tasks.c.element, func.count().label("completed"))
        .where(tasks.c.case_id == case_id, tasks.c.status == COMPLETED)
        .group_by(tasks.c.element)
    )
    told: dict[str, int] = {}
    counted = {Act.TASK_COMPLETED: 1, Act.TASK_TAKEN_BACK: -1}
    for act, facts in session.execute(
        select(audit_entries.c.act, audit_entries.c.facts).where(
            audit_entries.c.case_id == case_id, audit_entries.c.act.in_(counted)
        )
    ):
        element = str(facts.get("element", ""))
        told[element] = told.get(element, 0) + counted[act]
    return {row.element: row.completed for row in by_rows}, told


def mails(session: Session, case_id: int) -> tuple[int, int]:
    """How many mails the case gave rise to: by the outbox, and by the audit chain."""
    queued: int = session.execute(
        select(func.count()).select_from(outbox).where(outbox.c.case_id == case_id)
    ).scalar_one()
    told = session.scalars(
        select(audit_entries.c.facts).where(
            audit_entries.c.case_id == case_id, audit_entries.c.act == Act.NOTIFIED
        )
    )
    return queued, sum(int(facts.get("mail") or 0) for facts in told)


@dataclass(frozen=True)
class Kept:
    """A file that a case refers to."""

    case_id: int | None
    sha256: str
    size: int


def files(session: Session, case_id: int | None = None) -> Iterator[Kept]:
    """Every attachment, document and archived package of a case; of all, and the templates."""
    for table in (attachments, documents):
        query = select(table.c.case_id, table.c.sha256, table.c.size).order_by(table.c.id)
        if case_id is not None:
            query = query.where(table.c.case_id == case_id)
        for row in session.execute(query):
            yield Kept(row.case_id, row.sha256, row.size)
    packages = select(case_files).where(case_files.c.kept_until.is_(None)).order_by(case_files.c.id)
    if case_id is not None:
        packages = packages.where(case_files.c.case_id == case_id)
    for row in session.execute(packages):
        yield Kept(row.case_id, row.sha256, row.size)
    if case_id is None:
        for row in session.execute(select(templates).order_by(templates.c.id)):
            yield Kept(None, row.sha256, row.size)


def without_case(session: Session) -> list[tuple[str, int]]:
    """(table, case) of rows whose case does not exist; no foreign key keeps these."""
    found = []
    for table in (attachments, documents, outbox):
        query = (
            select(table.c.case_id)
            .outerjoin(cases, cases.c.id == table.c.case_id)
            .where(table.c.case_id.is_not(None), cases.c.id.is_(None))
            .distinct()
        )
        found += [(table.name, case_id) for case_id in session.scalars(query)]
    return found


def unsettled_mails(session: Session) -> list[tuple[int, int | None, str]]:
    """(id, case, state) of messages whose end contradicts their state."""
    waiting = outbox.c.state == State.QUEUED
    rows = session.execute(
        select(outbox.c.id, outbox.c.case_id, outbox.c.state)
        .where(
            or_(
                waiting & outbox.c.settled_at.is_not(None),
                ~waiting & outbox.c.settled_at.is_(None),
                outbox.c.state.not_in(list(State)),
            )
        )
        .order_by(outbox.c.id)
    )
    return [(row.id, row.case_id, row.state) for row in rows]


def waiting_mails(session: Session) -> int:
    """How many messages wait to be sent."""
    found: int = session.execute(
        select(func.count()).select_from(outbox).where(outbox.c.state == State.QUEUED)
    ).scalar_one()
    return found


def numbers_of_steps(session: Session, case_id: int) -> list[int]:
    """The numbers of the rows that tell the way a case took."""
    return list(
        session.scalars(
            select(passed.c.seq).where(passed.c.case_id == case_id).order_by(passed.c.seq)
        )
    )


def change_timer(session: Session, timer_id: int, columns: Mapping[str, Any]) -> None:
    """Set columns of a live timer."""
    stored = {**columns, "rule": write_rule(columns["rule"])}
    session.execute(update(timers).where(timers.c.id == timer_id).values(**stored))
