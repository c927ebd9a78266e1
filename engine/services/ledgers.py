"""Registers of bodies, officers and auxiliaries follow their tables: there is one truth.

The table decides who may act; its entry shows that with the history of how it came to be. Whatever
writes one of these tables, a case or an administrator, calls the function here of the same name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.rules import registers as rules
from engine.rules.certificates import DUTY_KINDS
from engine.services import catalogue, entries
from engine.services.dockets import Docket
from engine.store import bodies, people, standing
from engine.store import register_marks as marks
from engine.store import registers as rows
from engine.store.bodies import Body
from engine.store.people import Person
from engine.store.registers import Entry, Wanted
from engine.values.people import Certificate
from engine.values.running import Json
from engine.values.verification import Difference, Kind
from engine.work import Work

OFFICERS, BODIES, AUXILIARIES = "officers", "enforcement_bodies", "auxiliaries"
#: Bodies that enforce in their own name.
ENFORCING = ("DEPT", "TOWNSHIP")
STATUS = {"active": "有效", "suspended": "暂扣", "cancelled": "注销"}
_KIND = {
    "enforcement": "行政执法证",
    "delegated": "行政委托执法证",
    "supervision": "行政执法监督证",
}
#: Entries read at once.
_PORTION = 500
LISTED, CANCELLED, ENDED = "有效", "已取消", "已退出"


def certificate(
    work: Work,
    docket: Docket | None,
    person: Person,
    held: Certificate,
    more: Mapping[str, Json] | None = None,
) -> None:
    """A certificate was written; ``more`` is what the table does not hold, such as a reason."""
    if held.kind in DUTY_KINDS:
        values = {**(more or {}), **_of_certificate(person.name, held)}
        entries.follow(work, docket, OFFICERS, _known(work, OFFICERS, values))


def body(
    work: Work, docket: Docket | None, changed: Body, more: Mapping[str, Json] | None = None
) -> None:
    """A body was added, changed or ended."""
    if changed.kind in ENFORCING:
        values = {**(more or {}), **_of_body(changed)}
        entries.follow(work, docket, BODIES, _known(work, BODIES, values))


def auxiliary(
    work: Work,
    docket: Docket | None,
    person: Person,
    now: bool,
    more: Mapping[str, Json] | None = None,
) -> None:
    """Somebody was registered as an auxiliary, or is one no longer."""
    values = {**(more or {}), **_of_auxiliary(person.id, person.name, now)}
    entries.follow(work, docket, AUXILIARIES, _known(work, AUXILIARIES, values))


def of_person(work: Work, person_id: int) -> None:
    """An administrator changed something about somebody: their entries follow."""
    person = people.person(work.session, person_id)
    if person is None:
        return
    for held in people.facts(work.session, [person_id])[person_id].certificates:
        certificate(work, None, person, held)
    key = _key(person_id)
    if person.auxiliary or rows.by_key(work.session, AUXILIARIES, key) is not None:
        auxiliary(work, None, person, person.auxiliary)


def differences(work: Work) -> Iterator[Difference]:
    """Entries that are not what their table says, and those not found by what they say."""
    for code, values in _expected(work):
        if _differs(work, code, values):
            key = str(values[catalogue.of(work.office).register(code).key])
            yield Difference(Kind.REGISTER_DIFFERS, 0, subject=f"{code} {key}")
    for entry, _ in _unmarked(work):
        yield Difference(Kind.MARKS_DIFFER, 0, subject=f"{entry.register} {entry.key}")


def settle(work: Work) -> int:
    """Write every entry anew that is not what its table says, and every mark; how many."""
    found = [(code, values) for code, values in _expected(work) if _differs(work, code, values)]
    for code, values in found:
        entries.follow(work, None, code, values)
    unmarked = list(_unmarked(work))
    for entry, wanted in unmarked:
        marks.put(work.session, entry.register, entry.id, wanted)
    return len(found) + len(unmarked)


def _unmarked(work: Work) -> Iterator[tuple[Entry, set[tuple[str, str]]]]:
    for register in catalogue.of(work.office).registers.values():
        if not register.filters and not register.about:
            continue
        before: int | None = None
        while some := rows.listing(
            work.session, register.code, Wanted(), before=before, rows=_PORTION
        ):
            known = marks.of_entries(work.session, [entry.id for entry in some])
            for entry in some:
                wanted = rules.marks(register, entry.values)
                if known.get(entry.id, set()) != wanted:
                    yield entry, wanted
            before = some[-1].id


def _differs(work: Work, code: str, values: Mapping[str, Json]) -> bool:
    register = catalogue.of(work.office).register(code)
    entry = rows.by_key(work.session, code, str(values[register.key]))
    return entry is None or any(
        (entry.values.get(id) or None) != (value or None) for id, value in values.items()
    )


def _expected(work: Work) -> Iterator[tuple[str, Mapping[str, Json]]]:
    offered = catalogue.of(work.office).registers
    everybody = standing.people_of_note(work.session)
    for facts in people.facts(work.session, everybody).values():
        if OFFICERS in offered:
            for held in facts.certificates:
                if held.kind in DUTY_KINDS:
                    yield OFFICERS, _known(work, OFFICERS, _of_certificate(facts.name, held))
        if facts.auxiliary and AUXILIARIES in offered:
            yield AUXILIARIES, _of_auxiliary(facts.id, facts.name, facts.auxiliary)
    if BODIES in offered:
        for one in bodies.every_body(work.session):
            if one.kind in ENFORCING:
                yield BODIES, _of_body(one)


def _of_certificate(name: str, held: Certificate) -> dict[str, Any]:
    return {
        "certificate": held.number,
        "handling": held.body_id,
        "person": name,
        "kind": _KIND.get(held.kind, held.kind),
        "valid_from": held.valid_from.isoformat(),
        "valid_to": held.valid_to.isoformat(),
        "status": STATUS.get(held.status, held.status),
    }


def _of_body(one: Body) -> dict[str, Any]:
    return {"name": one.name, "handling": one.id, "status": LISTED if one.active else CANCELLED}


def _of_auxiliary(person_id: int, name: str, now: bool) -> dict[str, Any]:
    return {"number": _key(person_id), "person": name, "status": "在岗" if now else ENDED}


def _key(person_id: int) -> str:
    return f"辅助{person_id:05d}"


def _known(work: Work, code: str, values: Mapping[str, Json]) -> dict[str, Json]:
    """Only what the installation's register has columns for."""
    register = catalogue.of(work.office).register(code)
    return {id: value for id, value in values.items() if register.column(id) is not None}
