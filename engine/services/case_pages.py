"""The case page: everything its tabs show, and what may be asked for in the case now."""

from __future__ import annotations

from datetime import datetime

from engine.errors import Conflict
from engine.services import (
    access,
    attachments,
    audit,
    deadlines,
    definitions,
    dockets,
    documents,
    duty,
    entry,
    matters,
    moves,
    slots,
    task_pages,
    timeline,
    views,
)
from engine.services.dockets import Docket
from engine.services.entry import Place
from engine.store import bodies, cases, dossiers, drafts, incidents, pauses, people
from engine.store import deadlines as ledger
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.drafts import DraftRow
from engine.values.case_pages import (
    ActionPage,
    ActionView,
    CasePage,
    LinkRow,
    PauseRow,
    PersonInCase,
    PresentTask,
)
from engine.values.pages import DueView, PersonRow, Raw
from engine.values.people import Verdict
from engine.values.running import OpenMessage
from engine.work import Work


def page(work: Work, case_id: int) -> CasePage:
    """A case with everything its tabs show. Raises NotFound ``no_such_case``."""
    row = access.visible_case(work, case_id)
    docket = dockets.opened(work, row)
    hidden = access.hidden_fields(work, row)
    known = {found.id: found for found in attachments.of_case(work, case_id)}
    me = work.actor.person_id
    tasks = present_tasks(work, row)
    return CasePage(
        case=views.case_ref(work, row),
        process=docket.description.process,
        version=definitions.version_of(work, row.definition_id),
        started_at=row.started_at,
        started_by=row.starter,
        finished_at=row.finished_at,
        due=_pressing(work, row),
        paused_since=row.paused_at,
        bodies=views.body_rows(work, dict(sorted(row.slots.items(), key=slots.sort_key))),
        facts=views.shown_values(
            work, views.facts_fields(docket.description), row.data, hidden, known
        ),
        opinions=task_pages.opinions(work, docket, hidden, known),
        tasks=tasks,
        deadlines=deadlines.of_case(work, case_id),
        pauses=tuple(
            PauseRow(
                found.paused_at,
                found.document,
                found.reason,
                found.resumed_at,
                found.resume_document,
                found.id,
                found.approver,
                found.resume_reason,
                found.resume_approver,
            )
            for found in pauses.of_case(work.session, case_id)
        ),
        actions=actions(work, docket),
        documents=documents.of_case(work, case_id),
        attachments=tuple(known[found] for found in sorted(known)),
        people=_people(work, row),
        timeline=timeline.of_case(work, row),
        audit=audit.entries(work, case_id),
        links=_links(work, case_id),
        basis=docket.description.process.basis,
        followed=me is not None and bool(dossiers.followed(work.session, me, [case_id])),
        withdraw=may_withdraw(work, docket),
        incidents=tuple(found.id for found in incidents.open_of_case(work.session, case_id)),
    )


# --- Actions ----------------------------------------------------------------------------------


def actions(work: Work, docket: Docket) -> tuple[ActionView, ...]:
    """What may be asked for in the case now, with the form for those who may ask."""
    return tuple(
        _action(work, docket, message, None)
        for message in moves.waiting_messages(docket)
        if message.role
    )


def action(work: Work, case_id: int, message_id: str, raw: Raw | None = None) -> ActionPage:
    """One of them with its form; ``raw`` is what was typed into it already.

    Raises NotFound ``no_such_case``, Conflict ``message_not_open``.
    """
    row = access.visible_case(work, case_id)
    docket = dockets.opened(work, row)
    for message in moves.waiting_messages(docket):
        if message.id == message_id and message.role:
            draft = _draft(work, case_id, message) if raw is None else None
            found = _action(work, docket, message, draft.raw if draft is not None else raw)
            saved_at = draft.saved_at if draft is not None else None
            return ActionPage(views.case_ref(work, row), found, _pressing(work, row), saved_at)
    raise Conflict("message_not_open")


def draft_place(case_id: int, element: str) -> str:
    """The key of the drafts of what may be asked for in a case."""
    return f"message:{case_id}:{element}"


def _draft(work: Work, case_id: int, message: OpenMessage) -> DraftRow | None:
    me = work.actor.person_id
    if me is None:
        return None
    return drafts.get(work.session, me, draft_place(case_id, message.element))


def labels(work: Work, case_id: int) -> dict[str, str]:
    """The labels of all fields the reader may know of, by field id."""
    row = access.visible_case(work, case_id)
    hidden = access.hidden_fields(work, row)
    return {
        field.id: field.label
        for form in definitions.load(work, row.definition_id).description.forms.values()
        for field in form.fields
        if field.id not in hidden
    }


def _action(work: Work, docket: Docket, message: OpenMessage, raw: Raw | None) -> ActionView:
    verdict = may_send(work, docket, message)
    place = message_place(work, docket, message)
    body = bodies.body(work.session, docket.slots.get(message.body, 0))
    known = {found.id: found for found in attachments.of_case(work, docket.id)} if raw else {}
    known |= entry.unbound_files(work, raw or {})
    return ActionView(
        message_id=message.id,
        element=message.element,
        name=message.name,
        form=place.form,
        body=body.name if body is not None else "",
        may=verdict,
        fields=entry.field_views(work, place, raw, known) if verdict else (),
    )


def may_send(work: Work, docket: Docket, message: OpenMessage) -> Verdict:
    """Whether the reader may send a message the case waits for."""
    if work.actor.person_id is None:
        return Verdict(False, "people_only")
    form = docket.form(message.element)
    return duty.on_form(
        work,
        matters.of_case(work, docket),
        form,
        docket.slots.get(message.body),
        work.actor.person_id,
        duty.Door.MESSAGE,
    )


def message_place(work: Work, docket: Docket, message: OpenMessage) -> Place:
    """Where the form of a message is filled in."""
    return Place(
        definition=docket.definition,
        form=docket.form(message.element),
        data=docket.data,
        filled=docket.slots,
        case_id=docket.id,
        hidden=access.hidden_fields(work, docket),
        schedule=views.schedule_of(work, docket),
    )


def may_withdraw(work: Work, docket: Docket) -> Verdict:
    """Who started a case may end it before its time, as long as nobody else has worked on it.

    After that only the diagram can end it: a step others took is not undone by one person.
    """
    if not docket.running:
        return Verdict(False, "case_over")
    if docket.started_by is None or docket.started_by != work.actor.person_id:
        return Verdict(False, "starter_only")
    forms = [docket.form(element) for element in docket.description.starts]
    places = [(form.role, slots.resolve(work, docket.slots, form.body)) for form in forms]
    if not any(at is not None and work.actor.holds(role, at) for role, at in places):
        # Whoever has gone elsewhere no longer decides about what they left behind.
        return Verdict(False, "role_needed", facts={"role": forms[0].role if forms else ""})
    acted = (person for _, person, _ in task_store.history(work.session, docket.id))
    if any(person != docket.started_by for person in acted):
        return Verdict(False, "others_acted")
    return Verdict(True)


# --- Parts ------------------------------------------------------------------------------------


def present_tasks(work: Work, row: CaseRow) -> tuple[PresentTask, ...]:
    """Every task of the case in the order they were opened."""
    rows = task_store.of_case(work.session, row.id)
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


def _pressing(work: Work, row: CaseRow) -> DueView:
    found = deadlines.most_pressing(ledger.unended(work.session, row.id))
    if found is None:
        return DueView()
    events = ledger.ledgers(work.session, row.id).get(found.id, ())
    return views.deadline(work, row, found, events).due


def _people(work: Work, row: CaseRow) -> tuple[PersonInCase, ...]:
    did: dict[int, list[str]] = {}
    has: dict[int, list[str]] = {}
    last: dict[int, datetime] = {}
    for task in task_store.of_case(work.session, row.id):
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
