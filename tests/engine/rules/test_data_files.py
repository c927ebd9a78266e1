"""The shipped roles and local holidays, and what bad files say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from engine.errors import Invalid
from engine.rules import holidays, roles
from engine.rules.roles import Pool

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
ROLES = roles.read((PROCESSES / "roles.toml").read_text("utf-8"))
LOCAL = holidays.read((PROCESSES / "calendar.toml").read_text("utf-8"))

# Domain C.2.
CODES = """intake_clerk case_lead case_assistant enf_unit_head legal_reviewer legal_head dept_deputy
dept_head panel_member hearing_presider hearing_clerk publisher archivist cert_admin
plan_coordinator supervisor filing_reviewer file_evaluator legal_office_head gov_office
county_leader inspection_lead external_party"""


def test_the_shipped_roles_are_those_of_the_domain_reference():
    assert list(ROLES) == CODES.split()


def test_every_role_says_in_both_languages_what_it_holds():
    for role in ROLES.values():
        assert role.zh, role
        assert role.en, role
        assert role.holds, role
        assert role.holds_en, role
        assert role.processes, role
        assert all(re.fullmatch(r"W\d\d", process) for process in role.processes), role


def test_enforcers_and_supervisors_are_in_different_pools():
    assert ROLES["case_lead"].pool is Pool.ENFORCEMENT
    assert ROLES["case_assistant"].pool is Pool.ENFORCEMENT
    assert ROLES["supervisor"].pool is Pool.SUPERVISION
    assert ROLES["legal_reviewer"].pool is Pool.NONE


def test_only_outsiders_are_outside_and_only_the_county_government_oversees():
    assert [role.code for role in ROLES.values() if role.outside] == ["external_party"]
    assert [role.code for role in ROLES.values() if role.oversight] == [
        "gov_office",
        "county_leader",
    ]


@pytest.mark.parametrize(
    ("old", "new", "where", "code"),
    [
        ('pool = "enforcement"', 'pool = "both"', "case_lead.pool", "unknown_option"),
        ('code = "case_lead"', 'code = "intake_clerk"', "intake_clerk.code", "twice"),
        ('en = "Publisher"\n', "", "publisher.en", "required"),
        ("outside = true", 'outside = "yes"', "external_party.outside", "wrong_type"),
        ("outside = true", "outsider = true", "external_party.outsider", "unknown_field"),
    ],
)
def test_a_wrong_role_is_named(old, new, where, code):
    text = (PROCESSES / "roles.toml").read_text("utf-8")
    with pytest.raises(Invalid, match="bad_table") as refused:
        roles.read(text.replace(old, new))
    assert refused.value.fields[where].code == code


def test_the_prefectures_holidays_of_2023_and_2024_are_known_and_no_others():
    assert [day.isoformat() for day in LOCAL.layer.days] == [
        "2023-07-28", "2023-08-11", "2023-11-20", "2023-11-21",
        "2024-07-12", "2024-07-29", "2024-11-18", "2024-11-19",
    ]  # fmt: skip
    assert LOCAL.layer.years == frozenset()
    assert LOCAL.layer.days[date(2024, 11, 18)].name == "州庆"


def test_local_holidays_stop_parties_periods_and_not_agencies_as_shipped():
    assert LOCAL.switches.local_nonworking_for_party_deadlines
    assert not LOCAL.switches.local_nonworking_for_agency_deadlines


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ('[[day]]\nname = "a"\nevidence = "seen"', "day[1].date", "required"),
        ('[[day]]\ndate = 2024-01-01\nevidence = "seen"', "2024-01-01.name", "required"),
        ('[[day]]\ndate = "1"\nname = "a"\nevidence = "seen"', "1.date", "wrong_type"),
        ('[[day]]\ndate = 2024-01-01T00:00:00\nname = "a"\nevidence = "seen"',
         "2024-01-01 00:00:00.date", "not_a_date"),
        ('[[day]]\ndate = 2024-01-01\nname = "a"\nevidence = "seen"\n' * 2,
         "2024-01-01.date", "twice"),
        ("[switches]\nlocal = true", "switches.local", "unknown_field"),
        ("[switches]\nlocal_nonworking_for_party_deadlines = 1",
         "switches.local_nonworking_for_party_deadlines", "wrong_type"),
    ],
)  # fmt: skip
def test_a_wrong_holiday_is_named(text, where, code):
    with pytest.raises(Invalid, match="bad_table") as refused:
        holidays.read(text)
    assert refused.value.fields[where].code == code
