"""The case page, tab by tab: each reads what it shows, and all what stands at their head."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.services import (
    access,
    attachments,
    audit,
    case_pages,
    deadlines,
    definitions,
    discretion,
    dockets,
    documents,
    slots,
    task_pages,
    timeline,
    views,
)
from engine.services.dockets import Docket
from engine.store import archives, bodies, cases, dossiers, incidents, pauses, people
from engine.store import deadlines as ledger
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.tasks import TaskRow
from engine.values.audit_pages import AuditRow
from engine.values.case_pages import (
    ArchivedIn,
    CasePage,
    LinkRow,
    PauseRow,
    PersonInCase,
    PresentTask,
)
from engine.values.pages import AttachmentRow, DocumentRow, PersonRow
from engine.values.running import Json
from engine.work import Work

#: What each tab shows besides the head of the page.
TABS: Mapping[str, tuple[str, ...]] = {
    "overview": ("bodies", "facts", "opinions", "pauses", "actions", "links", "basis", "withdraw"),
    "timeline": ("timeline",),
    "files": ("attachments",),
    "documents": ("documents",),
    "path": ("tasks",),
    "deadlines": ("tasks", "deadlines", "pauses"),
    "people": ("people", "bodies"),
    "audit": ("audit",),
    "talk": (),
    "service": (),
    "file": (),
}


def tab(work: Work, case_id: int, name: str) -> CasePage:
    """A case with what one of its tabs shows. Raises NotFound ``no_such_case``."""
    return _page(_Case(work, access.visible_case(work, case_id)), TABS[name])


def whole(work: Work, case_id: int) -> CasePage:
    """A case with everything its tabs show. Raises NotFound ``no_such_case``."""
    shown = dict.fromkeys(part for parts in TABS.values() for part in parts)
    return _page(_Case(work, access.visible_case(work, case_id)), tuple(shown))


def _page(case: _Case, parts: Sequence[str]) -> CasePage:
    work, row = case.work, case.row
    me = work.actor.person_id
    open_tasks = [task for task in case.task_rows if task.status == task_store.OPEN]
    head = CasePage(
        case=views.case_ref(work, row),
        process=case.docket.description.process,
        version=definitions.version_of(work, row.definition_id),
        started_at=row.started_at,
        started_by=row.starter,
        finished_at=row.finished_at,
        due=case_pages.pressing(work, row),
        paused_since=row.paused_at,
        tasks=() if "tasks" in parts else _present(work, row, open_tasks),
        followed=me is not None and bool(dossiers.followed(work.session, me, [row.id])),
        archived=_archived(work, row.id),
        incidents=tuple(found.id for found in incidents.open_of_case(work.session, row.id)),
        quantities={
            "timeline": row.audit_seq,
            "files": len(case.known),
            "documents": len(case.documents),
            "deadlines": len(ledger.deadlines_of(work.session, row.id)),
            "people": len({*_in_case(case.task_rows)}),
        },
    )
    found: dict[str, Any] = {part: _PARTS[part](case) for part in parts}
    return replace(head, **found)


class _Case:
    """What the parts are made from, each read when the first of them asks for it."""

    def __init__(self, work: Work, row: CaseRow) -> None:
        self.work, self.row = work, row

    @cached_property
    def docket(self) -> Docket:
        return dockets.opened(self.work, self.row)

    @cached_property
    def hidden(self) -> frozenset[str]:
        return access.hidden_fields(self.work, self.row)

    @cached_property
    def veil(self) -> Callable[[str], str]:
        return discretion.veil(self.work, self.row)

    @cached_property
    def known(self) -> dict[int, AttachmentRow]:
        return {found.id: found for found in attachments.of_case(self.work, self.row.id)}

    @cached_property
    def documents(self) -> tuple[DocumentRow, ...]:
        return documents.of_case(self.work, self.row.id)

    @cached_property
    def task_rows(self) -> list[TaskRow]:
        return task_store.of_case(self.work.session, self.row.id)


_PARTS: Mapping[str, Callable[[_Case], object]] = {
    "bodies": lambda case: views.body_rows(
        case.work, dict(sorted(case.row.slots.items(), key=slots.sort_key))
    ),
    "facts": lambda case: views.shown_values(
        case.work,
        views.facts_fields(case.docket.description),
        case.row.data,
        case.hidden,
        case.known,
    ),
    "opinions": lambda case: task_pages.opinions(case.work, case.docket, case.hidden, case.known),
    "tasks": lambda case: _present(case.work, case.row, case.task_rows),
    "deadlines": lambda case: deadlines.of_case(case.work, case.row.id),
    "pauses": lambda case: _pauses(case),
    "actions": lambda case: case_pages.actions(case.work, case.docket),
    "documents": lambda case: case.documents,
    "attachments": lambda case: tuple(case.known[found] for found in sorted(case.known)),
    "people": lambda case: _people(case.work, case.task_rows),
    "timeline": lambda case: timeline.of_case(case.work, case.row),
    "audit": lambda case: _audit(case),
    "links": lambda case: _links(case.work, case.row.id),
    "basis": lambda case: case.docket.description.process.basis,
    "withdraw": lambda case: case_pages.may_withdraw(case.work, case.docket),
}


def _present(work: Work, row: CaseRow, rows: Sequence[TaskRow]) -> tuple[PresentTask, ...]:
    names = people.names_of_people(
        work.session,
        {one for task in rows for one in (task.assignee_id, task.completed_by) if one},
    )
    where = bodies.names_of_bodies(work.session, {task.body_id for task in rows if task.body_id})
    return tuple(
        PresentTask(
            element=task.element,
            name=task.name,
            role=task.role,
            body=where.get(task.body_id or 0, ""),
            status=task.status,
            opened_at=task.opened_at,
            task_id=task.id,
            assignee=names.get(task.assignee_id or 0, ""),
            due=task_pages.due(work, row, task),
            completed_at=task.completed_at,
            completed_by=names.get(task.completed_by or 0, ""),
        )
        for task in rows
    )


def _pauses(case: _Case) -> tuple[PauseRow, ...]:
    veil = case.veil
    return tuple(
        PauseRow(
            found.paused_at,
            veil(found.document),
            veil(found.reason),
            found.resumed_at,
            veil(found.resume_document),
            found.id,
            found.approver,
            veil(found.resume_reason),
            found.resume_approver,
        )
        for found in pauses.of_case(case.work.session, case.row.id)
    )


def _audit(case: _Case) -> tuple[AuditRow, ...]:
    """The chain; what was written before a name was known is read without the name."""
    return tuple(
        replace(entry, facts={name: _veiled(case, told) for name, told in entry.facts.items()})
        for entry in audit.entries(case.work, case.row.id)
    )


def _veiled(case: _Case, told: Json) -> Json:
    if isinstance(told, str):
        return case.veil(told)
    if isinstance(told, list):
        return [_veiled(case, one) for one in told]
    if isinstance(told, dict):
        return {name: _veiled(case, one) for name, one in told.items()}
    return told


def _in_case(rows: Sequence[TaskRow]) -> Iterator[int]:
    """Who completed something in the case or has it in hand."""
    for task in rows:
        if task.completed_by is not None and task.completed_at is not None:
            yield task.completed_by
        elif task.status == task_store.OPEN and task.assignee_id is not None:
            yield task.assignee_id


def _people(work: Work, rows: Sequence[TaskRow]) -> tuple[PersonInCase, ...]:
    did: dict[int, list[str]] = {}
    has: dict[int, list[str]] = {}
    last: dict[int, datetime] = {}
    for task in rows:
        if task.completed_by is not None and task.completed_at is not None:
            did.setdefault(task.completed_by, []).append(task.name)
            last[task.completed_by] = task.completed_at
        elif task.status == task_store.OPEN and task.assignee_id is not None:
            has.setdefault(task.assignee_id, []).append(task.name)
    ids = [*did, *(one for one in has if one not in did)]
    facts = people.facts(work.session, ids)
    where = bodies.names_of_bodies(
        work.session, {m.body_id for one in facts.values() for m in one.memberships}
    )
    return tuple(
        PersonInCase(
            PersonRow(
                one,
                facts[one].name,
                tuple(dict.fromkeys(where[m.body_id] for m in facts[one].memberships)),
                tuple(dict.fromkeys(m.role for m in facts[one].memberships)),
            ),
            tuple(dict.fromkeys(did.get(one, ()))),
            tuple(dict.fromkeys(has.get(one, ()))),
            last.get(one),
        )
        for one in ids
        if one in facts
    )


def _links(work: Work, case_id: int) -> tuple[LinkRow, ...]:
    rows = []
    for other_id, kind, at in dossiers.links_of(work.session, case_id):
        other = cases.get(work.session, other_id)
        visible = other is not None and access.may_see(work, other)
        rows.append(LinkRow(kind, at, views.case_ref(work, other) if visible and other else None))
    return tuple(rows)


def _archived(work: Work, case_id: int) -> ArchivedIn | None:
    found = archives.of_case(work.session, case_id)
    if found is None:
        return None
    return ArchivedIn(found.at, found.file, found.sha256, found.keep_until)
