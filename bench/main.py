"""The benchmark's command line."""

from __future__ import annotations

import argparse
import json
import os
import platform

from bench import engine, service
from bench.figures import Figure


def main(argv: list[str]) -> int:
    """Measure everything and report. Exit status 0 also when a budget is missed: it is a report."""
    parser = argparse.ArgumentParser(
        prog="run.py bench", description="Measure Duban against the budget of its design."
    )
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    chosen = parser.parse_args(argv)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    figures = measure()
    if chosen.json:
        print(json.dumps({"machine": machine, "figures": [f.as_dict() for f in figures]}))
        return 0
    print(machine)
    for figure in figures:
        print(figure.as_line())
    return 0


def measure() -> list[Figure]:
    """Every figure there is, the quick ones first."""
    alone = engine.figures()
    return [*alone, *service.figures(alone[0].value / 1000)]
