"""Registers (台账): written by diagrams, read by those they are kept for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.errors import Broken, Forbidden, Invalid, NotFound
from engine.rules import registers as rules
from engine.rules.registers import Column, ColumnType, Register
from engine.services import access, audit, catalogue, slots, wording
from engine.services.dockets import Docket
from engine.store import bodies, people
from engine.store import registers as rows
from engine.store.registers import Entry
from engine.values.acts import Act
from engine.values.pages import COUNT_LIMIT, PAGE_ROWS
from engine.values.process import Field, FieldType
from engine.values.running import Json
from engine.work import Work


@dataclass(frozen=True)
class RegisterRow:
    """A register in the list of registers."""

    code: str
    title: str
    summary: str
    #: Entries, bounded; only for those who read all of them.
    entries: int | None


@dataclass(frozen=True)
class EntryRow:
    """An entry: its cells in words, in the order of the columns."""

    id: int
    key: str
    cells: tuple[str, ...]
    changed_at: datetime
    revision: int
    case_id: int | None = None
    #: Its validity ran out.
    expired: bool = False


@dataclass(frozen=True)
class RegisterQuery:
    """What to look for in a register; ``after`` is the cursor of the page before."""

    text: str = ""
    after: str = ""
    rows: int = PAGE_ROWS


@dataclass(frozen=True)
class RegisterPage:
    """A page of a register, newest entries first."""

    register: Register
    query: RegisterQuery
    rows: tuple[EntryRow, ...] = ()
    after: str = ""
    #: False for readers who see only what is about their own body.
    all_entries: bool = True


@dataclass(frozen=True)
class ChangeRow:
    """One change of an entry, in words."""

    at: datetime
    by: str
    cells: tuple[tuple[str, str], ...]
    case_id: int | None = None


@dataclass(frozen=True)
class EntryPage:
    """An entry with its history, oldest change first."""

    register: Register
    entry: EntryRow
    history: tuple[ChangeRow, ...] = field(default=())


# --- Writing ----------------------------------------------------------------------------------


def write(work: Work, docket: Docket, code: str, key: str, values: Mapping[str, Json]) -> Entry:
    """Write an entry: a new one, or what is new about the one with this key.

    The key is the value of the key column, else the case's number; ``key`` tells several entries
    of one case apart and is added to it. A value that is empty leaves what stands.

    Raises Broken ``unknown_register`` and Invalid ``bad_entry``.
    """
    register = catalogue.of(work.office).register(code)
    entered = {
        id: _resolved(work, docket, register, id, value)
        for id, value in values.items()
        if value not in (None, "", [])
    }
    entered.setdefault(register.key, f"{docket.number}/{key}" if key else docket.number)
    taken = rules.take(register, entered)
    # Registers are read by bodies from whom a complainant's identity is kept (R15).
    taken = {
        id: wording.withheld(docket, value) if isinstance(value, str) else value
        for id, value in taken.items()
    }
    entry = rows.locked(work.session, code, str(taken[register.key]), work.now)
    whole = {**entry.values, **taken}
    valid_to = whole.get(register.valid_to) if register.valid_to else None
    revision = entry.revision + 1
    rows.change(
        work.session,
        entry.id,
        values=whole,
        body_id=whole.get(register.body) if register.body else None,
        case_id=docket.id,
        valid_to=date.fromisoformat(str(valid_to)) if valid_to else None,
        revision=revision,
        changed_at=work.now,
        words=" ".join(cell for cell in _cells(work, register, whole) if cell),
    )
    rows.record(
        work.session,
        entry_id=entry.id,
        revision=revision,
        at=work.now,
        by=work.actor.person_id,
        case_id=docket.id,
        values=taken,
    )
    audit.append(
        work, docket, Act.REGISTER_WRITTEN, register=code, key=entry.key, revision=revision
    )
    found = rows.find(work.session, entry.id)
    if found is None:
        raise Broken("entry_lost", register=code)
    return found


def _resolved(work: Work, docket: Docket, register: Register, id: str, value: Json) -> Json:
    """A body may be given as a slot of the case; a choice is kept in words."""
    column = register.column(id)
    if column is None:
        return value
    if column.type is ColumnType.BODY and isinstance(value, str):
        return slots.resolve(work, docket.slots, value) or value
    if column.type in (ColumnType.TEXT, ColumnType.LONG_TEXT):
        return wording.told(work, docket, id, value)
    return value


# --- Reading ----------------------------------------------------------------------------------


def registers(work: Work) -> list[RegisterRow]:
    """The registers the reader may open."""
    counts = rows.counts(work.session, COUNT_LIMIT)
    found = []
    for register in catalogue.of(work.office).registers.values():
        wide = _reads_all(work, register)
        if wide or access.viewer(work).bodies:
            found.append(
                RegisterRow(
                    register.code,
                    register.title,
                    register.summary,
                    counts.get(register.code, 0) if wide else None,
                )
            )
    return found


def entries(work: Work, code: str, query: RegisterQuery | None = None) -> RegisterPage:
    """A page of a register. Raises NotFound ``no_such_register``, Invalid ``bad_cursor``."""
    query = query or RegisterQuery()
    register = _register(work, code)
    if query.after and not query.after.isdecimal():
        raise Invalid("bad_cursor")
    wide = _reads_all(work, register)
    if not wide and not access.viewer(work).bodies:
        raise Forbidden("register_not_yours")
    found = rows.listing(
        work.session,
        code,
        text=query.text,
        body_ids=None if wide else access.viewer(work).family,
        before=int(query.after) if query.after else None,
        rows=query.rows + 1,
    )
    shown = found[: query.rows]
    return RegisterPage(
        register,
        query,
        tuple(_row(work, register, entry) for entry in shown),
        str(shown[-1].id) if len(found) > query.rows else "",
        wide,
    )


def entry(work: Work, entry_id: int) -> EntryPage:
    """An entry with every change. Raises NotFound ``no_such_entry`` when it is not to be seen."""
    found = rows.find(work.session, entry_id)
    if found is None:
        raise NotFound("no_such_entry")
    register = _register(work, found.register)
    if not _reads_all(work, register) and found.body_id not in access.viewer(work).family:
        raise NotFound("no_such_entry")
    changes = rows.history(work.session, entry_id)
    names = people.names_of_people(work.session, {c.by for c in changes if c.by is not None})
    return EntryPage(
        register,
        _row(work, register, found),
        tuple(
            ChangeRow(
                change.at,
                names.get(change.by or 0, ""),
                tuple(
                    (column.label, _cell(work, column, change.values[column.id]))
                    for column in register.columns
                    if column.id in change.values
                ),
                change.case_id,
            )
            for change in changes
        ),
    )


def _register(work: Work, code: str) -> Register:
    found = catalogue.of(work.office).registers.get(code)
    if found is None:
        raise NotFound("no_such_register", register=code)
    return found


def _reads_all(work: Work, register: Register) -> bool:
    reader = access.viewer(work)
    return reader.everything or any(
        _kinds(work, reader.bodies) & {kind} for kind in register.readers
    )


def _kinds(work: Work, ids: Collection[int]) -> frozenset[str]:
    kinds: frozenset[str] | None = work.kept.get("body_kinds")
    if kinds is None:
        found = (bodies.body(work.session, id) for id in ids)
        kinds = work.kept["body_kinds"] = frozenset(body.kind for body in found if body is not None)
    return kinds


def _row(work: Work, register: Register, entry: Entry) -> EntryRow:
    return EntryRow(
        entry.id,
        entry.key,
        tuple(_cells(work, register, entry.values)),
        entry.changed_at,
        entry.revision,
        entry.case_id,
        entry.valid_to is not None and entry.valid_to < work.today,
    )


def _cells(work: Work, register: Register, values: Mapping[str, Json]) -> list[str]:
    return [_cell(work, column, values.get(column.id)) for column in register.columns]


_FIELD_TYPES = {
    ColumnType.BODY: FieldType.BODY,
    ColumnType.PERSON: FieldType.PERSON,
    ColumnType.MONEY: FieldType.MONEY,
}


def _cell(work: Work, column: Column, value: Json) -> str:
    if column.type is ColumnType.DATE:
        return str(value or "")
    if column.type in _FIELD_TYPES:
        shown = Field(column.id, column.label, _FIELD_TYPES[column.type])
        return wording.words(work, shown, value)
    return wording.plain(value)
