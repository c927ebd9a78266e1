"""Who is signed in, and a person's own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.actor import Actor
from engine.values.pages import BodyRow
from engine.values.people import Certificate


@dataclass(frozen=True)
class SignedIn:
    """Who a browser session belongs to.

    ``stamp`` changes with the password: a session that carries another one has ended.
    """

    actor: Actor
    login: str
    stamp: str
    #: Language the person chose (``zh_CN``, ``en``); empty when never chosen.
    locale: str = ""


@dataclass(frozen=True)
class MembershipRow:
    """A role at a body, with the body's name."""

    body: BodyRow
    role: str


@dataclass(frozen=True)
class Profile:
    """A person's own page."""

    id: int
    name: str
    login: str
    mail: str = ""
    locale: str = ""
    memberships: tuple[MembershipRow, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    password_changed_at: datetime | None = None
