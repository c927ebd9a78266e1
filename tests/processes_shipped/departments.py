"""A department and a township of the demo county at work on their shipped procedures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.actor import COMMAND_LINE
from engine.config import Mode, Settings
from engine.office import open_office
from engine.services import attachments, incidents, starts, tasks, word
from engine.store import cases as case_store
from engine.store import documents as document_store
from engine.values.process import Field, FieldType, Form
from tests.fakes import FakeClock
from tests.processes_shipped.office import Raw, Staffed

DEPARTMENT, TOWNSHIP = "market", "yisa"


class Department(Staffed):
    """Fills in forms so that things go well; a test says what goes otherwise."""

    def begin(self, login: str, **typed: Any) -> int:
        """Start a case for the department."""
        description = self.definition.description
        raw = self.fill(description.forms[description.starts[0]], login, typed)
        body = self.body(DEPARTMENT)
        with self.office.begin(self.actor(login)) as work:
            return starts.start(work, description.process.id, raw, body).case.id

    def do_one(self, case_id: int, element: str, login: str, **typed: Any) -> None:
        """Complete that one of several open tasks of an element that names the person."""
        raw = self.fill(self.definition.description.forms[element], login, typed)
        person = self.person(login)
        task = next(
            row
            for row in self.open(case_id)
            if row.element == element and person in (row.performers or ())
        )
        with self.office.begin(self.actor(login)) as work:
            tasks.complete(work, task.id, raw)

    def data(self, case_id: int) -> dict[str, Any]:
        """The case file."""
        return dict(self._row(case_id).data)

    def paused(self, case_id: int) -> bool:
        """Whether the clocks of a case stand still."""
        return self._row(case_id).paused_at is not None

    def newest(self) -> int:
        """The case opened last."""
        case_id = 0
        with self.office.read(COMMAND_LINE) as work:
            while case_store.get(work.session, case_id + 1) is not None:
                case_id += 1
        return case_id

    def _row(self, case_id: int) -> case_store.CaseRow:
        with self.office.read(COMMAND_LINE) as work:
            found = case_store.get(work.session, case_id)
        assert found is not None
        return found

    def issued(self, case_id: int) -> list[str]:
        """Types of the documents of a case, in order."""
        with self.office.read(COMMAND_LINE) as work:
            return [row.type for row in document_store.of_case(work.session, case_id)]

    def troubles(self) -> list[str]:
        """Incidents nobody has settled."""
        with self.office.read(COMMAND_LINE) as work:
            return [repr(row) for row in incidents.listing(work).rows]

    def text(self, case_id: int, type: str) -> str:
        """What the first document of a type says, paragraphs and tables."""
        with self.office.read(COMMAND_LINE) as work:
            found = document_store.of_case(work.session, case_id)
            sha256 = next(one.sha256 for one in found if one.type == type)
        return "\n".join(word.paragraphs(attachments.store(self.office).read(sha256)))

    def fill(self, form: Form, login: str, typed: Mapping[str, Any]) -> Raw:
        """What a person types; every question is answered with yes unless told otherwise."""
        raw = super().fill(form, login, self._people(form, typed))
        for field in form.fields:
            if field.type is FieldType.YES_NO_NOTE and field.id in raw:
                raw[field.id] = [str(typed.get(field.id, "yes"))]
                raw[f"{field.id}.note"] = ["说明"]
        return raw

    def _people(self, form: Form, typed: Mapping[str, Any]) -> dict[str, Any]:
        chosen = dict(typed)
        for field in form.fields:
            if field.id not in typed and not field.readonly:
                found = self._chosen(field)
                if found is not None:
                    chosen[field.id] = found
        return chosen

    def _chosen(self, field: Field) -> Any:
        if field.type is FieldType.BODY:
            return self.body(TOWNSHIP)
        if field.type is FieldType.MONEY:
            return "100.00"
        if field.type is FieldType.NUMBER:
            return "1"
        if field.type not in (FieldType.PERSON, FieldType.PEOPLE):
            return None
        prefix = "yisa" if field.body == "township" else "scj"
        found = self.person(f"{prefix}.{field.role}")
        return [found] if field.type is FieldType.PEOPLE else found


@contextmanager
def department(database_url: str, clock: FakeClock, home: Path, main: str) -> Iterator[Department]:
    """The demo county opened on a database, with one procedure."""
    settings = Settings(
        home=home, database_url=database_url, mode=Mode.DEMO, secret_file=home / "secret"
    )
    office = incidents.attach(open_office(settings, clock))
    try:
        yield Department(office, clock, main)
    finally:
        office.close()
