"""Commands that need no database: lint, play, due."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from engine import config
from engine.bpmn import definition as bpmn
from engine.bpmn import lint, play
from engine.bpmn.proof import prove
from engine.cli import words
from engine.clock import SystemClock
from engine.config import Settings
from engine.errors import Invalid
from engine.rules import due_report, holidays, limits, roles
from engine.rules.calendar import county_calendars
from engine.rules.deadlines import CountySchedule
from engine.services import definitions, shipped
from engine.values.proof import Effort
from engine.values.timing import COUNTY_ZONE

Command = Callable[[str, str], argparse.ArgumentParser]
#: Files beside a diagram that it may call.
BESIDE = (".bpmn", ".dmn")
MOST_BESIDE, LARGEST_BESIDE = 200, 2_000_000


def add(command: Command) -> None:
    """Declare the commands."""
    parser = command("lint", "check diagrams and decision tables; exit 0 clean, 1 findings")
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON list of findings")
    parser.set_defaults(run=_lint)

    parser = command("play", "run a diagram in memory from JSON lines; one JSON line after each")
    parser.add_argument("file", metavar="FILE.bpmn", type=Path)
    parser.add_argument("--at", metavar="TIME", help="when it starts; now unless given")
    parser.add_argument(
        "--commands", metavar="FILE|-", default="-", help="where commands come from; - is stdin"
    )
    parser.set_defaults(run=_play)

    parser = command(
        "prove", "walk every state of a diagram; exit 0 nothing found, 1 flaws, 2 a bound was met"
    )
    parser.add_argument("file", metavar="FILE.bpmn", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="processor time it may take")
    parser.set_defaults(run=_prove)

    parser = command("due", "print a due date and its arithmetic")
    parser.add_argument("--from", dest="start", required=True, metavar="TIME")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--limit", metavar="KEY", help="a key of the time-limit table")
    what.add_argument("--amount", type=int, metavar="N")
    parser.add_argument("--unit", choices=["working_day", "day", "month", "hour"])
    parser.add_argument("--sector", metavar="SECTOR", help="a department's own rule")
    parser.add_argument("--local", action="store_true", help="local holidays count as well")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_due)


def _lint(given: argparse.Namespace) -> int:
    for path in given.paths:
        if not path.exists():
            raise Invalid("no_such_path", path=str(path))
    findings = lint.check_paths(given.paths, definitions.offer(_settings()))
    if given.json:
        told = [
            lint.finding_dict(found, words.sentence(found.sentence, dict(found.facts)))
            for found in findings
        ]
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for found in findings:
            print(words.finding(found))
    return 1 if findings else 0


def _play(given: argparse.Namespace) -> int:
    if not given.file.is_file():
        raise Invalid("no_such_path", path=str(given.file))
    settings = _settings()
    at = (
        due_report.read_start(given.at) if given.at else SystemClock().now().astimezone(COUNTY_ZONE)
    )
    with _lines(given.commands) as lines:
        taken = play.run(
            lines,
            _write,
            sources=_beside(given.file),
            main=given.file.name,
            at=at,
            schedule=_schedule(settings, at.astimezone(COUNTY_ZONE).date()),
            sentence=lambda code, facts: words.sentence(code, dict(facts)),
        )
    return 0 if taken else 1


def _prove(given: argparse.Namespace) -> int:
    if not given.file.is_file():
        raise Invalid("no_such_path", path=str(given.file))
    definition = bpmn.read(_beside(given.file), given.file.name)
    report = prove(definition, Effort(seconds=given.seconds))
    for line in words.proof(report):
        print(line)
    return 1 if report.flaws else 0 if report.complete else 2


def _due(given: argparse.Namespace) -> int:
    settings = _settings()
    known = roles.read(shipped.text(settings, "roles.toml"))
    table = limits.read(shipped.text(settings, "limits.toml"), known).table
    local = holidays.read(shipped.text(settings, "calendar.toml")).layer if given.local else None
    report = due_report.due_report(
        given.start,
        table=table,
        limit=given.limit,
        amount=given.amount,
        unit=given.unit,
        sector=given.sector,
        local=local,
    )
    if given.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        print(due_report.as_text(report))
    return 0


def _settings() -> Settings:
    return config.read(os.environ)


def _schedule(settings: Settings, on: date) -> CountySchedule:
    known = roles.read(shipped.text(settings, "roles.toml"))
    table = limits.read(shipped.text(settings, "limits.toml"), known).table
    local = holidays.read(shipped.text(settings, "calendar.toml"))
    calendars = county_calendars(local.layer, (), local.switches)
    return CountySchedule(calendars.agency, table, on, None, calendars.party)


def _beside(file: Path) -> dict[str, bytes]:
    """The diagram with the files of its folder it may call, as far as they are bearable."""
    found = {file.name: file.read_bytes()}
    beside = sorted(path for path in file.parent.iterdir() if path.suffix in BESIDE)
    for path in beside[:MOST_BESIDE]:
        if path.name != file.name and path.is_file() and path.stat().st_size <= LARGEST_BESIDE:
            found[path.name] = path.read_bytes()
    return found


@contextmanager
def _lines(source: str) -> Iterator[Iterator[str]]:
    if source == "-":
        yield iter(sys.stdin)
        return
    path = Path(source)
    if not path.is_file():
        raise Invalid("no_such_path", path=source)
    with path.open(encoding="utf-8", errors="replace") as file:
        yield iter(file)


def _write(line: str) -> None:
    print(line, flush=True)
