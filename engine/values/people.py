"""People as policy sees them: memberships, certificates, what they did in a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Membership:
    """A role held at a body."""

    body_id: int
    role: str


@dataclass(frozen=True)
class Certificate:
    """An enforcement or supervision certificate (行政执法证 / 监督证), or a qualification."""

    number: str
    kind: str
    body_id: int
    #: Sector it is for; empty is every field of its body.
    field: str
    #: District it is for; empty is wherever its body enforces.
    area: str
    valid_from: date
    valid_to: date
    #: active, suspended, cancelled
    status: str = "active"


@dataclass(frozen=True)
class PersonFacts:
    """What policy must know of a person."""

    id: int
    name: str
    memberships: tuple[Membership, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    auxiliary: bool = False
    active: bool = True
    #: Since when they review penalties; who began before 2018 needs no examination (R3).
    reviewer_since: date | None = None


@dataclass(frozen=True)
class Act:
    """One completion in a case's history."""

    element: str
    person_id: int
    at: datetime


@dataclass(frozen=True)
class Verdict:
    """A policy's answer with its reason. Falsy when refused.

    ``code`` names the message, ``rule`` the rule of domain C.3, ``basis`` its legal source.
    """

    allowed: bool
    code: str = ""
    rule: str = ""
    basis: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Verdict(True)
