"""Backups: the database, the files and anchors it refers to, and the secret, in one folder.

The database comes first, as it was at one instant; then what that copy refers to. Files never
change and are named by their content: those an earlier backup beside it has are linked, not copied.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import Broken, Conflict, Invalid
from engine.office import Office
from engine.services import attachments
from engine.store import backup as store

FORMAT = 1
MANIFEST = "manifest.json"
_PREFIX = "duban-"


@dataclass(frozen=True)
class Backup:
    """A backup that was made or put back."""

    folder: Path
    revision: str
    files: int
    anchors: int
    #: Hashes of files that are not there, or are not what they were.
    damaged: tuple[str, ...]


def make(office: Office, into: Path, *, secret: bool) -> Backup:
    """Back up into a new folder; ``secret`` says whether the secret goes with it."""
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{_PREFIX}{office.clock.now():%Y%m%dT%H%M%SZ}"
    earlier = _latest(into)
    # Under its own name only when it is whole.
    part = into / f".{name}.part"
    part.mkdir(mode=0o700)
    try:
        database = part / store.file_name(office.sessions)
        copied = store.copy(office.sessions, database)
        damaged = [one for one in copied.files if not _keep(office, part / "files", one, earlier)]
        _copy_anchors(office, copied.anchors, part / "anchors")
        if secret:
            shutil.copy2(office.settings.secret_file, part / "secret")
        manifest = {
            "format": FORMAT,
            "at": office.clock.now().isoformat(),
            "revision": copied.revision,
            "database": {"file": database.name, "sha256": _digest(database)},
            "files": len(copied.files),
            "anchors": len(copied.anchors),
            "secret": secret,
            "damaged": damaged,
        }
        (part / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        _sync(part)
        part.rename(into / name)
    except BaseException:  # half a backup must not be taken for one
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Backup(
        into / name, copied.revision, len(copied.files), len(copied.anchors), tuple(damaged)
    )


def put_back(office: Office, folder: Path) -> Backup:
    """Restore into an installation that has nothing yet.

    Raises Invalid ``not_a_backup``, Broken ``backup_damaged`` and Conflict ``home_not_empty`` or
    ``database_not_empty``; then nothing was changed.
    """
    told = _manifest(folder)
    settings = office.settings
    database = folder / str(told["database"]["file"])
    if _digest(database) != told["database"]["sha256"]:
        raise Broken("backup_damaged", file=database.name)
    if database.name != store.file_name(office.sessions):
        raise Invalid("backup_of_another_kind", file=database.name)
    for place in (settings.files, settings.anchors):
        if place.exists() and any(place.iterdir()):
            raise Conflict("home_not_empty", path=str(place))
    store.put_back(office.sessions, database)
    damaged = []
    for source in sorted((folder / "files").glob("*/*/*")):
        target = settings.files / source.relative_to(folder / "files")
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(source, target)
        if _digest(target) != source.name:
            damaged.append(source.name)
    if (folder / "anchors").is_dir():
        shutil.copytree(folder / "anchors", settings.anchors, dirs_exist_ok=True)
    return Backup(folder, told["revision"], told["files"], told["anchors"], tuple(damaged))


def secret_of(folder: Path) -> Path | None:
    """The secret in a backup, if it was put there. Raises Invalid ``not_a_backup``."""
    _manifest(folder)
    found = folder / "secret"
    return found if found.is_file() else None


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid("not_a_backup", path=str(folder)) from error
    if told.get("format") != FORMAT:
        raise Invalid("not_a_backup", path=str(folder))
    found: dict[str, Any] = told
    return found


def _keep(office: Office, files: Path, sha256: str, earlier: Path | None) -> bool:
    """Put one file into the backup; whether it is whole."""
    kept = attachments.store(office)
    relative = Path(sha256[:2], sha256[2:4], sha256)
    target = files / relative
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    linked = earlier / "files" / relative if earlier is not None else None
    if linked is not None and linked.is_file() and _digest(linked) == sha256:
        os.link(linked, target)
        return True
    source = kept.root / relative
    if not source.is_file():
        return False
    shutil.copy2(source, target)
    return _digest(target) == sha256


def _copy_anchors(office: Office, names: tuple[str, ...], into: Path) -> None:
    into.mkdir(mode=0o700)
    for name in names:
        source = office.settings.anchors / name
        # One that is gone is for verify-audit to tell, here and after the way back.
        if source.is_file():
            shutil.copy2(source, into / name)


def _latest(into: Path) -> Path | None:
    found = [one for one in into.glob(f"{_PREFIX}*") if (one / MANIFEST).is_file()]
    return max(found, default=None)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Everything below is on the disk when this returns."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
