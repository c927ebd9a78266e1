"""The demo county at work on shipped procedures: real people, services, documents, database."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.actor import COMMAND_LINE, Actor
from engine.config import Mode, Settings
from engine.office import Office, open_office
from engine.services import (
    actions,
    attachments,
    cases,
    definitions,
    incidents,
    people,
    schedules,
    seed,
    starts,
    tasks,
    timers,
)
from engine.store import bodies
from engine.store import people as people_store
from engine.store import tasks as task_store
from engine.store.tasks import TaskRow
from engine.values.process import Field, FieldType, Form
from engine.values.timing import COUNTY_ZONE
from tests.fakes import FakeClock
from tests.processes_shipped.walk import shipped

Raw = dict[str, list[str]]


#: What a procedure opens besides.
OPENS = {"complaint.bpmn": ("accountability.bpmn", "supervision.bpmn")}


class Staffed:
    """The demo county with one published procedure, and hands that fill its forms in."""

    def __init__(self, office: Office, clock: FakeClock, main: str) -> None:
        self.office, self.clock = office, clock
        self.definition = shipped(main)
        with office.begin(COMMAND_LINE) as work:
            schedules.seed(work)
        seed.demo(office)
        with office.begin(COMMAND_LINE) as work:
            # Ten working days late every procedure opens this one at the county government.
            definitions.keep(work, shipped("overdue_decision.bpmn"), "test")
            for other in OPENS.get(main, ()):
                definitions.keep(work, shipped(other), "test")
            definitions.keep(work, self.definition, "test")

    def person(self, login: str) -> int:
        with self.office.read(COMMAND_LINE) as work:
            found = people_store.person_by_login(work.session, login)
            assert found is not None, login
            return found.id

    def body(self, code: str) -> int:
        with self.office.read(COMMAND_LINE) as work:
            found = bodies.body_by_code(work.session, code)
            assert found is not None, code
            return found.id

    def actor(self, login: str) -> Actor:
        person = self.person(login)
        with self.office.read(COMMAND_LINE) as work:
            return people.actor(work, person)

    def at(self, instant: datetime) -> None:
        """Set the clock and let the worker look until nothing is due."""
        self.clock.set(instant)
        while timers.tick(self.office):
            pass

    # --- Acting

    def start(self, login: str, **typed: Any) -> int:
        form = self.definition.description.forms["received"]
        raw = self.fill(form, login, typed)
        with self.office.begin(self.actor(login)) as work:
            return starts.start(work, self.definition.description.process.id, raw).case.id

    def do(self, case_id: int, element: str, login: str, **typed: Any) -> None:
        raw = self.fill(self.definition.description.forms[element], login, typed)
        task = self.task(case_id, element)
        with self.office.begin(self.actor(login)) as work:
            for view in tasks.page(work, task.id).fields:
                if view.field.type is FieldType.OPINIONS and view.field.id not in typed:
                    # The recorder finds what each member said and leaves it.
                    raw = {**raw, **{key: list(given) for key, given in view.raw.items()}}
            tasks.complete(work, task.id, raw)

    def send(self, case_id: int, element: str, login: str, **typed: Any) -> None:
        form = self.definition.description.forms[element]
        raw = self.fill(form, login, typed)
        with self.office.begin(self.actor(login)) as work:
            offered = cases.page(work, case_id).actions
            action = next(one for one in offered if one.name == form.name)
            actions.send(work, case_id, action.message_id, raw)

    def task(self, case_id: int, element: str) -> TaskRow:
        found = [row for row in self.open(case_id) if row.element == element]
        assert len(found) == 1, (element, [row.element for row in self.open(case_id)])
        return found[0]

    def open(self, case_id: int) -> list[TaskRow]:
        with self.office.read(COMMAND_LINE) as work:
            rows = task_store.of_case(work.session, case_id)
            return [row for row in rows if row.status == "open"]

    # --- Filling in

    def fill(self, form: Form, login: str, typed: Mapping[str, Any]) -> Raw:
        """What a person types: the given, and something fit into every other required field."""
        raw: Raw = {}
        for field in form.fields:
            if field.id in typed:
                given = typed[field.id]
                raw[field.id] = [str(v) for v in given] if isinstance(given, list) else [str(given)]
            elif field.required and field.type is not FieldType.OPINIONS:
                raw.update(self._fit(field, login))
        return raw

    def _fit(self, field: Field, login: str) -> Raw:
        if field.type is FieldType.DATE:
            return {field.id: [self.clock.now().astimezone(COUNTY_ZONE).date().isoformat()]}
        fit = _FIT.get(field.type)
        if fit is not None:
            return {key.format(id=field.id): value for key, value in fit(field).items()}
        if field.type is FieldType.FILE:
            return {field.id: [str(self._upload(login))]}
        if field.type is FieldType.BODY:
            return {field.id: [str(self.body("market"))]}
        person = {"dept_deputy": "scj.dept_deputy", "dept_head": "scj.dept_head"}[field.role]
        return {field.id: [str(self.person(person))]}

    def _upload(self, login: str) -> int:
        received = attachments.receive(self.office, io.BytesIO("材料".encode()), "材料.txt")
        with self.office.begin(self.actor(login)) as work:
            return attachments.attach(work, None, received).id


_FIT: Mapping[FieldType, Callable[[Field], Raw]] = {
    FieldType.TEXT: lambda field: {"{id}": [f"{field.label}的内容"]},
    FieldType.LONG_TEXT: lambda field: {"{id}": [f"{field.label}的内容"]},
    FieldType.CHOICE: lambda field: {"{id}": [field.options[0].value]},
    FieldType.MULTIPLE_CHOICE: lambda field: {"{id}": [field.options[0].value]},
    FieldType.CHECKLIST: lambda field: {"{id}": [option.value for option in field.options]},
    FieldType.YES_NO_NOTE: lambda field: {"{id}": ["no"], "{id}.note": [""]},
    FieldType.LEGAL_ARTICLE: lambda field: {
        "{id}.law": ["行政处罚法"],
        "{id}.article": ["第四条"],
    },
}


@contextmanager
def staffed(database_url: str, clock: FakeClock, home: Path, main: str) -> Iterator[Staffed]:
    """The demo county opened on a database."""
    settings = Settings(
        home=home, database_url=database_url, mode=Mode.DEMO, secret_file=home / "secret"
    )
    office = incidents.attach(open_office(settings, clock))
    try:
        yield Staffed(office, clock, main)
    finally:
        office.close()
