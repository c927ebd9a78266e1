"""Writes that wait: seen by whoever looks, gone with the part that fails, never lost in silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Column, MetaData, String, Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.store import prepared
from engine.store.base import Id, Sessions, open_sessions
from engine.store.pending import LostError
from engine.store.prepared import Prepared

tables = MetaData()
lines = Table(
    "lines", tables, Column("id", Id, primary_key=True), Column("word", String(20), unique=True)
)
others = Table("others", tables, Column("id", Id, primary_key=True), Column("word", String(20)))

ADD = Prepared(insert(lines).inline())
ADD_OTHER = Prepared(insert(others).inline())
ADD_NOW = Prepared(insert(lines).returning(lines.c.id))
CHANGE = Prepared(update(lines).where(lines.c.id == bindparam("at")))
DROP = Prepared(delete(lines).where(lines.c.id == bindparam("at")))
WORDS = Prepared(select(lines.c.word).order_by(lines.c.id))
OTHERS = Prepared(select(others.c.word).order_by(others.c.id))


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    opened = open_sessions(database_url)
    tables.create_all(opened.engine)
    yield opened
    opened.close()


def words(sessions: Sessions, table: Table = lines) -> list[str]:
    with sessions.read() as session:
        return list(session.scalars(select(table.c.word).order_by(table.c.id)))


def part(session: Session, *, fails: bool, at_once: bool = False) -> None:
    """A part that writes a line or two, and may fail at its end."""
    waiting, mine = prepared.part(session)
    ADD.later(session, {"id": 10, "word": "part"})
    if at_once:
        ADD_NOW.all(session, {"id": 11, "word": "at once"})
    waiting.end(mine, failed=fails)


def test_what_waits_is_written_by_the_commit_in_the_order_it_was_given(sessions: Sessions) -> None:
    with sessions.write() as session:
        ADD.later(session, {"id": 1, "word": "a"})
        CHANGE.later(session, {"at": 1, "word": "b"})
        ADD.later(session, {"id": 2, "word": "a"})
        DROP.later(session, {"at": 2})
        ADD.later(session, {"id": 3, "word": "c"})
        session.commit()
    assert words(sessions) == ["b", "c"]


def test_whoever_reads_a_table_sees_what_waits_for_it(sessions: Sessions) -> None:
    with sessions.write() as session:
        ADD.later(session, {"id": 1, "word": "a"})
        assert OTHERS.all(session, {}) == []
        assert WORDS.all(session, {}) == [("a",)]
        ADD.later(session, {"id": 2, "word": "b"})
        assert session.scalars(select(lines.c.word).order_by(lines.c.id)).all() == ["a", "b"]


def test_what_waits_is_gone_when_the_unit_of_work_is_rolled_back(sessions: Sessions) -> None:
    with sessions.write() as session:
        ADD.later(session, {"id": 1, "word": "a"})
        session.rollback()
        ADD.later(session, {"id": 2, "word": "b"})
        session.commit()
    with sessions.write() as session:
        ADD.later(session, {"id": 3, "word": "c"})
    assert words(sessions) == ["b"]


@pytest.mark.parametrize("at_once", [False, True], ids=["nothing sent", "something sent"])
def test_a_part_that_fails_leaves_nothing_and_takes_nothing_else_along(
    sessions: Sessions, at_once: bool
) -> None:
    with sessions.write() as session:
        ADD.later(session, {"id": 1, "word": "before"})
        ADD_OTHER.later(session, {"id": 1, "word": "before"})
        part(session, fails=True, at_once=at_once)
        ADD.later(session, {"id": 20, "word": "after"})
        session.commit()
    assert words(sessions) == ["before", "after"]
    assert words(sessions, others) == ["before"]


@pytest.mark.parametrize("at_once", [False, True], ids=["nothing sent", "something sent"])
def test_a_part_that_ends_well_is_kept_whole(sessions: Sessions, at_once: bool) -> None:
    with sessions.write() as session:
        ADD.later(session, {"id": 1, "word": "before"})
        part(session, fails=False, at_once=at_once)
        session.commit()
    assert words(sessions) == ["before", "part", *(["at once"] if at_once else [])]


def test_a_part_within_a_part_fails_alone(sessions: Sessions) -> None:
    with sessions.write() as session:
        waiting, outer = prepared.part(session)
        ADD.later(session, {"id": 1, "word": "outer"})
        part(session, fails=True, at_once=True)
        waiting.end(outer, failed=False)
        session.commit()
    assert words(sessions) == ["outer"]


def test_a_counted_write_that_changes_no_row_is_a_conflict(sessions: Sessions) -> None:
    with sessions.write() as session:
        CHANGE.later(session, {"at": 7, "word": "a"}, counted=True)
        with pytest.raises(Conflict, match="case_moved"):
            session.commit()
    assert words(sessions) == []


def test_a_unit_of_work_that_lost_a_write_cannot_commit(sessions: Sessions) -> None:
    with sessions.write() as session:
        ADD.later(session, {"id": 1, "word": "same"})
        ADD.later(session, {"id": 2, "word": "same"})
        # Whoever went on after such an error would have said that both are there.
        with suppress(DBAPIError):
            WORDS.all(session, {})
        with pytest.raises(LostError):
            session.commit()
    assert words(sessions) == []


def test_an_error_in_what_waited_tells_no_values(sessions: Sessions) -> None:
    with sessions.write() as session:
        ADD.later(session, {"id": 1, "word": "secret"})
        ADD.later(session, {"id": 2, "word": "secret"})
        with pytest.raises(DBAPIError) as caught:
            session.commit()
    assert "parameters hidden" in str(caught.value) or "secret" not in str(caught.value.params)
