"""Due timers: found and fired by the worker's own loop, with ever more timers pending."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text

from bench.databases import Databases
from bench.figures import Figure, sampled
from bench.stage import ROOT, Stage, stage
from engine.actor import COMMAND_LINE
from engine.services import timers
from engine.store import cases

PENDING = (1_000, 10_000, 100_000)
#: When cases begin whose timers come due, and those whose timers only wait.
BEGUN = datetime(2026, 5, 25, 2, 0, tzinfo=UTC)
WAITING = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
#: Cases played; those that are due and those that wait are copies of them.
PLAYED = 20
#: Cases fired in a run.
DUE = 600
#: Cases worker processes share.
RACE = 1_600
RUNS = 3
FLOORS = {"SQLite": 1000.0, "PostgreSQL": 800.0}


def figures(databases: Databases, home: Path) -> Iterator[Figure]:
    """Finding and firing at each size, and two workers beside one where several can work."""
    rates: list[float] = []
    kind = databases.name
    with stage(databases, "bench_due", home) as made:
        waiting = _played(made, WAITING)
        there = PLAYED
        for size in PENDING:
            made.multiply(waiting, size - there)
            there = size
            runs = [_fired(made) for _ in range(RUNS)]
            yield _found(made, size, kind)
            rates.append(median(runs))
            yield Figure(
                f"timers fired, each moving its case, {size:,} pending, {kind}",
                rates[-1],
                "/s",
                (max(runs) - min(runs)) / 2,
                budget=FLOORS.get(kind),
                floor=True,
            )
    yield Figure(
        f"cost of a fired timer at {PENDING[-1]:,} pending, of that at {PENDING[0]:,}, {kind}",
        rates[0] / rates[-1],
        "×",
        budget=1.2,
    )
    if kind == "PostgreSQL":
        yield from _workers(databases, home)


def _played(made: Stage, begun: datetime) -> list[int]:
    """Some cases begun at an instant."""
    made.clock.at = begun
    return [made.start(number) for number in range(PLAYED)]


def _due(made: Stage, wanted: int) -> datetime:
    """So many more cases whose first timer, and no other, is due at the instant answered."""
    played = _played(made, BEGUN)
    made.multiply(played, wanted - PLAYED)
    with made.office.read(COMMAND_LINE) as work:
        row = cases.get(work.session, played[0])
    if row is None or row.wake_at is None:
        raise RuntimeError("the benchmark case waits for nothing")
    return row.wake_at + timedelta(seconds=1)


def _found(made: Stage, size: int, kind: str) -> Figure:
    now = _due(made, timers.BATCH)
    with made.office.read(COMMAND_LINE) as work:
        sample = sampled(lambda: cases.due_ids(work.session, now, timers.BATCH), 50)
    made.clock.at = now
    _drain(made)
    return Figure(
        f"due timers found, {timers.BATCH} of {size:,} pending, {kind}",
        sample.median * 1000,
        "ms",
        sample.spread * 1000,
        budget=1.0,
    )


def _fired(made: Stage) -> float:
    """Cases moved a second by the worker's loop, until nothing is due."""
    made.clock.at = _due(made, DUE)
    begun = time.perf_counter()
    moved = _drain(made)
    seconds = time.perf_counter() - begun
    if moved != DUE:
        raise RuntimeError(f"{moved} cases moved instead of {DUE}")
    return moved / seconds


def _drain(made: Stage) -> int:
    moved = 0
    while ticked := timers.tick(made.office):
        moved += ticked
    return moved


# --- Several workers --------------------------------------------------------------------------


def _workers(databases: Databases, home: Path) -> Iterator[Figure]:
    """Worker processes on one database: how much faster two are than one."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    with stage(databases, "bench_workers", home) as made:
        for _ in range(RUNS):
            for count in rates:
                rates[count].append(_race(made, count))
    for count, found in rates.items():
        yield Figure(
            f"timers fired by {count} worker processes, {databases.name}",
            median(found),
            "/s",
            (max(found) - min(found)) / 2,
        )
    yield Figure(
        f"two workers, of one, no case moved twice, {databases.name}",
        median(rates[2]) / median(rates[1]),
        "×",
        budget=1.7,
        floor=True,
        note=f"{os.cpu_count()} cores shared with the database",
    )


def _race(made: Stage, count: int) -> float:
    now = _due(made, RACE)
    before = _fired_entries(made)
    command = [sys.executable, "-m", "bench.worker", made.url, str(made.office.settings.home)]
    workers = [
        subprocess.Popen(
            [*command, now.isoformat()],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    for worker in workers:
        _line(worker)
    begun = time.perf_counter()
    for worker in workers:
        if worker.stdin is not None:
            worker.stdin.write("go\n")
            worker.stdin.flush()
    moved = sum(int(_line(worker)) for worker in workers)
    seconds = time.perf_counter() - begun
    for worker in workers:
        worker.wait(30)
    if moved != RACE or _fired_entries(made) - before != RACE:
        raise RuntimeError(f"{moved} moves and {_fired_entries(made) - before} entries of {RACE}")
    return moved / seconds


def _line(worker: subprocess.Popen[str]) -> str:
    return worker.stdout.readline() if worker.stdout is not None else ""


def _fired_entries(made: Stage) -> int:
    with made.office.sessions.engine.connect() as connection:
        query = text("SELECT count(*) FROM audit_entries WHERE act = 'timer_fired'")
        return int(connection.execute(query).scalar_one())
