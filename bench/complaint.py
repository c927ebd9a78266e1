"""A complaint by the shipped procedure, from its receipt to the archive, by the demo's people."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.engine import PROCESSES
from bench.stage import Stage
from engine.actor import COMMAND_LINE, Actor
from engine.cli import county
from engine.services import attachments, definitions, people, starts, tasks, timers
from engine.services.generation.names import Names
from engine.store import people as people_store
from engine.store import tasks as task_store
from engine.values.process import Field, FieldType, Form
from engine.values.timing import COUNTY_ZONE

#: The procedures needed: ten working days late every one opens the second.
MAINS = {"complaint.bpmn", "overdue_decision.bpmn"}
#: A Monday morning.
BEGUN = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)

#: Who does each step, a day after the one before, and what the way depends on; the rest is text.
STEPS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("screen", "intake1", {"screening": "accept", "remedy_open": "no"}),
    ("assign", "legal_office_head", {"verifiers": ["supervisor1", "supervisor2"]}),
    ("notify_department", "supervisor1", {}),
    ("investigate", "supervisor2", {}),
    ("statement", "scj.enf_unit_head", {}),
    ("verify", "supervisor1", {"finding": "improper"}),
    ("cosign", "supervisor2", {}),
    ("approve_report", "legal_office_head", {}),
    ("draft_proposal", "supervisor1", {}),
    ("sign_proposal", "legal_office_head", {}),
    ("rectify", "scj.enf_unit_head", {"rectify_status": "done"}),
    ("recheck", "supervisor1", {"recheck_result": "done"}),
    ("write_result", "intake1", {}),
    ("follow_up", "intake1", {}),
    ("file_case", "legal_archivist", {}),
)


def publish(made: Stage) -> None:
    """Publish what a complaint needs."""
    files = (path for path in PROCESSES.iterdir() if path.suffix in (".bpmn", ".dmn"))
    county.publish_sources(made.office, {path.name: path.read_bytes() for path in files}, "", MAINS)


class Complaint:
    """One complaint under way."""

    def __init__(self, made: Stage, names: Names) -> None:
        self._made, self._names = made, names
        with made.office.read(COMMAND_LINE) as work:
            row = definitions.latest(work, "complaint")
            self._forms = definitions.load(work, row.id).description.forms

    def finish(self) -> tuple[int, int]:
        """Take it to its end; its id, and how many completions that took."""
        self._made.clock.at = BEGUN
        case_id = self._start()
        done = 0
        for element, login, typed in STEPS:
            self._made.clock.at += timedelta(days=1)
            while timers.tick(self._made.office):
                pass
            for task in self._open(case_id):
                if task.element == element:
                    raw = self._fill(self._forms[element], login, typed)
                    with self._made.office.begin(self._actor(login)) as work:
                        tasks.complete(work, task.id, raw)
                    done += 1
        left = [task.element for task in self._open(case_id)]
        if left:
            raise RuntimeError(f"the complaint stands at {', '.join(left)}")
        return case_id, done

    def _start(self) -> int:
        typed = {"identity": "named", "complainant_name": self._names.person()}
        raw = self._fill(self._forms["received"], "intake1", typed)
        with self._made.office.begin(self._actor("intake1")) as work:
            return starts.start(work, "complaint", raw).case.id

    def _open(self, case_id: int) -> list[task_store.TaskRow]:
        with self._made.office.read(COMMAND_LINE) as work:
            return task_store.open_of_case(work.session, case_id)

    def _actor(self, login: str) -> Actor:
        person = self._person(login)
        with self._made.office.read(COMMAND_LINE) as work:
            return people.actor(work, person)

    def _person(self, login: str) -> int:
        with self._made.office.read(COMMAND_LINE) as work:
            found = people_store.person_by_login(work.session, login)
        if found is None:
            raise RuntimeError(f"the demonstration has no {login}")
        return found.id

    # --- Filling in -------------------------------------------------------------------------

    def _fill(self, form: Form, login: str, typed: Mapping[str, Any]) -> dict[str, list[str]]:
        """What is given, and something fit for every other field that is asked for."""
        raw: dict[str, list[str]] = {}
        for field in form.fields:
            given = typed.get(field.id)
            if field.type in (FieldType.PERSON, FieldType.PEOPLE) and given is not None:
                raw[field.id] = [str(self._person(one)) for one in given]
            elif given is not None:
                raw[field.id] = [str(given)]
            elif field.required and field.type is not FieldType.OPINIONS:
                raw |= self._fit(field, login)
        return raw

    def _fit(self, field: Field, login: str) -> dict[str, list[str]]:
        options = [option.value for option in field.options]
        if field.type is FieldType.DATE:
            now = self._made.clock.now()
            return {field.id: [now.astimezone(COUNTY_ZONE).date().isoformat()]}
        if field.type is FieldType.YES_NO_NOTE:
            return {field.id: ["no"], f"{field.id}.note": [""]}
        if field.type is FieldType.LEGAL_ARTICLE:
            law, article = self._names.law()
            return {f"{field.id}.law": [law], f"{field.id}.article": [article]}
        if field.type is FieldType.FILE:
            received = attachments.receive(self._made.office, io.BytesIO(b"material"), "file.txt")
            with self._made.office.begin(self._actor(login)) as work:
                return {field.id: [str(attachments.attach(work, None, received).id)]}
        if field.type is FieldType.PERSON:
            # Whoever signs for the department complained about.
            return {field.id: [str(self._person(f"scj.{field.role}"))]}
        if field.type is FieldType.BODY:
            return {field.id: [str(self._made.body_id)]}
        if field.type is FieldType.CHECKLIST:
            return {field.id: options}
        if field.type in (FieldType.CHOICE, FieldType.MULTIPLE_CHOICE):
            return {field.id: options[:1]}
        text = self._names.sentence()
        while len(text) < int(field.minimum or 0):
            text += self._names.sentence()
        return {field.id: [text]}
