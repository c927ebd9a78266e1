"""Makes a county of any size, to measure it and to try it: for demonstrations only.

1. Some cases are played through the services, by people who may, with values that fit the forms,
   up to some stage (:mod:`.players`, :mod:`.forms`).
2. Their rows are copied as often as needed, each copy with its own number, title, party, state's
   MAC and audit chain (:mod:`.copies`). To every reader a copy is a case like any other.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import Forbidden
from engine.office import Office
from engine.services.generation import copies, names, players

#: Cases played at most; more would be truer and slower.
MOST_PLAYED = 160
LEAST_PLAYED = 40
#: One of so many is played, the others are its copies.
COPIES_OF_ONE = 40


@dataclass(frozen=True)
class Generated:
    """What was made."""

    cases: int
    played: int
    open_tasks: int
    pending_timers: int


def generate(
    office: Office, cases: int, seed: int, tell: Callable[[int], None] = lambda made: None
) -> Generated:
    """Make so many cases; ``tell`` hears how many there are so far.

    The same seed on the same county makes the same cases. Raises Forbidden ``demo_only``.
    """
    if not office.settings.demo:
        raise Forbidden("demo_only")
    chance = source(seed)
    words = names.Names(chance)
    wanted = min(cases, MOST_PLAYED, max(LEAST_PLAYED, cases // COPIES_OF_ONE))
    played = players.play(office, wanted, chance, words)
    tell(len(played))
    made = copies.multiply(office, played, cases - len(played), words, tell)
    open_tasks, timers = copies.totals(office)
    return Generated(len(played) + made, len(played), open_tasks, timers)


def source(seed: int) -> random.Random:
    """Chance for samples, not for secrets."""
    return random.Random(seed)  # noqa: S311  # see above
