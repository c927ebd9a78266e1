"""Who may see and manage what, apart from acting on tasks."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.actor import CLOCK, COMMAND_LINE, Actor, Channel
from engine.rules import roles as role_file
from engine.rules.permissions import (
    CaseAccess,
    Permission,
    granted,
    may_see_case,
    may_see_identity,
    may_see_value,
    may_start,
)
from engine.values.people import Membership

ROLES = role_file.read(
    (Path(__file__).resolve().parents[3] / "processes" / "roles.toml").read_text("utf-8")
)
OFFICE, SUBJECT, SUBJECT_LEGAL, COUNTY, OTHER = 1, 2, 3, 4, 9
FILLED = {"legal_office": OFFICE, "subject": SUBJECT, "county_government": COUNTY}
CASE = CaseAccess(
    frozenset({OFFICE, SUBJECT, COUNTY}),
    frozenset({"intake_clerk", "supervisor", "enf_unit_head", "legal_office_head"}),
    people=frozenset({7}),
    started_by=8,
)


def actor(person_id: int | None = 1, *held: tuple[int, str], **more) -> Actor:
    memberships = tuple(Membership(*one) for one in held)
    return Actor("某", Channel.WEB, person_id, memberships, **more)


@pytest.mark.parametrize("permission", list(Permission))
def test_only_an_administrator_runs_the_installation(permission):
    assert granted(permission, actor(administrator=True), demo=True)
    verdict = granted(permission, actor(1, (COUNTY, "county_leader")), demo=True)
    assert (bool(verdict), verdict.code) == (False, "administrator_only")
    assert not granted(permission, CLOCK, demo=True)


def test_nobody_moves_the_clock_in_production():
    verdict = granted(Permission.MOVE_CLOCK, actor(administrator=True))
    assert (bool(verdict), verdict.code) == (False, "not_in_production")
    assert granted(Permission.MANAGE_PEOPLE, actor(administrator=True))


def test_a_case_is_started_by_who_holds_the_forms_role():
    clerk = actor(1, (OFFICE, "intake_clerk"))
    assert may_start(clerk, "intake_clerk")
    assert may_start(clerk, "intake_clerk", OFFICE)
    assert may_start(clerk, "intake_clerk", OTHER).code == "role_not_held"
    assert not may_start(actor(administrator=True), "intake_clerk")


@pytest.mark.parametrize(
    ("reader", "allowed"),
    [
        (actor(1, (OFFICE, "supervisor")), True),
        (actor(1, (SUBJECT, "enf_unit_head")), True),
        (actor(1, (COUNTY, "county_leader")), True),
        (actor(1, (OTHER, "gov_office")), True),  # The county government sees every case.
        (actor(7), True),  # Acted in it.
        (actor(8), True),  # Started it.
        (actor(1, (OFFICE, "archivist")), False),  # A role its process does not know.
        (actor(1, (OTHER, "supervisor")), False),  # The right role at a body without part in it.
        (actor(1, (SUBJECT_LEGAL, "supervisor")), False),
        (actor(1), False),
        (actor(1, administrator=True), False),  # Runs the system, reads no case.
        (actor(None), False),  # A stranger in a browser.
        (CLOCK, True),
        (COMMAND_LINE, True),
    ],
)
def test_a_case_is_read_by_those_with_a_part_in_it(reader, allowed):
    verdict = may_see_case(reader, CASE, ROLES)
    assert bool(verdict) is allowed
    assert verdict.code == ("" if allowed else "no_part_in_case")


@pytest.mark.parametrize(
    ("reader", "family", "allowed"),
    [
        (actor(1, (OFFICE, "supervisor")), {OFFICE}, True),
        (actor(1, (SUBJECT, "enf_unit_head")), {SUBJECT, SUBJECT_LEGAL}, False),
        (actor(1, (SUBJECT_LEGAL, "legal_head")), {SUBJECT, SUBJECT_LEGAL}, False),
        (actor(7, (SUBJECT, "enf_unit_head")), {SUBJECT}, False),  # Having acted opens nothing.
        (CLOCK, set(), True),
    ],
)
def test_the_department_complained_of_reads_no_hidden_value(reader, family, allowed):
    verdict = may_see_value(reader, ["subject"], FILLED, family)
    assert bool(verdict) is allowed
    if not allowed:
        assert (verdict.code, verdict.rule) == ("hidden_from_body", "R15")
        assert verdict.basis


@pytest.mark.parametrize(
    ("reader", "family", "code"),
    [
        (actor(1, (OFFICE, "intake_clerk")), {OFFICE}, ""),
        (actor(7, (OFFICE, "supervisor")), {OFFICE}, ""),
        (actor(1, (OFFICE, "supervisor")), {OFFICE}, "identity_hidden"),
        (actor(1, (COUNTY, "county_leader")), {COUNTY}, "identity_hidden"),
        (actor(1, (OTHER, "intake_clerk")), {OTHER}, "identity_hidden"),
        (actor(7, (SUBJECT, "enf_unit_head")), {SUBJECT}, "hidden_from_body"),
        (COMMAND_LINE, set(), ""),
    ],
)
def test_who_complained_is_known_to_intake_and_to_those_who_verify(reader, family, code):
    verdict = may_see_identity(reader, CASE, FILLED, family, ["subject"])
    assert verdict.code == code
    assert bool(verdict) is (code == "")
    if code:
        assert verdict.rule == "R15"
        assert verdict.basis
