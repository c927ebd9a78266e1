"""What a verification found: rows that are not what the engine's state says, and the like."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What differs. Those in :data:`REPAIRABLE` can be written anew from the engine's state."""

    # The case itself.
    ROW_UNREADABLE = "row_unreadable"
    STATE_DAMAGED = "state_damaged"
    STATE_UNREADABLE = "state_unreadable"
    DEFINITION_CHANGED = "definition_changed"
    WAKE_DIFFERS = "wake_differs"
    MESSAGES_DIFFER = "messages_differ"
    BODIES_DIFFER = "bodies_differ"
    NOT_ENDED = "not_ended"
    # Rows that follow the engine.
    TASK_MISSING = "task_missing"
    TASK_SURPLUS = "task_surplus"
    TASK_DIFFERS = "task_differs"
    PERFORMERS_DIFFER = "performers_differ"
    TIMER_MISSING = "timer_missing"
    TIMER_SURPLUS = "timer_surplus"
    TIMER_DIFFERS = "timer_differs"
    DEADLINE_MISSING = "deadline_missing"
    DEADLINE_SURPLUS = "deadline_surplus"
    DEADLINE_DIFFERS = "deadline_differs"
    # What happened.
    PATH_GAP = "path_gap"
    PATH_DIFFERS = "path_differs"
    ACTS_DIFFER = "acts_differ"
    CHAIN_BROKEN = "chain_broken"
    # What hangs on the case.
    FILE_MISSING = "file_missing"
    FILE_CHANGED = "file_changed"
    MAIL_MISSING = "mail_missing"
    MAIL_UNSETTLED = "mail_unsettled"
    CASE_MISSING = "case_missing"
    # Registers that follow tables, and the marks by which entries are looked up.
    REGISTER_DIFFERS = "register_differs"
    MARKS_DIFFER = "marks_differ"


REPAIRABLE = frozenset(
    {
        Kind.WAKE_DIFFERS,
        Kind.MESSAGES_DIFFER,
        Kind.BODIES_DIFFER,
        Kind.TASK_MISSING,
        Kind.TASK_SURPLUS,
        Kind.TASK_DIFFERS,
        Kind.PERFORMERS_DIFFER,
        Kind.TIMER_MISSING,
        Kind.TIMER_SURPLUS,
        Kind.TIMER_DIFFERS,
        Kind.DEADLINE_MISSING,
        Kind.DEADLINE_SURPLUS,
        Kind.DEADLINE_DIFFERS,
        Kind.REGISTER_DIFFERS,
        Kind.MARKS_DIFFER,
    }
)


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it must be. Never tells what a case is about."""

    kind: Kind
    #: 0 is the county itself.
    case_id: int
    #: Number of the case, if it could be read.
    number: str = ""
    #: What differs: an element, a column, the hash of a file, a place in a chain.
    subject: str = ""
    expected: str = ""
    found: str = ""

    @property
    def repairable(self) -> bool:
        """Whether the row can be written anew from the engine's state."""
        return self.kind in REPAIRABLE


@dataclass(frozen=True)
class Verification:
    """What was looked at, and every difference that stands."""

    cases: int = 0
    chains: int = 0
    entries: int = 0
    anchors: int = 0
    files: int = 0
    #: Messages that wait to be sent; waiting is no difference.
    mails_waiting: int = 0
    differences: tuple[Difference, ...] = ()
    #: What was put right, by :mod:`engine.services.repairs`.
    repaired: tuple[Difference, ...] = ()
