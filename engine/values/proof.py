"""What the proof of a definition says: what is wrong with it, and the way that leads there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.values.running import Json, Passed


class Doing(StrEnum):
    """What moves a case in the proof."""

    START = "start"
    COMPLETE = "complete"
    RETURN = "return"
    TIMER = "timer"
    MESSAGE = "message"


@dataclass(frozen=True)
class Hop:
    """One thing that happens on a way through the process, and what the tokens pass by it."""

    doing: Doing
    element: str
    #: What is entered, as far as the way depends on it.
    values: Mapping[str, Json] = field(default_factory=dict)
    #: The step a task is returned to.
    to: str = ""
    passed: tuple[Passed, ...] = ()


@dataclass(frozen=True)
class Flaw:
    """Something wrong that a case can come to. ``rule`` begins with ``proof.``."""

    rule: str
    element: str
    name: str
    facts: Mapping[str, str] = field(default_factory=dict)
    #: From the start; empty for what is never reached.
    way: tuple[Hop, ...] = ()

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements of the way in order, the one it leads to last."""
        trodden = [step.element for hop in self.way for step in hop.passed]
        return (*trodden, self.element) if trodden else ()

    @property
    def flows(self) -> tuple[str, ...]:
        """The sequence flows of the way in order."""
        return tuple(flow for hop in self.way for step in hop.passed for flow in step.flows)


@dataclass(frozen=True)
class Effort:
    """How much a proof may look at."""

    states: int = 20_000
    moves: int = 60_000
    #: Of processor time.
    seconds: float = 30.0
    #: Combinations of values tried at one form.
    choices: int = 4_000


@dataclass(frozen=True)
class ProofReport:
    """What was found, and how much of the process was looked at."""

    process: str
    flaws: tuple[Flaw, ...]
    states: int
    moves: int
    seconds: float
    #: Bounds that were reached: states, moves, seconds, choices. Empty if all was looked at.
    bounds: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that can happen was looked at."""
        return not self.bounds

    @property
    def clean(self) -> bool:
        """Whether everything was looked at and nothing found."""
        return self.complete and not self.flaws
