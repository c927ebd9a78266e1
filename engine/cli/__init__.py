"""The command line: each command reads its arguments, calls a service and prints.

``main`` answers with the exit code: 0 well, 1 refused or findings, 2 used wrongly.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from engine.cli import (
    archiving,
    backup,
    county,
    coverage,
    diagrams,
    generation,
    serving,
    staff,
    verification,
    words,
)
from engine.errors import DubanError
from engine.office import Office

USAGE = 2


@dataclass(frozen=True)
class Doors:
    """What only the console may open: the web server and the benchmark."""

    #: Serves until it is told to stop; calls back with the address once it listens.
    web: Callable[[Office, Callable[[str], None]], None]
    #: Counts and answers machines while its block lasts; told what kind of process this is.
    monitor: Callable[[Office, str], AbstractContextManager[None]]
    bench: Callable[[list[str]], int]


def main(arguments: Sequence[str], doors: Doors) -> int:
    """Run one command."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    measuring = bool(arguments) and arguments[0] == "bench"
    parser = _parser(doors)
    given = None if measuring else parser.parse_args(arguments)
    try:
        code: int = doors.bench(list(arguments[1:])) if given is None else given.run(given)
    except DubanError as error:
        words.refusal(error)
        return USAGE if error.code in words.USAGE_CODES else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _parser(doors: Doors) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="duban" if Path(sys.argv[0]).stem == "duban" else "run.py",
        description="Duban 督办: procedures of a county, run from BPMN diagrams.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text)

    serving.add(command, doors.web, doors.monitor)
    county.add(command)
    staff.add(command)
    backup.add(command)
    verification.add(command)
    generation.add(command)
    coverage.add(command)
    archiving.add(command)
    diagrams.add(command)
    command("bench", "measure the budget (all further arguments are the benchmark's)")
    return parser
