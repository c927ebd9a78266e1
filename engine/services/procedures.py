"""Lists and histories of procedures: versions, drafts, who changed what and when."""

from __future__ import annotations

from typing import cast

from engine.errors import NotFound
from engine.services import designs
from engine.store import definitions as definition_store
from engine.store import design_history as history_store
from engine.store import designs as store
from engine.store import lists
from engine.store.definitions import DefinitionRow
from engine.store.designs import DesignRow
from engine.values.design_pages import ActRow, ProcedureRow, VersionForce, VersionRow
from engine.values.pages import COUNT_LIMIT
from engine.work import Work


def listing(work: Work) -> tuple[ProcedureRow, ...]:
    """Every procedure with its versions, cases and draft; new ones that are only drawn first."""
    designs.look(work)
    drafts = {row.process_id: row for row in store.every_open(work.session)}
    newest = {row.process_id: row for row in definition_store.latest(work.session)}
    running = {row.process_id: row for row in definition_store.in_force(work.session, work.today)}
    return tuple(
        _procedure(work, drafts.get(one), newest.get(one), running.get(one))
        for one in sorted({*drafts, *newest}, key=lambda one: (one in newest, one))
    )


def _procedure(
    work: Work,
    draft: DesignRow | None,
    newest: DefinitionRow | None,
    current: DefinitionRow | None,
) -> ProcedureRow:
    """A line of the list; there is a draft or a version, or both."""
    if draft is not None:
        process_id, name, at, by = draft.process_id, draft.name, draft.changed_at, draft.changed_by
    else:
        row = cast(DefinitionRow, newest)
        process_id, name, at, by = row.process_id, row.name, row.published_at, row.published_by
    coming = (
        newest
        if newest is not None and force(work, newest, current) is VersionForce.COMING
        else None
    )
    running, overdue = lists.running_cases(work.session, process_id, work.now, COUNT_LIMIT)
    return ProcedureRow(
        process=process_id,
        name=name,
        version=current.version if current is not None else 0,
        coming=coming.version if coming is not None else 0,
        coming_on=coming.effective_on if coming is not None else None,
        running=running,
        overdue=overdue,
        changed_at=at,
        changed_by=by,
        state=draft.state if draft is not None else "",
        drafted_by=draft.created_by if draft is not None else "",
    )


def versions(work: Work, process_id: str) -> tuple[VersionRow, ...]:
    """Every version of a procedure, newest first, with the cases that run on each."""
    designs.look(work)
    rows = definition_store.versions(work.session, process_id)
    current = next(iter(definition_store.in_force(work.session, work.today, process_id)), None)
    running = lists.running_by_definition(work.session, process_id)
    return tuple(
        VersionRow(
            id=row.id,
            version=row.version,
            force=force(work, row, current),
            note=row.note,
            published_at=row.published_at,
            published_by=row.published_by,
            reviewed_by=row.reviewed_by,
            effective_on=row.effective_on,
            ends_on=row.ends_on,
            checksum=row.checksum,
            running=running.get(row.id, 0),
        )
        for row in rows
    )


def force(work: Work, row: DefinitionRow, current: DefinitionRow | None) -> VersionForce:
    """How a version stands today, beside the one cases start with."""
    today = work.today
    if row.ends_on is not None and row.ends_on <= today:
        return VersionForce.ENDED
    if row.ends_on is not None and row.effective_on is not None and row.ends_on <= row.effective_on:
        return VersionForce.ENDED
    if row.effective_on is not None and row.effective_on > today:
        return VersionForce.COMING
    return VersionForce.NOW if current is not None and current.id == row.id else VersionForce.PAST


def history(work: Work, process_id: str) -> tuple[ActRow, ...]:
    """What happened to every draft of a procedure, newest first. Raises NotFound."""
    designs.look(work)
    drafts = store.of_process(work.session, process_id)
    if not drafts and not definition_store.versions(work.session, process_id):
        raise NotFound("no_such_process", process=process_id)
    return tuple(
        ActRow(row.design_id, row.revision, row.at, row.by, row.act, row.note, row.kept)
        for draft in drafts
        for row in history_store.history(work.session, draft.id)
    )
