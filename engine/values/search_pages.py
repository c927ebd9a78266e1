"""Cases found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.values.pages import CaseRef


@dataclass(frozen=True)
class SearchRow:
    """A case found."""

    case: CaseRef
    body: str
    started_at: datetime
    #: Empty when the reader must not see who the party is.
    party: str = ""


@dataclass(frozen=True)
class SearchPage:
    """Cases found, newest first."""

    query: str
    rows: tuple[SearchRow, ...] = ()
    after: str = ""
