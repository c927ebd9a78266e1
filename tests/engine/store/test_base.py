"""What all tables share: instants, JSON as written, transactions that lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from engine.store import settings
from engine.store.base import Id, Instant, Json, Sessions, insert_missing, open_sessions

things = Table(
    "things",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("at", Instant),
    Column("x", Json),
)


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    opened = open_sessions(database_url)
    things.create(opened.engine)
    yield opened
    opened.close()


def kept(sessions: Sessions, **values: object) -> list[tuple[object, object]]:
    with sessions.write() as session:
        session.execute(insert(things).values(**values))
        session.connection().commit()
    with sessions.read() as session:
        return [(row.at, row.x) for row in session.execute(select(things).order_by(things.c.at))]


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8))),
        datetime(1949, 10, 1, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
        datetime(2026, 3, 30, 15, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_exactly_and_in_utc(sessions: Sessions, instant: datetime) -> None:
    [(found, _)] = kept(sessions, at=instant)
    assert isinstance(found, datetime)
    assert found == instant
    assert found.tzinfo == UTC


def test_an_instant_without_a_zone_is_refused(sessions: Sessions) -> None:
    with pytest.raises(StatementError, match="time zone"):
        kept(sessions, at=datetime(2026, 3, 2, 9, 0))


def test_instants_are_ordered_as_stored_whatever_zone_they_came_from(sessions: Sessions) -> None:
    early = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    late = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    kept(sessions, at=late)
    assert [at for at, _ in kept(sessions, at=early)] == [early, late]


@pytest.mark.parametrize(
    "value", [{"b": 1, "a": [1.5, 1e20, None, True]}, "中文", [], {"n": 12345678901234567890}]
)
def test_json_comes_back_as_it_was_written(sessions: Sessions, value: object) -> None:
    [(_, found)] = kept(sessions, at=datetime(2026, 1, 1, tzinfo=UTC), x=value)
    assert found == value
    if isinstance(value, dict):
        assert isinstance(found, dict)
        assert list(found) == list(value)


def test_no_increment_is_lost_among_many_writers(sessions: Sessions) -> None:
    with sessions.write() as session:
        settings.put(session, "count", 0)
        session.connection().commit()

    def increment(_: int) -> None:
        with sessions.write() as session:
            session.connection()
            settings.put(session, "count", settings.locked(session, "count", 0) + 1)
            session.connection().commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(increment, range(60)))
    with sessions.read() as session:
        assert settings.get(session, "count") == 60


def test_inserting_what_is_there_changes_nothing_and_says_so(sessions: Sessions) -> None:
    with sessions.write() as session:
        assert insert_missing(session, settings.county_settings, key="k", value=1)
        assert not insert_missing(session, settings.county_settings, key="k", value=2)
        assert settings.get(session, "k") == 1


def test_sqlite_is_opened_so_that_an_acknowledged_act_survives_a_power_cut(sqlite_url: str) -> None:
    opened = open_sessions(sqlite_url)
    with opened.read() as session:
        connection = session.connection()
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    opened.close()
