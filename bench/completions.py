"""Durable completions: beside the bare transaction and the engine's work, and by several clients.

The statements a completion writes are recorded and written again, without any of our code, into a
copy of the database as it stood before; the engine's work of the same step is done again in memory.
All three are timed one after another, completion by completion, so that a busy machine is as busy
for each of them.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench import engine, sockets
from bench.databases import Databases
from bench.engine import W1, W1_START
from bench.figures import Figure, Sample, timed
from bench.stage import Stage, served, stage, staged
from engine.bpmn.runtime import CaseRun
from engine.store import prepared
from engine.store.base import open_sessions

CASES = 20
RUNS = 3
CLIENTS = 8


@dataclass(frozen=True)
class Written:
    """One statement as the driver got it."""

    statement: str
    parameters: Any
    many: bool


def figures(databases: Databases, home: Path) -> Iterator[Figure]:
    """One client beside the floor, then one and eight clients, by both doors."""
    yield from _beside_the_floor(databases, home)
    with stage(databases, "bench_clients", home) as made:
        for count in (1, CLIENTS):
            yield from _load(made, "the service", count, partial(_service, made), databases.name)
        with served(made.url, made.office.settings.home) as process:
            for count in (1, CLIENTS):
                with sockets.signed_in(process.address, made, count) as hands:
                    yield from _load(made, "HTTP", count, hands.step, databases.name)


# --- Beside the floor -------------------------------------------------------------------------


def _beside_the_floor(databases: Databases, home: Path) -> Iterator[Figure]:
    here = home / "bench_service"
    made = staged(databases.create("bench_service"), here)
    started = [made.start(number) for number in range(CASES * RUNS)]
    made.office.close()
    copy = databases.copy(made.url, "bench_bare")
    made = staged(made.url, here)
    runs = []
    with _bare(copy) as replay:
        for run in range(RUNS):
            runs.append(_one_run(made, started[run * CASES : (run + 1) * CASES], replay))
    made.office.close()
    ours, bare, work, ratio = (
        [getattr(run, name) for run in runs] for name in ("ours", "bare", "engine", "ratio")
    )
    kind = databases.name
    every = Sample([second for run in runs for second in run.all])
    yield _milliseconds(
        f"durable completion through the service, {kind}",
        ours,
        f"p95 {every.percentile(95) * 1000:.2f} ms",
    )
    note = f"{statistics.mean(run.statements for run in runs):.1f} statements"
    yield _milliseconds(f"bare transaction of the same rows, {kind}", bare, note)
    yield _milliseconds(f"engine work of the same steps, {kind}", work)
    yield Figure(
        f"durable completion, of bare transaction plus engine work, {kind}",
        statistics.median(ratio),
        "×",
        (max(ratio) - min(ratio)) / 2,
        budget=2.5,
    )


def _milliseconds(name: str, seconds: Sequence[float], note: str = "") -> Figure:
    spread = (max(seconds) - min(seconds)) / 2 * 1000
    return Figure(name, statistics.median(seconds) * 1000, "ms", spread, note=note)


@dataclass(frozen=True)
class _Run:
    """Medians of one run."""

    all: Sequence[float]
    ours: float
    bare: float
    engine: float
    ratio: float
    statements: float


def _one_run(made: Stage, started: list[int], replay: Callable[[list[Written]], None]) -> _Run:
    definition, given = engine.w1(), engine.environment(engine.BEGUN)
    before = [CaseRun.start(definition, W1_START, given).outcome() for _ in started]
    ours: list[float] = []
    bare: list[float] = []
    alone: list[float] = []
    counted = []
    for place, (_, values) in enumerate(W1):
        for number, case_id in enumerate(started):
            task_id = made.open_task(case_id)
            with recorded(made) as written:
                ours.append(timed(partial(made.step, place, task_id)))
            bare.append(timed(partial(replay, written)))
            seconds, before[number] = engine.completion(definition, before[number], given, values)
            alone.append(seconds)
            counted.append(len(written))
    floor = statistics.median(bare) + statistics.median(alone)
    return _Run(
        ours,
        statistics.median(ours),
        statistics.median(bare),
        statistics.median(alone),
        statistics.median(ours) / floor,
        statistics.mean(counted),
    )


@contextmanager
def recorded(made: Stage) -> Iterator[list[Written]]:
    """The writing statements sent meanwhile."""
    found: list[Written] = []

    def keep(statement: str, parameters: Any, many: bool) -> None:
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            found.append(Written(statement, parameters, many))

    def heard(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
        keep(statement, parameters, isinstance(parameters, list))

    database = made.office.sessions.engine
    event.listen(database, "before_cursor_execute", heard)
    prepared.observers.append(keep)
    try:
        yield found
    finally:
        event.remove(database, "before_cursor_execute", heard)
        prepared.observers.remove(keep)


@contextmanager
def _bare(url: str) -> Iterator[Callable[[list[Written]], None]]:
    """Writes recorded statements through the driver alone, in one transaction."""
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

    try:
        yield replay
    finally:
        raw.close()
        database.dispose()


# --- Several clients --------------------------------------------------------------------------

Step = Callable[[int, int, int], None]


def _service(made: Stage, client: int, place: int, task_id: int) -> None:
    made.step(place, task_id)


def _load(made: Stage, door: str, count: int, step: Step, kind: str) -> Iterator[Figure]:
    """Completions a second, and how long each took, median of several runs."""
    rates, every = [], []
    for _ in range(RUNS):
        started = [made.start(number) for number in range(max(8, count * 2))]
        shares = [started[one::count] for one in range(count)]
        seconds: list[float] = []
        wall = 0.0
        for place in range(len(W1)):
            waiting = [[made.open_task(case_id) for case_id in share] for share in shares]
            begun = time.perf_counter()
            threads = [
                threading.Thread(
                    target=_client, args=(partial(step, number, place), share, seconds)
                )
                for number, share in enumerate(waiting)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            wall += time.perf_counter() - begun
        if len(seconds) != len(started) * len(W1):
            raise RuntimeError("a completion failed")
        rates.append(len(seconds) / wall)
        every += seconds
    sample = Sample(every)
    clients = "one client" if count == 1 else f"{count} clients"
    yield Figure(
        f"completions through {door} by {clients}, {kind}",
        statistics.median(rates),
        "/s",
        (max(rates) - min(rates)) / 2,
        note=f"p50 {sample.median * 1000:.1f} ms, p95 {sample.percentile(95) * 1000:.1f} ms",
    )


def _client(act: Callable[[int], None], waiting: list[int], seconds: list[float]) -> None:
    for task_id in waiting:
        seconds.append(timed(partial(act, task_id)))
