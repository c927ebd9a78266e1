"""Starting cases: what may be started, the form, the first steps."""

from __future__ import annotations

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.services import (
    definitions,
    duty,
    entry,
    matters,
    next_steps,
    openings,
    slots,
    views,
)
from engine.services.dockets import Docket
from engine.services.entry import Place
from engine.store import bodies, drafts
from engine.store import cases as store
from engine.store import starts as start_store
from engine.store.definitions import DefinitionRow
from engine.values.pages import Raw
from engine.values.people import Verdict
from engine.values.process import Form
from engine.values.running import CaseFile
from engine.values.start_pages import StartPage, StartRow
from engine.values.task_pages import Completed, DraftSaved
from engine.work import Work

#: Name of the input that says for which body somebody starts who could start for several.
BODY = "_body"


def startable(work: Work) -> list[StartRow]:
    """Procedures with who may start them; those the reader may start come first."""
    rows = []
    for row, definition in definitions.in_force(work):
        description = definition.description
        forms = [description.forms[element] for element in description.starts]
        if not forms or not description.process.number or description.process.on_case:
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


def form(work: Work, process_id: str, raw: Raw | None = None) -> StartPage:
    """The form a case is started by; the reader's draft is shown if nothing was typed yet."""
    row = definitions.latest(work, process_id)
    place, found = _start_place(work, row)
    if raw is None and work.actor.person_id is not None:
        draft = drafts.get(work.session, work.actor.person_id, _start_draft(process_id))
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


def save_draft(work: Work, process_id: str, raw: Raw) -> DraftSaved:
    """Keep what was typed into a start form."""
    if work.actor.person_id is None:
        raise Forbidden("people_only")
    place, _ = _start_place(work, definitions.latest(work, process_id))
    kept = entry.clean(raw)
    drafts.save(work.session, work.actor.person_id, _start_draft(process_id), None, kept, work.now)
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
    if sheet and me is not None and not start_store.take(work.session, me, sheet, work.now):
        raise _started_before(work, start_store.case_of(work.session, me, sheet))
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
    docket = openings.row_of(work, row, values, filled, place.form.element)
    verdict = _start_verdict(work, docket, place.form, body_id, values)
    duty.refuse(verdict)
    openings.first_steps(work, docket, values, place.form.element, place)
    if sheet and me is not None:
        start_store.remember(work.session, me, sheet, docket.id)
    if work.actor.person_id is not None:
        drafts.drop(work.session, work.actor.person_id, _start_draft(process_id))
    return next_steps.after(work, docket, place.form.name)


def _started_before(work: Work, case_id: int | None) -> Conflict:
    found = store.get(work.session, case_id) if case_id is not None else None
    return Conflict("already_started", case=case_id, number=found.number if found else "")


def _start_place(work: Work, row: DefinitionRow) -> tuple[Place, list[int]]:
    """The start form the reader would use, and the bodies for which they may."""
    definition = definitions.load(work, row.id)
    description = definition.description
    forms = [description.forms[element] for element in description.starts]
    if not forms or not description.process.number or description.process.on_case:
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
    return duty.on_form(
        work,
        matters.of_case(work, docket),
        form,
        body_id,
        work.actor.person_id,
        duty.Door.START,
        values=values,
    )


def _start_draft(process_id: str) -> str:
    return f"start:{process_id}"
