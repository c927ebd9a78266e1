"""Plays cases through the services as people would, up to some stage.

Each begins on some working day of the last months and takes some steps; between them the clock
moves, and what falls due fires. Whoever may not act is passed over; a form that cannot be filled by
chance leaves the case where it stands.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from engine.actor import COMMAND_LINE, Actor
from engine.errors import DubanError, Invalid
from engine.office import Office
from engine.services import attachments, definitions, people, starts, tasks, timers
from engine.services.generation.forms import Filler
from engine.services.generation.names import Names
from engine.store import incidents
from engine.store import tasks as task_store
from engine.store.tasks import TaskRow
from engine.values.pages import FieldView
from engine.values.process import Field, ProcessInfo
from engine.values.timing import COUNTY_ZONE

#: How far back cases begin.
DAYS = 240
#: Of all cases, how many are played as far as they go.
TO_THE_END = 0.3
_MOST_STEPS = 60
_TRIES = 4
_FILE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass
class _Moving:
    """A clock that stands where it is put."""

    at: datetime
    #: What a unit of work adds to it, in a demonstration that lives ahead of the machine.
    ahead: timedelta

    def now(self) -> datetime:
        """The instant it was put to."""
        return (self.at - self.ahead).astimezone(UTC)


def play(
    office: Office, wanted: int, chance: random.Random, names: Names, only: str = ""
) -> list[int]:
    """Play cases of every procedure that people can start; the ids of those that came about.

    ``only`` is the id of the one procedure wanted.
    """
    with office.read(COMMAND_LINE) as work:
        offered = [row.process for row in starts.startable(work) if only in ("", row.process.id)]
        until = work.now
    clock = _Moving(until, until - office.clock.now())
    past = replace(office, clock=clock)
    found: list[int] = []
    for number in range(wanted):
        process = offered[number % len(offered)]
        begun = until - timedelta(days=chance.randint(1, DAYS))
        clock.at = _working_hours(begun, chance)
        played = _Player(past, clock, chance, names, process).play(until)
        if played is not None:
            found.append(played)
    return found


def _working_hours(instant: datetime, chance: random.Random) -> datetime:
    local = instant.astimezone(COUNTY_ZONE)
    while local.weekday() > 4:
        local -= timedelta(days=1)
    return local.replace(hour=chance.randint(9, 16), minute=chance.randint(0, 59))


class _Player:
    """Plays one case."""

    def __init__(
        self,
        office: Office,
        clock: _Moving,
        chance: random.Random,
        names: Names,
        process: ProcessInfo,
    ) -> None:
        self._office = office
        self._clock = clock
        self._chance = chance
        self._names = names
        self._process = process

    def play(self, until: datetime) -> int | None:
        """Start the case and take steps until the instant; its id."""
        case_id = self._start()
        if case_id is None:
            return None
        whole = self._chance.random() < TO_THE_END
        for _ in range(_MOST_STEPS if whole else self._chance.randint(0, 6)):
            later = self._clock.at + timedelta(days=self._chance.choice((0, 1, 1, 2, 3, 5)))
            if later >= until:
                break
            self._clock.at = _working_hours(later, self._chance)
            self._fire(case_id)
            if not self._step(case_id):
                break
        self._clock.at = until
        self._fire(case_id)
        self._take_some(case_id)
        with self._office.read(COMMAND_LINE) as work:
            failed = incidents.open_of_case(work.session, case_id)
        return None if failed else case_id

    def _start(self) -> int | None:
        with self._office.read(COMMAND_LINE) as work:
            row = definitions.latest(work, self._process.id)
            description = definitions.load(work, row.id).description
            form = description.forms[description.starts[0]]
        for actor in self._who(form.role, None)[:_TRIES]:
            for _ in range(_TRIES):
                with self._office.read(actor) as work:
                    page = starts.form(work, self._process.id, {})
                if not page.bodies:
                    break
                raw = self._filler(actor, None).fill(page.fields)
                try:
                    with self._office.begin(actor) as work:
                        body = self._chance.choice(page.bodies).id
                        return starts.start(work, self._process.id, raw, body).case.id
                except Invalid:
                    continue
                except DubanError:
                    break
        return None

    def _step(self, case_id: int) -> bool:
        """Let somebody complete one of the open tasks; whether anybody could."""
        rows = self._open(case_id)
        self._chance.shuffle(rows)
        return any(self._complete(row) for row in rows)

    def _complete(self, row: TaskRow) -> bool:
        for actor in self._for(row)[:_TRIES]:
            for _ in range(_TRIES):
                try:
                    with self._office.read(actor) as work:
                        fields: Sequence[FieldView] = tasks.page(work, row.id).fields
                    raw = self._filler(actor, row.case_id).fill(fields)
                    with self._office.begin(actor) as work:
                        tasks.complete(work, row.id, raw)
                except Invalid:
                    continue
                except DubanError:
                    break
                return True
        return False

    def _take_some(self, case_id: int) -> None:
        """Some of what is open has been taken."""
        for row in self._open(case_id):
            if row.assignee_id is None and self._chance.random() < 0.6:
                for actor in self._for(row)[:_TRIES]:
                    try:
                        with self._office.begin(actor) as work:
                            tasks.claim(work, row.id)
                    except DubanError:
                        continue
                    break

    def _fire(self, case_id: int) -> None:
        timers.fire(self._office, case_id)

    def _open(self, case_id: int) -> list[TaskRow]:
        with self._office.read(COMMAND_LINE) as work:
            return task_store.open_of_case(work.session, case_id)

    def _for(self, row: TaskRow) -> list[Actor]:
        """Who could act on a task."""
        if row.assignee_id is None and row.performers is None:
            return self._who(row.role, row.body_id)
        named = [row.assignee_id] if row.assignee_id is not None else list(row.performers or ())
        with self._office.read(COMMAND_LINE) as work:
            return [people.actor(work, one) for one in named]

    def _who(self, role: str, body_id: int | None) -> list[Actor]:
        """Holders of a role, in any order."""
        with self._office.read(COMMAND_LINE) as work:
            ids = [row.id for row in people.directory(work, role, body_id)]
            self._chance.shuffle(ids)
            return [people.actor(work, one) for one in ids[:_TRIES]]

    def _filler(self, actor: Actor, case_id: int | None) -> Filler:
        def attach(field: Field) -> int:
            received = attachments.receive(self._office, io.BytesIO(_FILE), f"{field.label}.pdf")
            with self._office.begin(actor) as work:
                return attachments.attach(work, case_id, received, field.id).id

        today = self._clock.at.astimezone(COUNTY_ZONE).date()
        process = self._process
        return Filler(self._chance, self._names, today, process.title, process.party, attach)
