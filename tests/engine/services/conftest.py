"""A small county on a real database, with a real diagram and a clock that can be set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest

from engine.actor import COMMAND_LINE, Actor
from engine.bpmn import definition as bpmn
from engine.config import Mode, Settings
from engine.office import Office, open_office
from engine.services import definitions, incidents, ledgers, people, schedules
from engine.store import bodies
from engine.store import people as people_store
from engine.values.timing import COUNTY_ZONE
from tests.fakes import FakeClock

DIAGRAMS = Path(__file__).parent / "diagrams"

#: login → (name, roles as role@body, certificate kind)
PEOPLE: dict[str, tuple[str, tuple[str, ...], str]] = {
    "intake": ("受理甲", ("intake_clerk@legal",), ""),
    "head": ("局长", ("legal_office_head@legal",), ""),
    "sup1": ("监督一", ("supervisor@legal",), "supervision"),
    "sup2": ("监督二", ("supervisor@legal",), "supervision"),
    "sup3": ("监督三", ("supervisor@legal",), "supervision"),
    "bare": ("无证监督", ("supervisor@legal",), ""),
    "market": ("市监局长", ("dept_head@market",), ""),
    "deputy": ("市监副局长", ("dept_deputy@market",), ""),
    "unit": ("市监队员", ("case_lead@market_unit",), ""),
    "traffic": ("交通局长", ("dept_head@traffic",), ""),
    "admin": ("系统管理员", (), ""),
}


@dataclass
class County:
    """The office with its people and bodies by code."""

    office: Office
    clock: FakeClock
    bodies: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    def actor(self, login: str) -> Actor:
        with self.office.read(COMMAND_LINE) as work:
            return people.actor(work, self.people[login])

    def at(self, text: str) -> datetime:
        """Set the clock to a moment in the county's zone."""
        moment = datetime.fromisoformat(text).replace(tzinfo=COUNTY_ZONE)
        self.clock.set(moment)
        return moment

    def publish(self, *names: str) -> None:
        sources = {name: (DIAGRAMS / name).read_bytes() for name in names}
        with self.office.begin(COMMAND_LINE) as work:
            definitions.keep(work, bpmn.read(sources, names[0]), "test")


def settle(office: Office, clock: FakeClock) -> County:
    """Fill an empty database with the small county."""
    county = County(office, clock)
    with office.begin(COMMAND_LINE) as work:
        schedules.seed(work)

        def body(code: str, kind: str, name: str, above: str = "", **more: str) -> None:
            parent = county.bodies[above] if above else None
            county.bodies[code] = bodies.put_body(
                work.session, code, kind=kind, name=name, parent_id=parent, **more
            )

        body("county", "COUNTY_GOV", "红河县人民政府", mark="政")
        body("legal", "LEGAL_OFFICE", "红河县司法局", "county", mark="司")
        body("market", "DEPT", "市场监督管理局", "county", mark="市监", sector="market")
        body("market_legal", "DEPT_LEGAL", "市监法规股", "market")
        body("market_unit", "ENF_UNIT", "市监执法大队", "market")
        body("traffic", "DEPT", "交通运输局", "county", mark="交运")
        for login, (name, roles, certificate) in PEOPLE.items():
            person = people_store.add_person(
                work.session,
                login=login,
                name=name,
                password_hash="",
                administrator=login == "admin",
                created_at=work.now,
            )
            county.people[login] = person
            for place in roles:
                role, _, at = place.partition("@")
                people_store.add_membership(work.session, person, county.bodies[at], role, work.now)
            if certificate:
                people_store.put_certificate(
                    work.session,
                    f"C-{login}",
                    person_id=person,
                    kind=certificate,
                    body_id=county.bodies["legal"],
                    field="",
                    area="",
                    valid_from=date(2018, 1, 1),
                    valid_to=date(2035, 12, 31),
                )
        ledgers.settle(work)
    return county


@pytest.fixture
def county(database_url: str, clock: FakeClock, tmp_path: Path) -> Iterator[County]:
    """The small county, on SQLite and on PostgreSQL."""
    settings = Settings(
        home=tmp_path, database_url=database_url, mode=Mode.DEMO, secret_file=tmp_path / "secret"
    )
    office = incidents.attach(open_office(settings, clock))
    yield settle(office, clock)
    office.close()
