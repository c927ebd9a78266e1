"""Due timers: found and fired by the worker's own loop, with ever more timers pending."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    races: dict[int, list[_Race]] = {1: [], 2: []}
    with stage(databases, "bench_workers", home) as made:
        for _ in range(RUNS):
            for count in races:
                races[count].append(_race(made, count))
    rates = {count: [race.rate for race in found] for count, found in races.items()}
    for count, found in rates.items():
        yield Figure(
            f"timers fired by {count} worker processes, {databases.name}",
            median(found),
            "/s",
            (max(found) - min(found)) / 2,
        )
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    yield Figure(
        f"two workers, of one, no case moved twice, {databases.name}",
        median(ratios),
        "×",
        (max(ratios) - min(ratios)) / 2,
        budget=1.7,
        floor=True,
        note=f"{os.cpu_count()} cores shared with the database",
    )
    yield _highest(races[1], databases.name)


def _highest(alone: Sequence[_Race], kind: str) -> Figure:
    """What two workers could reach at best where the cores are all there is to share."""
    worker = median(race.worker for race in alone) / RACE
    database = median(race.database for race in alone) / RACE
    cores = os.cpu_count() or 1
    # Two workers can have as much as all cores give, and never more than twice what one has.
    most = min(2.0, cores / (worker + database) / median(race.rate for race in alone))
    return Figure(
        f"FLOOR: the highest ratio of two workers these cores allow, {kind}",
        most,
        "×",
        note=(
            f"a timer takes {worker * 1000:.2f} ms of a core in the worker and "
            f"{database * 1000:.2f} ms in the database; {cores} cores"
        ),
    )


@dataclass(frozen=True)
class _Race:
    """Cases a second, and the processor seconds of the workers and of the database."""

    rate: float
    worker: float
    database: float


def _race(made: Stage, count: int) -> _Race:
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
    served, begun = _database_seconds(), time.perf_counter()
    for worker in workers:
        _tell(worker, "go")
    told = [_line(worker).split() for worker in workers]
    seconds, served = time.perf_counter() - begun, _database_seconds() - served
    for worker in workers:
        _tell(worker, "end")
        worker.wait(30)
    moved = sum(int(one[0]) for one in told)
    if moved != RACE or _fired_entries(made) - before != RACE:
        raise RuntimeError(f"{moved} moves and {_fired_entries(made) - before} entries of {RACE}")
    return _Race(moved / seconds, sum(float(one[1]) for one in told), served)


def _database_seconds() -> float:
    """Processor seconds of every PostgreSQL process of this machine so far."""
    ticks = 0
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = place.read_text("ascii", "replace").rpartition(")")
        except OSError:  # a process that ended meanwhile
            continue
        if name.endswith("(postgres"):
            ticks += sum(int(field) for field in rest.split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _tell(worker: subprocess.Popen[str], word: str) -> None:
    if worker.stdin is not None:
        worker.stdin.write(f"{word}\n")
        worker.stdin.flush()


def _line(worker: subprocess.Popen[str]) -> str:
    return worker.stdout.readline() if worker.stdout is not None else ""


def _fired_entries(made: Stage) -> int:
    with made.office.sessions.engine.connect() as connection:
        query = text("SELECT count(*) FROM audit_entries WHERE act = 'timer_fired'")
        return int(connection.execute(query).scalar_one())
