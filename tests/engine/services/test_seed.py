"""The demo county is seeded whole, once, and everybody the shipped diagrams need is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from engine.actor import COMMAND_LINE
from engine.config import Settings
from engine.errors import Invalid
from engine.office import Office, open_office
from engine.services import catalogue, passwords, people, seed, slots
from engine.store import accounts, bodies
from engine.store import audit as chains
from engine.store import people as store
from tests.fakes import FakeClock

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
DUBAN = "{urn:duban:bpmn:1}"


@pytest.fixture
def office(database_url: str, clock: FakeClock, tmp_path: Path) -> Iterator[Office]:
    settings = Settings(tmp_path, database_url, secret_file=tmp_path / "secret")
    office = open_office(settings, clock)
    yield office
    office.close()


def test_seeding_makes_an_account_for_everybody_and_tells_the_password_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "COST", 4)
    made = seed.demo(office)
    assert made.password is not None
    passwords.check(made.password, "")
    who = people.authenticate(office, "supervisor1", made.password)
    assert who.actor.name == "行政执法监督人员（一）"
    again = seed.demo(office)
    assert again.password is None
    assert again.accounts == made.accounts
    people.authenticate(office, "scj.legal_reviewer", made.password)
    with office.read(COMMAND_LINE) as work:
        assert accounts.count_people(work.session) == len(made.accounts)
        acts = [entry.act for entry in chains.entries(work.session, chains.COUNTY)]
    assert acts.count("demo_seeded") == 1
    own = [account for account in made.accounts if account.own]
    assert {"administrator", "intake1", "supervisor3", "county_leader1"} <= {a.login for a in own}


def test_seeding_again_leaves_changed_passwords_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "COST", 4)
    made = seed.demo(office)
    with office.begin(COMMAND_LINE) as work:
        person = store.person_by_login(work.session, "intake1")
        assert person is not None
        people.store_password(work, person, "my-own-words-1")
    seed.demo(office)
    people.authenticate(office, "intake1", "my-own-words-1")
    with pytest.raises(Invalid, match="bad_credentials"):
        people.authenticate(office, "intake1", made.password or "")


def needed() -> list[tuple[str, str, str]]:
    """(diagram, role, slot) of every lane, form and field of people of the shipped diagrams."""
    found = set()
    for path in sorted(PROCESSES.glob("*.bpmn")):
        for element in etree.parse(path).iter(f"{DUBAN}lane", f"{DUBAN}task", f"{DUBAN}field"):
            role, body = element.get("role"), element.get("body")
            if role and body:
                found.add((path.name, str(role), str(body)))
    return sorted(found)


def test_every_department_and_township_can_play_its_part(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "COST", 4)
    seed.demo(office)
    assert len(needed()) > 10
    kinds = {
        "township": ("TOWNSHIP",),
        "subject": ("DEPT",),
        "handling": ("DEPT",),
        "deciding": ("DEPT", "TOWNSHIP"),
    }
    roles = catalogue.offered().roles
    lacking = []
    with office.read(COMMAND_LINE) as work:
        for diagram, role, slot in needed():
            if roles[role].outside:
                continue
            base = slot.removesuffix(slots.LEGAL)
            if base in slots.ONLY_ONE:
                filled = bodies.all_bodies(work.session, slots.ONLY_ONE[base])
            else:
                filled = [
                    body for kind in kinds[base] for body in bodies.all_bodies(work.session, kind)
                ]
            for body in filled:
                at = slots.resolve(work, {base: body.id}, slot)
                if at is None or not store.holders(work.session, role, [at]):
                    lacking.append((diagram, role, slot, body.name))
    assert lacking == []


def test_there_are_certificates_to_see_every_rule_by(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "COST", 4)
    seed.demo(office)
    with office.read(COMMAND_LINE) as work:
        rows = [store.person_by_login(work.session, login) for login in (
            "supervisor1", "scj.case_lead", "scj.expired_lead", "scj.auxiliary")]  # fmt: skip
        known = store.facts(work.session, [row.id for row in rows if row is not None])
    supervisor, lead, expired, auxiliary = known.values()
    assert supervisor.certificates[0].kind == "supervision"
    assert lead.certificates[0].valid_to.year > 2030
    assert expired.certificates[0].valid_to.year == 2024
    assert auxiliary.auxiliary
    assert auxiliary.certificates == ()
