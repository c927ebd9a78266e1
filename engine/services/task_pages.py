"""The task page: everything needed to decide, on one page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from engine.services import (
    access,
    attachments,
    definitions,
    deputies,
    dockets,
    documents,
    entry,
    in_hand,
    returns,
    sealed,
    slots,
    task_verbs,
    tasks,
    timeline,
    views,
)
from engine.services import opinions as asked
from engine.services.dockets import Docket
from engine.services.entry import Place
from engine.store import bodies, drafts, people
from engine.store import deadlines as ledger
from engine.store import tasks as store
from engine.store.cases import CaseRow
from engine.store.tasks import TaskRow
from engine.values.pages import AttachmentRow, DueView, PersonRow
from engine.values.task_pages import Opinion, TaskPage
from engine.work import Work


def page(work: Work, task: TaskRow) -> TaskPage:
    """The page of a task the reader may see."""
    row = access.visible_case(work, task.case_id)
    docket = dockets.opened(work, row)
    hidden = access.hidden_fields(work, row)
    known = {found.id: found for found in attachments.of_case(work, row.id)}
    where = place(work, docket, task, hidden)
    me = work.actor.person_id
    draft = drafts.get(work.session, me, tasks.place_of(task.id)) if me is not None else None
    if draft is not None:
        known |= entry.unbound_files(work, draft.raw)
    assignee = _person(work, task.assignee_id)
    body = bodies.body(work.session, task.body_id) if task.body_id is not None else None
    stand_in = deputies.for_task(work, task) if task.status == store.OPEN else None
    named = [task.completed_by or 0, task.acting_for or 0, stand_in or 0]
    names = people.names_of_people(work.session, named)
    rows = store.of_case(work.session, row.id)
    ours = in_hand.is_held(work, task) and task.status == store.OPEN
    return TaskPage(
        id=task.id,
        case=views.case_ref(work, row),
        form=where.form,
        revision=revision_of(work, docket, task),
        status=task.status,
        opened_at=task.opened_at,
        due=due(work, row, task),
        body=body.name if body is not None else "",
        assignee=assignee,
        mine=in_hand.is_held(work, task),
        fields=entry.field_views(work, where, draft.raw if draft is not None else None, known),
        draft_saved_at=draft.saved_at if draft is not None else None,
        may=task_verbs.verdicts(work, docket, task),
        colleagues=task_verbs.colleagues(work, docket, task),
        started_at=row.started_at,
        started_by=row.starter,
        bodies=views.body_rows(work, dict(sorted(row.slots.items(), key=slots.sort_key))),
        facts=views.shown_values(
            work, views.facts_fields(docket.description), row.data, hidden, known
        ),
        opinions=opinions(work, docket, hidden, known, rows),
        documents=documents.of_case(work, row.id),
        attachments=tuple(
            known[found] for found in sorted(known) if known[found].case_id == row.id
        ),
        timeline=timeline.of_case(work, row),
        process_basis=docket.description.process.basis,
        completed_at=task.completed_at,
        completed_by=names.get(task.completed_by or 0, ""),
        acting_for=names.get(task.acting_for or 0, ""),
        unread=ours and task.assignee_id == me and task.seen_by != me,
        reader_for=names.get(stand_in or 0, ""),
        returned=returns.latest(work, row, task),
        steps=returns.steps(work, row, task) if ours else (),
        asked=asked.of_task(work, task.id),
        advisers=asked.advisers(work, row, task) if ours else (),
        signers=task_verbs.signers(work, task, rows) if where.form.several else (),
    )


def place(work: Work, row: CaseRow, task: TaskRow, hidden: frozenset[str] = frozenset()) -> Place:
    """Where the task's form is filled in; ``hidden`` are fields its page must leave out."""
    description = definitions.load(work, row.definition_id).description
    return Place(
        definition=definitions.load(work, row.definition_id),
        form=description.forms[task.element],
        data={**row.data, **(task.local or {})},
        filled=row.slots,
        case_id=row.id,
        hidden=hidden,
        schedule=views.schedule_of(work, row),
    )


def revision_of(work: Work, row: CaseRow, task: TaskRow) -> int:
    """Changes with everything the page showed that the decision may rest on.

    Not the revision of the row: a reminder that fires meanwhile must not make a page stale, nor
    what another entered apart from the reader and is sealed from them.
    """
    shut = sealed.fields(work, row)
    data = {name: value for name, value in row.data.items() if name not in shut}
    shown = [data, task.assignee_id, task.status, task.local]
    digest = hashlib.sha256(dockets.canonical(shown)).digest()
    return int.from_bytes(digest[:6])


def opinions(
    work: Work,
    docket: Docket,
    hidden: frozenset[str],
    known: dict[int, AttachmentRow],
    rows: Sequence[TaskRow] | None = None,
) -> tuple[Opinion, ...]:
    """What was entered at earlier steps, in order; ``rows`` are the case's tasks, if read."""
    done = [
        row
        for row in (store.of_case(work.session, docket.id) if rows is None else rows)
        if row.status == store.COMPLETED and row.completed_at is not None
    ]
    done.sort(key=lambda row: (row.completed_at or row.opened_at, row.id))
    ids = {one or 0 for row in done for one in (row.completed_by, row.acting_for)}
    names = people.names_of_people(work.session, ids)
    where = bodies.names_of_bodies(work.session, [row.body_id or 0 for row in done])
    return tuple(
        Opinion(
            task_id=row.id,
            name=row.name,
            person=names.get(row.completed_by or 0, ""),
            body=where.get(row.body_id or 0, ""),
            at=row.completed_at or row.opened_at,
            acting_for=names.get(row.acting_for or 0, ""),
            shown=views.shown_values(
                work,
                docket.description.forms[row.element].fields,
                row.values or {},
                hidden,
                known,
            ),
        )
        for row in done
    )


def due(work: Work, row: CaseRow, task: TaskRow) -> DueView:
    """The due date of a task with the limit it is counted by."""
    found = (
        ledger.deadline(work.session, task.deadline_id) if task.deadline_id is not None else None
    )
    limit = views.limit_of(work, row, found.limit_key if found is not None else None)
    still = views.stopped_since(work, [task]).get(task.id)
    return views.due_of_task(
        work, task, still, limit, found.provisional if found is not None else False
    )


def _person(work: Work, person_id: int | None) -> PersonRow | None:
    if person_id is None:
        return None
    names = people.names_of_people(work.session, [person_id])
    return PersonRow(person_id, names.get(person_id, ""))
