"""Attempts to sign in, counted per period so that guessing passwords is slow."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Integer, String, Table, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.store.base import metadata

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    #: Digest of a login, or of a login and the address it was tried from.
    Column("key", String(64), primary_key=True),
    #: Number of the period the attempts fell into.
    Column("period", Integer, primary_key=True, index=True),
    Column("attempts", Integer, nullable=False),
)


def count_attempt(session: Session, key: str, period: int) -> int:
    """Count one more attempt in this period and forget old periods; how many there were by now."""
    session.execute(delete(sign_in_attempts).where(sign_in_attempts.c.period < period - 1))
    dialect = session.get_bind().dialect.name
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    counted: int = session.execute(
        maker(sign_in_attempts)
        .values(key=key, period=period, attempts=1)
        .on_conflict_do_update(
            index_elements=["key", "period"],
            set_={"attempts": sign_in_attempts.c.attempts + 1},
        )
        .returning(sign_in_attempts.c.attempts)
    ).scalar_one()
    return counted


def forget_attempts(session: Session, keys: Iterable[str]) -> None:
    """Forget the attempts under some keys."""
    session.execute(delete(sign_in_attempts).where(sign_in_attempts.c.key.in_(set(keys))))
