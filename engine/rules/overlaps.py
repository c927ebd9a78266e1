"""Entries about the same in an overlapping period: duplicate inspections (A44, A45; W09).

What is the same enterprise is told by its 统一社会信用代码 (GB 32100—2015: 18 places, without I, O,
S, V, Z); where a line names none, by the line itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NP-RTUW-Y]{18}(?![0-9A-Z])")
#: Letters of a line that are kept to compare it.
_MOST = 120


class Relation(StrEnum):
    """Whose entry it is, seen from whoever asks."""

    OWN = "own"
    OTHER = "other"
    UPPER = "upper"


@dataclass(frozen=True)
class Period:
    """From one day to another, both included; an end that is not known is open."""

    begins: date | None = None
    ends: date | None = None

    def overlaps(self, other: Period) -> bool:
        """Whether a day lies in both."""
        first = max(self.begins or date.min, other.begins or date.min)
        last = min(self.ends or date.max, other.ends or date.max)
        return first <= last


def marks(text: str) -> list[str]:
    """What a text is found again by: the codes of the enterprises it names, line by line."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        told = " ".join(line.split())
        codes = _CODE.findall(told.upper())
        for mark in codes or ([told[:_MOST]] if told else []):
            found[mark] = None
    return list(found)


def relation(body_id: int | None, kind: str, own: Collection[int]) -> Relation:
    """Whether an entry is of one's own bodies, of an authority above, or of another department."""
    if body_id in own:
        return Relation.OWN
    return Relation.UPPER if kind == "UPPER" else Relation.OTHER


def count(relations: Iterable[Relation]) -> dict[str, int]:
    """How many entries of each relation."""
    found = dict.fromkeys((one.value for one in Relation), 0)
    for one in relations:
        found[one.value] += 1
    return found
