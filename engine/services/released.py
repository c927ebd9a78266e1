"""What somebody has in hand goes back to the pools: they left, or a rule keeps them from acting.

A certificate that is suspended, a role that is taken away or an account that is closed takes effect
at once: every act asks the rules anew, and tasks nobody may finish do not stay where they are.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from engine.services import audit, dockets, duty
from engine.services.dockets import Docket
from engine.services.duty import Door
from engine.store import people
from engine.store import tasks as store
from engine.values.acts import Act
from engine.work import Work

#: Certificates that ran out before this are not looked for again.
LOOKS_BACK = timedelta(days=7)


def everything(work: Work, person_id: int) -> int:
    """Every task in the person's hands goes back; how many."""
    return _release(work, person_id, whatever=True)


def by_rule(work: Work, person_id: int, apart: Docket | None = None) -> int:
    """Those tasks go back on which the person may act no longer; how many.

    ``apart`` is a case that is held already, by whose own step the person lost what they had.
    """
    work.kept.pop("facts", None)
    return _release(work, person_id, whatever=False, apart=apart)


def expired(work: Work) -> int:
    """Tasks go back of people whose certificate ran out by today; how many.

    Looks back some days, so that a night without a worker loses nobody.
    """
    ids = people.expired(work.session, work.today - LOOKS_BACK, work.today)
    return sum(by_rule(work, one) for one in ids)


def nightly(work: Work, _: datetime) -> None:
    """The same, as a duty that comes back with the calendar."""
    expired(work)


def _release(work: Work, person_id: int, *, whatever: bool, apart: Docket | None = None) -> int:
    """One case after the other, in one order for everybody who does this."""
    doing = work.doing
    count = 0
    held = store.held_by(work.session, person_id)
    for case_id in sorted({task.case_id for task in held}):
        with _docket(work, case_id, apart) as docket:
            count += _of_case(work, docket, person_id, whatever=whatever)
    work.doing = doing
    return count


def _docket(work: Work, case_id: int, apart: Docket | None) -> AbstractContextManager[Docket]:
    if apart is not None and apart.id == case_id:
        return nullcontext(apart)
    return dockets.held(work, case_id)


def _of_case(work: Work, docket: Docket, person_id: int, *, whatever: bool) -> int:
    count = 0
    for task in store.open_of_case(work.session, docket.id):
        if task.assignee_id != person_id:
            continue
        for_id = task.acting_for
        found = duty.verdict(work, docket, task, person_id, Door.CLAIM, for_id=for_id)
        if found and not whatever:
            continue
        store.change(work.session, task.id, assignee_id=None, claimed_at=None, acting_for=None)
        audit.append(
            work,
            docket,
            Act.TASK_RELEASED,
            task=task.name,
            element=task.element,
            reason="人员停用" if whatever else "不再具备办理资格",
        )
        count += 1
    return count
