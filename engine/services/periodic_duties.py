"""Duties that come back with the calendar: each opens its cases once per period, on all nodes.

What is due is found anew from the calendar at each beat, so that a day that becomes a holiday moves
a duty that waits, and one that was opened stays opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial

from engine.errors import Broken, NotFound
from engine.office import Office
from engine.rules import periodic as rules
from engine.services import access, catalogue, definitions, openings, places, schedules, views
from engine.services.periodic import Job, Missed
from engine.store import cases
from engine.store import periodic as store
from engine.store.bodies import Body
from engine.store.definitions import DefinitionRow
from engine.values.periodic import PeriodicDuty
from engine.values.periodic_pages import DutyPage, DutyRow, OpenedRow, Turn, TurnPage
from engine.values.process import Description, FieldType
from engine.values.running import Json
from engine.values.timing import COUNTY_ZONE
from engine.work import Work


def jobs(office: Office) -> tuple[Job, ...]:
    """The duties of the installation as the worker does them."""
    return tuple(
        Job(job_name(duty.code), partial(_due, duty), partial(_open, duty), Missed.EACH)
        for duty in catalogue.of(office).periodic.values()
    )


def job_name(code: str) -> str:
    """What a duty is called among the jobs."""
    return f"duty.{code}"


def page(work: Work, year: int) -> DutyPage:
    """The duties of a year, by the day they open."""
    begins, ends = _midnight(date(year, 1, 1)), _midnight(date(year + 1, 1, 1))
    tallies = store.tallies(work.session, begins, ends)
    calendar = schedules.county(work).calendars.agency
    procedures = _procedures(work)
    rows = []
    for duty in catalogue.of(work.office).periodic.values():
        known = procedures.get(duty.code)
        turns = []
        for found in rules.periods(duty, date(year - 1, 12, 31), date(year, 12, 31), calendar):
            tally = tallies.get((duty.code, found.key))
            turns.append(
                Turn(
                    found.day,
                    found.opens,
                    tally.opened if tally else 0,
                    tally.finished if tally else 0,
                    calendar.provisional(found.opens.date()),
                )
            )
        name = known[0].name if known else ""
        rows.append(DutyRow(duty, known[0].process_id if known else "", name, tuple(turns)))
    return DutyPage(year, work.now, tuple(rows))


def turn_page(work: Work, code: str, month: date) -> TurnPage:
    """The cases a duty opened in one period. Raises NotFound ``no_such_duty``."""
    duty = catalogue.of(work.office).periodic.get(code)
    if duty is None or month.day != 1 or month.month not in duty.months:
        raise NotFound("no_such_duty", duty=code)
    found = rules.period(duty, month, schedules.county(work).calendars.agency)
    opened = store.opened(work.session, code, found.key)
    briefs = cases.brief(work.session, opened.values())
    names = places.names(work, opened)
    rows = [
        OpenedRow(names.get(body_id, ""), views.case_ref(work, brief))
        for body_id, case_id in opened.items()
        if (brief := briefs.get(case_id)) is not None and access.may_see(work, brief)
    ]
    return TurnPage(
        duty,
        found.day,
        found.opens,
        tuple(sorted(rows, key=lambda row: row.body)),
        hidden=len(opened) - len(rows),
    )


# --- What is due ------------------------------------------------------------------------------


def _due(duty: PeriodicDuty, work: Work, last: datetime | None) -> list[datetime]:
    """The periods whose day has come. A duty begins when its procedure is published."""
    known = _procedures(work).get(duty.code)
    if known is None:
        return []
    calendar = schedules.county(work).calendars.agency
    # Looked at from the day before: what opens on the day itself counts by the minute.
    since = (last or known[0].published_at).astimezone(COUNTY_ZONE).date() - timedelta(days=1)
    return [
        found.key
        for found in rules.periods(duty, since, work.today, calendar)
        if found.opens <= work.now
        and (found.key > last if last is not None else found.opens > known[0].published_at)
    ]


def _procedures(work: Work) -> Mapping[str, tuple[DefinitionRow, Description]]:
    """The procedure in force that each duty opens, by the duty's code."""
    return {
        code: (row, definition.description)
        for row, definition in definitions.in_force(work)
        for code in definition.description.periods
    }


# --- Opening ----------------------------------------------------------------------------------


def _open(duty: PeriodicDuty, work: Work, key: datetime) -> None:
    """Open the cases of a period. Raises Broken if no procedure in force is opened by the duty."""
    known = _procedures(work).get(duty.code)
    if known is None:
        raise Broken("no_procedure_for_duty", duty=duty.code)
    row, description = known
    month = key.astimezone(COUNTY_ZONE).date()
    counted = _counted(work, duty, month)
    for body in _bodies(work, duty):
        values = _values(duty, description, month, body)
        for field, by_body in counted.items():
            values[field] = by_body.get(body.id, 0) if body is not None else sum(by_body.values())
        filled = {duty.slot: body.id} if body is not None else {}
        element = description.periods[duty.code]
        docket = openings.row_of(work, row, values, filled, element)
        openings.first_steps(work, docket, values, element)
        store.begin(
            work.session, duty.code, key, body.id if body is not None else 0, docket.id, work.now
        )


def _bodies(work: Work, duty: PeriodicDuty) -> list[Body | None]:
    """Who gets a case: every active body of the duty's kinds, or the county as a whole."""
    if not duty.each:
        return [None]
    return [body for kind in duty.bodies for body in places.of_kind(work, kind)]


def _values(
    duty: PeriodicDuty, description: Description, month: date, body: Body | None
) -> dict[str, Json]:
    """The case file of a new case: words as they are, numbers as numbers, the body in its field."""
    found: dict[str, Json] = {}
    for id, text in rules.values(duty, month, body.name if body is not None else "").items():
        field = description.fields.get(id)
        number = field is not None and field.type is FieldType.NUMBER
        found[id] = int(text) if number else text
    field = description.fields.get(duty.slot)
    if body is not None and field is not None and field.type is FieldType.BODY:
        found[duty.slot] = body.id
    return found


def _counted(work: Work, duty: PeriodicDuty, month: date) -> dict[str, dict[int, int]]:
    """What the county's own cases of the year before say, by field and body."""
    begins, ends = _midnight(date(month.year - 1, 1, 1)), _midnight(date(month.year, 1, 1))
    return {
        field: store.started_by_body(work.session, process_id, begins, ends)
        for field, process_id in duty.counts.items()
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), COUNTY_ZONE)
