"""Asking something of a running case: an extension, an objection, a message it waits for."""

from __future__ import annotations

from engine.errors import Conflict, Forbidden
from engine.services import (
    access,
    audit,
    case_pages,
    dockets,
    duty,
    entry,
    matters,
    moves,
    next_steps,
)
from engine.services.dockets import Docket
from engine.store import drafts
from engine.values.acts import Act
from engine.values.case_pages import ActionPage
from engine.values.pages import Raw
from engine.values.running import OpenMessage
from engine.values.task_pages import Completed, DraftSaved
from engine.work import Work


def page(work: Work, case_id: int, message_id: str, raw: Raw | None = None) -> ActionPage:
    """The form of something the case waits for. Raises Conflict ``message_not_open``."""
    return case_pages.action(work, case_id, message_id, raw)


def send(
    work: Work, case_id: int, message_id: str, raw: Raw, revision: int | None = None
) -> Completed:
    """Send a message a case waits for: ask for an extension, object, withdraw a request.

    Raises Conflict ``message_not_open`` when the case no longer waits for it.
    """
    access.visible_case(work, case_id)
    with dockets.held(work, case_id) as docket:
        message = _waiting(docket, message_id)
        place = case_pages.message_place(work, docket, message)
        verdict = case_pages.may_send(work, docket, message)
        duty.refuse(verdict)
        values = entry.parse(work, place, raw)
        verdict = duty.on_form(
            work,
            matters.of_case(work, docket),
            place.form,
            docket.slots.get(message.body),
            work.actor.person_id or 0,
            duty.Door.MESSAGE,
            values=values,
        )
        duty.refuse(verdict)
        entry.bind_files(work, place, docket, values)
        outcome = moves.run(work, docket).send(message.id, values)
        audit.append(
            work,
            docket,
            Act.MESSAGE_SENT,
            name=message.name,
            element=message.element,
            values=audit.values_digest(work, values),
        )
        moves.settle(work, docket, outcome)
        if work.actor.person_id is not None:
            place_of = case_pages.draft_place(case_id, message.element)
            drafts.drop(work.session, work.actor.person_id, place_of)
        return next_steps.after(work, docket, message.name)


def save_draft(work: Work, case_id: int, message_id: str, raw: Raw) -> DraftSaved:
    """Keep what was typed. Raises Conflict ``message_not_open``, Forbidden ``people_only``."""
    if work.actor.person_id is None:
        raise Forbidden("people_only")
    docket = dockets.opened(work, access.visible_case(work, case_id))
    message = _waiting(docket, message_id)
    kept = entry.clean(raw)
    drafts.save(
        work.session,
        work.actor.person_id,
        case_pages.draft_place(case_id, message.element),
        case_id,
        kept,
        work.now,
    )
    place = case_pages.message_place(work, docket, message)
    return DraftSaved(work.now, entry.visible_ids(work, place, kept))


def _waiting(docket: Docket, message_id: str) -> OpenMessage:
    for message in moves.waiting_messages(docket):
        if message.id == message_id:
            return message
    raise Conflict("message_not_open")
