"""Cases: start, ask something of one, withdraw, follow."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.runtime import CaseRun
from engine.errors import Broken, Conflict, Forbidden, Invalid, NotFound
from engine.services import (
    access,
    audit,
    case_pages,
    definitions,
    dockets,
    duty,
    entry,
    moves,
    next_steps,
    paths,
    search,
    slots,
    views,
)
from engine.services.dockets import Docket
from engine.services.entry import Place
from engine.store import bodies, dossiers, starts
from engine.store import cases as store
from engine.store import search as search_store
from engine.store import tasks as task_store
from engine.store.cases import CaseRow
from engine.store.definitions import DefinitionRow
from engine.values.acts import Act
from engine.values.case_pages import ActionPage, CasePage
from engine.values.pages import CaseRef, Raw
from engine.values.path_pages import PathView
from engine.values.people import Verdict
from engine.values.process import Form
from engine.values.running import CaseFile, OpenMessage
from engine.values.search_pages import SearchPage
from engine.values.start_pages import StartPage, StartRow
from engine.values.task_pages import Completed, DraftSaved
from engine.values.timing import COUNTY_ZONE
from engine.work import Work


def page(work: Work, case_id: int) -> CasePage:
    """A case with everything its tabs show. Raises NotFound ``no_such_case``."""
    return case_pages.page(work, case_id)


def path(work: Work, case_id: int) -> PathView:
    """The diagram with the way the case took."""
    return paths.path(work, case_id)


def action(work: Work, case_id: int, message_id: str, raw: Raw | None = None) -> ActionPage:
    """The form of something the case waits for. Raises Conflict ``message_not_open``."""
    return case_pages.action(work, case_id, message_id, raw)


def labels(work: Work, case_id: int) -> dict[str, str]:
    """The labels of a case's fields, for telling what was typed where no form can take it."""
    return case_pages.labels(work, case_id)


def find(work: Work, text: str, after: str = "") -> SearchPage:
    """Cases by number, title and party."""
    return search.cases(work, text, after)


#: Name of the input that says for which body somebody starts who could start for several.
BODY = "_body"


# --- Starting ---------------------------------------------------------------------------------


def startable(work: Work) -> list[StartRow]:
    """Procedures with who may start them; those the reader may start come first."""
    rows = []
    for row, definition in definitions.all_latest(work):
        description = definition.description
        forms = [description.forms[element] for element in description.starts]
        if not forms or not description.process.number:
            continue
        allowed = any(_start_bodies(work, form) for form in forms)
        verdict = Verdict(True) if allowed else Verdict(False, "role_needed")
        rows.append(
            StartRow(
                description.process,
                row.version,
                tuple(dict.fromkeys(form.role for form in forms)),
                verdict,
            )
        )
    return sorted(rows, key=lambda row: (not row.may.allowed, row.process.id))


def start_form(work: Work, process_id: str, raw: Raw | None = None) -> StartPage:
    """The form a case is started by; the reader's draft is shown if nothing was typed yet."""
    row = definitions.latest(work, process_id)
    place, found = _start_place(work, row)
    if raw is None and work.actor.person_id is not None:
        draft = task_store.draft(work.session, work.actor.person_id, _start_draft(process_id))
        raw = draft.raw if draft is not None else None
    known = entry.unbound_files(work, raw or {})
    return StartPage(
        process=place.description.process,
        form=place.form,
        fields=entry.field_views(work, place, raw, known),
        bodies=tuple(
            row for _, row in views.body_rows(work, {str(body_id): body_id for body_id in found})
        ),
        may=Verdict(True)
        if found
        else Verdict(False, "role_needed", facts={"role": place.form.role}),
    )


def save_start_draft(work: Work, process_id: str, raw: Raw) -> DraftSaved:
    """Keep what was typed into a start form."""
    if work.actor.person_id is None:
        raise Forbidden("people_only")
    place, _ = _start_place(work, definitions.latest(work, process_id))
    kept = entry.clean(raw)
    task_store.save_draft(
        work.session, work.actor.person_id, _start_draft(process_id), None, kept, work.now
    )
    return DraftSaved(work.now, entry.visible_ids(work, place, kept))


def start(
    work: Work, process_id: str, raw: Raw, body_id: int | None = None, sheet: str = ""
) -> Completed:
    """Start a case of the newest version with what was entered.

    ``sheet`` is the number of the form as it was shown: sent twice, it makes one case.

    Raises Forbidden ``role_needed``, Invalid with an error per field or ``choose_body``, Conflict
    ``already_started``.
    """
    me = work.actor.person_id
    if sheet and me is not None and not starts.take(work.session, me, sheet, work.now):
        raise _started_before(work, starts.case_of(work.session, me, sheet))
    row = definitions.latest(work, process_id)
    place, found = _start_place(work, row)
    if not found:
        raise Forbidden("role_needed", role=place.form.role)
    if body_id is None:
        body_id = _chosen(raw, found)
    elif body_id not in found:
        raise Forbidden("role_needed", role=place.form.role)
    values = entry.parse(work, place, raw)
    filled = {} if place.form.body in ("", *slots.ONLY_ONE) else {place.form.body: body_id}
    docket = _open(work, row, values, filled, place.form.element)
    entry.bind_files(work, place, docket.id, values)
    verdict = _start_verdict(work, docket, place.form, body_id, values)
    if not verdict:
        raise Forbidden(verdict.code, rule=verdict.rule, basis=verdict.basis, **verdict.facts)
    _go(work, docket, values, place.form.element, entered=True)
    if sheet and me is not None:
        starts.remember(work.session, me, sheet, docket.id)
    if work.actor.person_id is not None:
        task_store.drop_draft(work.session, work.actor.person_id, _start_draft(process_id))
    return next_steps.after(work, docket, place.form.name)


def _started_before(work: Work, case_id: int | None) -> Conflict:
    found = store.get(work.session, case_id) if case_id is not None else None
    return Conflict("already_started", case=case_id, number=found.number if found else "")


def open_linked(work: Work, docket: Docket, process_id: str, values: CaseFile) -> CaseRef:
    """A case opens another; both know of it. The values are the diagram's, not a person's."""
    row = definitions.latest(work, process_id)
    description = definitions.load(work, row.id).description
    if not description.starts:
        raise Broken("nothing_to_start", process=process_id)
    element = description.starts[0]
    # What its lanes need and nothing fills is what the opener has there.
    named = slots.named(description)
    filled = {slot: body for slot, body in docket.slots.items() if slot in named}
    other = _open(work, row, dict(values), filled, element)
    dossiers.link(work.session, docket.id, other.id, work.now)
    _go(work, other, dict(values), element)
    audit.append(work, docket, Act.CASE_OPENED, other=other.number)
    return views.case_ref(work, other)


def _open(
    work: Work,
    row: DefinitionRow,
    values: CaseFile,
    filled: Mapping[str, int],
    element: str,
) -> Docket:
    """The row of a new case, with its number; nothing has moved yet."""
    definition = definitions.load(work, row.id)
    process = definition.description.process
    known = slots.fill(work, definition.description, filled, values)
    row_values = CaseRow(
        id=0,
        number=_number(work, process.number, known, definition.description.forms[element]),
        definition_id=row.id,
        process_id=process.id,
        process_name=process.name,
        title=process.name,
        party="",
        stage="",
        status=store.RUNNING,
        slots=known,
        body_id=None,
        body_name="",
        sector="",
        data=dict(values),
        messages=None,
        state=b"",
        state_mac=b"",
        revision=0,
        wake_at=None,
        paused_at=None,
        started_at=work.now,
        started_by=work.actor.person_id,
        starter=work.actor.name,
        finished_at=None,
        failures=0,
        audit_seq=0,
        audit_head=b"",
        steps=0,
    )
    row_values.id = store.add(work.session, row_values)
    docket = Docket(**vars(row_values), definition=definition)
    moves.describe(work, docket)
    return docket


def _go(
    work: Work, docket: Docket, values: CaseFile, element: str, *, entered: bool = False
) -> None:
    """The first steps of a new case; ``entered`` by a person who answers for it (R2, R9)."""
    search_store.index(work.session, docket.id, docket.number, docket.title, docket.party)
    audit.append(
        work,
        docket,
        Act.CASE_STARTED,
        number=docket.number,
        version=definitions.version_of(work, docket.definition_id),
        **({"element": element} if entered else {}),
        values=audit.values_digest(work, values),
    )
    run = CaseRun.start(
        docket.definition, docket.data, moves.environment(work, docket), element=element
    )
    indexed = (docket.number, docket.title, docket.party)
    moves.settle(work, docket, run.outcome())
    dockets.write(work, docket)
    settled = (docket.number, docket.title, docket.party)
    if indexed != settled:
        search_store.reindex(work.session, docket.id, indexed, settled)


def _number(work: Work, code: str, known: Mapping[str, int], form: Form) -> str:
    """``红执诉〔2026〕17号``: per code and year by the county's date, without leading zeros."""
    if "×" in code:
        body_id = known.get("handling", known.get(form.body))
        body = bodies.body(work.session, body_id) if body_id is not None else None
        code = code.replace("×", body.mark if body is not None else "")
    year = work.now.astimezone(COUNTY_ZONE).year
    return f"{code}〔{year}〕{store.next_number(work.session, code, year)}号"


def _start_place(work: Work, row: DefinitionRow) -> tuple[Place, list[int]]:
    """The start form the reader would use, and the bodies for which they may."""
    definition = definitions.load(work, row.id)
    description = definition.description
    forms = [description.forms[element] for element in description.starts]
    if not forms or not description.process.number:
        raise NotFound("no_such_process", process=row.process_id)
    chosen, found = forms[0], _start_bodies(work, forms[0])
    for form in forms[1:]:
        if not found:
            chosen, found = form, _start_bodies(work, form)
    filled: dict[str, int] = {}
    if len(found) == 1 and chosen.body not in ("", *slots.ONLY_ONE):
        filled = {chosen.body: found[0]}
    filled = slots.fill(work, description, filled, {})
    place = Place(definition, chosen, {}, filled)
    return place, found


def _start_bodies(work: Work, form: Form) -> list[int]:
    """The bodies for which the reader holds the role of a start form."""
    if work.actor.person_id is None:
        return []
    only = slots.resolve(work, {}, form.body)
    held = {
        one.body_id
        for one in work.actor.memberships
        if one.role == form.role and (only is None or one.body_id == only)
    }
    # Who holds the role in a department and in its unit acts for the department.
    above = {body_id: bodies.body(work.session, body_id) for body_id in held}
    return sorted(
        body_id
        for body_id, body in above.items()
        if body is not None and body.parent_id not in held
    )


def _chosen(raw: Raw, found: list[int]) -> int:
    """The body the starter acts for: their only one, or the one the form names."""
    named = [int(text) for text in raw.get(BODY, ()) if text.isdecimal() and int(text) in found]
    if len(found) > 1 and not named:
        raise Invalid("choose_body", {BODY: Invalid("required")})
    return named[0] if named else found[0]


def _start_verdict(
    work: Work, docket: Docket, form: Form, body_id: int, values: CaseFile
) -> Verdict:
    if work.actor.person_id is None:
        return Verdict(False, "people_only")
    return duty.entered(work, docket.id, form, body_id, work.actor.person_id, values)


def _start_draft(process_id: str) -> str:
    return f"start:{process_id}"


# --- Asking something of a running case -------------------------------------------------------


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
        if not verdict:
            raise Forbidden(verdict.code, rule=verdict.rule, basis=verdict.basis, **verdict.facts)
        values = entry.parse(work, place, raw)
        verdict = duty.entered(
            work,
            docket.id,
            place.form,
            docket.slots.get(message.body),
            work.actor.person_id or 0,
            {**docket.data, **values},
        )
        if not verdict:
            raise Forbidden(verdict.code, rule=verdict.rule, basis=verdict.basis, **verdict.facts)
        entry.bind_files(work, place, case_id, values)
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
        return next_steps.after(work, docket, message.name)


def withdraw(work: Work, case_id: int, reason: str) -> CaseRef:
    """End a case before its time: who started it may, with a reason on the record."""
    reason = " ".join(reason.split())[:1000]
    if not reason:
        raise Invalid(fields={"reason": Invalid("required")})
    access.visible_case(work, case_id)
    with dockets.held(work, case_id) as docket:
        verdict = case_pages.may_withdraw(work, docket)
        if not verdict:
            raise Forbidden(verdict.code, **verdict.facts)
        outcome = moves.run(work, docket).cancel()
        audit.append(work, docket, Act.CASE_WITHDRAWN, reason=reason)
        moves.settle(work, docket, outcome)
        docket.status = store.CANCELLED
        return views.case_ref(work, docket)


def follow(work: Work, case_id: int) -> None:
    """Keep an eye on a case."""
    access.visible_case(work, case_id)
    if work.actor.person_id is not None:
        dossiers.follow(work.session, work.actor.person_id, case_id, work.now)


def unfollow(work: Work, case_id: int) -> None:
    """No longer keep an eye on it."""
    if work.actor.person_id is not None:
        dossiers.unfollow(work.session, work.actor.person_id, case_id)


def _waiting(docket: Docket, message_id: str) -> OpenMessage:
    for message in moves.waiting_messages(docket):
        if message.id == message_id:
            return message
    raise Conflict("message_not_open")
