"""Several people decide: signers who were asked (会签), members of a meeting (集体讨论、会审)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from engine.values.running import Json

#: Without a share of its own a meeting needs more than half of those who decide together.
DEFAULT = "1/2+"


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


def valid(share: str) -> bool:
    """Whether a share can be read: ``2/3``, ``1/2+`` (more than half), ``all`` or a number."""
    try:
        return needed(share, 1) > 0
    except (ValueError, ZeroDivisionError):
        return False


def needed(share: str, members: int) -> int:
    """How many of the members must attend; a plain number is a number of people."""
    share = (share or DEFAULT).strip()
    if share == Rule.ALL:
        return members
    more = share.endswith("+")
    part = Fraction(share.removesuffix("+"))
    if "/" not in share:
        return int(part)
    if not 0 < part <= 1:
        raise ValueError(share)
    whole = part * members
    return int(whole) + 1 if more else -int(-whole // 1)


def enough(share: str, members: int, attending: int) -> bool:
    """Whether so many of the members may decide together."""
    return members > 0 and attending >= needed(share, members)


#: What a line of minutes is made of, as a form sends it and the case file keeps it.
OPINION_PARTS = ("person", "present", "position", "words")


@dataclass(frozen=True)
class Opinion:
    """One line of the minutes: who was there and thought what, or was absent."""

    person: int
    present: bool
    position: str = ""
    words: str = ""


def opinions(value: Json) -> tuple[Opinion, ...]:
    """The lines an opinions field holds; anything else is no line."""
    found = []
    for line in value if isinstance(value, list) else ():
        if isinstance(line, dict) and isinstance(line.get("person"), int):
            found.append(
                Opinion(
                    int(str(line["person"])),
                    line.get("present") is True,
                    str(line.get("position") or ""),
                    str(line.get("words") or ""),
                )
            )
    return tuple(found)


def positions(lines: Sequence[Opinion]) -> dict[str, int]:
    """How many of those present took each position."""
    found: dict[str, int] = {}
    for line in lines:
        if line.present:
            found[line.position] = found.get(line.position, 0) + 1
    return found
