"""Fills an empty installation: the demo county with one account for every role.

Running it again brings names and roles up to date, adds what is new, and leaves passwords alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.actor import COMMAND_LINE
from engine.office import Office
from engine.rules.certificates import LAW_EXAM
from engine.rules.county import BodyPlan, PersonPlan
from engine.services import audit, catalogue, ledgers, passwords
from engine.store import accounts, bodies
from engine.values.acts import Act
from engine.work import Work

#: The district the demo county enforces in.
AREA = "红河县"
#: A qualification does not run out.
CERTIFIED_FOR_LIFE = date(2999, 12, 31)
#: Validity of the demo's certificates unless the data says otherwise.
CERTIFIED_FROM, CERTIFIED_TO = date(2018, 1, 1), date(2035, 12, 31)


@dataclass(frozen=True)
class Account:
    """An account of the demo, for the list printed once."""

    login: str
    name: str
    body: str
    roles: tuple[str, ...]
    #: Of the county's own bodies; the others repeat in every department and township.
    own: bool


@dataclass(frozen=True)
class Demo:
    """What was seeded. ``password`` is only told by the run that made the accounts."""

    accounts: tuple[Account, ...]
    password: str | None


def demo(office: Office) -> Demo:
    """Seed the demo county of ``processes/county.toml``; all accounts share one password.

    It is ``DUBAN_DEMO_PASSWORD``, or one that is made up and told once.
    """
    county = catalogue.of(office).county
    password = office.settings.demo_password or passwords.invented()
    # One digest for all: hashing three hundred times would take half a minute.
    digest = passwords.digest(password)
    with office.begin(COMMAND_LINE) as work:
        ids: dict[str, int] = {}
        for body in county.bodies:
            ids[body.code] = _body(work, body, ids)
        added = _people(work, county.people, ids, digest)
        ledgers.settle(work)
        if added:
            audit.append(work, None, Act.DEMO_SEEDED, bodies=len(ids), people=added)
    names = {body.code: body.name for body in county.bodies}
    return Demo(
        tuple(
            Account(
                person.login,
                person.name,
                names.get(person.body, ""),
                tuple(dict.fromkeys(role for role, _ in person.roles)),
                person.own,
            )
            for person in county.people
        ),
        password if added else None,
    )


def _body(work: Work, plan: BodyPlan, ids: Mapping[str, int]) -> int:
    return bodies.put_body(
        work.session,
        plan.code,
        kind=plan.kind,
        name=plan.name,
        mark=plan.mark,
        sector=plan.sector,
        parent_id=ids[plan.parent] if plan.parent else None,
        area=AREA if plan.kind == "COUNTY_GOV" else "",
    )


def _people(work: Work, plans: Sequence[PersonPlan], bodies: Mapping[str, int], digest: str) -> int:
    """Make the people who are missing and bring the others up to date; how many were made."""
    before = accounts.ids_by_login(work.session)
    accounts.put_people(
        work.session,
        [
            {
                "login": plan.login,
                "name": plan.name,
                "auxiliary": plan.auxiliary,
                "administrator": plan.administrator,
                "password_hash": digest,
                "password_changed_at": work.now,
                "created_at": work.now,
            }
            for plan in plans
        ],
        kept=("password_hash", "password_changed_at", "created_at"),
    )
    ids = accounts.ids_by_login(work.session)
    accounts.add_memberships(
        work.session,
        [
            {
                "person_id": ids[plan.login],
                "body_id": bodies[body],
                "role": role,
                "granted_at": work.now,
            }
            for plan in plans
            for role, body in plan.roles
        ],
    )
    accounts.put_certificates(
        work.session,
        [
            {
                "number": f"演示-{plan.login}",
                "person_id": ids[plan.login],
                "kind": plan.certificate,
                "body_id": bodies[plan.body],
                "area": AREA,
                "valid_from": CERTIFIED_FROM,
                "valid_to": plan.valid_to or CERTIFIED_TO,
            }
            for plan in plans
            if plan.certificate
        ],
    )
    accounts.put_certificates(
        work.session,
        [
            {
                "number": f"演示-A-{plan.login}",
                "person_id": ids[plan.login],
                "kind": LAW_EXAM,
                "body_id": bodies[plan.body],
                "valid_from": CERTIFIED_FROM,
                "valid_to": CERTIFIED_FOR_LIFE,
            }
            for plan in plans
            if plan.qualified
        ],
    )
    return len(ids) - len(before)
