"""What the clauses of the notice order, and what the code shows for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ClauseType(StrEnum):
    """What kind of thing a clause asks for (domain.md A)."""

    WORKFLOW = "WF"
    REGISTER = "RG"
    PERIODIC = "PD"
    PUBLICATION = "PB"
    SUPERVISION = "SV"
    ONE_OFF = "ONE"
    RULE = "RULE"
    LIFECYCLE = "LIFE"


class Lack(StrEnum):
    """What a clause has nothing to show for."""

    STEP = "step"
    REGISTER = "register"
    WRITER = "writer"
    DUTY = "duty"
    OPENING = "opening"
    PUBLISHING = "publishing"
    RULE = "rule"
    TEST = "test"


@dataclass(frozen=True)
class Clause:
    """A clause, and where its author says that it is served."""

    id: str
    section: str
    text: str
    text_en: str
    types: tuple[ClauseType, ...]
    #: ``process.step``; their processes name the clause themselves.
    steps: tuple[str, ...] = ()
    #: ``module:function`` or the file of a decision table.
    rules: tuple[str, ...] = ()
    #: ``file::test``, or ``file::walk`` of a script.
    tests: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServingProcess:
    """A procedure, as far as clauses are concerned."""

    id: str
    clauses: tuple[str, ...]
    steps: frozenset[str]
    #: Steps that publish something.
    publishing: frozenset[str] = frozenset()
    #: Registers it writes.
    registers: frozenset[str] = frozenset()
    #: Periodic duties that open its cases.
    duties: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Serving:
    """Everything that may serve a clause, by its code."""

    processes: Mapping[str, ServingProcess] = field(default_factory=dict)
    #: Registers and the clauses they name …
    registers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: … those of them that follow a table of people, bodies or certificates.
    following: frozenset[str] = frozenset()
    duties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class ClauseCoverage:
    """What serves a clause and what is lacking; nothing lacking is served."""

    clause: Clause
    processes: tuple[str, ...]
    registers: tuple[str, ...]
    duties: tuple[str, ...]
    lacking: tuple[Lack, ...]

    @property
    def open(self) -> bool:
        """Whether something the clause orders has nothing to show."""
        return bool(self.lacking)
