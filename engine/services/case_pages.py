"""What may be asked for in a case now: extensions, objections, whatever its diagram waits for."""

from __future__ import annotations

from engine.errors import Conflict
from engine.services import (
    access,
    attachments,
    deadlines,
    definitions,
    dockets,
    duty,
    entry,
    matters,
    moves,
    slots,
    views,
)
from engine.services.dockets import Docket
from engine.services.entry import Place
from engine.store import bodies, drafts
from engine.store import deadlines as ledger
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.drafts import DraftRow
from engine.values.case_pages import (
    ActionPage,
    ActionView,
)
from engine.values.pages import DueView, Raw
from engine.values.people import Verdict
from engine.values.running import OpenMessage
from engine.work import Work


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
            return ActionPage(views.case_ref(work, row), found, pressing(work, row), saved_at)
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


def pressing(work: Work, row: CaseRow) -> DueView:
    """The most pressing running deadline of a case."""
    found = deadlines.most_pressing(ledger.unended(work.session, row.id))
    if found is None:
        return DueView()
    events = ledger.ledgers(work.session, row.id).get(found.id, ())
    return views.deadline(work, row, found, events).due
