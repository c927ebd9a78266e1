"""coverage: which clauses of the notice are served, by what, and what shows it."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable

from engine import config
from engine.services import coverage

Command = Callable[[str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Declare the command."""
    parser = command(
        "coverage", "what serves each clause of the notice; exit 0 all served, 1 some are open"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="one JSON list of clauses")
    how.add_argument("--write", action="store_true", help="write docs/coverage.md anew")
    how.add_argument(
        "--check", action="store_true", help="exit 1 only if docs/coverage.md is not up to date"
    )
    parser.set_defaults(run=_coverage)


def _coverage(given: argparse.Namespace) -> int:
    found = coverage.report(config.read(os.environ))
    if given.write:
        coverage.PAGE.write_text(coverage.page(found), "utf-8")
        return 0
    if given.check:
        up_to_date = coverage.PAGE.read_text("utf-8") == coverage.page(found)
        if not up_to_date:
            print("docs/coverage.md: run.py coverage --write")
        return 0 if up_to_date else 1
    if given.json:
        print(json.dumps(coverage.as_json(found), ensure_ascii=False, indent=2))
    else:
        for one in found:
            state = f"open: {coverage.lacks(one)}" if one.open else "served"
            print(f"{one.clause.id}  {state}")
            for served in coverage.served_by(one):
                print(f"     {served}")
            for test in one.clause.tests:
                print(f"     test {test}")
    return 1 if any(one.open for one in found) else 0
