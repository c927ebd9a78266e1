"""Incidents: what failed is on record, is tried again, and is put right by somebody.

A person's command that fails in the engine is rolled back whole; the incident is written in a
second unit of work and the person is told its reference.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta

from engine import metrics
from engine.actor import Actor
from engine.errors import Broken, Conflict, DubanError, Forbidden, Invalid, NotFound
from engine.office import Office
from engine.services import audit, dockets
from engine.store import cases
from engine.store import incidents as store
from engine.store.incidents import IncidentRow as Stored
from engine.values.acts import Act
from engine.values.incident_pages import IncidentPage, IncidentRow
from engine.values.pages import COUNT_LIMIT, PAGE_ROWS, CaseRef
from engine.values.running import Json
from engine.work import READING, Work

log = logging.getLogger("duban.incidents")

CLOCK_VERB = "clock"
MOVE_VERB = "move_version"
#: Waiting times of the clock after the first, second … failure in a row; the last one repeats.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
#: As much of a traceback as is kept.
DETAIL = 8_000


def attach(office: Office) -> Office:
    """From now on, what fails in this office's units of work becomes an incident."""
    office.on_failure = lambda doing, actor, error: record_command(office, doing, actor, error)
    return office


def record_command(
    office: Office, doing: tuple[str, int | None], actor: Actor, error: BaseException
) -> Broken:
    """Write down that a command failed; the error the person is told."""
    verb, case_id = doing
    with office.begin(actor) as work:
        # What cannot be read fails again whenever somebody looks: one incident, counted.
        reads = verb == READING and case_id is not None
        known = store.open_of_case(work.session, case_id or 0, verb) if reads else []
        incident_id = _again(work, known, error, None) or _add(
            work, case_id, verb, error, actor.name
        )
    return Broken("command_failed", reference=reference(incident_id), cause=_code(error))


def record_clock(work: Work, case_id: int, error: BaseException) -> int:
    """Write down that the clock could not move a case, and let it try again later."""
    failures = (cases.failures(work.session, case_id) or 0) + 1
    next_at = work.now + BACK_OFF[min(failures, len(BACK_OFF)) - 1]
    cases.postpone(work.session, case_id, next_at, failures)
    known = store.open_of_case(work.session, case_id, CLOCK_VERB)
    return _again(work, known, error, next_at) or _add(
        work, case_id, CLOCK_VERB, error, work.actor.name, next_at=next_at
    )


def settle_clock(work: Work, case_id: int) -> None:
    """The clock moved the case after all."""
    _settle(work, store.open_of_case(work.session, case_id, CLOCK_VERB))


def record_move(work: Work, case_id: int, error: BaseException) -> int:
    """Write down that a case could not be moved to another version; nobody tries by itself."""
    return _add(work, case_id, MOVE_VERB, error, work.actor.name)


def job_verb(job: str) -> str:
    """What an incident of a periodic duty says was being done."""
    return f"job.{job}"[:40]


def job_waits(work: Work, job: str) -> bool:
    """Whether a periodic duty failed and is not to be tried again yet."""
    known = store.open_of_verb(work.session, job_verb(job))
    return any(found.next_at is not None and found.next_at > work.now for found in known)


def record_job(work: Work, job: str, error: BaseException) -> int:
    """Write down that a periodic duty failed, and let it be tried again later."""
    known = store.open_of_verb(work.session, job_verb(job))
    failures = sum(found.attempts for found in known) + 1
    next_at = work.now + BACK_OFF[min(failures, len(BACK_OFF)) - 1]
    return _again(work, known, error, next_at) or _add(
        work, None, job_verb(job), error, work.actor.name, next_at=next_at
    )


def settle_job(work: Work, job: str) -> None:
    """The periodic duty was done after all."""
    _settle(work, store.open_of_verb(work.session, job_verb(job)))


def _again(
    work: Work, known: Sequence[Stored], error: BaseException, next_at: datetime | None
) -> int | None:
    """The same failure once more: counted on the incident it has already."""
    same = [found for found in known if found.code == _code(error)]
    if not same:
        return None
    store.change(
        work.session,
        same[-1].id,
        last_at=work.now,
        attempts=same[-1].attempts + 1,
        next_at=next_at,
        detail=_detail(error),
        facts=_facts(error),
    )
    return same[-1].id


def _settle(work: Work, known: Sequence[Stored]) -> None:
    for found in known:
        store.change(
            work.session,
            found.id,
            status=store.RESOLVED,
            resolved_at=work.now,
            resolved_by=work.actor.name,
            next_at=None,
        )


def listing(work: Work, status: str = store.OPEN, after: str = "") -> IncidentPage:
    """Incidents, newest first, for administrators. Raises Forbidden, Invalid ``bad_cursor``."""
    _administrator(work)
    if after and not after.isdecimal():
        raise Invalid("bad_cursor")
    before = int(after) if after else None
    rows = store.listing(work.session, status, before, PAGE_ROWS + 1)
    shown = rows[:PAGE_ROWS]
    return IncidentPage(
        rows=tuple(_row(work, row) for row in shown),
        after=str(shown[-1].id) if len(rows) > PAGE_ROWS else "",
        open=store.count_open(work.session, COUNT_LIMIT),
    )


def retry(work: Work, incident_id: int) -> None:
    """Let the clock try a case again at once; for a failed command, say that it may be tried."""
    _administrator(work)
    found = _open(work, incident_id)
    if found.case_id is not None:
        with dockets.locked(work, found.case_id) as row:
            if found.verb == CLOCK_VERB:
                cases.postpone(work.session, row.id, work.now, row.failures)
                work.wake("clock")
            audit.append(work, row, Act.INCIDENT_RETRIED, reference=reference(found.id))
    store.change(work.session, found.id, next_at=work.now)


def resolve(work: Work, incident_id: int, note: str) -> None:
    """Put an incident away with a note on what was done. The note is required."""
    _administrator(work)
    note = " ".join(note.split())[:2000]
    if not note:
        raise Invalid(fields={"note": Invalid("required")})
    found = _open(work, incident_id)
    store.change(
        work.session,
        found.id,
        status=store.RESOLVED,
        resolved_at=work.now,
        resolved_by=work.actor.name,
        note=note,
        next_at=None,
    )
    if found.case_id is None:
        audit.append(work, None, Act.INCIDENT_RESOLVED, reference=reference(found.id), note=note)
        return
    with dockets.locked(work, found.case_id) as row:
        audit.append(work, row, Act.INCIDENT_RESOLVED, reference=reference(found.id), note=note)


def reference(incident_id: int) -> str:
    """What a person is told and an administrator looks for."""
    return f"YC-{incident_id:06d}"


def _add(
    work: Work,
    case_id: int | None,
    verb: str,
    error: BaseException,
    actor: str,
    **values: object,
) -> int:
    made = store.add(
        work.session,
        case_id=case_id,
        verb=verb,
        code=_code(error),
        facts=_facts(error),
        detail=_detail(error),
        actor=actor,
        first_at=work.now,
        last_at=work.now,
        attempts=1,
        status=store.OPEN,
        **values,
    )
    if case_id is not None and cases.failures(work.session, case_id) is not None:
        with dockets.locked(work, case_id) as row:
            audit.append(
                work, row, Act.INCIDENT_RECORDED, reference=reference(made), code=_code(error)
            )
    work.measure(metrics.INCIDENTS, verb, _code(error))
    told = {"incident": reference(made), "verb": verb, "code": _code(error), "case": case_id}
    log.error("incident recorded", exc_info=error, extra=told)
    return made


def _row(work: Work, row: Stored) -> IncidentRow:
    return IncidentRow(
        id=row.id,
        reference=reference(row.id),
        verb=row.verb,
        code=row.code,
        facts=row.facts,
        first_at=row.first_at,
        last_at=row.last_at,
        attempts=row.attempts,
        status=row.status,
        case=_case(work, row.case_id),
        next_at=row.next_at,
        actor=row.actor,
        detail=row.detail,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        note=row.note,
    )


def _case(work: Work, case_id: int | None) -> CaseRef | None:
    """Which case, never what it says: administrators read no case, and its row may be damaged."""
    named = cases.name(work.session, case_id) if case_id is not None else None
    if case_id is None or named is None:
        return None
    number, process_id, process_name, status, stage = named
    return CaseRef(case_id, number, "", process_id, process_name, "", status, stage)


def _open(work: Work, incident_id: int) -> Stored:
    found = store.get(work.session, incident_id)
    if found is None:
        raise NotFound("no_such_incident", incident=incident_id)
    if found.status != store.OPEN:
        raise Conflict("incident_resolved", by=found.resolved_by, at=found.resolved_at)
    return found


def _administrator(work: Work) -> None:
    if not work.actor.administrator:
        raise Forbidden("administrator_only")


def _code(error: BaseException) -> str:
    return error.code if isinstance(error, DubanError) else f"failure.{type(error).__name__}"


def _facts(error: BaseException) -> dict[str, Json]:
    if not isinstance(error, DubanError):
        return {"message": str(error)[:500]}
    facts = {name: str(value)[:500] for name, value in error.facts.items()}
    if isinstance(error, Invalid) and error.fields:
        facts["fields"] = ", ".join(
            f"{field}: {problem.code}" for field, problem in error.fields.items()
        )[:500]
    return dict(facts)


def _detail(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-DETAIL:]
