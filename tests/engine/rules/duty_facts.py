"""What the tests of separation of duties share: people, certificates, forms, a way to ask."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from engine.rules import roles as role_file
from engine.rules.basis import BASIS
from engine.rules.situations import Place, Situation
from engine.values.people import Act, Certificate, Membership, PersonFacts
from engine.values.process import Duty, Form

ROLES = role_file.read(
    (Path(__file__).resolve().parents[3] / "processes" / "roles.toml").read_text("utf-8")
)
OFFICE, DEPT, UNIT, ELSEWHERE = 1, 2, 3, 9
TODAY = date(2026, 3, 2)


def certificate(kind: str = "supervision", body_id: int = OFFICE, **more) -> Certificate:
    facts = {"valid_from": date(2024, 1, 1), "valid_to": date(2027, 12, 31), **more}
    return Certificate(f"{kind}-{body_id}", kind, body_id, "", "", **facts)


def person(number: int, *memberships: Membership, **more) -> PersonFacts:
    return PersonFacts(number, f"人{number}", memberships, **more)


def supervisor(number: int, **more) -> PersonFacts:
    more.setdefault("certificates", (certificate(),))
    return person(number, Membership(OFFICE, "supervisor"), **more)


def officer(number: int, role: str = "case_lead", body_id: int = UNIT, **more) -> PersonFacts:
    more.setdefault("certificates", (certificate("enforcement", DEPT),))
    return person(number, Membership(body_id, role), **more)


def form(role: str, body: str, *duties: Duty, **more) -> Form:
    return Form("now", "现在", role, body, duties=duties, **more)


VERIFY = form(
    "supervisor",
    "legal_office",
    Duty("R7", min_officers=2, officers="verifiers", needs_certificate="supervision"),
)
INVESTIGATE = form(
    "case_lead",
    "handling",
    Duty("R1", min_officers=2, officers="assistants", needs_certificate="enforcement"),
)
AT_OFFICE, AT_UNIT = Place(OFFICE), Place(UNIT, frozenset({UNIT, DEPT}))


def act(element: str, person_id: int) -> Act:
    return Act(element, person_id, datetime(2026, 2, 1, tzinfo=UTC))


def ask(which, at, actor, place, *, history=(), data=None, others=(), holder=None, **more):
    known = {one.id: one for one in (actor, *others)}
    situation = Situation(at, place, TODAY, ROLES, data or {}, list(history), known, **more)
    return which(situation, actor, holder)


def refusal(verdict) -> tuple[str, str]:
    assert not verdict
    assert verdict.basis == BASIS.get(verdict.rule, "")
    if verdict.rule:
        assert verdict.basis
    return verdict.code, verdict.rule
