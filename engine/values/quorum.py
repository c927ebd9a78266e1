"""Countersigning (会签): what several who were asked have decided so far."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """How many of those asked must agree."""

    ALL = "all"
    MAJORITY = "majority"
    ANY = "any"


class Result(StrEnum):
    """What the answers so far come to; nothing later can change the first two."""

    AGREED = "agreed"
    REFUSED = "refused"
    OPEN = "open"


def decided(rule: str, invited: int, agreed: int, refused: int) -> Result:
    """What those asked decided: so many were asked, so many agree, so many do not.

    ``majority`` is more than half of all who were asked. Nobody asked decides nothing.
    """
    if invited <= 0:
        return Result.OPEN
    needed = {Rule.ALL: invited, Rule.MAJORITY: invited // 2 + 1, Rule.ANY: 1}[Rule(rule)]
    if agreed >= needed:
        return Result.AGREED
    return Result.REFUSED if invited - refused < needed else Result.OPEN
