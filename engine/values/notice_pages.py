"""Notices to a person, as their page lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class NotificationRow:
    """A notice to a person. ``titles`` and ``texts`` are keyed by locale, placeholders filled."""

    id: int
    at: datetime
    #: remind, urge, supervise
    level: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    case_id: int | None = None
    case_number: str = ""
    task_id: int | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class NotificationPage:
    """A page of notices, newest first, with how many are unread (bounded)."""

    rows: tuple[NotificationRow, ...] = ()
    unread: int = 0
    after: str = ""
