"""``run.py generate``: cases to measure with, in a demonstration."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from engine.cli import county
from engine.services import generation

Command = Callable[[str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Declare the command."""
    parser = command("generate", "make cases in all stages, to measure with (demonstrations only)")
    parser.add_argument("--cases", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same cases")
    parser.set_defaults(run=_generate)


def _generate(given: argparse.Namespace) -> int:
    begun = time.monotonic()
    with county.ready() as office:
        made = generation.generate(office, given.cases, given.seed, _tell)
    print(
        f"{made.cases} cases ({made.played} played, the others copied), {made.open_tasks} open "
        f"tasks and {made.pending_timers} pending timers in the county, "
        f"{time.monotonic() - begun:.0f} s"
    )
    return 0


def _tell(made: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{made} …", end="", file=sys.stderr, flush=True)
