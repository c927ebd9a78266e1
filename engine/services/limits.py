"""The time-limit table as people read and change it. What counts by it asks ``schedules``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.errors import Forbidden, Invalid, NotFound
from engine.rules import limit_changes, permissions
from engine.rules import limits as rules
from engine.rules.limits import LimitFile
from engine.services import access, audit, definitions, schedules, shipped, views
from engine.store import cases
from engine.store import limits as store
from engine.store.limits import LimitChange
from engine.values.acts import Act
from engine.values.limit_pages import (
    ChangeRow,
    Force,
    KeyPage,
    LimitPage,
    LimitQuery,
    LimitRow,
    Preview,
    Touched,
)
from engine.values.pages import CaseRef
from engine.values.people import Verdict
from engine.values.timing import Limit, Span
from engine.work import Work

#: Running cases looked at to say which procedures a key concerns, and shown of each.
LOOKED_AT, SHOWN_CASES = 500, 20
LONGEST_NOTE = 500


@dataclass(frozen=True)
class Wish:
    """A row as somebody wants it from its day on; ``limit`` is ``None`` to end a sector's own."""

    key: str
    sector: str | None
    in_force_from: date | None
    note: str
    limit: Limit | None = None


@dataclass
class _Touched:
    clocks: int = 0
    cases: list[CaseRef] = field(default_factory=list)


# --- Reading ----------------------------------------------------------------------------------


def page(work: Work, query: LimitQuery) -> LimitPage:
    """The table; anybody who works here may read it."""
    table = schedules.county(work).table.rows
    file = shipped_file(work)
    found = [_row(work, row, file) for row in table]
    wanted = [row for row in found if _asked_for(row, query)]
    return LimitPage(
        query=query,
        rows=tuple(sorted(wanted, key=_order)),
        total=len(found),
        running=store.running_by_key(work.session),
        sectors={code: (name.zh, name.en) for code, name in file.sectors.items()},
        measures=file.measures,
        may_change=may_change(work),
        changes=_changes(store.changes(work.session, rows=20)),
    )


def key_page(work: Work, key: str) -> KeyPage:
    """Every version of a key. Raises NotFound ``unknown_limit``."""
    file = shipped_file(work)
    rows = _of_key(work, key)
    touched, more = _touched(work, key, lambda sector: True)
    return KeyPage(
        key=key,
        rows=tuple(sorted((_row(work, row, file) for row in rows), key=_order)),
        procedures=_procedures(work, key),
        touched=touched,
        more=more,
        changes=_changes(store.changes(work.session, key)),
        sectors={code: (name.zh, name.en) for code, name in file.sectors.items()},
        may_change=may_change(work),
        today=work.today,
        approvers=_approvers(work),
    )


def preview(work: Work, wish: Wish) -> Preview:
    """What a change would do. Raises as :func:`change`."""
    file = shipped_file(work)
    rows, before = _wanted(work, wish)
    own = {row.sector for row in _of_key(work, wish.key)} - {None}

    def concerned(sector: str) -> bool:
        if wish.sector is not None:
            return sector == wish.sector
        return sector not in own

    keep, more = _touched(work, wish.key, concerned)
    return Preview(
        before=before,
        after=wish.limit,
        in_force_from=wish.in_force_from or work.today,
        keep=keep,
        more=more,
        rows=tuple(sorted((_row(work, row, file) for row in rows), key=_order)),
    )


def may_change(work: Work) -> Verdict:
    """Whether the reader may change the table."""
    return permissions.may_change_limits(work.actor, shipped.county_roles(work.office))


def shipped_file(work: Work) -> LimitFile:
    """The file that ships: names of sectors, and the entries that are no periods."""
    found: LimitFile = work.office.kept.get(
        "limits_file",
        lambda: rules.read(
            shipped.text(work.office.settings, "limits.toml"), shipped.county_roles(work.office)
        ),
    )
    return found


# --- Changing ---------------------------------------------------------------------------------


def change(work: Work, wish: Wish) -> None:
    """Let a row hold from a day to come.

    Raises Forbidden, NotFound ``unknown_limit``, Invalid with an error per field, or those of
    :mod:`engine.rules.limit_changes`.
    """
    verdict = may_change(work)
    if not verdict:
        raise Forbidden(verdict.code, **verdict.facts)
    if not wish.note.strip():
        raise Invalid(fields={"note": Invalid("required")})
    if len(wish.note) > LONGEST_NOTE:
        raise Invalid(fields={"note": Invalid("too_long", maximum=LONGEST_NOTE)})
    rows, before = _wanted(work, wish)
    store.replace_key(work.session, wish.key, rows)
    schedules.forget(work)
    begins = wish.in_force_from or work.today
    store.add_change(
        work.session,
        LimitChange(
            key=wish.key,
            sector=wish.sector,
            at=work.now,
            by=work.actor.name,
            in_force_from=begins,
            note=wish.note.strip(),
            before=_brief(before),
            after=_brief(wish.limit),
        ),
    )
    audit.append(
        work,
        None,
        Act.LIMIT_CHANGED,
        limit=wish.key,
        sector=wish.sector or "",
        begins=begins.isoformat(),
        note=wish.note.strip(),
        before=_brief(before),
        after=_brief(wish.limit),
    )


def _wanted(work: Work, wish: Wish) -> tuple[tuple[Limit, ...], Limit | None]:
    """The rows of the key as they would stand, and the row that would have held on that day."""
    rows = _of_key(work, wish.key)
    file = shipped_file(work)
    if wish.sector is not None and wish.sector not in file.sectors:
        raise Invalid(fields={"sector": Invalid("unknown_option")})
    if wish.limit is None:
        after = limit_changes.ended(rows, wish.sector, wish.in_force_from, work.today)
    else:
        approver = wish.limit.extension_approver
        if approver and approver not in shipped.county_roles(work.office):
            raise Invalid(fields={"approver": Invalid("unknown_option")})
        after = limit_changes.changed(rows, wish.limit, work.today)
    day = wish.in_force_from or work.today
    held = [row for row in rows if row.sector == wish.sector and rules.in_force(row, day)]
    if wish.limit is not None and held and _same(held[0], wish.limit):
        raise Invalid("nothing_to_change")
    return after, held[0] if held else None


def _of_key(work: Work, key: str) -> Sequence[Limit]:
    rows = [row for row in schedules.county(work).table.rows if row.key == key]
    if not rows:
        raise NotFound("unknown_limit", key=key)
    return rows


def _same(one: Limit, other: Limit) -> bool:
    return _brief(one) == _brief(other)


def _brief(row: Limit | None) -> dict[str, object] | None:
    """A row in the values that can be changed, as history and the record keep it."""
    if row is None:
        return None
    return {
        "name": row.name,
        "span": _span(row.span),
        "extension": _span(row.extension) if row.extension else None,
        "times": row.extensions_allowed,
        "approver": row.extension_approver or "",
        "basis": row.basis,
        "evidence": row.evidence.value,
        "party": row.party,
        "note": row.note,
    }


def _span(span: Span) -> list[object]:
    return [span.amount, span.unit.value]


# --- Parts ------------------------------------------------------------------------------------


def _row(work: Work, row: Limit, file: LimitFile) -> LimitRow:
    today = work.today
    force = Force.NOW
    if row.in_force_from is not None and row.in_force_from > today:
        force = Force.COMING
    elif row.in_force_to is not None and row.in_force_to < today:
        force = Force.PAST
    named = file.sectors.get(row.sector or "")
    return LimitRow(row, force, named.zh if named else "", named.en if named else "")


def _order(row: LimitRow) -> tuple[object, ...]:
    limit = row.limit
    return (limit.key, limit.sector or "", limit.in_force_from or date.min)


def _asked_for(row: LimitRow, query: LimitQuery) -> bool:
    limit = row.limit
    if row.force is Force.PAST and not query.past:
        return False
    if query.sector and limit.sector not in (None, query.sector):
        return False
    if query.evidence and limit.evidence.value != query.evidence:
        return False
    if query.kind and limit.statutory != (query.kind == "statutory"):
        return False
    words = f"{limit.key} {limit.name} {limit.name_en} {limit.basis} {limit.note}".lower()
    return all(word in words for word in query.text.lower().split())


def _touched(
    work: Work, key: str, concerned: Callable[[str], bool]
) -> tuple[tuple[Touched, ...], bool]:
    found = store.running(work.session, key, LOOKED_AT + 1)
    more, found = len(found) > LOOKED_AT, found[:LOOKED_AT]
    ids = [case_id for case_id, sector in found if concerned(sector)]
    known = cases.brief(work.session, ids)
    groups: dict[str, _Touched] = {}
    for case_id in ids:
        row = known[case_id]
        group = groups.setdefault(row.process_name, _Touched())
        group.clocks += 1
        if len(group.cases) < SHOWN_CASES and access.may_see(work, row):
            group.cases.append(views.case_ref(work, row))
    return (
        tuple(Touched(name, group.clocks, tuple(group.cases)) for name, group in groups.items()),
        more,
    )


def _procedures(work: Work, key: str) -> tuple[str, ...]:
    return tuple(
        definition.description.process.name
        for _, definition in definitions.all_latest(work)
        if any(mark.limit == key for mark in definition.description.deadlines)
    )


def _approvers(work: Work) -> tuple[str, ...]:
    """Roles that may be named to approve an extension: those of officials who decide."""
    roles = shipped.county_roles(work.office)
    return tuple(code for code in roles if code in permissions.LEADERS or code == "county_leader")


def _changes(rows: Sequence[LimitChange]) -> tuple[ChangeRow, ...]:
    return tuple(ChangeRow(**vars(row)) for row in rows)
