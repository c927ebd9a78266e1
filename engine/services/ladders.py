"""The escalation ladder of a deadline: rungs climbed, rungs to come, rungs that are off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.services import clocks, definitions
from engine.store import dossiers, pauses, timers
from engine.store.cases import CaseRow
from engine.store.deadlines import DeadlineRow
from engine.store.timers import TimerRow
from engine.values.case_pages import RungView
from engine.values.process import RungMark
from engine.values.running import PassedKind
from engine.work import Work

PAST, COMING, STANDING, STOPPED = "past", "coming", "standing", "stopped"


class Ladders:
    """The rungs of a case's deadlines, read once for all of them."""

    def __init__(self, work: Work, row: CaseRow) -> None:
        description = definitions.load(work, row.definition_id).description
        self._marks: dict[str, list[RungMark]] = {}
        for mark in description.rungs:
            self._marks.setdefault(mark.attached_to, []).append(mark)
        self._live = {timer.element: timer for timer in timers.live(work.session, row.id)}
        self._climbed: dict[str, list[datetime]] = {}
        for step in dossiers.steps_of(work.session, row.id):
            for element, kind, _ in step.steps:
                if kind == PassedKind.COMPLETED:
                    self._climbed.setdefault(element, []).append(step.at)
        standing = pauses.standing(work.session, row.id) if row.paused_at else ()
        self._stopped = max((one.paused_at for one in standing), default=None)

    def of(self, found: DeadlineRow) -> tuple[RungView, ...]:
        """The ladder of a deadline in the order of its rungs."""
        rungs: list[RungView] = []
        for mark in self._marks.get(found.activity, ()):
            rungs += self._rungs(mark, found)
        return tuple(rungs)

    def _rungs(self, mark: RungMark, found: DeadlineRow) -> list[RungView]:
        """A reminder may have been sent more than once, and come again."""
        views = [
            RungView(mark.element, mark.name, mark.level, PAST, at)
            for at in self._climbed.get(mark.element, ())
            if found.started_at <= at and (found.ended_at is None or at <= found.ended_at)
        ]
        timer = self._live.get(mark.element) if found.ended_at is None else None
        if timer is not None:
            state = STANDING if self._stands(timer) else COMING
            views.append(RungView(mark.element, mark.name, mark.level, state, timer.instant))
        elif not views:
            views.append(RungView(mark.element, mark.name, mark.level, STOPPED))
        return views

    def _stands(self, timer: TimerRow) -> bool:
        return clocks.stands(timer.rule.begun if timer.rule else None, self._stopped)


def of_case(
    work: Work, row: CaseRow, rows: Sequence[DeadlineRow]
) -> Mapping[int, tuple[RungView, ...]]:
    """The ladders of the case's deadlines, by deadline."""
    ladders = Ladders(work, row)
    return {found.id: ladders.of(found) for found in rows}
