"""What a finished case leaves behind, and what it takes to start and to keep running."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median

from sqlalchemy import text

from bench import complaint
from bench.databases import Databases
from bench.engine import W1
from bench.figures import Figure
from bench.sockets import Browser
from bench.stage import Stage, served, stage
from engine.office import Office
from engine.services.generation import names
from engine.store.base import metadata

#: Complaints taken to their end.
COMPLAINTS = 5


def figures(databases: Databases, home: Path) -> Iterator[Figure]:
    """Bytes per finished case; then start-up and memory of the processes."""
    kind = databases.name
    with stage(databases, "bench_rest", home) as made:
        done = [_played(made, number) for number in range(5)]
        yield Figure(
            f"finished case at rest, w1 ({len(W1)} completions, history and audit), {kind}",
            median(bytes_of(made.office, one) for one in done),
            "bytes of rows",
            budget=4096,
        )
        yield from _complaints(made, kind)
        yield from _processes(made, kind)


def _played(made: Stage, number: int) -> int:
    case_id = made.start(number)
    for place in range(len(W1)):
        made.step(place, made.open_task(case_id))
    return case_id


def _complaints(made: Stage, kind: str) -> Iterator[Figure]:
    complaint.publish(made)
    chance = random.Random(7)
    ended = [complaint.Complaint(made, names.Names(chance)).finish() for _ in range(COMPLAINTS)]
    made.clock.at = None
    sizes = [bytes_of(made.office, case_id) for case_id, _ in ended]
    yield Figure(
        f"finished case at rest, complaint taken to the end, {kind}",
        median(sizes),
        "bytes of rows",
        (max(sizes) - min(sizes)) / 2,
        budget=12_288,
        note=f"{len(ended)} cases, {median(done for _, done in ended):.0f} completions each",
    )


def bytes_of(office: Office, case_id: int) -> int:
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


# --- Processes --------------------------------------------------------------------------------


def _processes(made: Stage, kind: str) -> Iterator[Figure]:
    home = made.office.settings.home
    starts, resident = [], 0.0
    for _ in range(3):
        with served(made.url, home) as process:
            starts.append(process.ready_after)
            _read_pages(process.address, made)
            resident = max(resident, process.resident())
    yield Figure(
        f"run.py to first page, {kind}",
        median(starts),
        "s",
        (max(starts) - min(starts)) / 2,
        budget=3.0,
    )
    yield Figure(f"resident per web process, {kind}", resident, "MB", budget=150.0)
    with served(made.url, home, "worker") as process:
        yield Figure(f"resident per worker process, {kind}", process.resident(), "MB")


def _read_pages(address: str, made: Stage) -> None:
    """A visit to the usual pages by everybody."""
    for login in made.logins.values():
        browser = Browser(address)
        browser.sign_in(login)
        for path in ("/inbox", "/inbox?tab=pool", "/start", "/search?q=王", "/cases/1"):
            browser.get(path.replace("王", "%E7%8E%8B"))
        browser.close()
