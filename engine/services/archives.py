"""Archiving: finished cases are written to files that can be read back, then their rows reduced.

1. Cases whose time at hand is over are written to one zip file: JSON lines per case, the bytes of
   its files, a manifest with every member's digest, and the manifest's MAC.
2. The file is read back and verified as anybody would verify it later.
3. Only then the rows are reduced, each case under its lock and only if it is still what was
   written. What search, registers and access need stays; the chain's digests stay, so that the
   anchors of earlier days still hold.

A crash between leaves a file too many and nothing lost.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from hashlib import sha256 as digest_of
from pathlib import Path
from typing import Any

from engine.actor import COMMAND_LINE
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.office import Office
from engine.rules import retention
from engine.rules.retention import Retention
from engine.services import attachments, audit, definitions, dockets, shipped
from engine.store import archives as store
from engine.store import cases, contents
from engine.store.archives import ArchiveRow
from engine.store.audit import EntryRow
from engine.store.cases import CaseRow
from engine.store.files import FileStore
from engine.values.acts import Act
from engine.values.running import Json
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

FORMAT = "duban-archive-1"
MANIFEST, SEAL = "manifest.json", "manifest.mac"
#: Cases in one file.
PORTION = 500


@dataclass(frozen=True)
class Archived:
    """A file that was written."""

    path: Path
    cases: int
    sha256: str


@dataclass(frozen=True)
class Checked:
    """What verification of a file found."""

    cases: int
    entries: int
    files: int
    #: What is wrong with it: (member or number, code).
    problems: tuple[tuple[str, str], ...] = ()


def archive(office: Office, folder: Path, before: date | None = None) -> Iterator[Archived]:
    """Archive what may leave by now, or what ended before a day; one file after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    periods = retention.read(shipped.text(office.settings, "retention.toml"))
    after = 0
    while True:
        with office.read(COMMAND_LINE) as work:
            found = _leaving(work, periods, before, after)
            if not found:
                return
            after = found[-1][0]
            path, written = _write(work, folder, [one for one, _ in found], periods)
        checked = verify(office, path)
        if checked.problems:
            raise Conflict("archive_unreadable", file=path.name, problem=checked.problems[0][1])
        seal = _file_digest(path)
        _reduce(office, path.name, seal, written, periods)
        yield Archived(path, len(written), seal)


def _leaving(
    work: Work, periods: Retention, before: date | None, after: int
) -> list[tuple[int, str]]:
    """Cases that may be archived, a portion from an id on."""
    limit = work.now if before is None else datetime.combine(before, time(), COUNTY_ZONE)
    found: list[tuple[int, str]] = []
    while len(found) < PORTION:
        rows = store.ended(work.session, limit, after, PORTION)
        for case_id, process, finished in rows:
            ended = finished.astimezone(COUNTY_ZONE).date()
            if before is not None or periods.of(process).leaves(ended) <= work.today:
                found.append((case_id, process))
        if len(rows) < PORTION:
            break
        after = rows[-1][0]
    return found[:PORTION]


# --- Writing ----------------------------------------------------------------------------------


def _write(
    work: Work, folder: Path, ids: list[int], periods: Retention
) -> tuple[Path, list[CaseRow]]:
    name = f"duban-{work.now.astimezone(COUNTY_ZONE):%Y%m%d-%H%M%S}-{ids[0]}-{ids[-1]}.zip"
    path, kept = folder / name, attachments.store(work.office)
    rows: list[CaseRow] = []
    members: dict[str, str] = {}
    told: list[dict[str, Json]] = []
    unfinished = path.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as file:
        for case_id in ids:
            row = cases.get(work.session, case_id)
            if row is None or row.finished_at is None:
                continue
            rows.append(row)
            lines = store.rows_of(work.session, case_id)
            member = f"cases/{row.id}.jsonl"
            _put(file, members, member, _lines(lines))
            hashes = sorted({found["sha256"] for _, found in lines if found.get("sha256")})
            for one in hashes:
                _put_file(file, members, kept, one)
            until = periods.of(row.process_id).keep_until(
                row.finished_at.astimezone(COUNTY_ZONE).date()
            )
            told.append(
                {
                    "id": row.id,
                    "number": row.number,
                    "process": row.process_id,
                    "definition": definitions.load(work, row.definition_id).checksum,
                    "started_at": row.started_at.isoformat(),
                    "finished_at": row.finished_at.isoformat(),
                    "chain": {"length": row.audit_seq, "head": row.audit_head.hex()},
                    "member": member,
                    "files": hashes,
                    "keep_until": until.isoformat() if until else None,
                }
            )
        manifest = json.dumps(
            {
                "format": FORMAT,
                "written_at": work.now.isoformat(),
                "cases": told,
                "members": members,
            },
            ensure_ascii=False,
            indent=1,
        ).encode()
        file.writestr(MANIFEST, manifest)
        file.writestr(SEAL, _seal(work.office, manifest))
    with unfinished.open("rb+") as written:
        os.fsync(written.fileno())
    unfinished.replace(path)
    return path, rows


def _lines(rows: list[tuple[str, dict[str, Any]]]) -> bytes:
    """One JSON object a line: ``{"table": …, "row": {column: value}}``."""
    return b"".join(
        json.dumps({"table": table, "row": row}, ensure_ascii=False, default=_plain).encode()
        + b"\n"
        for table, row in rows
    )


def _plain(value: object) -> str:
    """Instants and days as ISO 8601, bytes in base64."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(type(value).__name__)


def _put(file: zipfile.ZipFile, members: dict[str, str], name: str, content: bytes) -> None:
    file.writestr(name, content)
    members[name] = digest_of(content).hexdigest()


def _put_file(file: zipfile.ZipFile, members: dict[str, str], kept: FileStore, sha256: str) -> None:
    name = f"files/{sha256}"
    if name not in members:
        file.write(kept.path(sha256), name)
        members[name] = sha256


def _seal(office: Office, manifest: bytes) -> str:
    return hmac.digest(office.secret("archive"), manifest, "sha256").hex()


def _file_digest(path: Path) -> str:
    found = digest_of()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


# --- Verifying --------------------------------------------------------------------------------


def verify(office: Office, path: Path) -> Checked:
    """Read a file back: seal, every member's digest, every chain to the head its manifest names.

    Raises Invalid ``no_archive`` for what is no archive of this format.
    """
    try:
        with zipfile.ZipFile(path) as file:
            manifest = file.read(MANIFEST)
            told = json.loads(manifest)
            if told.get("format") != FORMAT:
                raise Invalid("no_archive", file=path.name)
            problems = list(_seal_and_members(office, file, manifest, told))
            entries = 0
            for one in told["cases"] if not problems else ():
                count, problem = _chain(office, file, one)
                entries += count
                if problem:
                    problems.append((one["number"], problem))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Invalid("no_archive", file=path.name) from error
    files = sum(name.startswith("files/") for name in told["members"])
    return Checked(len(told["cases"]), entries, files, tuple(problems))


def _seal_and_members(
    office: Office, file: zipfile.ZipFile, manifest: bytes, told: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    if not hmac.compare_digest(file.read(SEAL).decode("ascii", "replace"), _seal(office, manifest)):
        yield MANIFEST, "seal_differs"
    there = set(file.namelist()) - {MANIFEST, SEAL}
    for name in sorted(there ^ set(told["members"])):
        yield name, "member_missing" if name in told["members"] else "member_unknown"
    for name in sorted(there & set(told["members"])):
        found = digest_of()
        with file.open(name) as content:
            while block := content.read(1 << 20):
                found.update(block)
        if found.hexdigest() != told["members"][name]:
            yield name, "member_changed"


def _chain(office: Office, file: zipfile.ZipFile, told: dict[str, Any]) -> tuple[int, str]:
    """Follow the chain of a case; how many entries it has, and what is wrong with it."""
    key, head, count = office.secret("audit"), b"", 0
    for entry in _entries(file, told["member"]):
        count += 1
        if entry.seq != count:
            return count, "entry_missing"
        expected = audit.digest_of(key, head, entry)
        if not hmac.compare_digest(expected, entry.digest):
            return count, "entry_changed"
        head = entry.digest
    if (count, head.hex()) != (told["chain"]["length"], told["chain"]["head"]):
        return count, "head_differs"
    return count, ""


def _entries(file: zipfile.ZipFile, member: str) -> Iterator[EntryRow]:
    for line in file.read(member).splitlines():
        found = json.loads(line)
        if found["table"] == "audit_entries":
            row = found["row"]
            at, digest = datetime.fromisoformat(row["at"]), base64.b64decode(row["digest"])
            yield EntryRow(**{**row, "at": at, "digest": digest})


# --- Reducing ---------------------------------------------------------------------------------


def _reduce(
    office: Office, file: str, sha256: str, written: list[CaseRow], periods: Retention
) -> None:
    """Reduce the rows of what was written, all of a file in one transaction."""
    with office.begin(COMMAND_LINE) as work:
        loose: set[str] = set()
        for before in written:
            loose |= _reduce_one(work, file, sha256, before, periods)
        audit.append(work, None, Act.CASES_ARCHIVED, file=file, sha256=sha256, cases=len(written))
        remove = _unused(work, loose)
    remove()


def _reduce_one(
    work: Work, file: str, sha256: str, before: CaseRow, periods: Retention
) -> set[str]:
    row = cases.lock(work.session, before.id)
    if row is None or row.revision != before.revision or row.audit_seq != before.audit_seq:
        raise Conflict("case_moved")
    if store.is_held(work.session, row.id) or row.finished_at is None:
        raise Conflict("case_kept_back", number=row.number)
    process = definitions.load(work, row.definition_id).description.process
    digests = b"".join(
        found["digest"]
        for table, found in store.rows_of(work.session, row.id)
        if table == "audit_entries"
    )
    loose = store.reduce(work.session, row.id)
    kept = {key: row.data[key] for key in (process.title, process.party) if key in row.data}
    reduced = replace(row, data=kept, messages=None, state=b"", revision=row.revision + 1)
    cases.save(
        work.session,
        row.id,
        row.revision,
        {
            "data": kept,
            "messages": None,
            "revision": reduced.revision,
            "state_mac": dockets.mac(dockets.state_key(work), reduced),
        },
    )
    until = periods.of(row.process_id).keep_until(row.finished_at.astimezone(COUNTY_ZONE).date())
    store.add(work.session, ArchiveRow(row.id, work.now, file, sha256, until, digests))
    return loose


def _unused(work: Work, hashes: set[str]) -> Callable[[], int]:
    """What removes content nobody refers to any more, for after the commit."""
    kept, before = attachments.store(work.office), work.now
    gone = hashes - contents.kept(work.session, hashes, work.now)
    return lambda: sum(kept.discard(one, before) for one in gone)


# --- Holds ------------------------------------------------------------------------------------


def hold(work: Work, case_id: int, reason: str) -> None:
    """Keep a case as it is, for a lawsuit or an inspection. Administrators and the console."""
    reason = " ".join(reason.split())
    if not work.actor.administrator:
        raise Forbidden("administrator_only")
    if not reason:
        raise Invalid(fields={"reason": Invalid("required")})
    with dockets.locked(work, case_id) as chain:
        if store.of_case(work.session, case_id) is not None:
            raise Conflict("case_archived")
        store.hold(work.session, case_id, work.now, reason, work.actor.name)
        audit.append(work, chain, Act.CASE_HELD, reason=reason)


def release(work: Work, case_id: int) -> None:
    """A case that was held goes the way of others again. Raises NotFound ``case_not_held``."""
    if not work.actor.administrator:
        raise Forbidden("administrator_only")
    with dockets.locked(work, case_id) as chain:
        if not store.release(work.session, case_id, work.now):
            raise NotFound("case_not_held", case=case_id)
        audit.append(work, chain, Act.CASE_RELEASED)
