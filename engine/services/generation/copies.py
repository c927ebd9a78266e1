"""Copies of played cases: rows, numbers, names, MACs and chains as if each had been lived."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.actor import COMMAND_LINE
from engine.office import Office
from engine.services import audit, definitions, dockets
from engine.services.generation.names import Names
from engine.store import audit as chains
from engine.store import bulk, cases
from engine.store.audit import EntryRow
from engine.store.bulk import Span
from engine.store.cases import CaseRow
from engine.values.process import FieldType
from engine.values.running import Json
from engine.work import Work

#: Cases made in one transaction.
PORTION = 2_000
#: ``红执诉〔2026〕17号``: code, year, number.
_NUMBER = re.compile(r"(.*)〔(\d{4})〕(\d+)号")


@dataclass(frozen=True)
class _Original:
    """A played case with what its copies need."""

    row: CaseRow
    entries: tuple[EntryRow, ...]
    title: str
    party: str
    #: Fields of its forms that hold files.
    files: frozenset[str]


def multiply(
    office: Office, played: Sequence[int], wanted: int, names: Names, tell: Callable[[int], None]
) -> int:
    """Make so many copies of the cases played, and of those they opened; how many were made."""
    with office.read(COMMAND_LINE) as work:
        originals = [_original(work, one) for one in _sound(work, played)]
    made = copied = 0
    while made < wanted and originals:
        left = wanted - made
        some = originals if left >= len(originals) else _whole(originals, left)
        if not some:
            break
        copies = max(1, min(PORTION, left) // len(some))
        with office.begin(COMMAND_LINE) as work:
            _portion(work, some, range(copied, copied + copies), names)
        copied += copies
        made += copies * len(some)
        tell(len(played) + made)
    return made


def totals(office: Office) -> tuple[int, int]:
    """Open tasks and waiting timers of the county."""
    with office.read(COMMAND_LINE) as work:
        return bulk.totals(work.session)


def _sound(work: Work, played: Sequence[int]) -> list[int]:
    """The cases played and those they opened, unless something failed in one they know of."""
    found, links = set(played), bulk.linked(work.session, played)
    while not found.issuperset(other for _, other in links):
        found.update(other for _, other in links)
        links = bulk.linked(work.session, found)
    found -= bulk.with_incidents(work.session, found)
    while True:
        torn = {one for one, other in links if one in found and other not in found}
        if not torn:
            return sorted(found)
        found -= torn


def _whole(originals: Sequence[_Original], left: int) -> list[_Original]:
    """Some of the originals for the last copies; cases that know of one another come apart here."""
    return [one for one in originals if not _is_linked(one)][:left]


def _is_linked(original: _Original) -> bool:
    return any(entry.act == "case_opened" for entry in original.entries)


def _original(work: Work, case_id: int) -> _Original:
    row = cases.get(work.session, case_id)
    if row is None:
        raise LookupError(case_id)
    description = definitions.load(work, row.definition_id).description
    return _Original(
        row,
        tuple(chains.entries(work.session, case_id)),
        description.process.title,
        description.process.party,
        frozenset(
            field.id
            for form in description.forms.values()
            for field in form.fields
            if field.type is FieldType.FILE
        ),
    )


def _portion(work: Work, originals: Sequence[_Original], copies: range, names: Names) -> None:
    """The copies of each of these with these numbers, in one transaction."""
    ids = [one.row.id for one in originals]
    known = bulk.spans(work.session, ids, copies)
    numbers = _numbers(work, originals, len(copies))
    keys = dockets.state_key(work), audit.chain_key(work)
    rows: list[CaseRow] = []
    entries: list[Mapping[str, Any]] = []
    for copy in copies:
        for one in originals:
            row = _copy(one, known, copy, next(numbers[_series(one)]), names)
            row.state_mac = dockets.mac(keys[0], row)
            for entry in _chain(one, row, keys[1]):
                entries.append(entry)
                row.audit_head = entry["digest"]
            rows.append(row)
    bulk.add_cases(work.session, rows)
    bulk.add_entries(work.session, entries)
    for table in bulk.tables():
        bulk.copy(work.session, table, ids, known, copies)


def _series(one: _Original) -> tuple[str, int]:
    """The code and the year a case is numbered in."""
    found = _NUMBER.fullmatch(one.row.number)
    return (found[1], int(found[2])) if found is not None else (one.row.number, 0)


def _numbers(
    work: Work, originals: Collection[_Original], copies: int
) -> dict[tuple[str, int], Iterator[str]]:
    """Numbers for all copies, taken as cases take them."""
    found = {}
    for (code, year), count in Counter(_series(one) for one in originals).items():
        first = cases.next_numbers(work.session, code, year, count * copies)
        taken = range(first, first + count * copies)
        found[code, year] = iter([f"{code}〔{year}〕{number}号" for number in taken])
    return found


def _copy(
    one: _Original, known: Mapping[str, Span], copy: int, number: str, names: Names
) -> CaseRow:
    """The row of a copy; its MAC and the head of its chain come later."""
    row = one.row
    data = {key: _moved(one, key, value, known, copy) for key, value in row.data.items()}
    title, party = row.title, row.party
    if one.title and isinstance(data.get(one.title), str):
        data[one.title] = title = names.title()
    if one.party and isinstance(data.get(one.party), str):
        data[one.party] = party = names.party()
    return replace(
        row,
        id=known["cases"].moved(row.id, copy),
        number=number,
        title=title,
        party=party,
        data=data,
    )


def _moved(one: _Original, key: str, value: Json, known: Mapping[str, Span], copy: int) -> Json:
    """A value of the case file, pointing to the copy's own files, documents and cases."""
    if key in one.files and isinstance(value, list) and "attachments" in known:
        return [known["attachments"].moved(each, copy) for each in value]
    if isinstance(value, dict):
        told = {"document": "documents", "case": "cases"}
        return {
            name: known[told[name]].moved(held, copy)
            if name in told and isinstance(held, int) and told[name] in known
            else held
            for name, held in value.items()
        }
    return value


def _chain(one: _Original, row: CaseRow, key: bytes) -> Iterator[dict[str, Any]]:
    """The chain of a copy, from its first entry on."""
    previous = b""
    for entry in one.entries:
        facts = entry.facts
        if facts.get("number") == one.row.number:
            facts = {**facts, "number": row.number}
        values = {**vars(entry), "case_id": row.id, "facts": facts}
        previous = audit.digest_of(key, previous, EntryRow(**values))
        yield {**values, "digest": previous}
