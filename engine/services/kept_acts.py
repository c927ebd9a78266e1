"""What takes the last act of a case back; packed and sealed."""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Broken
from engine.store import cases
from engine.values.running import Json
from engine.work import Work

_MAC = 32


@dataclass(frozen=True)
class Kept:
    """What takes the last act back."""

    task: int
    by: int
    acting_for: int | None
    #: Length of the chain after the act.
    seq: int
    #: Why it cannot be taken back: what has left the case. The rest is empty then.
    barred: str = ""
    state: str = ""
    columns: dict[str, Json] = field(default_factory=dict)
    #: Values as they were, and names that were not there.
    old: dict[str, Json] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    #: Columns of the tasks that were open, by id.
    tasks: dict[str, dict[str, Json]] = field(default_factory=dict)
    #: (id, engine id, status) of the deadlines that ended.
    ended: list[list[Json]] = field(default_factory=list)


def sealed(work: Work, case_id: int, made: Kept) -> bytes:
    """What a case keeps, as it is stored."""
    text = json.dumps(vars(made), ensure_ascii=False, separators=(",", ":")).encode()
    # A small window: setting up a large one takes longer than packing in it.
    packer = zlib.compressobj(6, zlib.DEFLATED, 13, 6)
    packed = packer.compress(text) + packer.flush()
    return _mac(work, case_id, packed) + packed


def read(work: Work, case_id: int) -> Kept | None:
    """What is kept. Raises Broken ``state_damaged`` when it is not what this service wrote."""
    stored = cases.undo_of(work.session, case_id)
    if stored is None:
        return None
    tag, packed = stored[:_MAC], stored[_MAC:]
    if not hmac.compare_digest(tag, _mac(work, case_id, packed)):
        raise Broken("state_damaged", case=case_id)
    found: dict[str, Any] = json.loads(zlib.decompress(packed))
    return Kept(**found)


def _mac(work: Work, case_id: int, packed: bytes) -> bytes:
    key = work.office.secret("undo")
    return hmac.new(key, f"{case_id}|".encode() + packed, hashlib.sha256).digest()
