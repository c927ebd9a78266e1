"""Upgrades: which running cases a new version touches, and moving them to it, one or all.

1. A manager looks at what is touched, at single cases, and says which steps take the place of
   those that vanished.
2. The upgrade stands in its table with every case it is about, each waiting for its turn.
3. The worker moves them, each in a unit of work of its own. A case that cannot be moved keeps its
   version, and the reason stands beside it. A node that dies leaves the rest to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.bpmn.definition import Definition
from engine.errors import Invalid, NotFound
from engine.services import audit, definitions, designs, dockets, migrations
from engine.store import cases
from engine.store import definitions as definition_store
from engine.store import upgrades as store
from engine.values.acts import Act
from engine.values.process import Description
from engine.values.upgrades import (
    Mapped,
    Preview,
    RowState,
    Touched,
    TouchedRow,
    UpgradeCase,
    UpgradeRow,
)
from engine.work import Work

#: Cases one upgrade may be about; more are moved by another one after it.
MOST = 20_000
#: Lines of failures a page shows.
SHOWN = 200


def touched(work: Work, process_id: str, version: int | None = None) -> Touched:
    """Running cases on other versions than this one (the newest), and where they stand.

    Raises Forbidden, NotFound ``no_such_process``.
    """
    designs.look(work)
    target = _target(work, process_id, version)
    after = definitions.load(work, target.id)
    rows: list[TouchedRow] = []
    counts = store.on_other_versions(work.session, process_id, target.id)
    for definition_id in sorted(counts):
        before = definitions.load(work, definition_id)
        number = definition_store.get(work.session, definition_id).version
        for element, found in sorted(store.standing(work.session, definition_id).items()):
            drawn = before.description.elements.get(element)
            rows.append(
                TouchedRow(
                    definition_id,
                    number,
                    element,
                    drawn.name or element if drawn is not None else element,
                    found,
                    _kept(before.description, after.description, element),
                    _deadlines(before, after, element),
                )
            )
    return Touched(target.id, target.version, sum(counts.values()), tuple(rows))


def _target(work: Work, process_id: str, version: int | None) -> definition_store.DefinitionRow:
    if version is None:
        return definitions.latest(work, process_id)
    found = definition_store.version(work.session, process_id, version)
    if found is None:
        raise NotFound("no_such_version", process=process_id, version=version)
    return found


def _kept(before: Description, after: Description, element: str) -> bool:
    old, new = before.elements.get(element), after.elements.get(element)
    return old is not None and new is not None and old.kind == new.kind


def _deadlines(before: Definition, after: Definition, element: str) -> tuple[tuple[str, str], ...]:
    old = [m.expression for m in before.description.deadlines if m.attached_to == element]
    new = [m.expression for m in after.description.deadlines if m.attached_to == element]
    return () if old == new else (("; ".join(old), "; ".join(new)),)


def choices(work: Work, process_id: str, version: int | None = None) -> tuple[tuple[str, str], ...]:
    """Steps of the target a vanished step may become: those people do."""
    designs.look(work)
    after = definitions.load(work, _target(work, process_id, version).id).description
    return tuple(
        (element.id, element.name or element.id)
        for element in after.elements.values()
        if element.kind == "userTask"
    )


def preview(work: Work, case_id: int, mapping: Mapped, version: int | None = None) -> Preview:
    """What moving one case would do. Raises Forbidden, NotFound ``no_such_case``."""
    designs.look(work)
    row = cases.get(work.session, case_id)
    if row is None or row.status != cases.RUNNING:
        raise NotFound("no_such_case", case=case_id)
    docket = dockets.opened(work, row)
    target = _target(work, docket.process_id, version)
    plan = migrations.planned(work, docket, target.id, mapping)
    names = {
        **{one.id: one.name for one in docket.description.elements.values()},
        **{
            one.id: one.name
            for one in definitions.load(work, target.id).description.elements.values()
        },
    }
    return Preview(
        case_id,
        docket.number,
        docket.title,
        definitions.version_of(work, docket.definition_id),
        tuple((names.get(old) or old, names.get(new) or new) for old, new in plan.steps),
        plan.timers,
        plan.refused,
    )


def preview_of(
    work: Work, process_id: str, number: str, mapping: Mapped, version: int | None
) -> Preview:
    """The same for the case of a number. Raises NotFound ``no_such_case``."""
    case_id = cases.by_number(work.session, number)
    row = cases.get(work.session, case_id) if case_id is not None else None
    if row is None or row.process_id != process_id:
        raise NotFound("no_such_case", case=number)
    return preview(work, row.id, mapping, version)


def start(
    work: Work,
    process_id: str,
    mapping: Mapping[str, str],
    note: str,
    chosen: Sequence[int] | None = None,
    version: int | None = None,
) -> int:
    """Begin to move cases, all of them or those chosen; the worker does it. Its number.

    Raises Forbidden, Invalid for a note that is missing, a step that cannot be or nothing to move.
    """
    designs.manage(work)
    note = " ".join(note.split())[:2000]
    if not note:
        raise Invalid(fields={"note": Invalid("required")})
    target = _target(work, process_id, version)
    known = dict(choices(work, process_id, version))
    for step in mapping.values():
        if step not in known:
            raise Invalid("no_such_step", element=step)
    found = store.running_ids(work.session, process_id, target.id, MOST)
    ids = found if chosen is None else [one for one in found if one in set(chosen)]
    if not ids:
        raise Invalid("nothing_to_move")
    made = store.add(
        work.session,
        {
            "process_id": process_id,
            "target_id": target.id,
            "mapping": dict(mapping),
            "note": note,
            "at": work.now,
            "by": work.actor.name,
            "by_id": work.actor.person_id,
        },
        ids,
    )
    audit.append(
        work,
        None,
        Act.UPGRADE_STARTED,
        process=process_id,
        version=target.version,
        cases=len(ids),
        mapping=", ".join(f"{old} → {new}" for old, new in sorted(mapping.items())),
        note=note,
    )
    work.wake("upgrade")
    return made


def listing(work: Work) -> tuple[UpgradeRow, ...]:
    """The last upgrades, newest first."""
    designs.look(work)
    rows = store.latest(work.session, SHOWN)
    counts = store.counts(work.session, [row.id for row in rows])
    return tuple(_row(work, row, counts.get(row.id, {})) for row in rows)


def progress(work: Work, upgrade_id: int) -> tuple[UpgradeRow, tuple[UpgradeCase, ...]]:
    """How far an upgrade is, and the cases that did not move. Raises NotFound."""
    designs.look(work)
    row = store.get(work.session, upgrade_id)
    if row is None:
        raise NotFound("no_such_upgrade", upgrade=upgrade_id)
    counts = store.counts(work.session, [row.id])
    failures = tuple(
        UpgradeCase(one.case_id, one.number, one.title, RowState(one.state), one.code, one.facts)
        for one in store.failures(work.session, upgrade_id, SHOWN)
    )
    return _row(work, row, counts.get(row.id, {})), failures


def _row(work: Work, row: store.UpgradeRow, counts: Mapping[str, int]) -> UpgradeRow:
    target = definition_store.get(work.session, row.target_id)
    return UpgradeRow(
        row.id,
        row.process_id,
        target.name,
        target.version,
        row.at,
        row.by,
        row.note,
        row.finished_at,
        {RowState(state): count for state, count in counts.items()},
    )
