"""What another person may see: the questions of :mod:`engine.services.access` asked of somebody
who is not the reader, before they are told of a case or sent it.
"""

from __future__ import annotations

from dataclasses import replace

from engine.actor import Actor, Channel
from engine.services import access
from engine.services.access import Seen
from engine.store import people
from engine.work import Work

#: What services keep per reader, by their own names.
_OF_READER = ("viewer", "principals", "led")


def may_see(work: Work, case: Seen, person_id: int) -> bool:
    """Whether a person may know of the case at all."""
    return access.may_see(as_seen_by(work, person_id), case)


def as_seen_by(work: Work, person_id: int) -> Work:
    """The same unit of work with somebody else as its reader. For questions only."""
    names = people.names_of_people(work.session, [person_id])
    held = people.memberships_of(work.session, [person_id]).get(person_id, ())
    who = Actor(names.get(person_id, ""), Channel.WEB, person_id, held)
    kept = {name: value for name, value in work.kept.items() if name not in _OF_READER}
    return replace(work, actor=who, kept=kept)
