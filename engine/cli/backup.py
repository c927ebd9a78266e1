"""Commands: backup while the service runs, restore into an installation that has nothing yet."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from engine import config
from engine.actor import COMMAND_LINE
from engine.cli import county
from engine.errors import Conflict, Invalid
from engine.services import anchors, backups
from engine.store import migrations

Command = Callable[[str, str], argparse.ArgumentParser]


def add(command: Command) -> None:
    """Declare the commands."""
    parser = command("backup", "copy database, files, anchors and secret while the service runs")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="backups stand below it")
    parser.add_argument(
        "--without-secret", action="store_true", help="the secret is kept elsewhere"
    )
    parser.set_defaults(run=_backup)

    parser = command("restore", "put a backup back into an empty installation, and verify it")
    parser.add_argument("folder", metavar="BACKUP", type=Path)
    parser.add_argument("--secret", type=Path, metavar="FILE", help="when it is not in the backup")
    parser.set_defaults(run=_restore)


def _backup(given: argparse.Namespace) -> int:
    with county.ready() as office:
        made = backups.make(office, given.folder, secret=not given.without_secret)
    print(made.folder)
    return _tell(made)


def _restore(given: argparse.Namespace) -> int:
    settings = config.read(os.environ)
    secret = given.secret or backups.secret_of(given.folder)
    if settings.secret_file.exists():
        raise Conflict("home_not_empty", path=str(settings.secret_file))
    if secret is None:
        raise Invalid("secret_missing", path=str(given.folder))
    settings.secret_file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(secret, settings.secret_file)
    settings.secret_file.chmod(0o600)
    try:
        with county.opened() as office:
            made = backups.put_back(office, given.folder)
    except BaseException:  # whatever stopped it: this secret belongs to nothing that is here
        settings.secret_file.unlink()
        raise
    with county.opened() as office:
        migrations.upgrade(office.sessions)
        county.check_secret(office)
        with office.read(COMMAND_LINE) as work:
            report = anchors.verify(work)
    print(
        f"{made.files} files, {report.chains} chains, {report.entries} entries, "
        f"{report.anchors} anchors, {len(report.broken)} broken"
    )
    return 1 if report.broken else _tell(made)


def _tell(made: backups.Backup) -> int:
    for sha256 in made.damaged:
        print(f"DAMAGED {sha256}", file=sys.stderr)
    return 1 if made.damaged else 0
