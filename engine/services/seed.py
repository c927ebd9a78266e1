"""Fills an empty installation: the demo county with one account for every role.

Running it again brings names and roles up to date, adds what is new, and leaves passwords alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine.actor import COMMAND_LINE
from engine.office import Office
from engine.rules.county import BodyPlan, PersonPlan
from engine.services import audit, catalogue, passwords
from engine.store import bodies, people
from engine.values.acts import Act
from engine.work import Work

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
        added = [person for person in county.people if _person(work, person, ids, digest)]
        if added:
            audit.append(work, None, Act.DEMO_SEEDED, bodies=len(ids), people=len(added))
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
    )


def _person(work: Work, plan: PersonPlan, ids: Mapping[str, int], digest: str) -> bool:
    """Bring a person up to date; True when it had to be made."""
    known = people.person_by_login(work.session, plan.login)
    facts = {
        "name": plan.name,
        "auxiliary": plan.auxiliary,
        "administrator": plan.administrator,
    }
    if known is not None:
        person_id = known.id
        people.change_person(work.session, person_id, **facts)
    else:
        person_id = people.add_person(
            work.session,
            login=plan.login,
            password_hash=digest,
            password_changed_at=work.now,
            created_at=work.now,
            **facts,
        )
    for role, body in plan.roles:
        people.add_membership(work.session, person_id, ids[body], role, work.now)
    if plan.certificate:
        _certificate(work, plan, person_id, ids[plan.body])
    return known is None


def _certificate(work: Work, plan: PersonPlan, person_id: int, body_id: int) -> None:
    people.put_certificate(
        work.session,
        f"演示-{plan.login}",
        person_id=person_id,
        kind=plan.certificate,
        body_id=body_id,
        area="红河县",
        valid_from=CERTIFIED_FROM,
        valid_to=plan.valid_to or CERTIFIED_TO,
    )
