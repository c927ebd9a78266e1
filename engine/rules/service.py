"""What a service of a document must say to hold, by its method (民事诉讼法 art. 87–95)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from engine.errors import Invalid
from engine.values.service import Method, Outcome, served_on

LONGEST = {
    "address": 300,
    "receiver": 200,
    "relation": 100,
    "witnesses": 300,
    "agent": 200,
    "tracking": 120,
    "reason": 1000,
}

#: What each method cannot do without, besides its day.
NEEDED: dict[Method, tuple[str, ...]] = {
    # art. 88: the recipient signs, or a relative living with them, an agent, whoever takes mail in.
    Method.DIRECT: ("receiver",),
    # art. 89: refused; with witnesses, or pictures that show it.
    Method.LEFT: ("reason", "address"),
    # art. 90: to the address that was confirmed.
    Method.ELECTRONIC: ("tracking",),
    # art. 91
    Method.ENTRUSTED: ("agent", "receiver"),
    Method.POST: ("tracking",),
    # art. 92-94: soldiers by their unit, detained people by their institution.
    Method.PASSED_ON: ("agent", "receiver"),
    # art. 95: whereabouts unknown, or all other ways failed; the reasons go on record.
    Method.PUBLIC: ("reason", "tracking"),
}


@dataclass(frozen=True)
class Attempt:
    """What somebody says was done."""

    method: str
    outcome: str
    #: The day of the act itself: signed for, left, arrived, announced, tried.
    delivered_on: date | None
    address: str = ""
    receiver: str = ""
    relation: str = ""
    witnesses: str = ""
    agent: str = ""
    tracking: str = ""
    reason: str = ""
    #: Attachments that show it.
    proofs: tuple[int, ...] = ()
    #: The party signed a confirmation of address that agrees to electronic service.
    consent: bool = False

    @property
    def served_on(self) -> date | None:
        """The day the document counts as served; None when it did not reach the recipient."""
        if self.outcome != Outcome.SERVED or self.delivered_on is None:
            return None
        return served_on(self.method, self.delivered_on)


def check(attempt: Attempt, issued_on: date, today: date) -> None:
    """Raises Invalid by field: what the method needs and the attempt does not have."""
    wrong: dict[str, Invalid] = {}
    methods: Collection[str] = {one.value for one in Method}
    if attempt.method not in methods:
        wrong["method"] = Invalid("required" if not attempt.method else "unknown_method")
    if attempt.outcome not in {one.value for one in Outcome}:
        wrong["outcome"] = Invalid("required")
    if attempt.delivered_on is None:
        wrong["delivered_on"] = Invalid("required")
    elif attempt.delivered_on > today:
        wrong["delivered_on"] = Invalid("service_in_future")
    elif attempt.delivered_on < issued_on:
        wrong["delivered_on"] = Invalid("service_before_issue")
    if attempt.outcome == Outcome.FAILED and not attempt.reason:
        wrong["reason"] = Invalid("required")
    if attempt.outcome == Outcome.SERVED and attempt.method in methods:
        wrong |= _lacking(attempt, Method(attempt.method))
    if wrong:
        raise Invalid(fields=wrong)


def _lacking(attempt: Attempt, method: Method) -> dict[str, Invalid]:
    wrong = {name: Invalid("required") for name in NEEDED[method] if not getattr(attempt, name)}
    if not attempt.proofs:
        # art. 87: every service has a receipt that shows it.
        wrong["proofs"] = Invalid("service_needs_proof")
    if method is Method.ELECTRONIC and not attempt.consent:
        wrong["consent"] = Invalid("service_needs_consent")
    return wrong
