"""``run.py verify``: whether rows, chains, files and mail are what the engine's state says."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict

from engine.actor import COMMAND_LINE
from engine.cli import county, words
from engine.errors import NotFound
from engine.office import Office
from engine.services import verification
from engine.values.verification import Difference, Verification

USAGE = 2
Command = Callable[[str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Declare the command."""
    parser = command(
        "verify",
        "compare every case with its engine state; chains, files and mail too; "
        "exit 1 if anything differs",
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help="number or id; all without one")
    parser.add_argument(
        "--repair", action="store_true", help="write differing rows anew from the state, audited"
    )
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_verify)


def _verify(given: argparse.Namespace) -> int:
    with county.ready() as office:
        try:
            found = verify(office, given.cases, repair=given.repair)
        except NotFound as error:
            words.refusal(error)
            return USAGE
    if given.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
    else:
        _tell(found)
    return 1 if found.differences else 0


def verify(office: Office, cases: list[str], *, repair: bool) -> Verification:
    """Verify the cases named, or the county. Raises NotFound ``no_such_case``."""
    if not cases:
        return verification.county(office, COMMAND_LINE, repair=repair)
    ids = [county.case_id(office, case) for case in cases]
    return verification.some(office, COMMAND_LINE, ids, repair=repair)


def _tell(found: Verification) -> None:
    for one in found.repaired:
        print(f"REPAIRED {_line(one)}")
    for one in found.differences:
        print(f"DIFFERS {_line(one)}")
    waiting = f", {found.mails_waiting} mails waiting" if found.mails_waiting else ""
    print(
        f"{found.cases} cases, {found.chains} chains, {found.entries} entries, "
        f"{found.anchors} anchors, {found.files} files{waiting}; "
        f"{len(found.repaired)} repaired, {len(found.differences)} differ"
    )


def _line(one: Difference) -> str:
    where = one.number or (f"case {one.case_id}" if one.case_id else "county")
    beside = ""
    if one.expected or one.found:
        beside = f" ({one.expected or '-'} ≠ {one.found or '-'})"
    told = words.sentence(f"difference.{one.kind}", {})
    return f"{where} {one.subject}: {one.kind} {told}{beside}"
