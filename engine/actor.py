"""Who acts: a person through a channel, or the clock itself. Always an argument, never ambient."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.values.people import Membership


class Channel(StrEnum):
    """The way an act came in."""

    WEB = "web"
    API = "api"
    COMMAND_LINE = "command_line"
    CLOCK = "clock"
    PORTAL = "portal"


@dataclass(frozen=True)
class Actor:
    """Somebody, or some machine, that acts. ``person_id`` is ``None`` for machines."""

    name: str
    channel: Channel
    person_id: int | None = None
    memberships: tuple[Membership, ...] = ()
    administrator: bool = False

    def holds(self, role: str, body_id: int | None = None) -> bool:
        """Whether the actor has the role, at the body if one is given."""
        return any(
            m.role == role and (body_id is None or m.body_id == body_id) for m in self.memberships
        )


CLOCK = Actor("clock", Channel.CLOCK)
COMMAND_LINE = Actor("command line", Channel.COMMAND_LINE, administrator=True)
