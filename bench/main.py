"""The benchmark's command line."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import completions, due, engine, lists, rest
from bench.databases import Databases, available
from bench.engine import W1
from bench.figures import Figure
from bench.stage import ROLES

PARTS: dict[str, Callable[[Databases, Path, bool], Iterator[Figure]]] = {
    "completions": lambda kind, home, large: completions.figures(kind, home),
    "rest": lambda kind, home, large: rest.figures(kind, home),
    "due": lambda kind, home, large: due.figures(kind, home),
    "lists": lambda kind, home, large: lists.figures(kind, home, large=large),
}


def main(argv: list[str]) -> int:
    """Measure and report. Exit status 0 also when a budget is missed: it is a report."""
    parser = argparse.ArgumentParser(
        prog="run.py bench", description="Measure Duban against the budget of its design."
    )
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    parser.add_argument("--only", action="append", choices=["engine", *PARTS], help="repeatable")
    parser.add_argument("--large", action="store_true", help="lists at a million open tasks, too")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], help="only this one")
    chosen = parser.parse_args(argv)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    steps = [f"{ROLES[element]} completes {element} with {dict(values)}" for element, values in W1]
    found: list[Figure] = []
    if not chosen.json:
        print(machine)
        print("w1: one case through public service calls, a durable commit each:")
        for number, step in enumerate(steps, 1):
            print(f"  {number}. {step}")
    begun = time.monotonic()
    for figure in measure(set(chosen.only or ("engine", *PARTS)), chosen.database, chosen.large):
        found.append(figure)
        if not chosen.json:
            print(figure.as_line(), flush=True)
    report = {
        "machine": machine,
        "w1": steps,
        "seconds": round(time.monotonic() - begun),
        "figures": [figure.as_dict() for figure in found],
    }
    if chosen.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        missed = sum(figure.met is False for figure in found)
        print(f"{report['seconds']} s, {missed} of the budget's lines missed")
    return 0


def measure(parts: set[str], database: str | None, large: bool) -> Iterator[Figure]:
    """Every figure asked for, the quick ones first."""
    if "engine" in parts:
        yield from engine.figures()
    for name, part in PARTS.items():
        if name not in parts:
            continue
        # Each part has a server and files of its own: none runs in the wake of another.
        with available() as databases, tempfile.TemporaryDirectory(prefix="duban-bench-") as home:
            for kind in databases:
                if database in (None, kind.name):
                    where = Path(home) / kind.name
                    where.mkdir()
                    yield from part(kind, where, large)
