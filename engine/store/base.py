"""What all tables share: naming convention, column types, and how a database is opened."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Result,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.store import pending, prepared

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    """Base of mapped classes, for tables people edit one row at a time."""

    metadata = metadata


#: Primary keys: 64 bits on PostgreSQL, the row id itself on SQLite.
Id = BigInteger().with_variant(Integer(), "sqlite")

#: A JSON value, kept as written: binary JSON would spell numbers anew, and a MAC would not hold.
#: ``None`` is SQL NULL.
Json = JSON(none_as_null=True)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. Refuses naive values; exact to the microsecond and ordered as stored.

    PostgreSQL keeps ``timestamptz``; SQLite, which has no such type, whole microseconds since 1970.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An integer on SQLite, ``timestamptz`` elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """What is written."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        if dialect.name == "sqlite":
            return (value - _EPOCH) // _MICROSECOND
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """What is read: aware, in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _EPOCH + timedelta(microseconds=value)
        read: datetime = value
        return read.astimezone(UTC)


def insert_missing(session: Session, table: Table, **values: Any) -> bool:
    """Insert a row unless its key is there; waits for another that is inserting the same key."""
    dialect = session.get_bind().dialect.name
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # Rows are not counted for an INSERT on PostgreSQL: what it returns is.
    statement = maker(table).values(**values).on_conflict_do_nothing()
    return session.execute(statement.returning(*table.primary_key)).first() is not None


def affected(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE changed."""
    count: int = result.rowcount  # type: ignore[attr-defined]  # typed on cursor results only
    return count


# --- Opening a database -----------------------------------------------------------------------

#: What the database could not do, for those who may not know SQLAlchemy.
Unreachable = SQLAlchemyError

#: Seconds a unit of work waits for a lock before it is refused as busy.
LOCK_SECONDS = 15


@dataclass(frozen=True)
class Sessions:
    """Makers of sessions on one database, for the two kinds of units of work."""

    engine: Engine
    #: Takes SQLite's one write lock at its beginning.
    write: Callable[[], Session]
    #: A snapshot; writing is refused by the database.
    read: Callable[[], Session]

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    def close(self) -> None:
        """Let every connection go."""
        self.engine.dispose()


def open_sessions(url: str) -> Sessions:
    """Open a database. Creates the folder of an SQLite file, never a table."""
    engine = _open_sqlite(url) if url.startswith("sqlite") else _open_postgresql(url)
    options: dict[str, Any] = {"duban_reading": True}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
        # A page, and a verification, must not see a commit that comes between two of its queries.
        options["isolation_level"] = "REPEATABLE READ"
    pending.listen(engine)
    reading = engine.execution_options(**options)
    write = sessionmaker(engine, expire_on_commit=False)
    event.listen(write, "before_commit", prepared.send)
    return Sessions(
        engine,
        write,
        sessionmaker(reading, expire_on_commit=False),
    )


def to_json(value: Any) -> str:
    """JSON as stored: readable Chinese, no blanks."""
    return _ENCODE(value)


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _open_postgresql(url: str) -> Engine:
    options = (
        f"-c timezone=utc -c lock_timeout={LOCK_SECONDS}s "
        "-c idle_in_transaction_session_timeout=120s "
        # The locks of a node whose machine vanished are free again after a minute.
        "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 "
        "-c tcp_user_timeout=60s"
    )
    return create_engine(
        url,
        json_serializer=to_json,
        # What an error is told with ends in logs and incidents, whose readers may read no case.
        hide_parameters=True,
        pool_size=16,
        max_overflow=16,
        pool_pre_ping=True,
        connect_args={"options": options, "application_name": "duban", "connect_timeout": 10},
    )


def _open_sqlite(url: str) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        json_serializer=to_json,
        # What an error is told with ends in logs and incidents, whose readers may read no case.
        hide_parameters=True,
        pool_size=16,
        max_overflow=16,
        # The driver's own transactions begin late and lose updates: see the begin event.
        connect_args={"timeout": LOCK_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in (
        "journal_mode=WAL",
        # NORMAL can lose an acknowledged act at power loss.
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # Deferred transactions that read first and write later fail when another wrote in between.
    reading = connection.get_execution_options().get("duban_reading", False)
    if connection.info.get("query_only") is not reading:
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
        connection.info["query_only"] = reading
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
