"""Entries of a register about the same thing in an overlapping period (W09: duplicate checks)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Broken
from engine.rules import overlaps as rules
from engine.rules.overlaps import Period, Relation
from engine.rules.registers import Register, local_day
from engine.services import access, catalogue, places, slots
from engine.services.dockets import Docket
from engine.store import register_marks as marks
from engine.store.registers import Entry
from engine.values.running import Json
from engine.work import Work

#: Entries looked at; more about one thing is a repeat whatever they are.
MOST = 500
#: Entries told.
_TOLD = 20


def overlaps(
    work: Work, docket: Docket, code: str, period: tuple[Json, Json], about: Mapping[str, Json]
) -> Json:
    """How many entries are about the same, by whose they are: own, another's, an authority's above.

    ``about`` holds columns by which the register can be looked up; several values of one are
    alternatives, several columns must all agree. The case's own entry does not count. Raises Broken
    ``unknown_register`` or ``column_not_indexed``, Invalid ``not_a_date``.
    """
    register = catalogue.of(work.office).register(code)
    wanted = {id: _marks(work, docket, register, id, value) for id, value in about.items()}
    begins, ends = (local_day(day) if day else None for day in period)
    asked = Period(begins, ends)
    found: list[tuple[Relation, Entry]] = []
    if wanted and all(wanted.values()):
        own = _own(work, docket)
        for entry in marks.about(work.session, code, wanted, docket.number, MOST):
            if entry.case_id != docket.id and asked.overlaps(_period(register, entry)):
                body = places.every(work).get(entry.body_id or 0)
                kind = body.kind if body is not None else ""
                found.append((rules.relation(entry.body_id, kind, own), entry))
    return {
        "count": len(found),
        **rules.count(relation for relation, _ in found),
        "keys": [entry.key for _, entry in found[:_TOLD]],
        "title": "；".join(_told(work, register, one) for _, one in found[:_TOLD]),
    }


def _marks(work: Work, docket: Docket, register: Register, id: str, value: Json) -> list[str]:
    if id in register.about:
        return rules.marks(str(value or ""))
    if id not in register.filters:
        raise Broken("column_not_indexed", register=register.code, column=id)
    column = register.column(id)
    if column is not None and column.type == "body" and isinstance(value, str):
        value = slots.resolve(work, docket.slots, value)
    return [str(value)] if value not in (None, "") else []


def _own(work: Work, docket: Docket) -> set[int]:
    own = {docket.slots[slot] for slot in ("handling", "township") if slot in docket.slots}
    return own.union(*(access.family(work, body_id) for body_id in own))


def _period(register: Register, entry: Entry) -> Period:
    first = entry.values.get(register.begins) if register.begins else None
    last = entry.values.get(register.ends) if register.ends else None
    return Period(local_day(first) if first else None, local_day(last) if last else None)


def _told(work: Work, register: Register, entry: Entry) -> str:
    names = places.names(work, [entry.body_id])
    period = _period(register, entry)
    days = "—".join(day.isoformat() for day in (period.begins, period.ends) if day)
    return " ".join(part for part in (entry.key, names.get(entry.body_id or 0, ""), days) if part)
