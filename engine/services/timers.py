"""The clock: claim cases that are due and move them, each on its own.

1. A batch of due cases is locked, earliest first; cases others hold are passed over.
2. Each is moved inside a savepoint: what fails is undone alone, becomes an incident and is tried
   again later, so that it never stands in the way of the others.
3. The batch commits once. Should that fail, its cases are taken one by one.

A timer fires at its own instant (:mod:`engine.bpmn.runtime`): a period that begins when another
ends counts from there, however late the clock came by, and a case due several times over goes
through them in order.
"""

from __future__ import annotations

from engine import logs
from engine import work as units
from engine.actor import CLOCK
from engine.errors import Conflict, DubanError, Unavailable
from engine.office import Office
from engine.services import dockets, incidents, moves
from engine.services.dockets import Around
from engine.store import cases
from engine.store.cases import CaseRow
from engine.store.pending import LostError
from engine.work import Work

#: Cases moved in one transaction.
BATCH = 100
#: Moves of one case in a row: a case that is due again at once comes back in the next batch.
MOVES = 50

VERB = "clock"


def tick(office: Office) -> int:
    """Move what is due; how many cases were claimed. A full batch means there may be more."""
    try:
        with office.begin(CLOCK) as work:
            rows = cases.claim_due(work.session, work.now, BATCH)
            hanging = dockets.around(work, [row.id for row in rows])
            for row in rows:
                if office.stopping.is_set():
                    # What was moved is kept; the rest is free again for another node.
                    break
                if row.id in dockets.touched(work):
                    # A case before it has moved it meanwhile: it comes back in the next batch.
                    continue
                _move_safely(work, row, hanging[row.id])
    except (Conflict, DubanError):
        raise
    except Exception:  # whatever one case did to the batch, the others must move
        return _one_by_one(office)
    return len(rows)


def _one_by_one(office: Office) -> int:
    """The same cases, each in a unit of work of its own."""
    with office.read(CLOCK) as work:
        due = cases.due_ids(work.session, work.now, BATCH)
    for case_id in due:
        if office.stopping.is_set():
            break
        fire(office, case_id)
    return len(due)


def fire(office: Office, case_id: int) -> None:
    """Fire what is due in one case, if nobody else holds it; a failure becomes an incident."""
    try:
        with office.begin(CLOCK) as work:
            row = cases.claim_one_due(work.session, work.now, case_id)
            if row is not None:
                _move_safely(work, row)
    except Unavailable:
        # No case is at fault, and nothing could be written down.
        raise
    except Conflict as error:
        if error.code == "busy":
            # Others stood in the way for a moment: still due, it is taken again at the next tick.
            return
        with office.begin(CLOCK) as work:
            incidents.record_clock(work, case_id, error)
    except Exception as error:  # a failing case must not stop the others
        with office.begin(CLOCK) as work:
            incidents.record_clock(work, case_id, error)


def _move_safely(work: Work, row: CaseRow, around: Around | None = None) -> None:
    try:
        with logs.bound(case=row.id), units.attempt(work):
            move(work, row, around)
    except (Unavailable, LostError):
        raise
    except Conflict as error:
        if error.code == "busy":
            # Two nodes stood in each other's way: no fault of the case, and the batch is lost.
            raise
        incidents.record_clock(work, row.id, error)
    except Exception as error:  # a failing case becomes an incident and is tried later
        incidents.record_clock(work, row.id, error)


def move(work: Work, row: CaseRow, around: Around | None = None) -> None:
    """Fire what is due in a case that is locked; ``around`` is what hangs on it, if it was read."""
    docket = dockets.opened(work, row)
    for _ in range(MOVES):
        if docket.wake_at is None or docket.wake_at > work.now:
            break
        before = docket.wake_at
        moves.settle(work, docket, moves.run(work, docket).advance(), around=around)
        around = None
        if docket.wake_at == before:
            break
    if docket.failures:
        docket.failures = 0
        incidents.settle_clock(work, docket.id)
    dockets.write(work, docket)
