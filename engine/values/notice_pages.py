"""Notices to a person, as their page lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a notice is about; people choose the way for each."""

    #: A task came to somebody: handed over, returned, taken back.
    TASK = "task"
    #: An opinion is asked for, or was given.
    OPINION = "opinion"
    #: A colleague asks where a task remains (催办).
    REMINDER = "reminder"
    #: Somebody was mentioned in a comment.
    MENTION = "mention"
    #: A case was sent for information.
    COPY = "copy"
    #: What the procedure itself sends: due soon, due today, documents, results.
    PROCEDURE = "procedure"
    #: 催办、督办 of the escalation ladder.
    SUPERVISION = "supervision"
    #: Somebody was made a deputy, or is one no more.
    ABSENCE = "absence"
    #: The day's overview, at the beginning of a working day.
    DIGEST = "digest"


class When(StrEnum):
    """When a notice leaves by a way."""

    OFF = "off"
    ONCE = "once"
    DIGEST = "digest"


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


@dataclass(frozen=True)
class ChoiceRow:
    """By which ways somebody wants one kind of notice, each off, once or digest."""

    kind: Kind
    mail: When
    other: When
    #: Waits for nothing: leaves outside office hours as well.
    urgent: bool


@dataclass(frozen=True)
class NoticeAddress:
    """An address of another channel; the address itself is never shown again."""

    id: int
    service: str
    label: str
    added_at: datetime
    error: str = ""


@dataclass(frozen=True)
class ReachPage:
    """How somebody is reached."""

    mail: str
    #: Whether a mail server is set at all.
    mail_works: bool
    choices: tuple[ChoiceRow, ...]
    addresses: tuple[NoticeAddress, ...]
    #: Services addresses may be of: (schema, name).
    services: tuple[tuple[str, str], ...]
    opens: str
    closes: str
