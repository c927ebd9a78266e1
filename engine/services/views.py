"""Stored rows as pages see them: what must be hidden is left out here, once for all pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from engine.errors import Invalid
from engine.rules import lights
from engine.rules.deadlines import CountySchedule
from engine.rules.fields import is_blank as is_blank
from engine.services import access, definitions, schedules
from engine.store import bodies, people
from engine.store import deadlines as ledger
from engine.store.cases import BriefRow, CaseRow
from engine.store.deadlines import LAPSED, MET, MISSED, PAUSED, DeadlineRow, ledger_of
from engine.store.tasks import TaskRow
from engine.values.case_pages import DeadlineView
from engine.values.pages import AttachmentRow, BodyRow, CaseRef, DueView, Shown
from engine.values.process import Description, Field, FieldType, Form
from engine.values.quorum import opinions
from engine.values.running import CaseFile, Json
from engine.values.timing import COUNTY_ZONE, LedgerEvent, LedgerKind, Limit
from engine.work import Work


def case_ref(work: Work, row: CaseRow | BriefRow) -> CaseRef:
    """A case to name and link to, without its party for readers from whom it is hidden."""
    return CaseRef(
        id=row.id,
        number=row.number,
        title=row.title,
        process_id=row.process_id,
        process_name=row.process_name,
        party=visible_party(work, row),
        status=row.status,
        stage=row.stage,
    )


def visible_party(work: Work, row: CaseRow | BriefRow) -> str:
    """The party's name, empty for readers from whom it is hidden."""
    process = definitions.load(work, row.definition_id).description.process
    return "" if process.party in access.hidden_fields(work, row) else row.party


# --- Due dates --------------------------------------------------------------------------------


def schedule_of(work: Work, row: CaseRow) -> CountySchedule:
    """The calendar and the limits of a case."""
    on = row.started_at.astimezone(COUNTY_ZONE).date()
    return schedules.for_case(work, on, row.sector or None)


def limit_of(work: Work, row: CaseRow, key: str | None) -> Limit | None:
    """The row of the time-limit table a deadline is counted by, if it still has one."""
    if key is None:
        return None
    try:
        return schedule_of(work, row).limit(key)
    except Invalid:
        return None


def due_of(
    work: Work,
    due_at: datetime | None,
    warn_at: datetime | None,
    *,
    paused_since: datetime | None = None,
    done_at: datetime | None = None,
    at: datetime | None = None,
    limit: Limit | None = None,
    provisional: bool = False,
    deadline_id: int | None = None,
) -> DueView:
    """A due date with its light and sentence, as it stands now or stood at an instant."""
    calendars = schedules.county(work).calendars
    calendar = calendars.party if limit is not None and limit.party else calendars.agency
    standing = lights.standing(
        due_at, warn_at, at or work.now, calendar, paused_since=paused_since, done_at=done_at
    )
    return DueView(
        light=standing.light,
        code=standing.code,
        facts=standing.facts,
        due_at=due_at,
        provisional=provisional,
        limit=limit.key if limit is not None else "",
        basis=limit.basis if limit is not None else "",
        statutory=limit.statutory if limit is not None else False,
        paused_since=paused_since if due_at is not None else None,
        deadline_id=deadline_id,
    )


def due_of_task(
    work: Work,
    task: TaskRow,
    paused_since: datetime | None,
    limit: Limit | None = None,
    provisional: bool = False,
) -> DueView:
    """The due date of a task."""
    return due_of(
        work,
        task.due_at,
        task.warn_at,
        paused_since=paused_since if task.status == "open" else None,
        done_at=task.completed_at if task.status == "completed" else None,
        at=task.completed_at,
        limit=limit,
        provisional=provisional,
        deadline_id=task.deadline_id,
    )


def stopped_since(work: Work, tasks: Iterable[TaskRow]) -> dict[int, datetime]:
    """Since when the clocks of tasks stand still, by task; those that run are left out."""
    still = {task.id: task.deadline_id for task in tasks if task.paused and task.deadline_id}
    if not still:
        return {}
    at = ledger.stopped_since(work.session, still.values())
    return {task: at[row] for task, row in still.items() if row in at}


def deadline(
    work: Work, row: CaseRow, found: DeadlineRow, events: Iterable[LedgerEvent]
) -> DeadlineView:
    """One clock of a case; ``events`` are the lines of its ledger."""
    events = tuple(events)
    stops = [event.at for event in events if event.kind is LedgerKind.PAUSED]
    limit = limit_of(work, row, found.limit_key)
    allowed = limit.extensions_allowed if limit is not None and limit.extension else 0
    shown = due_of(
        work,
        found.due_at,
        found.warn_at,
        paused_since=stops[-1] if stops and found.status == PAUSED else None,
        done_at=found.ended_at if found.status in (MET, MISSED) else None,
        # What was never done is as late as it was when it ended, not "done late".
        at=found.ended_at,
        limit=limit,
        provisional=found.provisional,
        deadline_id=found.id,
    )
    return DeadlineView(
        id=found.id,
        name=found.name,
        status=MISSED if found.status == LAPSED else found.status,
        due=shown,
        started_at=found.started_at,
        ended_at=found.ended_at,
        limit=limit,
        label=limit.name if limit is not None else found.name,
        extensions=found.extensions,
        extensions_left=0
        if found.status in (MISSED, LAPSED) or found.ended_at is not None
        else max(allowed - found.extensions, 0),
        ledger=ledger_of(found, events),
    )


# --- Values -----------------------------------------------------------------------------------


def shown_values(
    work: Work,
    fields: Iterable[Field],
    values: CaseFile,
    hidden: frozenset[str],
    attachments: Mapping[int, AttachmentRow],
) -> tuple[Shown, ...]:
    """The filled-in fields to be read, those hidden from the reader left out."""
    wanted = [
        field for field in fields if field.id not in hidden and not is_blank(values.get(field.id))
    ]
    return tuple(
        Shown(
            field,
            values[field.id],
            names_in(work, field, values[field.id]),
            tuple(
                attachments[one]
                for one in ids_in(values[field.id])
                if field.type is FieldType.FILE and one in attachments
            ),
        )
        for field in wanted
    )


def names_in(work: Work, field: Field, value: Json) -> Mapping[int, str]:
    """The names behind the ids in a value."""
    if field.type in (FieldType.PERSON, FieldType.PEOPLE):
        return people.names_of_people(work.session, ids_in(value))
    if field.type is FieldType.OPINIONS:
        return people.names_of_people(work.session, [line.person for line in opinions(value)])
    if field.type is FieldType.BODY:
        return bodies.names_of_bodies(work.session, ids_in(value))
    return {}


def ids_in(value: Json) -> list[int]:
    """The ids in the value of a person, people, body or file field."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, int) and not isinstance(one, bool)]


def facts_fields(description: Description) -> tuple[Field, ...]:
    """The fields that say what a case is about: those of its start forms, each once."""
    found: dict[str, Field] = {}
    for element in description.starts:
        for field in description.forms[element].fields:
            found.setdefault(field.id, field)
    return tuple(found.values())


def visible_form(form: Form, hidden: frozenset[str]) -> tuple[Field, ...]:
    """The fields of a form the reader may know of."""
    return tuple(field for field in form.fields if field.id not in hidden)


def body_rows(work: Work, filled: Mapping[str, int]) -> tuple[tuple[str, BodyRow], ...]:
    """The bodies of a case by slot."""
    rows = []
    for slot, body_id in filled.items():
        found = bodies.body(work.session, body_id)
        if found is not None:
            rows.append((slot, BodyRow(found.id, found.name, found.kind, found.parent_id)))
    return tuple(rows)
