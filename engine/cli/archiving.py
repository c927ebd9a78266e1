"""``run.py archive`` and ``run.py hold``: finished cases leave for files, unless they must stay."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from engine.actor import COMMAND_LINE
from engine.cli import county
from engine.errors import Invalid
from engine.services import archives, casefile_check

Command = Callable[[str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Declare the commands."""
    parser = command(
        "archive", "write finished cases to files and reduce their rows; or verify such a file"
    )
    parser.add_argument("--to", metavar="DIR", type=Path, help="folder for the files")
    parser.add_argument(
        "--before", metavar="DATE", type=date.fromisoformat,
        help="cases that ended before this day, whatever retention.toml says",
    )  # fmt: skip
    parser.add_argument("--verify", metavar="FILE", type=Path, help="read a file back; exit 1")
    parser.set_defaults(run=_archive)
    parser = command(
        "check-case-file", "verify the package of a case file; exit 1 if it is not whole"
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.set_defaults(run=_check)
    parser = command("hold", "keep a case from being archived, or end that")
    parser.add_argument("case", metavar="NUMBER|ID")
    parser.add_argument("--reason", default="")
    parser.add_argument("--release", action="store_true")
    parser.set_defaults(run=_hold)


def _archive(given: argparse.Namespace) -> int:
    if (given.to is None) == (given.verify is None):
        raise Invalid("archive_to_or_verify")
    with county.ready() as office:
        if given.verify is not None:
            found = archives.verify(office, given.verify)
            for subject, code in found.problems:
                print(f"BROKEN {subject}: {code}")
            print(f"{found.cases} cases, {found.entries} entries, {found.files} files")
            return 1 if found.problems else 0
        total = 0
        for written in archives.archive(office, given.to, given.before):
            total += written.cases
            print(f"{written.path}  {written.cases} cases  sha256 {written.sha256}")
        print(f"{total} cases archived")
    return 0


def _check(given: argparse.Namespace) -> int:
    with county.ready() as office:
        wrong = casefile_check.check(office, given.file)
    for subject, code in wrong:
        print(f"BROKEN {subject}: {code}")
    print(f"{given.file}: {'broken' if wrong else 'whole'}")
    return 1 if wrong else 0


def _hold(given: argparse.Namespace) -> int:
    with county.ready() as office:
        case_id = county.case_id(office, given.case)
        with office.begin(COMMAND_LINE) as work:
            if given.release:
                archives.release(work, case_id)
            else:
                archives.hold(work, case_id, given.reason)
    return 0
