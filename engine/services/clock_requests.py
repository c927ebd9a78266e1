"""Asking for a stop, a resumption or an extension of a clock, as a small case of its own.

The request is the procedure ``clock_request``: who may decide follows from the rule of the clock,
the decision is a task like any other, and what was granted is done to the case it was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.errors import Conflict, Invalid, NotFound
from engine.services import (
    access,
    audit,
    clock_rights,
    definitions,
    discretion,
    dockets,
    duty,
    entry,
    next_steps,
    openings,
    slots,
    stops,
    views,
)
from engine.services.entry import Place
from engine.store import bodies, cases, dossiers, people
from engine.store import deadlines as ledger
from engine.store.cases import CaseRow
from engine.store.deadlines import DeadlineRow
from engine.values.acts import Act
from engine.values.clock_pages import ClockOffer, ClockRequestPage
from engine.values.pages import Raw
from engine.values.running import CaseFile, Json
from engine.values.task_pages import Completed
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

PROCESS, START = "clock_request", "requested"
PAUSE, RESUME, EXTEND = KINDS = ("pause", "resume", "extend")

#: Who decides when the rule names nobody, by the kind of body that is responsible.
_DECIDES = {"LEGAL_OFFICE": "legal_office_head", "COUNTY_GOV": "county_leader"}
_USUAL = "dept_deputy"
#: Who decides instead when nobody else than the applicant could.
_ABOVE = {
    "dept_deputy": "dept_head",
    "dept_head": "county_leader",
    "legal_head": "dept_deputy",
    "legal_office_head": "county_leader",
}
#: The role at which slot of the request.
_SEAT = {"legal_office_head": "legal_office", "county_leader": "county_government"}
_CHOSEN = frozenset({"dept_deputy", "dept_head", "legal_office_head", "county_leader"})


@dataclass(frozen=True)
class Wish:
    """What is asked for: of a deadline, or the end of a ground."""

    kind: str
    deadline_id: int | None = None
    ground: int | None = None


def offers(work: Work, case_id: int) -> tuple[ClockOffer, ...]:
    """What may be asked for in a case: each allowed, or with the reason why not."""
    row = access.visible_case(work, case_id)
    if row.status != cases.RUNNING or not _published(work):
        return ()
    running = _all(work, row)
    may = clock_rights.may_ask(work, row, running)
    veil = discretion.veil(work, row)
    found = []
    for ground in stops.standing(work, row.id):
        if ground.origin is not None:
            found.append(ClockOffer(RESUME, may, ground=ground.id, name=veil(ground.reason)))
    for one in running:
        limit = views.limit_of(work, row, one.limit_key)
        if limit is not None and limit.extension is not None:
            may_extend = clock_rights.extendable(work, row, one)
            verdict = clock_rights.may_ask(work, row, [one]) and may_extend
            found.append(ClockOffer(EXTEND, verdict, deadline_id=one.id, name=one.name))
    if any(one.status == ledger.RUNNING for one in running):
        found.append(ClockOffer(PAUSE, may))
    return tuple(found)


def form(work: Work, case_id: int, wish: Wish, raw: Raw | None = None) -> ClockRequestPage:
    """The form of a request. Raises NotFound, Forbidden, Conflict or Invalid as :func:`ask`."""
    row = access.visible_case(work, case_id)
    context, filled = _context(work, row, wish)
    place = _place(work, context, filled)
    known = entry.unbound_files(work, raw or {})
    return ClockRequestPage(
        case=views.case_ref(work, row),
        kind=wish.kind,
        deadline_id=wish.deadline_id,
        ground=wish.ground,
        clock=str(context.get("clock_name") or ""),
        form=place.form,
        fields=entry.field_views(work, place, raw, known),
        approver=str(context["approver_role"]),
    )


def ask(work: Work, case_id: int, wish: Wish, raw: Raw) -> Completed:
    """Ask for it: a case of its own, linked with the one whose clock it is about.

    Raises Forbidden ``clock_not_yours``, Conflict ``asked_for_already``, Invalid with an error per
    field, ``extension_not_allowed``, ``extensions_used_up`` or ``deadline_passed``.
    """
    row = access.visible_case(work, case_id)
    context, filled = _context(work, row, wish)
    place = _place(work, context, filled)
    # What the form does not ask for is known here, whatever a browser sends.
    values: CaseFile = {**entry.parse(work, place, raw), **context}
    definition = definitions.latest(work, PROCESS)
    with dockets.held(work, case_id) as target:
        _refuse_twice(work, case_id, wish)
        for field in place.form.fields:
            # What is asked for is read in another case, and its reasons on the pages of this one.
            if isinstance(text := values.get(field.id), str):
                discretion.refuse_text(work, target, text, field.id)
        request = openings.row_of(work, definition, values, filled, START)
        dossiers.link(work.session, case_id, request.id, work.now)
        openings.first_steps(work, request, values, START, place)
        audit.append(work, target, Act.CLOCK_REQUESTED, other=request.number, kind=wish.kind)
    return next_steps.after(work, request, place.form.name)


# --- Parts ------------------------------------------------------------------------------------


def _published(work: Work) -> bool:
    try:
        definitions.latest(work, PROCESS)
    except NotFound:
        return False
    return True


def _all(work: Work, row: CaseRow) -> list[DeadlineRow]:
    """The clocks a stop holds: every one of the case."""
    return [one for one in ledger.unended(work.session, row.id) if one.limit_key]


def _context(work: Work, row: CaseRow, wish: Wish) -> tuple[dict[str, Json], dict[str, int]]:
    """What the request must know of the case, and the bodies it concerns."""
    if row.status != cases.RUNNING:
        raise Conflict("case_over")
    one = _deadline(work, row, wish)
    clocks = [one] if wish.kind == EXTEND and one is not None else _all(work, row)
    duty.refuse(clock_rights.may_ask(work, row, clocks))
    if wish.kind == EXTEND and one is not None:
        verdict = clock_rights.extendable(work, row, one)
        if not verdict:
            raise Invalid(verdict.code, None, **verdict.facts)
    body = _responsible(work, row, one or _nearest(work, row))
    limit = views.limit_of(work, row, one.limit_key) if one is not None else None
    named = limit.extension_approver if limit is not None and wish.kind == EXTEND else None
    department = bodies.body(work.session, body.parent_id or 0)
    if body.kind in ("DEPT_LEGAL", "ENF_UNIT") and department is not None:
        body = department
    role = _decides(work, named or _DECIDES.get(body.kind, _USUAL), body)
    label = limit.name if limit is not None else (one.name if one is not None else "")
    view = views.deadline(work, row, one, ()) if one is not None else None
    party = row.party and not access.hidden_fields(work, row)
    return {
        "request_kind": wish.kind,
        "request_title": f"{row.number} {label}".strip(),
        "target_case": row.id,
        "target_number": row.number,
        "target_title": "",
        "limit_key": one.limit_key if one is not None else None,
        "clock_name": label or None,
        "due_before": one.due_at.astimezone(COUNTY_ZONE).date().isoformat() if one else None,
        "times_left": view.extensions_left if view is not None else None,
        "ground": wish.ground,
        "approver_role": role,
        "clock_body": body.id,
        "served_to": "party" if party else body.name,
        "applicant": work.actor.person_id,
    }, {"handling": body.id}


def _deadline(work: Work, row: CaseRow, wish: Wish) -> DeadlineRow | None:
    """The clock that is meant; a ground must stand. Raises NotFound, Conflict ``pause_over``."""
    if wish.kind not in KINDS:
        raise NotFound("no_such_request", kind=wish.kind)
    if wish.kind == RESUME:
        standing = {g.id: g for g in stops.standing(work, row.id)}
        if wish.ground not in standing:
            raise Conflict("pause_over")
        return None
    if wish.kind == PAUSE:
        going = [o for o in ledger.unended(work.session, row.id) if o.status == ledger.RUNNING]
        if not going:
            raise Conflict("no_running_deadline", limit="")
        return _nearest(work, row, going)
    found = ledger.deadline(work.session, wish.deadline_id or 0)
    if found is None or found.case_id != row.id or found.ended_at is not None:
        raise NotFound("no_such_deadline")
    return found


def _nearest(
    work: Work, row: CaseRow, rows: Sequence[DeadlineRow] | None = None
) -> DeadlineRow | None:
    """The clock of the reader's own step, else the one that is due first."""
    found = ledger.unended(work.session, row.id) if rows is None else rows
    mine = {task.deadline_id for task in clock_rights.tasks_of_mine(work, row)}
    return min(found, key=lambda one: (one.id not in mine, one.due_at), default=None)


def _responsible(work: Work, row: CaseRow, one: DeadlineRow | None) -> bodies.Body:
    """The body whose step the clock belongs to, else the one the case is under."""
    description = definitions.load(work, row.definition_id).description
    drawn = description.forms.get(one.activity) if one is not None else None
    body_id = slots.resolve(work, row.slots, drawn.body) if drawn is not None else None
    for found in (body_id, row.slots.get("handling"), row.body_id):
        body = bodies.body(work.session, found) if found is not None else None
        if body is not None:
            return body
    office = slots.resolve(work, row.slots, "legal_office")
    body = bodies.body(work.session, office or 0)
    if body is None:
        raise Conflict("no_body_responsible")
    return body


def _decides(work: Work, role: str, body: bodies.Body) -> str:
    """The role that decides: somebody else than the applicant must hold it (R9)."""
    if role not in _CHOSEN:
        role = _USUAL
    for _ in range(len(_ABOVE)):
        seat = _SEAT.get(role)
        at = slots.resolve(work, {}, seat) if seat else body.id
        holders = people.holders(work.session, role, [at] if at is not None else None)
        if any(person != work.actor.person_id for person in holders):
            return role
        role = _ABOVE.get(role, "county_leader")
    return role


def _place(work: Work, context: Mapping[str, Json], filled: Mapping[str, int]) -> Place:
    row = definitions.latest(work, PROCESS)
    definition = definitions.load(work, row.id)
    drawn = definition.description.forms[START]
    # What is known already is no question: conditions read it from the case, not from the form.
    asked = tuple(field for field in drawn.fields if field.id not in context)
    return Place(
        definition,
        replace(drawn, fields=asked),
        dict(context),
        slots.fill(work, definition.description, filled, {}),
    )


def _refuse_twice(work: Work, case_id: int, wish: Wish) -> None:
    """One request of a kind about one clock at a time."""
    linked = [other for other, kind, _ in dossiers.links_of(work.session, case_id)]
    for other in linked:
        row = cases.get(work.session, other)
        if row is None or row.process_id != PROCESS or row.status != cases.RUNNING:
            continue
        same = row.data.get("request_kind") == wish.kind
        same = same and row.data.get("ground") == wish.ground
        if same and (wish.kind != EXTEND or _key(work, wish) == row.data.get("limit_key")):
            raise Conflict("asked_for_already", number=row.number)


def _key(work: Work, wish: Wish) -> str | None:
    found = ledger.deadline(work.session, wish.deadline_id or 0)
    return found.limit_key if found is not None else None
