"""Two decision tables → what differs: columns, rows, how rows are chosen."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from engine.bpmn import xml
from engine.bpmn.decisions import Row, Table, read
from engine.errors import BadDefinition
from engine.values.changes import Change, ChangeKind, ChangeWhat


def compared(before: bytes, after: bytes, file: str) -> Iterator[Change]:
    """What differs between two files of tables. Of one that cannot be read only that it differs."""
    try:
        old, new = _tables(before, file), _tables(after, file)
    except BadDefinition:
        kind = ChangeKind.CHANGED
        yield Change(kind, ChangeWhat.TABLE, file, file, "decision", file=file)
        return
    for ref in dict.fromkeys((*new, *old)):
        if ref not in old or ref not in new:
            kind = ChangeKind.ADDED if ref in new else ChangeKind.REMOVED
            yield Change(kind, ChangeWhat.TABLE, ref, ref, "decision", file=file)
        else:
            yield from _table(old[ref], new[ref], file)


def _tables(data: bytes, file: str) -> dict[str, Table]:
    return read(xml.parse(data, name=file), file) if data else {}


def _table(old: Table, new: Table, file: str) -> Iterator[Change]:
    def change(what: ChangeWhat, before: str, after: str, detail: str = "") -> Change:
        kind = ChangeKind.CHANGED
        if not before or not after:
            kind = ChangeKind.REMOVED if before else ChangeKind.ADDED
        return Change(kind, what, new.id, new.id, "decision", before, after, detail, file)

    if old.policy is not new.policy:
        yield change(ChangeWhat.HIT_POLICY, old.policy.value, new.policy.value)
    columns = [
        [*table.inputs, *(f"{one.name}={one.default or ''}" for one in table.outputs)]
        for table in (old, new)
    ]
    if columns[0] != columns[1]:
        yield change(ChangeWhat.COLUMN, " | ".join(columns[0]), " | ".join(columns[1]))
    before, after = ([_row(row) for row in table.rows] for table in (old, new))
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, False).get_opcodes():
        if tag == "equal":
            continue
        for step in range(max(i2 - i1, j2 - j1)):
            one = before[i1 + step] if i1 + step < i2 else ""
            other = after[j1 + step] if j1 + step < j2 else ""
            number = j1 + step + 1 if other else i1 + step + 1
            yield change(ChangeWhat.ROW, one, other, str(number))


def _row(row: Row) -> str:
    return f"{' | '.join(test or '–' for test in row.tests)} → {' | '.join(row.answers)}"
