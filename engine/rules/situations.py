"""What separation of duties looks at: one form of a case, with all that was done in the case.

Plain facts, gathered by :mod:`engine.services.duty`; nothing here is asked of a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from engine.rules.roles import Roles
from engine.values.people import ALLOWED, Act, PersonFacts, Verdict
from engine.values.process import Form
from engine.values.running import CaseFile, Json

#: Somebody asked that a person stay out of a case (R5): not decided yet, or decided so.
PENDING, GRANTED = "pending", "granted"


@dataclass(frozen=True)
class Place:
    """Where an act happens: the body in the lane's slot, and those one with it.

    ``family`` holds the body itself, the department above it and the units below it: an officer
    of a unit enforces in the department's name, with the department's certificate.
    """

    body_id: int
    family: frozenset[int] = frozenset()
    #: Its sector; a certificate for another field does not help here. Empty is every field.
    sector: str = ""
    #: Its district and those around it; a certificate for another does not help. Empty: any.
    areas: frozenset[str] = frozenset()

    @property
    def bodies(self) -> frozenset[int]:
        """The body and its family."""
        return self.family | {self.body_id}


@dataclass(frozen=True)
class Situation:
    """A form of a case, and everything a rule may ask about the case."""

    form: Form
    #: ``None`` when nothing fills the lane's slot.
    place: Place | None
    today: date
    roles: Roles
    #: The case file, with the values entered when the form is completed.
    data: CaseFile = field(default_factory=dict)
    #: Who completed what, in order; starts and messages count like completions.
    history: Sequence[Act] = ()
    #: The people its fields name, by id.
    officers: Mapping[int, PersonFacts] = field(default_factory=dict)
    #: People challenged in this case: pending or granted (R5).
    recusals: Mapping[int, str] = field(default_factory=dict)
    #: Bodies by slot.
    slots: Mapping[str, int] = field(default_factory=dict)
    #: By person: their own bodies, the departments above and the units below.
    kin: Mapping[int, frozenset[int]] = field(default_factory=dict)
    #: By person: the position they took themselves, where the duty of a meeting looks (R13).
    given: Mapping[int, str] = field(default_factory=dict)
    #: By slot: the body in it, the department above it and the units below.
    houses: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def with_values(self, values: CaseFile) -> Situation:
        """The same once these values are entered."""
        return replace(self, data={**self.data, **values})


def people_in(value: Json) -> tuple[int, ...]:
    """The ids a person or people field holds; anything else names nobody."""
    values = value if isinstance(value, list) else [value]
    return tuple(
        dict.fromkeys(
            item for item in values if isinstance(item, int) and not isinstance(item, bool)
        )
    )


def first_refusal(checks: Iterable[Callable[[], Verdict]]) -> Verdict:
    """The first answer that is a refusal, else leave."""
    for check in checks:
        found = check()
        if not found:
            return found
    return ALLOWED
