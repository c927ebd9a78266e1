"""Writing entries of registers (台账): by a case that reached the step, or by what tables say.

Nobody types an entry. Each change is kept with who caused it and in which case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.errors import Broken
from engine.rules import registers as rules
from engine.rules.registers import ColumnType, Register
from engine.services import audit, catalogue, cells, slots, wording
from engine.services.dockets import Docket
from engine.store import register_marks as marks
from engine.store import registers as rows
from engine.store.registers import Entry
from engine.values.acts import Act
from engine.values.running import Json
from engine.work import Work


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
    return _keep(work, docket, register, entry, taken)


def follow(work: Work, docket: Docket | None, code: str, values: Mapping[str, Json]) -> Entry:
    """Bring an entry to what a table says. The key column must be given; empty values empty theirs.

    What stands already is not written again.
    """
    register = catalogue.of(work.office).register(code)
    taken = rules.take(register, values)
    entry = rows.locked(work.session, code, str(taken[register.key]), work.now)
    new = {id: value for id, value in taken.items() if entry.values.get(id) != value}
    if not new and entry.revision:
        return entry
    return _keep(work, docket, register, entry, new)


def _keep(
    work: Work, docket: Docket | None, register: Register, entry: Entry, taken: Mapping[str, Json]
) -> Entry:
    """Write what is taken over what stands, with the history, the marks and the audit entry."""
    whole = {**entry.values, **taken}
    valid_to = whole.get(register.valid_to) if register.valid_to else None
    revision = entry.revision + 1
    told = [cells.cell(work, column, whole.get(column.id)) for column in register.columns]
    rows.change(
        work.session,
        entry.id,
        values=whole,
        body_id=whole.get(register.body) if register.body else None,
        case_id=docket.id if docket is not None else entry.case_id,
        valid_to=date.fromisoformat(str(valid_to)) if valid_to else None,
        revision=revision,
        changed_at=work.now,
        words=" ".join(cell for cell in told if cell),
    )
    rows.record(
        work.session,
        entry_id=entry.id,
        revision=revision,
        at=work.now,
        by=work.actor.person_id,
        case_id=docket.id if docket is not None else None,
        values=dict(taken),
    )
    marks.put(work.session, register.code, entry.id, rules.marks(register, whole))
    audit.append(
        work,
        docket,
        Act.REGISTER_WRITTEN,
        register=register.code,
        key=entry.key,
        revision=revision,
    )
    found = rows.find(work.session, entry.id)
    if found is None:
        raise Broken("entry_lost", register=register.code)
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
