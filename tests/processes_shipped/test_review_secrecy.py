"""R15 in the whole complaint: nobody of the complained department learns who complained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from typing import Any
from zipfile import ZipFile

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import DubanError
from engine.services import (
    cases,
    deadlines,
    documents,
    inbox,
    mail,
    notifications,
    publications,
    registers,
    search,
    tasks,
)
from engine.services.publications import PublicQuery
from engine.store import accounts
from engine.store import outbox as outbox_store
from engine.store import tasks as task_store
from engine.values.inbox_pages import InboxQuery, Tab
from tests.databases import Databases
from tests.fakes import FakeClock
from tests.processes_shipped.office import Staffed, staffed
from tests.processes_shipped.test_complaint_in_service import rectifying
from tests.processes_shipped.walk import MONDAY, working_day

SECRETS = {
    "complainant_name": "欧阳举报",
    "complainant_phone": "13988887766",
    "complainant_email": "ouyang@mail.test",
    "complainant_address": "乐育镇坡头村委会九组十八号",
    "complainant_id_number": "532529198803041234",
}
WHOLE = {
    **SECRETS,
    "complaint_facts": "本人欧阳举报，家住乐育镇坡头村委会九组十八号，二月被违规收费。",
    "demand": "退还欧阳举报的费用",
    "identity": "named",
    "confidential": "yes",
    "received_on": "2026-03-02",
    "subject_matter": "反映市场监管部门违规收费",
}


@pytest.fixture
def county(sqlite_databases: Databases, tmp_path: Any) -> Iterator[Staffed]:
    url = sqlite_databases.filled()
    with staffed(url, FakeClock(), tmp_path, "complaint.bpmn") as county:
        county.clock.set(MONDAY)
        yield county
    sqlite_databases.drop(url)


def of_the_department(county: Staffed) -> list[str]:
    """Everybody with a role at the department or one of its units."""
    with county.office.read(COMMAND_LINE) as work:
        found = accounts.search(work.session, "scj.", 0, 200)
        return [person.login for person in found if person.login.startswith("scj.")]


def plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(plain(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return json.dumps(asdict(value), default=str, ensure_ascii=False)
    return str(value)


def seen(county: Staffed, login: str, case_ids: list[int]) -> dict[str, str]:
    """Everything the services show to a person, by where it was shown."""
    found: dict[str, str] = {}
    with county.office.read(county.actor(login)) as work:

        def look(where: str, ask: Any) -> Any:
            try:
                shown = ask()
            except DubanError as error:
                shown = (error.code, dict(error.facts))
            found[where] = plain(shown)
            return shown

        for case_id in case_ids:
            page = look(f"case {case_id}", lambda id=case_id: cases.page(work, id))
            look(f"path {case_id}", lambda id=case_id: asdict(cases.path(work, id))["steps"])
            look(f"mail {case_id}", lambda id=case_id: mail.of_case(work, id))
            look(f"labels {case_id}", lambda id=case_id: cases.labels(work, id))
            for row in getattr(page, "documents", ()):
                path = documents.open(work, row.id).path
                with ZipFile(path) as archive:
                    found[f"document {row.title}"] = archive.read("word/document.xml").decode()
            for clock in getattr(page, "deadlines", ()):
                look(f"clock {clock.id}", lambda id=clock.id: deadlines.explain(work, id))
            with county.office.read(COMMAND_LINE) as all_of_it:
                ids = [row.id for row in task_store.of_case(all_of_it.session, case_id)]
            for task_id in ids:
                look(f"task {task_id}", lambda id=task_id: tasks.page(work, id))
        for tab in Tab:
            look(f"inbox {tab}", lambda tab=tab: inbox.page(work, InboxQuery(tab)))
        look("notices", lambda: notifications.mine(work))
        for register in registers.registers(work):
            page = look(register.code, lambda code=register.code: registers.entries(work, code))
            for row in page.rows:
                look(f"entry {row.id}", lambda id=row.id: registers.entry(work, id))
        public = look("public", lambda: publications.public(work, PublicQuery()))
        for row in public.rows:
            look(f"public {row.id}", lambda id=row.id: publications.public_text(work, id))
        for words in SECRETS.values():
            assert search.cases(work, words).rows == (), login
    return found


def test_no_page_document_register_notice_or_search_tells_the_department(
    county: Staffed,
) -> None:
    case_id = county.start("intake1", **WHOLE)
    county.do(case_id, "screen", "intake1", screening="accept", remedy_open="no")
    rectifying(county, case_id)
    county.at(working_day(county.clock.now(), 25))
    county.do(case_id, "draft_request", "supervisor1")
    county.do(case_id, "approve_request", "legal_office_head")
    county.do(case_id, "gov_receive", "gov_office1")
    county.do(case_id, "gov_decide", "county_leader1", gov_measures=["accountability"])
    county.do(case_id, "execute", "scj.enf_unit_head")
    county.do(case_id, "check_execution", "supervisor2")
    county.do(case_id, "write_result", "intake1")
    everybody = of_the_department(county)
    assert len(everybody) >= 5
    shown_something = 0
    for login in everybody:
        for where, text in seen(county, login, [case_id]).items():
            shown_something += "违规收费" in text
            for field, words in SECRETS.items():
                assert words not in text, (login, where, field)
    assert shown_something
    with county.office.read(county.actor("intake1")) as work:
        told = plain(cases.page(work, case_id))
    assert all(words in told for words in SECRETS.values())
    with county.office.read(COMMAND_LINE) as work:
        for letter in outbox_store.of_case(work.session, case_id):
            if letter.person_id is not None:
                assert not any(words in letter.subject + letter.text for words in SECRETS.values())
