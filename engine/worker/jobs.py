"""The table of loops: what ticks, how often, and when a tick may be repeated at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.office import Office
from engine.services import anchors, attachments, mail, timers

Tick = Callable[[Office], int]


@dataclass(frozen=True)
class Loop:
    """One loop. ``tick`` says how much it did."""

    name: str
    tick: Tick
    #: Seconds between ticks.
    every: float
    #: A tick that did at least this much is followed by another at once; 0 never.
    full: int = 0


LOOPS = (
    Loop("clock", timers.tick, every=1, full=timers.BATCH),
    Loop("outbox", mail.deliver, every=5, full=1),
    Loop("anchor", anchors.tick, every=600),
    Loop("housekeeping", attachments.sweep, every=3600),
)
