"""Signing in is throttled and tells nothing; roles are given by administrators, by the rules."""

from __future__ import annotations

import pytest

from engine.actor import COMMAND_LINE
from engine.errors import Forbidden, Invalid, NotFound
from engine.services import passwords, people, staff
from engine.store import audit as chains
from engine.store import people as store
from tests.engine.services.conftest import County

PASSWORD = "correct-horse-7"


@pytest.fixture(autouse=True)
def with_password(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    # Cheap digests: what is tested is not how long they take.
    monkeypatch.setattr(passwords, "COST", 4)
    county.at("2026-03-02 09:00")
    with county.office.begin(COMMAND_LINE) as work:
        staff.set_password(work, county.people["sup1"], PASSWORD)


def acts(county: County) -> list[str]:
    with county.office.read(COMMAND_LINE) as work:
        return [entry.act for entry in chains.entries(work.session, chains.COUNTY)]


def refused(county: County, login: str, password: str, source: str = "") -> str:
    with pytest.raises(Invalid) as error:
        people.authenticate(county.office, login, password, source)
    return error.value.code


# --- Signing in -------------------------------------------------------------------------------


def test_the_right_password_signs_in_however_the_login_is_typed(county: County) -> None:
    for login in ("sup1", " SUP1 ", "ｓｕｐ１"):
        who = people.authenticate(county.office, login, PASSWORD)
        assert who.actor.person_id == county.people["sup1"]
        assert who.actor.holds("supervisor", county.bodies["legal"])
    assert acts(county)[-1] == "signed_in"


def test_a_refusal_does_not_tell_whether_the_login_exists(county: County) -> None:
    assert refused(county, "sup1", "wrong") == "bad_credentials"
    assert refused(county, "nobody", PASSWORD) == "bad_credentials"
    assert refused(county, "sup2", "") == "bad_credentials"


def test_somebody_without_a_password_cannot_sign_in(county: County) -> None:
    assert refused(county, "market", "") == "bad_credentials"
    assert not passwords.matches("", "")


def test_guessing_is_slowed_down_even_for_the_right_password(county: County) -> None:
    for _ in range(people.MOST_FROM_ONE_PLACE):
        assert refused(county, "sup1", "wrong", "10.0.0.1") == "bad_credentials"
    assert refused(county, "sup1", PASSWORD, "10.0.0.1") == "too_many_attempts"
    people.authenticate(county.office, "sup1", PASSWORD, "10.0.0.2")
    assert acts(county).count("sign_in_throttled") == 1
    county.at("2026-03-02 09:15")
    people.authenticate(county.office, "sup1", PASSWORD, "10.0.0.1")


def test_success_forgets_the_attempts_before_it(county: County) -> None:
    for _ in range(3):
        for _ in range(people.MOST_FROM_ONE_PLACE - 1):
            refused(county, "sup1", "wrong")
        people.authenticate(county.office, "sup1", PASSWORD)


def test_guessing_from_many_places_is_slowed_down_too(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_IN_ALL", 5)
    for place in range(5):
        assert refused(county, "sup1", "wrong", f"10.0.0.{place}") == "bad_credentials"
    assert refused(county, "sup1", PASSWORD, "10.0.0.99") == "too_many_attempts"


def test_a_new_password_ends_every_session(county: County) -> None:
    before = people.authenticate(county.office, "sup1", PASSWORD)
    person = county.people["sup1"]
    with county.office.begin(county.actor("sup1")) as work:
        after = people.change_password(work, PASSWORD, "another-horse-8")
    with county.office.read(COMMAND_LINE) as work:
        assert people.signed_in(work, person, after.stamp).login == "sup1"
        with pytest.raises(NotFound, match="session_ended"):
            people.signed_in(work, person, before.stamp)


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("wrong", "another-horse-8", "old", "bad_password"),
        (PASSWORD, PASSWORD, "new", "same_password"),
        (PASSWORD, "short", "new", "weak_password"),
        (PASSWORD, "aaaaaaaaaaaaaa", "new", "weak_password"),
        (PASSWORD, "my-sup1-password", "new", "weak_password"),
    ],
)
def test_a_password_that_will_not_do_is_named(
    county: County, old: str, new: str, field: str, code: str
) -> None:
    with county.office.begin(county.actor("sup1")) as work, pytest.raises(Invalid) as error:
        people.change_password(work, old, new)
    assert {id: problem.code for id, problem in error.value.fields.items()} == {field: code}


def test_somebody_put_out_of_service_is_signed_out_and_stays_out(county: County) -> None:
    who = people.authenticate(county.office, "sup1", PASSWORD)
    person = county.people["sup1"]
    with county.office.begin(county.actor("admin")) as work:
        staff.set_active(work, person, False)
    with county.office.read(COMMAND_LINE) as work:
        with pytest.raises(NotFound):
            people.signed_in(work, person, who.stamp)
        with pytest.raises(NotFound):
            people.actor(work, person)
        assert person not in [row.id for row in people.directory(work, "supervisor")]
    assert refused(county, "sup1", PASSWORD) == "bad_credentials"


def test_an_old_digest_is_renewed_at_the_next_sign_in(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "COST", 5)
    people.authenticate(county.office, "sup1", PASSWORD)
    with county.office.read(COMMAND_LINE) as work:
        found = store.person_by_login(work.session, "sup1")
    assert found is not None
    assert found.password_hash.startswith("scrypt$5$")
    people.authenticate(county.office, "sup1", PASSWORD)


def test_digests_are_salted_and_damaged_ones_match_nothing() -> None:
    stored = passwords.digest(PASSWORD)
    assert stored != passwords.digest(PASSWORD)
    assert passwords.matches(stored, PASSWORD)
    for damaged in ("x", "scrypt$15$8$1$$", stored.replace("scrypt", "md5"), stored[:-8] + "????"):
        assert not passwords.matches(damaged, PASSWORD)


# --- Looking up -------------------------------------------------------------------------------


def test_the_directory_lists_who_holds_a_role_at_a_body(county: County) -> None:
    with county.office.read(COMMAND_LINE) as work:
        rows = people.directory(work, "supervisor", county.bodies["legal"])
        assert {row.name for row in rows} == {"监督一", "监督二", "监督三", "无证监督"}
        assert rows[0].bodies == ("红河县司法局",)
        assert people.directory(work, "supervisor", county.bodies["market"]) == []
        assert [body.kind for body in people.bodies(work, "DEPT")] == ["DEPT", "DEPT"]
        known = people.facts(work, [county.people["sup1"], 10**9])
    assert list(known) == [county.people["sup1"]]
    assert known[county.people["sup1"]].certificates[0].kind == "supervision"


def test_a_person_sees_their_own_page(county: County) -> None:
    with county.office.begin(county.actor("unit")) as work:
        people.choose_language(work, "en")
        profile = people.profile(work)
    assert (profile.login, profile.locale) == ("unit", "en")
    assert [(row.body.name, row.role) for row in profile.memberships] == [
        ("市监执法大队", "case_lead")
    ]
    with (
        county.office.begin(county.actor("unit")) as work,
        pytest.raises(Invalid, match="unknown_language"),
    ):
        people.choose_language(work, "tlh")


# --- Administration ---------------------------------------------------------------------------


def test_an_administrator_gives_and_takes_roles_and_the_county_remembers(county: County) -> None:
    person, body = county.people["sup1"], county.bodies["market"]
    with county.office.begin(county.actor("admin")) as work:
        assert staff.grant(work, person, body, "case_lead")
        assert not staff.grant(work, person, body, "case_lead")
    assert county.actor("sup1").holds("case_lead", body)
    with county.office.begin(county.actor("admin")) as work:
        assert staff.revoke(work, person, body, "case_lead")
        assert not staff.revoke(work, person, body, "case_lead")
    assert not county.actor("sup1").holds("case_lead")
    assert acts(county)[-2:] == ["membership_granted", "membership_revoked"]


@pytest.mark.parametrize(
    ("who", "whom", "at", "role", "code"),
    [
        ("head", "sup1", "market", "case_lead", "administrator_only"),
        ("admin", "admin", "market", "case_lead", "own_membership"),
        ("admin", "sup1", "legal", "case_lead", "pools_conflict"),
        ("admin", "unit", "market_unit", "supervisor", "pools_conflict"),
        ("admin", "unit", "market", "supervisor", "pools_conflict"),
        ("admin", "unit", "market_legal", "supervisor", "pools_conflict"),
    ],
)
def test_a_role_nobody_may_give_is_refused(
    county: County, who: str, whom: str, at: str, role: str, code: str
) -> None:
    with county.office.begin(county.actor(who)) as work, pytest.raises(Forbidden, match=code):
        staff.grant(work, county.people[whom], county.bodies[at], role)


def test_who_runs_the_system_takes_no_part_in_cases(county: County) -> None:
    with county.office.begin(COMMAND_LINE) as work:
        with pytest.raises(Forbidden, match="administrator_with_roles"):
            staff.grant(work, county.people["admin"], county.bodies["legal"], "supervisor")
        with pytest.raises(Invalid, match="unknown_role"):
            staff.grant(work, county.people["sup1"], county.bodies["legal"], "external_party")
        with pytest.raises(NotFound, match="no_such_body"):
            staff.grant(work, county.people["sup1"], 10**9, "supervisor")


def test_an_account_is_made_once(county: County) -> None:
    with county.office.begin(county.actor("admin")) as work:
        made = staff.add(work, " NEW.Clerk ", "受理乙")
        with pytest.raises(Invalid) as error:
            staff.add(work, "new.clerk", "受理丙")
        found = store.person(work.session, made)
    assert error.value.fields["login"].code == "login_taken"
    assert found is not None
    assert (found.login, found.password_hash) == ("new.clerk", "")
