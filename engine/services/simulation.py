"""The simulated clock of a demonstration: an administrator may move it forward, never back.

The offset from the machine's clock is kept in the database and read at every unit of work, so every
process of the demonstration lives at the same instant. In production none of this exists.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.actor import CLOCK
from engine.errors import Forbidden, Invalid, NotFound
from engine.office import Office
from engine.services import audit, schedules
from engine.store import settings
from engine.values.acts import Act
from engine.values.clock_pages import SimulatedClock
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

#: Working days the clock may be moved by at once.
STEPS = (1, 5, 20)


def state(office: Office) -> SimulatedClock | None:
    """What the demonstration's clock shows; ``None`` in production."""
    if not office.settings.demo:
        return None
    with office.read(CLOCK) as work:
        return _state(work)


def advance_working_days(work: Work, days: int) -> SimulatedClock:
    """Move the clock to the same time of day so many working days later.

    Raises NotFound in production, Forbidden to anybody but an administrator, Invalid for other
    steps than 1, 5 and 20. What falls due on the way fires at its own instants, in order.
    """
    if not work.office.settings.demo:
        raise NotFound("no_such_page")
    if not work.actor.administrator:
        raise Forbidden("administrator_only")
    if days not in STEPS:
        raise Invalid("unknown_option", value=days)
    calendar = schedules.county(work).calendars.agency
    local = work.now.astimezone(COUNTY_ZONE)
    target = calendar.add_working_days(local.date(), days)
    ahead = datetime.combine(target, local.timetz()) - local
    offset = settings.locked(work.session, settings.CLOCK_OFFSET, 0)
    settings.put(work.session, settings.CLOCK_OFFSET, round(offset + ahead / timedelta(seconds=1)))
    work.now += ahead
    audit.append(work, None, Act.CLOCK_ADVANCED, days=days, now=work.now.isoformat())
    for loop in ("clock", "outbox"):
        work.wake(loop)
    return _state(work)


def _state(work: Work) -> SimulatedClock:
    calendar = schedules.county(work).calendars.agency
    return SimulatedClock(
        now=work.now,
        machine=work.office.clock.now(),
        today=work.today,
        working_day=calendar.is_working(work.today),
    )
