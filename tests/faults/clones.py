"""Many whole cases at once: copies of one, each with a state, a chain and rows of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Table, func, insert, select

from engine.actor import COMMAND_LINE
from engine.services import audit, dockets
from engine.store import audit as chains
from engine.store import cases as case_store
from engine.store import search
from engine.store.cases import CaseRow, cases
from engine.store.deadlines import deadlines
from engine.store.dossiers import case_bodies, passed
from engine.store.tasks import task_performers, tasks
from engine.store.timers import timers
from engine.work import Work
from tests.faults.conftest import Town

#: Copies written in one transaction.
PORTION = 1_000
#: Tables whose rows have ids of their own, and those keyed by the case.
_WITH_IDS = (deadlines, tasks, timers)
_BY_CASE = (case_bodies, passed)


def clone(town: Town, case_id: int, count: int) -> list[int]:
    """Copies of a case as it stands; their ids."""
    made: list[int] = []
    while len(made) < count:
        with town.office.begin(COMMAND_LINE) as work:
            made += _portion(work, case_id, min(PORTION, count - len(made)))
    return made


def _portion(work: Work, case_id: int, count: int) -> list[int]:
    row = case_store.get(work.session, case_id)
    assert row is not None
    first = _next(work, cases)
    ids = list(range(first, first + count))
    entries = list(chains.entries(work.session, case_id))
    copies, chained = [], []
    for new in ids:
        copy, links = _copy(work, row, entries, new)
        copies.append(vars(copy))
        chained += [vars(link) for link in links]
    work.session.execute(insert(cases), copies)
    work.session.execute(insert(chains.audit_entries), chained)
    kept: dict[tuple[str, int, int], int] = {}
    for table in _WITH_IDS:
        _rows(work, table, case_id, ids, kept)
    for table in _BY_CASE:
        stored = _stored(work, table, case_id)
        rows = [{**values, "case_id": new} for new in ids for values in stored]
        if rows:
            work.session.execute(insert(table), rows)
    assert not _stored(work, task_performers, case_id), "copies are of tasks for everybody"
    for new in ids:
        search.index(work.session, new, f"{row.number}-{new}", row.title, row.party)
    if work.office.sessions.dialect == "postgresql":
        for table in (cases, *_WITH_IDS):
            # Ids were given out past the sequence: let it follow.
            sequence = func.pg_get_serial_sequence(table.name, "id")
            work.session.execute(select(func.setval(sequence, _next(work, table))))
    return ids


def _copy(
    work: Work, row: CaseRow, entries: Sequence[chains.EntryRow], new: int
) -> tuple[CaseRow, list[chains.EntryRow]]:
    links, head = [], b""
    for entry in entries:
        bare = replace(entry, case_id=new)
        head = audit.digest_of(audit.chain_key(work), head, bare)
        links.append(replace(bare, digest=head))
    copy = replace(row, id=new, number=f"{row.number}-{new}", audit_head=head)
    copy.state_mac = dockets.mac(dockets.state_key(work), copy)
    return copy, links


def _rows(
    work: Work, table: Table, case_id: int, ids: list[int], kept: dict[tuple[str, int, int], int]
) -> None:
    following = _next(work, table)
    rows = []
    for new in ids:
        for values in _stored(work, table, case_id):
            kept[table.name, new, values["id"]] = following
            copy = {**values, "id": following, "case_id": new}
            if copy.get("number"):
                copy["number"] = f"{copy['number']}-{new}"
            if copy.get("deadline_id") is not None:
                copy["deadline_id"] = kept["deadlines", new, copy["deadline_id"]]
            rows.append(copy)
            following += 1
    work.session.execute(insert(table), rows)


def _stored(work: Work, table: Table, case_id: int) -> list[dict[str, Any]]:
    key = (table.name, case_id)
    found: list[dict[str, Any]] = work.kept.get(str(key)) or [
        dict(row._mapping)
        for row in work.session.execute(select(table).where(table.c.case_id == case_id))
    ]
    work.kept[str(key)] = found
    return found


def _next(work: Work, table: Table) -> int:
    found: int = work.session.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    return found + 1
