"""The walks of the scripts played by the people of the demo county, through the services."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from lxml import etree

from engine.actor import COMMAND_LINE, Actor
from engine.config import Mode, Settings
from engine.errors import Forbidden, Invalid, NotFound
from engine.office import open_office
from engine.services import (
    actions,
    attachments,
    cases,
    definitions,
    incidents,
    people,
    starts,
    tasks,
)
from engine.store import bodies
from engine.store import people as people_store
from engine.store.tasks import TaskRow
from engine.values.pages import FieldView
from engine.values.process import FieldType
from tests.fakes import FakeClock
from tests.processes_shipped.departments import DEPARTMENT, TOWNSHIP, Department
from tests.processes_shipped.office import Raw
from tests.processes_shipped.scripts import Command, Script, answers, scripts
from tests.processes_shipped.walk import midnight_after, shipped, working_day

#: Who is at a slot of the case.
_AT = {
    "handling": DEPARTMENT,
    "subject": DEPARTMENT,
    "township": TOWNSHIP,
    "legal_office": "legal_office",
    "county_government": "county_gov",
}


#: People of the demo county whose certificate does not count.
_UNFIT = re.compile("过期|暂扣|辅助|注销")


class Players(Department):
    """People who play the walks of a script; who a task falls to is found as the inbox finds it."""

    script: Script

    def play(self, script: Script, name: str) -> int:
        """A walk to its end; the case."""
        self.script = script
        self.definition = shipped(script.main)
        self.clock.set(script.begin(name).now)
        case_id = self._begin(answers({**script.start, **script.started(name)}))
        for command in script.commands(name):
            self._carry_out(case_id, command)
        return case_id

    def _carry_out(self, case_id: int, command: Command) -> None:
        parts: list[Any] = [command] if isinstance(command, str) else list(command)
        told, given = str(parts[0]), parts[1] if len(parts) > 1 else {}
        verb, _, rest = told.partition(" ")
        if verb == "@":
            self.at(midnight_after(date.fromisoformat(rest)))
        elif verb == "+":
            self.at(working_day(self.clock.now(), int(rest)))
        elif verb == ">":
            self._ask(case_id, rest, self.script.said(rest, given))
        elif verb == "each":
            for values in given:
                self._complete(case_id, rest, self.script.said(rest, values))
        else:
            self._complete(case_id, told, self.script.said(told, given))

    # --- Each verb, by whoever may

    def _begin(self, values: Mapping[str, Any]) -> int:
        description = self.definition.description
        form = description.forms[description.starts[0]]

        def begin(actor: Actor) -> int:
            with self.office.begin(actor) as work:
                page = starts.form(work, description.process.id)

            def start(raw: Raw) -> int:
                with self.office.begin(actor) as work:
                    return starts.start(work, description.process.id, raw).case.id

            return self._typing(page.fields, values, actor, start)

        return self._first(self._holders(form.role, form.body), begin)

    def _complete(self, case_id: int, element: str, values: Mapping[str, Any]) -> None:
        row = next(row for row in self.open(case_id) if row.element == element)

        def complete(actor: Actor) -> None:
            with self.office.begin(actor) as work:
                page = tasks.page(work, row.id)

            def send(raw: Raw) -> None:
                with self.office.begin(actor) as work:
                    tasks.complete(work, row.id, raw)

            self._typing(page.fields, values, actor, send)

        self._first(self._hands(row), complete)

    def _ask(self, case_id: int, message: str, values: Mapping[str, Any]) -> None:
        waits = _asked_by(self.script.main)[message]
        form = next(f for id, f in self.definition.description.forms.items() if id in waits)

        def ask(actor: Actor) -> None:
            with self.office.begin(actor) as work:
                offered = [a for a in cases.page(work, case_id).actions if a.element in waits]
            if not offered:
                raise NotFound("not_offered")

            def send(raw: Raw) -> None:
                with self.office.begin(actor) as work:
                    actions.send(work, case_id, offered[0].message_id, raw)

            self._typing(offered[0].fields, values, actor, send)

        self._first(self._holders(form.role, form.body), ask)

    def _first(self, candidates: list[int], act: Callable[[Actor], Any]) -> Any:
        """What comes of an act by the first person who may do it."""
        refused: list[str] = []
        for person in candidates:
            with self.office.read(COMMAND_LINE) as work:
                actor = people.actor(work, person)
            try:
                return act(actor)
            except (Forbidden, NotFound) as error:
                refused.append(str(error))
        raise AssertionError(f"nobody may: {refused}")

    def _holders(self, role: str, slot: str) -> list[int]:
        with self.office.read(COMMAND_LINE) as work:
            body = bodies.body_by_code(work.session, _AT[slot])
            assert body is not None
            return people_store.holders(work.session, role, [body.id])

    def _hands(self, row: TaskRow) -> list[int]:
        """Whom a task falls to."""
        if row.performers:
            return list(row.performers)
        assert row.body_id is not None
        with self.office.read(COMMAND_LINE) as work:
            return people_store.holders(work.session, row.role, [row.body_id])

    # --- What they type

    def _typing(
        self,
        views: tuple[FieldView, ...],
        values: Mapping[str, Any],
        actor: Actor,
        send: Callable[[Raw], Any],
    ) -> Any:
        """Type what the script says, then whatever else the form still asks for."""
        raw = self._raw(views, values, actor)
        asked: set[str] = set()
        while True:
            try:
                return send(raw)
            except Invalid as error:
                missing = {id for id, why in error.fields.items() if why.code == "required"}
                if not missing - asked:
                    raise
                asked |= missing
                for view in views:
                    if view.field.id in missing:
                        raw.update(self._anything(view, actor))

    def _anything(self, view: FieldView, actor: Actor) -> Raw:
        """Something fit into a field the script leaves open."""
        if view.choices:
            return {view.field.id: self._people_of(view, 1)}
        if view.field.type is FieldType.FILE:
            return {view.field.id: [str(self._file(actor))]}
        return self._fit(view.field, "")

    def _raw(self, views: tuple[FieldView, ...], values: Mapping[str, Any], actor: Actor) -> Raw:
        raw: Raw = {}
        for view in views:
            field = view.field
            if field.readonly:
                continue
            if field.id in values:
                raw.update(self._typed(view, values[field.id], actor))
            elif view.raw:
                raw.update({key: list(given) for key, given in view.raw.items()})
        return raw

    def _typed(self, view: FieldView, value: Any, actor: Actor) -> Raw:
        field = view.field
        if field.type is FieldType.BODY:
            return {field.id: [str(self.body(_AT.get(field.id, DEPARTMENT)))]}
        if field.type in (FieldType.PERSON, FieldType.PEOPLE):
            return {field.id: self._people_of(view, value)}
        if field.type is FieldType.FILE:
            return {field.id: [str(self._file(actor))]}
        if field.type is FieldType.YES_NO_NOTE:
            return {
                field.id: ["yes" if value["answer"] else "no"],
                f"{field.id}.note": [value["note"]],
            }
        if field.type is FieldType.LEGAL_ARTICLE:
            laws = value if isinstance(value, list) else [value]
            return {
                f"{field.id}.law": [one["law"] for one in laws],
                f"{field.id}.article": [one["article"] for one in laws],
            }
        if field.type is FieldType.OPINIONS:
            return _minutes(view, value)
        return {field.id: [str(one) for one in value] if isinstance(value, list) else [str(value)]}

    def _people_of(self, view: FieldView, value: Any) -> list[str]:
        """As many of the people offered as the script names, from the place of its first number."""
        free = [one.value for one in view.choices if one.verdict and not _UNFIT.search(one.label)]
        wanted = value if isinstance(value, list) else [value]
        return [free[(wanted[0] + place) % len(free)] for place, _ in enumerate(wanted)]

    def _file(self, actor: Actor) -> int:
        received = attachments.receive(self.office, io.BytesIO("材料".encode()), "材料.txt")
        with self.office.begin(actor) as work:
            return attachments.attach(work, None, received).id


@cache
def _asked_by(main: str) -> dict[str, set[str]]:
    """The events of a diagram that wait for each message."""
    root = etree.fromstring((resources.files("processes") / main).read_bytes())
    names = {one.get("id"): one.get("name") for one in root.iter("{*}message")}
    found: dict[str, set[str]] = {}
    for mark in root.iter("{*}messageEventDefinition"):
        event = mark.getparent()
        assert event is not None
        found.setdefault(str(names.get(mark.get("messageRef"))), set()).add(str(event.get("id")))
    return found


def _minutes(view: FieldView, value: Any) -> Raw:
    """What the script's members say, in the lines of the people named before."""
    raw: Raw = {key: list(given) for key, given in view.raw.items()}
    lines = [value[number % len(value)] for number, _ in enumerate(raw[f"{view.field.id}.person"])]
    for part in ("position", "words"):
        raw[f"{view.field.id}.{part}"] = [line[part] for line in lines]
    raw[f"{view.field.id}.present"] = ["yes" if line["present"] else "no" for line in lines]
    return raw


@contextmanager
def players(database_url: str, clock: FakeClock, home: Path) -> Iterator[Players]:
    """The demo county with every procedure published."""
    settings = Settings(
        home=home, database_url=database_url, mode=Mode.DEMO, secret_file=home / "secret"
    )
    office = incidents.attach(open_office(settings, clock))
    try:
        county = Players(office, clock, "complaint.bpmn")
        with office.begin(COMMAND_LINE) as work:
            for name in scripts():
                definitions.keep(work, shipped(f"{name}.bpmn"), "test")
        yield county
    finally:
        office.close()
