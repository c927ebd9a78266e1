"""Accounts as administrators and lists see them: found, counted, made or renewed many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.store.people import CERTIFICATE, Person, certificates, memberships, people
from engine.values.people import Certificate


def search(session: Session, text: str, after: int, rows: int) -> list[Person]:
    """People whose login or name contains the text, by id, after an id."""
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    query = (
        select(people)
        .where(
            people.c.id > after,
            or_(
                people.c.login.like(pattern, escape="\\"), people.c.name.like(pattern, escape="\\")
            ),
        )
        .order_by(people.c.id)
        .limit(rows)
    )
    return [Person(**row._mapping) for row in session.execute(query)]


def add_memberships(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give many roles at once; those held already stay."""
    if rows:
        session.execute(_maker(session)(memberships).on_conflict_do_nothing(), list(rows))


def put_certificates(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Create many certificates, or bring those with the same numbers up to date."""
    if rows:
        made = _maker(session)(certificates)
        changed = {name: made.excluded[name] for name in rows[0] if name != "number"}
        session.execute(
            made.on_conflict_do_update(index_elements=["number"], set_=changed), list(rows)
        )


def put_people(session: Session, rows: Sequence[Mapping[str, Any]], kept: Collection[str]) -> None:
    """Create many people, or bring those with the same logins up to date but for ``kept``."""
    if rows:
        made = _maker(session)(people)
        changed = {name: made.excluded[name] for name in rows[0] if name not in ("login", *kept)}
        session.execute(
            made.on_conflict_do_update(index_elements=["login"], set_=changed), list(rows)
        )


def ids_by_login(session: Session) -> dict[str, int]:
    """Everybody's id by login."""
    return {row.login: row.id for row in session.execute(select(people.c.login, people.c.id))}


def _maker(session: Session) -> Any:
    """The dialect's own INSERT, which knows what to do on a conflict."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def administrators(session: Session, but: int) -> int:
    """How many active administrators there are besides one."""
    found: int = session.execute(
        select(func.count())
        .select_from(people)
        .where(people.c.administrator, people.c.active, people.c.id != but)
    ).scalar_one()
    return found


def certificate(session: Session, number: str) -> tuple[int, Certificate] | None:
    """Whose a certificate is, and the certificate."""
    row = session.execute(select(certificates).where(certificates.c.number == number)).one_or_none()
    if row is None:
        return None
    return row.person_id, Certificate(**{name: row._mapping[name] for name in CERTIFICATE})


def count_people(session: Session) -> int:
    """How many people there are."""
    found: int = session.execute(select(func.count()).select_from(people)).scalar_one()
    return found
