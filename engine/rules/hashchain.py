"""The digest of an audit entry, and the verification of a chain of them.

Each digest is keyed (HMAC-SHA-256, the key kept outside the database) and takes in the digest
before it, so that an entry cannot be changed, left out, put in or moved without the key. What a
chain alone cannot show is that its end was cut off: for that, anchors kept elsewhere say how long
it was and what its head was.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.errors import Invalid
from engine.values.running import Json

#: What the first entry has before it.
START = b""
#: Bytes of a digest.
LENGTH = 32

_DOMAIN = b"duban audit entry 1\0"


class Break(StrEnum):
    """Why a chain is not whole."""

    #: The entry, or the one before it, is not the one that was written.
    ENTRY_CHANGED = "entry_changed"
    #: An entry is missing, was put in or moved: numbers do not follow one another.
    OUT_OF_SEQUENCE = "out_of_sequence"
    #: An anchor speaks of an entry the chain no longer has.
    TAIL_CUT = "tail_cut"
    #: The chain is consistent in itself, but not the one that was anchored.
    ANCHOR_DIFFERS = "anchor_differs"


@dataclass(frozen=True)
class Link:
    """An entry as stored: its number from 1, what it says, its digest."""

    seq: int
    entry: Mapping[str, Json]
    digest: bytes


@dataclass(frozen=True)
class Anchor:
    """What a chain's head was when it was anchored."""

    seq: int
    digest: bytes


@dataclass(frozen=True)
class ChainReport:
    """The outcome of a verification; true if the chain is whole.

    ``entries`` counts those verified, ``head`` is the digest of the last of them.
    ``broken_at`` is the number of the first entry that cannot be relied on.
    """

    entries: int
    head: bytes
    broken_at: int | None = None
    why: Break | None = None

    def __bool__(self) -> bool:
        return self.broken_at is None


def canonical(entry: Mapping[str, Json]) -> bytes:
    """The one way an entry is written as bytes.

    Keys are sorted, whole numbers written without a fraction. Raises ``Invalid("not_canonical")``
    for what is not JSON: other keys than text, other values, not-a-number, lone surrogates.
    """
    text = _CANONICAL(_plain(entry))
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A lone surrogate has no bytes.
        raise Invalid("not_canonical", found="surrogate") from None


_CANONICAL = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def digest(key: bytes, previous: bytes, entry: Mapping[str, Json]) -> bytes:
    """The digest of an entry that follows ``previous`` (:data:`START` for the first)."""
    if len(key) < LENGTH:
        raise Invalid("weak_key", length=len(key))
    if previous and len(previous) != LENGTH:
        raise Invalid("bad_digest", length=len(previous))
    body = _DOMAIN + bytes([len(previous)]) + previous + canonical(entry)
    return hmac.digest(key, body, hashlib.sha256)


def verify(key: bytes, links: Iterable[Link], anchors: Iterable[Anchor] = ()) -> ChainReport:
    """Walk the chain from its beginning to the first thing wrong with it.

    ``anchors`` may be any heads kept outside the database; without one that reaches the end, a
    chain whose tail was cut off looks whole.
    """
    kept: dict[int, list[bytes]] = {}
    for anchor in anchors:
        kept.setdefault(anchor.seq, []).append(anchor.digest)
    seq, head = 0, START
    for link in links:
        if link.seq != seq + 1:
            return ChainReport(seq, head, seq + 1, Break.OUT_OF_SEQUENCE)
        try:
            expected = digest(key, head, link.entry)
        except Invalid:
            return ChainReport(seq, head, link.seq, Break.ENTRY_CHANGED)
        if not hmac.compare_digest(expected, link.digest):
            return ChainReport(seq, head, link.seq, Break.ENTRY_CHANGED)
        if any(not hmac.compare_digest(expected, told) for told in kept.get(link.seq, ())):
            return ChainReport(seq, head, link.seq, Break.ANCHOR_DIFFERS)
        seq, head = link.seq, expected
    if any(anchored > seq for anchored in kept):
        return ChainReport(seq, head, seq + 1, Break.TAIL_CUT)
    return ChainReport(seq, head)


def _plain(value: Json) -> Json:
    """The value as a database gives it back at the latest: 1.0 may return as 1."""
    # Exact kinds first: nearly every value is one of them, and every entry passes here.
    kind = type(value)
    if kind is str or kind is int or value is None or kind is bool:
        return value
    if isinstance(value, Mapping):
        return {_name(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else value
    if isinstance(value, str | int):
        return value
    raise Invalid("not_canonical", found=kind.__name__)


def _name(value: object) -> str:
    if isinstance(value, str):
        return value
    raise Invalid("not_canonical", found=type(value).__name__)
