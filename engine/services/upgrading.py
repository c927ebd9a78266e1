"""The worker's part of an upgrade: one case after another, each in a unit of work of its own."""

from __future__ import annotations

from engine.actor import CLOCK
from engine.errors import Conflict, DubanError, NotFound, Unavailable
from engine.office import Office
from engine.services import dockets, incidents, migrations
from engine.store import upgrades as store
from engine.values.upgrades import RowState
from engine.work import Work

#: Cases moved in one tick.
BATCH = 50


def tick(office: Office) -> int:
    """Go on with the earliest unfinished upgrade; how many cases had their turn."""
    with office.read(CLOCK) as work:
        found = store.unfinished(work.session)
        if not found:
            return 0
        upgrade_id = found[0]
        ids = store.waiting(work.session, upgrade_id, BATCH)
    for case_id in ids:
        if not _one(office, upgrade_id, case_id):
            return 0
    if len(ids) < BATCH:
        with office.begin(CLOCK) as work:
            if not store.waiting(work.session, upgrade_id, 1):
                store.finish(work.session, upgrade_id, work.now)
    return len(ids) or 1


def _one(office: Office, upgrade_id: int, case_id: int) -> bool:
    """The turn of one case; whether to go on with the next."""
    try:
        with office.begin(CLOCK) as work:
            _move(work, upgrade_id, case_id)
    except Unavailable:
        raise
    except Conflict as error:
        if error.code in ("busy", "case_moved"):
            # Somebody works on it at this moment: its turn comes again.
            return False
        _not_moved(office, upgrade_id, case_id, error, RowState.REFUSED)
    except Exception as error:  # a failing case must not stop the others
        with office.begin(CLOCK) as work:
            incidents.record_move(work, case_id, error)
        _not_moved(office, upgrade_id, case_id, error, RowState.FAILED)
    return True


def _move(work: Work, upgrade_id: int, case_id: int) -> None:
    if not store.claim(work.session, upgrade_id, case_id):
        return
    upgrade = store.get(work.session, upgrade_id)
    if upgrade is None:
        return
    try:
        with dockets.held(work, case_id) as docket:
            if not docket.running or docket.definition_id == upgrade.target_id:
                store.settle(
                    work.session, upgrade_id, case_id, state=RowState.PASSED_OVER, at=work.now
                )
                return
            before = docket.definition_id
            elements = migrations.carry_out(
                work, docket, upgrade.target_id, upgrade.mapping, upgrade_id
            )
    except NotFound:
        store.settle(work.session, upgrade_id, case_id, state=RowState.PASSED_OVER, at=work.now)
        return
    store.settle(
        work.session,
        upgrade_id,
        case_id,
        state=RowState.MOVED,
        from_id=before,
        at=work.now,
        elements=list(elements),
    )


def _not_moved(
    office: Office, upgrade_id: int, case_id: int, error: BaseException, state: RowState
) -> None:
    code = error.code if isinstance(error, DubanError) else type(error).__name__
    facts = error.facts if isinstance(error, DubanError) else {}
    with office.begin(CLOCK) as work:
        store.settle(
            work.session,
            upgrade_id,
            case_id,
            state=state,
            code=code[:80],
            facts={name: str(value)[:200] for name, value in facts.items()},
            at=work.now,
        )
