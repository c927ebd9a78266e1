"""Heat: how long cases stay in each step of a procedure, and where they wait now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from engine.bpmn import xml
from engine.errors import Invalid
from engine.services import definitions, designs
from engine.store import definitions as definition_store
from engine.store import heat as store
from engine.values.heat_pages import Heat, HeatPage, HeatRow
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

#: Completed tasks looked at; a county completes as many in some years.
MOST = 200_000
#: Share of late tasks from which a step is slow, and from which it is late.
SLOW, LATE = 0.05, 0.2
_SOME_DAYS = timedelta(days=90)


def of(work: Work, process_id: str, since: date | None, until: date | None) -> HeatPage:
    """The steps of a procedure in a period; the last ninety days unless one is given.

    Raises Forbidden, NotFound ``no_such_process``, Invalid ``period_backwards``.
    """
    designs.look(work)
    last = until or work.today
    first = since or last - _SOME_DAYS
    if first > last:
        raise Invalid("period_backwards")
    row = definitions.latest(work, process_id)
    done = store.completed(work.session, process_id, _begins(first), _ends(last), MOST)
    hours: dict[str, list[float]] = {}
    late: dict[str, int] = {}
    for one in done:
        spent = (one.completed_at - one.opened_at).total_seconds() / 3600
        hours.setdefault(one.element, []).append(spent)
        if one.due_at is not None and one.completed_at > one.due_at:
            late[one.element] = late.get(one.element, 0) + 1
    waiting = store.waiting(work.session, process_id, work.now)
    description = definitions.load(work, row.id).description
    names = {one.id: one.name or one.id for one in description.elements.values()}
    steps = [one.id for one in description.elements.values() if one.kind == "userTask"]
    # Steps of earlier versions that had their time, too.
    steps += sorted({*hours, *waiting} - set(steps))
    return HeatPage(
        row.version,
        xml.as_utf8(definition_store.sources(work.session, row.id)[row.main], name=row.main),
        first,
        last,
        tuple(
            _row(
                element,
                names.get(element, element),
                sorted(hours.get(element, ())),
                late.get(element, 0),
                *waiting.get(element, (0, 0)),
            )
            for element in steps
        ),
        len(done) >= MOST,
    )


def _row(
    element: str, name: str, hours: Sequence[float], late: int, waiting: int, overdue: int
) -> HeatRow:
    seen = len(hours) + waiting
    share = (late + overdue) / seen if seen else 0.0
    if not seen:
        heat = Heat.NONE
    else:
        heat = Heat.LATE if share >= LATE else Heat.SLOW if share >= SLOW else Heat.GOOD
    return HeatRow(
        element,
        name,
        len(hours),
        share_of(hours, 0.5),
        share_of(hours, 0.9),
        late,
        waiting,
        overdue,
        heat,
    )


def share_of(values: Sequence[float], share: float) -> float | None:
    """The smallest of the values, in order, that this share of them does not exceed."""
    if not values:
        return None
    return values[max(0, math.ceil(share * len(values)) - 1)]


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), COUNTY_ZONE)


def _ends(day: date) -> datetime:
    return _begins(day + timedelta(days=1))
