"""Reading the registers: which there are, one of them page by page, an entry with its history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.errors import Forbidden, Invalid, NotFound
from engine.rules import redaction
from engine.rules import registers as rules
from engine.rules.registers import Column, ColumnType, Register, Validity
from engine.services import access, catalogue, cells, documents, places, views
from engine.store import bodies, people
from engine.store import cases as case_store
from engine.store import register_marks as marks
from engine.store import registers as rows
from engine.store.registers import Change, Entry, Wanted
from engine.values.pages import COUNT_LIMIT, PAGE_ROWS, CaseRef, Choice, DocumentRow
from engine.values.running import Json
from engine.work import Work

#: Values a filter offers.
MOST_VALUES = 100


@dataclass(frozen=True)
class RegisterRow:
    """A register in the list of registers."""

    code: str
    title: str
    summary: str
    #: Entries, bounded; only for those who read all of them.
    entries: int | None
    #: Entries whose validity runs out soon, bounded; ``None`` where nothing runs out.
    soon: int | None = None


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
    validity: Validity = Validity.NONE
    valid_to: date | None = None


@dataclass(frozen=True)
class RegisterQuery:
    """What to look for in a register; ``after`` is the cursor of the page before."""

    text: str = ""
    after: str = ""
    rows: int = PAGE_ROWS
    #: Values by column, of columns the register can be narrowed by.
    where: Mapping[str, str] = field(default_factory=dict)
    #: valid, soon or expired; empty is any.
    validity: str = ""


@dataclass(frozen=True)
class Filter:
    """A column by which the list can be narrowed, with the values it has."""

    column: Column
    chosen: str
    options: tuple[Choice, ...]


@dataclass(frozen=True)
class RegisterPage:
    """A page of a register, newest entries first."""

    register: Register
    query: RegisterQuery
    rows: tuple[EntryRow, ...] = ()
    after: str = ""
    #: False for readers who see only what is about their own body.
    all_entries: bool = True
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True)
class ChangeRow:
    """One change of an entry, in words."""

    at: datetime
    by: str
    cells: tuple[tuple[str, str], ...]
    case_id: int | None = None
    #: The case in which it was written, if the reader may see it.
    case: CaseRef | None = None


@dataclass(frozen=True)
class EntryPage:
    """An entry with its history, oldest change first, and what stands behind it."""

    register: Register
    entry: EntryRow
    history: tuple[ChangeRow, ...] = field(default=())
    #: The cases behind it that the reader may see, with their documents, newest first.
    cases: tuple[tuple[CaseRef, tuple[DocumentRow, ...]], ...] = ()


def registers(work: Work) -> list[RegisterRow]:
    """The registers the reader may open."""
    counts = rows.counts(work.session, COUNT_LIMIT)
    found = []
    for register in catalogue.of(work.office).registers.values():
        wide = reads_all(work, register)
        if wide or access.viewer(work).bodies:
            found.append(
                RegisterRow(
                    register.code,
                    register.title,
                    register.summary,
                    counts.get(register.code, 0) if wide else None,
                    _soon(work, register, wide=wide) if register.valid_to else None,
                )
            )
    return found


def _soon(work: Work, register: Register, *, wide: bool) -> int:
    wanted = _wanted(work, register, RegisterQuery(validity=Validity.SOON), wide=wide)
    return rows.count(work.session, register.code, wanted, COUNT_LIMIT)


def entries(work: Work, code: str, query: RegisterQuery | None = None) -> RegisterPage:
    """A page of a register.

    Raises NotFound ``no_such_register``, Forbidden ``register_not_yours``, Invalid ``bad_cursor``
    or ``unknown_option``.
    """
    query = query or RegisterQuery()
    register, wide = opened(work, code)
    found = found_by(work, register, query, wide=wide)
    shown = found[: query.rows]
    return RegisterPage(
        register,
        query,
        tuple(row(work, register, entry, wide=wide) for entry in shown),
        str(shown[-1].id) if len(found) > query.rows else "",
        wide,
        tuple(_filters(work, register, query, wide=wide)),
    )


def opened(work: Work, code: str) -> tuple[Register, bool]:
    """A register, and whether the reader reads all of it. Raises as :func:`entries`."""
    register = _register(work, code)
    wide = reads_all(work, register)
    if not wide and not access.viewer(work).bodies:
        raise Forbidden("register_not_yours")
    return register, wide


def found_by(work: Work, register: Register, query: RegisterQuery, *, wide: bool) -> list[Entry]:
    """The entries a query finds, one more than asked for if there are more."""
    if query.after and not query.after.isdecimal():
        raise Invalid("bad_cursor")
    return rows.listing(
        work.session,
        register.code,
        _wanted(work, register, query, wide=wide),
        before=int(query.after) if query.after else None,
        rows=query.rows + 1,
    )


def _wanted(work: Work, register: Register, query: RegisterQuery, *, wide: bool) -> Wanted:
    for id in query.where:
        column = register.column(id)
        if id not in register.filters or column is None or (column.personal and not wide):
            raise Invalid("unknown_option", value=id)
    if query.validity and query.validity not in set(Validity):
        raise Invalid("unknown_option", value=query.validity)
    today = work.today
    until = rules.running_out(today)
    spans: Mapping[str, tuple[date | None, date | None]] = {
        Validity.VALID: (today, None),
        Validity.SOON: (today, until),
        Validity.EXPIRED: (None, rules.day_before(today)),
    }
    since, to = spans.get(query.validity, (None, None))
    return Wanted(
        text=query.text,
        body_ids=None if wide else access.viewer(work).family,
        where={id: value for id, value in query.where.items() if value},
        valid_since=since,
        valid_until=to,
        dated=query.validity not in ("", Validity.NONE),
    )


def _filters(work: Work, register: Register, query: RegisterQuery, *, wide: bool) -> list[Filter]:
    found = []
    for id in register.filters:
        column = register.column(id)
        if column is None or (column.personal and not wide):
            continue
        known = marks.values(work.session, register.code, id, MOST_VALUES)
        if column.type is ColumnType.BODY:
            ids = [int(value) for value in known if value.isdecimal()]
            family = access.viewer(work).family
            names = places.names(work, [one for one in ids if wide or one in family])
            options = tuple(Choice(str(one), names[one]) for one in ids if one in names)
        else:
            options = tuple(Choice(value, value) for value in known)
        if len(options) > 1 or query.where.get(id):
            found.append(Filter(column, query.where.get(id, ""), options))
    return found


def entry(work: Work, entry_id: int) -> EntryPage:
    """An entry with every change. Raises NotFound ``no_such_entry`` when it is not to be seen."""
    found = rows.find(work.session, entry_id)
    if found is None:
        raise NotFound("no_such_entry")
    register = _register(work, found.register)
    wide = reads_all(work, register)
    if not wide and found.body_id not in access.viewer(work).family:
        raise NotFound("no_such_entry")
    changes = rows.history(work.session, entry_id)
    behind = _cases(work, changes)
    names = people.names_of_people(work.session, {c.by for c in changes if c.by is not None})
    return EntryPage(
        register,
        row(work, register, found, wide=wide),
        tuple(
            ChangeRow(
                change.at,
                names.get(change.by or 0, ""),
                tuple(
                    (column.label, _told(work, column, change.values[column.id], wide=wide))
                    for column in register.columns
                    if column.id in change.values
                ),
                change.case_id,
                behind.get(change.case_id or 0),
            )
            for change in changes
        ),
        tuple((ref, documents.of_case(work, ref.id)) for ref in reversed(behind.values())),
    )


def _cases(work: Work, changes: Collection[Change]) -> dict[int, CaseRef]:
    """The cases that wrote an entry, oldest first, of those the reader may see."""
    found: dict[int, CaseRef] = {}
    for change in changes:
        if change.case_id is not None and change.case_id not in found:
            case = case_store.get(work.session, change.case_id)
            if case is not None and access.may_see(work, case):
                found[case.id] = views.case_ref(work, case)
    return found


def _register(work: Work, code: str) -> Register:
    found = catalogue.of(work.office).registers.get(code)
    if found is None:
        raise NotFound("no_such_register", register=code)
    return found


def reads_all(work: Work, register: Register) -> bool:
    """Whether the reader reads every entry: by the kind of their body, and their role there."""
    reader = access.viewer(work)
    if reader.everything:
        return True
    if not register.roles:
        return bool(_kinds(work, reader.bodies).intersection(register.readers))
    at = {one.body_id for one in work.actor.memberships if one.role in register.roles}
    return any(_kind(work, body_id) in register.readers for body_id in at)


def _kind(work: Work, body_id: int) -> str:
    known = places.every(work).get(body_id)
    return known.kind if known is not None else ""


def _kinds(work: Work, ids: Collection[int]) -> frozenset[str]:
    kinds: frozenset[str] | None = work.kept.get("body_kinds")
    if kinds is None:
        found = (bodies.body(work.session, id) for id in ids)
        kinds = work.kept["body_kinds"] = frozenset(body.kind for body in found if body is not None)
    return kinds


def row(work: Work, register: Register, entry: Entry, *, wide: bool) -> EntryRow:
    """An entry in words, with what is personal hidden from those who do not read all of them."""
    validity = rules.validity(entry.valid_to, work.today)
    return EntryRow(
        entry.id,
        entry.key,
        tuple(
            _told(work, column, entry.values.get(column.id), wide=wide)
            for column in register.columns
        ),
        entry.changed_at,
        entry.revision,
        entry.case_id,
        validity is Validity.EXPIRED,
        validity,
        entry.valid_to,
    )


def _told(work: Work, column: Column, value: Json, *, wide: bool) -> str:
    words = cells.cell(work, column, value)
    if not column.personal or wide:
        return words
    return "\n".join(redaction.personal(line) for line in words.split("\n"))
