"""A docket: one case held under its lock, as a command works on it.

``held`` locks the case first and writes it back once, at the end, guarded by its revision.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from engine import logs
from engine.errors import Broken, NotFound
from engine.services import definitions
from engine.store import audit, cases, search, tasks, timers
from engine.store import deadlines as ledger
from engine.store.audit import EntryRow
from engine.store.cases import CaseRow
from engine.store.deadlines import DeadlineRow
from engine.store.tasks import TaskRow
from engine.store.timers import TimerRow
from engine.values.process import Description, Form
from engine.values.running import Json
from engine.work import Work

if TYPE_CHECKING:
    from engine.bpmn.definition import Definition

_COLUMNS = tuple(column.name for column in fields(CaseRow))


@dataclass
class Docket(CaseRow):
    """A case whose row this unit of work has locked. Change attributes; ``held`` writes them."""

    definition: Definition
    #: Audit entries of this unit of work that are not written yet.
    entries: list[EntryRow] = field(default_factory=list)
    #: Whether its bodies are on record; not yet for a case that is being started.
    placed: bool = False
    #: Deadlines that ended in this unit of work, as they were before.
    ended: list[DeadlineRow] = field(default_factory=list)
    #: What takes back the last act, to be written; empty leaves what is stored.
    undo: tuple[bytes | None, ...] = ()
    #: The columns as read.
    before: Mapping[str, object] = field(default_factory=dict)

    @property
    def description(self) -> Description:
        """The definition in plain values."""
        return self.definition.description

    @property
    def running(self) -> bool:
        """Whether anything can still happen in the case."""
        return self.status == cases.RUNNING

    def form(self, element: str) -> Form:
        """The form of an element of this case's definition."""
        found = self.description.forms.get(element)
        if found is None:
            raise Broken("no_form", element=element)
        return found


@dataclass(frozen=True)
class Around:
    """What hangs on a case, as it was read since the case was locked."""

    timers: list[TimerRow]
    deadlines: list[DeadlineRow]
    tasks: list[TaskRow]


def around(work: Work, ids: Sequence[int]) -> dict[int, Around]:
    """What hangs on cases that are locked, by id."""
    waiting = timers.live_of(work.session, ids)
    running = ledger.unended_of(work.session, ids)
    present = tasks.open_of_cases(work.session, ids)
    return {one: Around(waiting[one], running[one], present[one]) for one in ids}


def touched(work: Work) -> set[int]:
    """The cases this unit of work has locked one by one, to move them or to add to their chains."""
    found: set[int] = work.kept.setdefault("touched cases", set())
    return found


@contextmanager
def held(work: Work, case_id: int) -> Iterator[Docket]:
    """Lock a case, work on it, write it back. Raises NotFound ``no_such_case``."""
    row = cases.lock(work.session, case_id)
    if row is None:
        raise NotFound("no_such_case", case=case_id)
    with _worked_on(work, row) as docket:
        yield docket


@contextmanager
def held_for_task(work: Work, task_id: int) -> Iterator[Docket]:
    """The same with the case of a task. Raises NotFound ``no_such_task``."""
    row = cases.lock_of_task(work.session, task_id)
    if row is None:
        raise NotFound("no_such_task", task=task_id)
    with _worked_on(work, row) as docket:
        yield docket


@contextmanager
def _worked_on(work: Work, row: CaseRow) -> Iterator[Docket]:
    work.doing = (work.doing[0], row.id)
    logs.bind(case=row.id)
    touched(work).add(row.id)
    docket = opened(work, row)
    yield docket
    write(work, docket)


@dataclass
class Chain:
    """The audit chain of a locked case, and no more of it."""

    id: int
    audit_seq: int
    audit_head: bytes
    failures: int
    entries: list[EntryRow] = field(default_factory=list)


@contextmanager
def locked(work: Work, case_id: int) -> Iterator[Chain]:
    """Lock a case to add to its chain only: works on one whose state is damaged, too."""
    row = cases.lock_chain(work.session, case_id)
    if row is None:
        raise NotFound("no_such_case", case=case_id)
    touched(work).add(case_id)
    chain = Chain(case_id, row.audit_seq, row.audit_head, row.failures)
    yield chain
    audit.add(work.session, chain.entries)
    cases.set_chain(work.session, case_id, chain.audit_seq, chain.audit_head)


def opened(work: Work, row: CaseRow) -> Docket:
    """The docket of a case already locked. Raises Broken ``state_damaged``."""
    key = state_key(work)
    if not hmac.compare_digest(row.state_mac, mac(key, row)):
        raise Broken("state_damaged", case=row.id)
    columns = {name: getattr(row, name) for name in _COLUMNS}
    return Docket(
        **columns,
        definition=definitions.load(work, row.definition_id),
        placed=True,
        before=dict(columns),
    )


def write(work: Work, docket: Docket) -> None:
    """Write what changed; Conflict ``case_moved`` follows if another got in between."""
    audit.add(work.session, docket.entries)
    docket.entries = []
    changed = {
        name: value
        for name in _COLUMNS
        if (value := getattr(docket, name)) != docket.before.get(name)
    }
    if not changed:
        return
    if docket.undo:
        changed["undo"] = docket.undo[0]
        docket.undo = ()
    before = docket.revision
    docket.revision = before + 1
    docket.state_mac = mac(state_key(work), docket)
    changed |= {"revision": docket.revision, "state_mac": docket.state_mac}
    cases.save(work.session, docket.id, before, changed)
    old = tuple(str(docket.before.get(name, "")) for name in ("number", "title", "party"))
    new = (docket.number, docket.title, docket.party)
    if old != new and docket.before:
        search.reindex(work.session, docket.id, (old[0], old[1], old[2]), new)
    docket.before = {name: getattr(docket, name) for name in _COLUMNS}


def mac(key: bytes, row: CaseRow) -> bytes:
    """What binds the engine's state and the case file to this case and this revision."""
    digest = hmac.new(key, f"{row.id}|{row.revision}|".encode(), hashlib.sha256)
    digest.update(row.state)
    digest.update(canonical(row.data))
    return digest.digest()


def canonical(value: Json) -> bytes:
    """One spelling of a JSON value, whatever database it went through."""
    return _CANONICAL(value).encode()


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def state_key(work: Work) -> bytes:
    """The key of every state's MAC."""
    return work.office.secret("state")
