"""Durable completions through the services, beside the bare transaction of the same rows.

The statements a completion writes are recorded and written again, without any of our code, into a
copy of the database as it stood before: what then remains of the time is ours.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from bench.databases import Databases, available
from bench.engine import W1, W1_START, w1
from bench.figures import Figure, Sample, timed
from engine.actor import COMMAND_LINE, Actor
from engine.config import Mode, Settings
from engine.office import Office, open_office
from engine.services import definitions, incidents, people, schedules, seed, starts, tasks
from engine.store import prepared
from engine.store.base import metadata, open_sessions
from engine.store.migrations import upgrade
from engine.values.pages import Raw

CASES = 60
#: Who completes each step.
ROLES = {"submit": "case_lead", "review": "legal_reviewer", "decide": "dept_head"}


@dataclass
class Bench:
    """An office filled with the demo county, its benchmark process and its players."""

    office: Office
    actors: dict[str, Actor]
    body_id: int


@dataclass(frozen=True)
class Written:
    """One statement as the driver got it."""

    statement: str
    parameters: Any
    many: bool


def figures(engine_work: float) -> list[Figure]:
    """The figures on every database there is. ``engine_work``: seconds of one completion."""
    found: list[Figure] = []
    with available() as databases:
        for each in databases:
            found += on(each, engine_work)
    return found


def on(databases: Databases, engine_work: float) -> list[Figure]:
    """The figures on one kind of database."""
    with tempfile.TemporaryDirectory(prefix="duban-bench-home-") as home:
        url = databases.create("bench_service")
        bench = opened(url, Path(home))
        started = [_start(bench, number) for number in range(CASES)]
        bench.office.close()
        copy = databases.copy(url, "bench_bare")
        bench = opened(url, Path(home))
        ours, written = _completions(bench, started)
        rest = sum(_bytes_of_case(bench.office, case_id) for case_id in started) / len(started)
        bench.office.close()
        bare = _bare(copy, written)
    kind, steps = databases.name, len(W1)
    return [
        Figure(
            f"durable completion through the service, {kind}",
            ours.median * 1000,
            "ms",
            ours.spread * 1000,
            note=f"p95 {ours.percentile(95) * 1000:.2f} ms, {1 / ours.median:.0f}/s by one client",
        ),
        Figure(
            f"bare transaction of the same rows, {kind}",
            bare.median * 1000,
            "ms",
            bare.spread * 1000,
            note=f"{sum(len(each) for each in written) / len(written):.1f} statements",
        ),
        Figure(
            f"durable completion, of bare transaction plus engine work, {kind}",
            ours.median / (bare.median + engine_work),
            "×",
            budget=2.5,
        ),
        Figure(
            f"finished case at rest, w1 ({steps} completions, history and audit), {kind}",
            rest,
            "bytes of rows",
            budget=4096,
        ),
    ]


def opened(url: str, home: Path) -> Bench:
    """An office on a database; what is missing in it is filled."""
    settings = Settings(home, url, Mode.DEMO, secret_file=home / "secret", demo_password="bench")
    office = incidents.attach(open_office(settings))
    upgrade(office.sessions)
    seed.demo(office)
    with office.begin(COMMAND_LINE) as work:
        schedules.seed(work)
        definitions.keep(work, w1(), "benchmark")
    with office.read(COMMAND_LINE) as work:
        body = next(b for b in people.bodies(work, "DEPT") if "市场监督管理" in b.name)
        actors = {
            role: people.actor(work, people.directory(work, role, body.id)[0].id)
            for role in ROLES.values()
        }
    return Bench(office, actors, body.id)


def _start(bench: Bench, number: int) -> int:
    raw = {key: [f"{value}{number}"] for key, value in W1_START.items()}
    with bench.office.begin(bench.actors["case_lead"]) as work:
        return starts.start(work, "w1", raw, bench.body_id).case.id


def _completions(bench: Bench, started: list[int]) -> tuple[Sample, list[list[Written]]]:
    seconds: list[float] = []
    written: list[list[Written]] = []
    for element, values in W1:
        actor = bench.actors[ROLES[element]]
        raw: Raw = {key: (str(value),) for key, value in values.items()}
        for case_id in started:
            task_id = _open_task(bench.office, case_id)
            with _recorded(bench.office) as statements:
                seconds.append(timed(partial(_complete, bench, actor, task_id, raw)))
            written.append(statements)
    return Sample(seconds), written


def _complete(bench: Bench, actor: Actor, task_id: int, raw: Raw) -> None:
    with bench.office.begin(actor) as work:
        tasks.complete(work, task_id, raw)


def _open_task(office: Office, case_id: int) -> int:
    query = text("SELECT id FROM tasks WHERE case_id = :case AND status = 'open'")
    with office.sessions.engine.connect() as connection:
        return int(connection.execute(query, {"case": case_id}).scalar_one())


@contextmanager
def _recorded(office: Office) -> Iterator[list[Written]]:
    """The writing statements sent meanwhile."""
    found: list[Written] = []

    def keep(
        connection: object, cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            found.append(Written(statement, parameters, isinstance(parameters, list)))

    def keep_prepared(statement: str, parameters: Any, many: bool) -> None:
        if statement[:6] != "SELECT":
            found.append(Written(statement, parameters, many))

    event.listen(office.sessions.engine, "before_cursor_execute", keep)
    prepared.observers.append(keep_prepared)
    try:
        yield found
    finally:
        event.remove(office.sessions.engine, "before_cursor_execute", keep)
        prepared.observers.remove(keep_prepared)


def _bare(url: str, written: list[list[Written]]) -> Sample:
    """The recorded statements through the driver alone, one transaction per completion."""
    database = open_sessions(url).engine
    raw = database.raw_connection()
    connection: Any = raw.driver_connection
    cursor = connection.cursor()
    begin = "BEGIN IMMEDIATE" if database.dialect.name == "sqlite" else "BEGIN"

    def replay(statements: list[Written]) -> None:
        cursor.execute(begin)
        for each in statements:
            send = cursor.executemany if each.many else cursor.execute
            send(each.statement, each.parameters)
            if " RETURNING " in each.statement and not each.many:
                cursor.fetchall()
        connection.commit()

    seconds = [timed(partial(replay, statements)) for statements in written]
    raw.close()
    database.dispose()
    return Sample(seconds)


def _bytes_of_case(office: Office, case_id: int) -> int:
    """Bytes of all rows of a case, counted value by value, with four a row for its header."""
    total = 0
    with office.sessions.engine.connect() as connection:
        for table in metadata.sorted_tables:
            key = "id" if table.name == "cases" else "case_id"
            if key not in table.c:
                continue
            rows = connection.execute(
                text(f'SELECT * FROM "{table.name}" WHERE {key} = :case'), {"case": case_id}
            )
            total += sum(4 + sum(_size(value) for value in row) for row in rows)
    return total


def _size(value: object) -> int:
    if value is None:
        return 1
    if isinstance(value, bytes | memoryview):
        return len(value) + 1
    if isinstance(value, bool):
        return 1
    if isinstance(value, int | float | datetime):
        return 8
    return len(str(value).encode()) + 1
