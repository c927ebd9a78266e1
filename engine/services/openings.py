"""The row, the number and the first steps of a new case."""

from __future__ import annotations

from collections.abc import Mapping

from engine import metrics
from engine.bpmn.runtime import CaseRun
from engine.errors import Broken
from engine.services import (
    audit,
    definitions,
    dockets,
    entry,
    moves,
    slots,
    views,
    wording,
)
from engine.services.dockets import Docket
from engine.services.entry import Place
from engine.store import bodies, dossiers
from engine.store import cases as store
from engine.store import search as search_store
from engine.store.cases import CaseRow
from engine.store.definitions import DefinitionRow
from engine.values.acts import Act
from engine.values.pages import CaseRef
from engine.values.process import Description, FieldType, Form
from engine.values.running import CaseFile, Json
from engine.values.timing import COUNTY_ZONE
from engine.work import Work


def open_linked(work: Work, docket: Docket, process_id: str, values: CaseFile) -> CaseRef:
    """A case opens another; both know of it. The values are the diagram's, not a person's.

    A field of type body may be given as a slot of the case that opens: it takes the body there.
    """
    row = definitions.latest(work, process_id)
    description = definitions.load(work, row.id).description
    if not description.starts:
        raise Broken("nothing_to_start", process=process_id)
    element = description.starts[0]
    values = _withheld(docket, description, values)
    # What its lanes need and nothing fills is what the opener has there.
    named = slots.named(description)
    filled = {slot: body for slot, body in docket.slots.items() if slot in named}
    given = _bodies(work, docket, description.forms[element], values)
    other = row_of(work, row, given, filled, element)
    dossiers.link(work.session, docket.id, other.id, work.now)
    first_steps(work, other, given, element)
    audit.append(work, docket, Act.CASE_OPENED, other=other.number)
    return views.case_ref(work, other)


def _bodies(work: Work, docket: Docket, form: Form, values: CaseFile) -> dict[str, Json]:
    """The values of a new case, slots of the case that opens it replaced by the bodies in them."""
    given = dict(values)
    for field in form.fields:
        slot = given.get(field.id)
        if field.type is FieldType.BODY and isinstance(slot, str):
            given[field.id] = slots.resolve(work, docket.slots, slot)
    return given


def _withheld(docket: Docket, description: Description, values: CaseFile) -> CaseFile:
    """The values without what is hidden from somebody (R15), unless their field there is too."""
    known = description.fields
    return {
        id: wording.withheld(docket, value)
        if isinstance(value, str) and not (id in known and known[id].hidden_from)
        else value
        for id, value in values.items()
    }


def row_of(
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


def first_steps(
    work: Work, docket: Docket, values: CaseFile, element: str, place: Place | None = None
) -> None:
    """The first steps of a new case.

    ``place`` is the form by which a person who answers for it entered it (R2, R9), files and all.
    """
    search_store.index(work.session, docket.id, docket.number, docket.title, docket.party)
    audit.append(
        work,
        docket,
        Act.CASE_STARTED,
        number=docket.number,
        version=definitions.version_of(work, docket.definition_id),
        **({"element": element} if place is not None else {}),
        values=audit.values_digest(work, values),
    )
    if place is not None:
        entry.bind_files(work, place, docket, values)
    run = CaseRun.start(
        docket.definition, docket.data, moves.environment(work, docket), element=element
    )
    work.measure(metrics.CASES_STARTED, docket.process_id)
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
