"""The demo county with complaints at several steps, each with an identity nobody else may learn."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.config import Mode, Settings
from engine.office import open_office
from engine.services import attachments, incidents, passwords
from engine.values.process import FieldType
from tests.databases import Databases, SqliteDatabases
from tests.fakes import FakeClock
from tests.processes_shipped.office import Staffed
from tests.processes_shipped.walk import MONDAY, working_day
from tests.web.conftest import PASSWORD, Site
from web import create_app

#: What every value begins with that could tell who complained.
SECRET = "机密"


class Confidential(Staffed):
    """Fills every field hidden from a body with something that must never be shown to it."""

    def fill(self, form: Any, login: str, typed: Any) -> dict[str, list[str]]:
        raw = super().fill(form, login, typed)
        for one in form.fields:
            if not one.hidden_from or one.id in typed:
                continue
            if one.type in (FieldType.TEXT, FieldType.LONG_TEXT):
                raw[one.id] = [f"{SECRET}{one.id}"]
            elif one.type is FieldType.FILE:
                raw[one.id] = [str(self._secret_file(one.id, login))]
        return raw

    def _secret_file(self, name: str, login: str) -> int:
        content = io.BytesIO(f"{SECRET}内容{name}".encode())
        received = attachments.receive(self.office, content, f"{SECRET}{name}.txt")
        with self.office.begin(self.actor(login)) as work:
            return attachments.attach(work, None, received, field=name).id


@dataclass
class Docket:
    """A furnished database to be copied, and the cases in it."""

    home: Path
    now: datetime
    #: accepted, investigating, late, rectifying, finished
    cases: dict[str, int] = field(default_factory=dict)


def _settings(home: Path) -> Settings:
    return Settings(
        home=home,
        database_url=f"sqlite:///{home / 'duban.sqlite3'}",
        mode=Mode.DEMO,
        secret_file=home / "secret",
        demo_password=PASSWORD,
        max_upload_bytes=200_000,
    )


def _accepted(county: Staffed, title: str) -> int:
    case_id = county.start(
        "intake1",
        received_on=county.clock.now().date().isoformat(),
        channel="letter",
        identity="named",
        subject_matter=title,
        complainant_email=f"{SECRET}@example.org",
    )
    county.do(case_id, "screen", "intake1", screening="accept", remedy_open="no")
    return case_id


def _investigating(county: Staffed, title: str) -> int:
    case_id = _accepted(county, title)
    both = [county.person("supervisor1"), county.person("supervisor2")]
    county.do(case_id, "assign", "legal_office_head", verifiers=both)
    county.do(case_id, "notify_department", "supervisor1")
    return case_id


def _rectifying(county: Staffed, title: str) -> int:
    case_id = _investigating(county, title)
    county.do(case_id, "investigate", "supervisor2")
    county.do(case_id, "statement", "scj.enf_unit_head")
    county.do(case_id, "verify", "supervisor1", finding="improper")
    county.do(case_id, "cosign", "supervisor2")
    county.do(case_id, "approve_report", "legal_office_head")
    county.do(case_id, "draft_proposal", "supervisor1")
    county.do(case_id, "sign_proposal", "legal_office_head")
    return case_id


def _finish(county: Staffed, case_id: int) -> None:
    """From the request to the county government to the archive."""
    county.do(case_id, "draft_request", "supervisor1")
    county.do(case_id, "approve_request", "legal_office_head")
    county.do(case_id, "gov_receive", "gov_office1")
    county.do(case_id, "gov_decide", "county_leader1", gov_measures=["accountability"])
    county.do(case_id, "execute", "scj.enf_unit_head")
    county.do(case_id, "check_execution", "supervisor2")
    county.do(case_id, "write_result", "intake1")
    county.do(case_id, "follow_up", "intake1", satisfaction="dissatisfied")
    county.do(case_id, "file_case", "legal_archivist")


@pytest.fixture(scope="session")
def docket(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Docket:
    """Five complaints about one department: made once, copied for each test."""
    assert isinstance(sqlite_databases, SqliteDatabases)
    home = tmp_path_factory.mktemp("docket")
    shutil.copyfile(sqlite_databases.filled().removeprefix("sqlite:///"), home / "duban.sqlite3")
    clock = FakeClock()
    clock.set(MONDAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", 4)
        office = incidents.attach(open_office(_settings(home), clock))
        county = Confidential(office, clock, "complaint.bpmn")
        made = Docket(home, clock.now())
        late = _investigating(county, "反映某驾校重复收取场地费")
        finished = _rectifying(county, "对某建筑工地扬尘处罚畸轻的举报")
        county.at(working_day(clock.now(), 25))
        _finish(county, finished)
        made.cases = {
            "late": late,
            "finished": finished,
            "investigating": _investigating(county, "要求公开执法过程的来信"),
            "rectifying": _rectifying(county, "反映执法人员着便装检查且未出示证件"),
            "accepted": _accepted(county, "反映窗口人员态度生硬"),
        }
        made.now = clock.now()
        office.close()
    return made


@pytest.fixture
def site(docket: Docket, clock: FakeClock, tmp_path: Path) -> Iterator[Site]:
    """The application over a copy of it."""
    home = tmp_path / "home"
    shutil.copytree(docket.home, home)
    clock.set(docket.now)
    office = incidents.attach(open_office(_settings(home), clock))
    app = create_app(office)
    app.testing = False
    yield Site(app, office, clock)
    office.close()
