"""What a person may see and manage, apart from acting on tasks (that is ``duties``).

Two kinds of people are kept apart: an administrator runs the installation (accounts, definitions,
incidents, the audit chains' soundness) and never reads a case; those who handle cases read what
concerns them and run nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.actor import Actor, Channel
from engine.rules.basis import refused
from engine.rules.pools import hidden_from
from engine.rules.roles import Roles
from engine.values.people import ALLOWED, Verdict

#: Roles that lead the work of a body: they hand it out, and know of every case that concerns it.
LEADERS = frozenset(
    {"enf_unit_head", "legal_head", "dept_deputy", "dept_head", "legal_office_head", "gov_office"}
)

#: Roles that take complaints in, and so know who complains.
INTAKE = frozenset({"intake_clerk"})


class Permission(StrEnum):
    """What may be granted to a person as such, whatever the case."""

    MANAGE_PEOPLE = "manage_people"
    MANAGE_DEFINITIONS = "manage_definitions"
    MANAGE_CALENDAR = "manage_calendar"
    #: Cases that cannot move: numbers, codes and stack, never what a case says.
    SEE_INCIDENTS = "see_incidents"
    #: Whether every chain is whole; the entries themselves are read with their case.
    VERIFY_AUDIT = "verify_audit"
    #: Demonstrations only.
    MOVE_CLOCK = "move_clock"


@dataclass(frozen=True)
class CaseAccess:
    """What of a case decides who may read it."""

    #: Bodies in its slots, those every case has (legal office, county government) included.
    bodies: frozenset[int]
    #: Roles that give sight of it at those bodies.
    roles: frozenset[str]
    #: Whoever completed something in it, was assigned something or is named as a performer.
    people: frozenset[int] = frozenset()
    started_by: int | None = None


def granted(permission: Permission, actor: Actor, *, demo: bool = False) -> Verdict:
    """Whether the actor has the permission. The clock can be moved in demonstrations only."""
    if permission is Permission.MOVE_CLOCK and not demo:
        return refused("not_in_production")
    return ALLOWED if actor.administrator else refused("administrator_only")


def may_change_limits(actor: Actor, roles: Roles) -> Verdict:
    """Whether the actor looks after the table of time limits: a role of the county says so.

    Not administrators as such: how long the law gives is no matter of the installation.
    """
    if any(
        held.role in roles and "limits" in roles[held.role].manages for held in actor.memberships
    ):
        return ALLOWED
    return refused("limits_manager_only")


def may_manage_diagrams(actor: Actor, roles: Roles, legal_offices: Collection[int]) -> Verdict:
    """Whether the actor draws, reviews and publishes procedures.

    A role of the county says so, held at its legal office. Not administrators as such: what a
    procedure demands is no matter of the installation.
    """
    if any(
        held.role in roles
        and "diagrams" in roles[held.role].manages
        and held.body_id in legal_offices
        for held in actor.memberships
    ):
        return ALLOWED
    return refused("diagram_manager_only")


def may_review_diagram(actor: Actor, drawn_by: Collection[int]) -> Verdict:
    """Whether the actor may judge a draft: somebody else than all who drew it or asked for it."""
    if actor.person_id is None:
        return refused("people_only")
    if actor.person_id in drawn_by:
        return refused("own_diagram", "R9")
    return ALLOWED


def may_change_templates(actor: Actor, roles: Roles) -> Verdict:
    """Whether the actor looks after the Word templates of the documents: a role says so."""
    if any(
        held.role in roles and "documents" in roles[held.role].manages for held in actor.memberships
    ):
        return ALLOWED
    return refused("templates_manager_only")


def may_start(actor: Actor, role: str, body_id: int | None = None) -> Verdict:
    """Whether the actor may start a case by a form of this role, at the body if one is given."""
    return ALLOWED if actor.holds(role, body_id) else refused("role_not_held", role=role)


def may_see_case(actor: Actor, case: CaseAccess, roles: Roles) -> Verdict:
    """Whether the actor may read the case at all.

    Those with a role of its process at one of its bodies, those who acted in it or started it,
    and the county government's own; not administrators as such, whose pages show no content.
    """
    if _machine(actor):
        return ALLOWED
    person = actor.person_id
    if person is not None and (person in case.people or person == case.started_by):
        return ALLOWED
    for held in actor.memberships:
        if held.role in roles and roles[held.role].oversight:
            return ALLOWED
        if held.body_id in case.bodies and held.role in case.roles:
            return ALLOWED
    return refused("no_part_in_case")


def may_see_value(
    actor: Actor,
    hidden: Collection[str],
    filled: Mapping[str, int],
    family: Collection[int],
) -> Verdict:
    """Whether a reader of the case may read a value hidden from some of its slots (R15).

    ``family`` are the actor's bodies with the departments above and the units below them. Having
    acted in the case, or overseeing the county, opens nothing that is hidden from one's body.
    """
    return ALLOWED if _machine(actor) else hidden_from(hidden, filled, family)


def may_see_identity(
    actor: Actor,
    case: CaseAccess,
    filled: Mapping[str, int],
    family: Collection[int],
    hidden: Collection[str],
    intake_roles: Collection[str] = INTAKE,
) -> Verdict:
    """Whether the actor may know who complained (R15): intake, and who handles this very case.

    Narrower than :func:`may_see_value`: a role of the process is not enough, the person takes
    complaints in at a body of the case or has acted or been named in it.
    """
    blind = may_see_value(actor, hidden, filled, family)
    if not blind or _machine(actor):
        return blind
    if actor.person_id is not None and actor.person_id in case.people:
        return ALLOWED
    if any(held.role in intake_roles and held.body_id in case.bodies for held in actor.memberships):
        return ALLOWED
    return refused("identity_hidden", "R15")


def _machine(actor: Actor) -> bool:
    """The clock and the operator at the console: no person, no browser."""
    return actor.person_id is None and actor.channel in (Channel.CLOCK, Channel.COMMAND_LINE)
