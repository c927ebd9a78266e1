"""Reading a package of a case file back: by whoever holds the installation's keys."""

from __future__ import annotations

import hashlib
import hmac
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from engine.errors import Invalid
from engine.office import Office
from engine.services import audit, casefile_package
from engine.store.audit import EntryRow


def check(office: Office, path: Path) -> list[tuple[str, str]]:
    """What is wrong with a package: seal, members, the chain to the head its manifest names.

    Raises Invalid ``no_case_file`` for what is none.
    """
    try:
        with zipfile.ZipFile(path) as file:
            manifest = file.read(casefile_package.MANIFEST)
            told = json.loads(manifest)
            if told.get("format") != casefile_package.FORMAT:
                raise Invalid("no_case_file", file=path.name)
            wrong = []
            if not hmac.compare_digest(
                file.read(casefile_package.SEAL), casefile_package.seal(office, manifest)
            ):
                wrong.append((casefile_package.MANIFEST, "seal_differs"))
            there = set(file.namelist()) - {
                casefile_package.MANIFEST,
                casefile_package.SEAL,
                casefile_package.SUMS,
            }
            for name in sorted(there ^ set(told["members"])):
                missing = name in told["members"]
                wrong.append((name, "member_missing" if missing else "member_unknown"))
            for name in sorted(there & set(told["members"])):
                with file.open(name) as member:
                    if _digest(member) != told["members"][name]:
                        wrong.append((name, "member_changed"))
            return wrong or _chain(office, file, told)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Invalid("no_case_file", file=path.name) from error


def _chain(office: Office, file: zipfile.ZipFile, told: dict[str, Any]) -> list[tuple[str, str]]:
    key, head, count = office.secret("audit"), b"", 0
    for line in file.read(casefile_package.AUDIT).splitlines():
        row = json.loads(line)
        at, digest = datetime.fromisoformat(row["at"]), bytes.fromhex(row["digest"])
        entry = EntryRow(**{**row, "at": at, "digest": digest})
        count += 1
        if entry.seq != count:
            return [(casefile_package.AUDIT, "entry_missing")]
        if not hmac.compare_digest(audit.digest_of(key, head, entry), digest):
            return [(casefile_package.AUDIT, "entry_changed")]
        head = digest
    if (count, head.hex()) != (told["chain"]["length"], told["chain"]["head"]):
        return [(casefile_package.AUDIT, "head_differs")]
    return []


def _digest(member: IO[bytes]) -> str:
    found = hashlib.sha256()
    while block := member.read(casefile_package.CHUNK):
        found.update(block)
    return found.hexdigest()
