"""The audit chains held fast: verification, and the daily heads written outside the database.

A chain proves that nothing inside it was changed. That its end was not cut off is proved by the
length and head each case remembers, and, against somebody who changes both, by the anchors: files
of one line per chain that grew since the day before, each naming the digest of the file before it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from engine.errors import Forbidden, NotFound
from engine.rules.hashchain import LENGTH
from engine.services import audit
from engine.store import archives, cases, settings
from engine.store import audit as store
from engine.store import incidents as runs
from engine.store.audit import COUNTY, AnchorRow, EntryRow
from engine.values.audit_pages import AuditReport, BrokenChain
from engine.work import Work

JOB = "anchor"
#: Entries and cases read at once.
PORTION = 2_000
#: Heads are looked for this long before the last anchor: commits may overtake one another.
OVERLAP = timedelta(hours=1)


# --- Anchoring --------------------------------------------------------------------------------


def daily(work: Work, scheduled_for: datetime) -> None:
    """Write the heads of the day down, once a day."""
    today = work.today
    if any(found.day == today for found in store.anchors(work.session)):
        return
    # Nodes of the version before look here; two must not write one file.
    if runs.win_run(work.session, JOB, today, work.now):
        anchor(work)


def anchor(work: Work) -> AnchorRow:
    """Write every head that moved since the last anchor to a file outside the database."""
    # A clock that ran ahead and was put right leaves anchors of days to come.
    before = [found for found in store.anchors(work.session) if found.at <= work.now]
    last = before[-1] if before else None
    # From the one before the last: a day whose anchor such a clock took away is caught up with.
    since = before[-2].at - OVERLAP if len(before) > 1 else None
    lines = [
        json.dumps(
            {
                "day": work.today.isoformat(),
                "at": work.now.isoformat(),
                "previous": last.digest.hex() if last is not None else "",
            }
        )
    ]
    lines += [
        json.dumps({"case": case_id, "length": seq, "head": head.hex()})
        for case_id, seq, head in store.heads_since(work.session, since)
    ]
    content = ("\n".join(lines) + "\n").encode()
    name = f"{work.today.isoformat()}.jsonl"
    _write(work.office.settings.anchors / name, content)
    row = AnchorRow(
        day=work.today,
        at=work.now,
        chains=len(lines) - 1,
        file=name,
        digest=hashlib.sha256(content).digest(),
    )
    store.add_anchor(work.session, row)
    return row


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(path.name + ".new")
    with written.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)


# --- Verifying --------------------------------------------------------------------------------


@dataclass
class _Chain:
    """A chain being verified."""

    case_id: int
    seq: int = 0
    head: bytes = b""
    broken: str = ""
    at: int | None = None


def verify(work: Work, case_id: int | None = None) -> AuditReport:
    """Verify one chain, or all of them and the anchors. Administrators and the console only."""
    if not work.actor.administrator:
        raise Forbidden("administrator_only")
    if case_id is not None and case_id != COUNTY and cases.get(work.session, case_id) is None:
        raise NotFound("no_such_case", case=case_id)
    key = audit.chain_key(work)
    entries = 0
    ends: dict[int, _Chain] = {}
    broken: list[BrokenChain] = []
    for chain, count in _chains(work, key, case_id):
        entries += count
        ends[chain.case_id] = chain
        if chain.broken:
            broken.append(BrokenChain(chain.case_id, "", chain.broken, chain.at))
    numbers = _compare_ends(work, case_id, ends, broken)
    anchors = 0
    if case_id is None:
        anchors = _compare_anchors(work, broken)
    named = [
        BrokenChain(one.case_id, numbers.get(one.case_id, ""), one.code, one.seq, one.day)
        for one in broken
    ]
    return AuditReport(len(ends), entries, anchors, tuple(named))


def _chains(work: Work, key: bytes, only: int | None) -> Iterator[tuple[_Chain, int]]:
    """Every chain with its number of entries, read in portions."""
    chain: _Chain | None = None
    count = 0
    for entry in _entries(work, only):
        if chain is None or chain.case_id != entry.case_id:
            if chain is not None:
                yield chain, count
            chain, count = _Chain(entry.case_id), 0
        count += 1
        _follow(chain, entry, key)
    if chain is not None:
        yield chain, count


def _entries(work: Work, only: int | None) -> Iterator[EntryRow]:
    if only is not None:
        yield from store.entries(work.session, only)
        return
    after = (-1, 0)
    while portion := store.every_entry(work.session, after, PORTION):
        yield from portion
        after = (portion[-1].case_id, portion[-1].seq)


def _follow(chain: _Chain, entry: EntryRow, key: bytes) -> None:
    expected = chain.seq + 1
    if not chain.broken:
        if entry.seq != expected:
            chain.broken, chain.at = "entry_missing", expected
        elif not hmac.compare_digest(entry.digest, audit.digest_of(key, chain.head, entry)):
            chain.broken, chain.at = "entry_changed", entry.seq
    chain.seq, chain.head = entry.seq, entry.digest


def _compare_ends(
    work: Work, only: int | None, ends: dict[int, _Chain], broken: list[BrokenChain]
) -> dict[int, str]:
    """Each chain must be as long as its case remembers."""
    numbers: dict[int, str] = {}
    found: list[tuple[int, str, int, bytes]] = []
    if only is None or only == COUNTY:
        seq, head = settings.get(work.session, settings.COUNTY_CHAIN, [0, ""])
        found.append((COUNTY, "", seq, bytes.fromhex(head)))
    if only is not None and only != COUNTY:
        row = cases.get(work.session, only)
        if row is not None:
            found.append((row.id, row.number, row.audit_seq, row.audit_head))
    elif only is None:
        after = 0
        while portion := store.recorded_heads(work.session, after, PORTION):
            found += portion
            after = portion[-1][0]
    for case_id, number, seq, head in found:
        numbers[case_id] = number
        chain = ends.get(case_id) or _archived(work, case_id) or _Chain(case_id)
        if chain.broken:
            continue
        if chain.seq < seq:
            broken.append(BrokenChain(case_id, number, "tail_missing", chain.seq + 1))
        elif chain.seq > seq or chain.head != head:
            broken.append(BrokenChain(case_id, number, "head_differs", chain.seq))
    for case_id in ends:
        if case_id != COUNTY and case_id not in numbers and only is None:
            broken.append(BrokenChain(case_id, "", "case_missing"))
    return numbers


def _archived(work: Work, case_id: int) -> _Chain | None:
    """The end of a chain whose entries are in an archive; its digests stayed."""
    row = archives.of_case(work.session, case_id)
    if row is None:
        return None
    return _Chain(case_id, len(row.digests) // LENGTH, row.digests[-LENGTH:])


def _digest_at(work: Work, case_id: int, seq: int) -> bytes | None:
    stored = store.digest_at(work.session, case_id, seq)
    row = archives.of_case(work.session, case_id) if stored is None else None
    if row is None:
        return stored
    return row.digests[(seq - 1) * LENGTH : seq * LENGTH] or None


def _compare_anchors(work: Work, broken: list[BrokenChain]) -> int:
    """Each head once written down must still be in its chain, and each file as it was."""
    known = {""}
    anchors = store.anchors(work.session)
    for found in anchors:
        path = work.office.settings.anchors / found.file
        if not path.is_file():
            broken.append(BrokenChain(COUNTY, "", "anchor_missing", day=found.day))
            known = (known | {found.digest.hex()}) - {""}
            continue
        content = path.read_bytes()
        if hashlib.sha256(content).digest() != found.digest:
            broken.append(BrokenChain(COUNTY, "", "anchor_changed", day=found.day))
        broken += _compare_anchor(work, content, known, found.day)
        known = (known | {found.digest.hex()}) - {""}
    broken += _forgotten(work, {found.file for found in anchors})
    return len(anchors)


def _compare_anchor(work: Work, content: bytes, known: Set[str], day: date) -> list[BrokenChain]:
    """``known`` are the digests of anchors of earlier days; only the first has none before it."""
    found: list[BrokenChain] = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines()):
        try:
            told = json.loads(line)
        except ValueError:
            return [*found, BrokenChain(COUNTY, "", "anchor_changed", day=day)]
        if number == 0:
            if told.get("previous") not in known:
                found.append(BrokenChain(COUNTY, "", "anchor_out_of_order", day=day))
            continue
        stored = _digest_at(work, told["case"], told["length"])
        if stored is None:
            found.append(BrokenChain(told["case"], "", "tail_missing", told["length"], day))
        elif stored.hex() != told["head"]:
            found.append(BrokenChain(told["case"], "", "head_differs", told["length"], day))
    return found


def _forgotten(work: Work, known: set[str]) -> list[BrokenChain]:
    """Files of days the database no longer knows of."""
    folder = work.office.settings.anchors
    return [
        BrokenChain(COUNTY, "", "anchor_forgotten", day=_day(path))
        for path in sorted(folder.glob("*.jsonl"))
        if path.name not in known
    ]


def _day(path: Path) -> date | None:
    try:
        return datetime.fromisoformat(path.stem).date()
    except ValueError:
        return None
