"""By which way and when somebody is told: kinds of notices, choices, quiet hours, the digest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from engine.rules.calendar import Calendar
from engine.rules.messages import Level
from engine.values.notice_pages import Kind, When
from engine.values.timing import COUNTY_ZONE


@dataclass(frozen=True)
class Choice:
    """By mail, and by other channels."""

    mail: When
    other: When


#: What holds until somebody chooses.
HABITS = {
    Kind.TASK: Choice(When.DIGEST, When.ONCE),
    Kind.OPINION: Choice(When.ONCE, When.ONCE),
    Kind.REMINDER: Choice(When.ONCE, When.ONCE),
    Kind.MENTION: Choice(When.DIGEST, When.ONCE),
    Kind.COPY: Choice(When.DIGEST, When.DIGEST),
    Kind.PROCEDURE: Choice(When.ONCE, When.ONCE),
    Kind.SUPERVISION: Choice(When.ONCE, When.ONCE),
    Kind.ABSENCE: Choice(When.ONCE, When.DIGEST),
    Kind.DIGEST: Choice(When.ONCE, When.OFF),
}

#: Kinds of the notices the service itself sends, by message; what procedures send goes by level.
KIND_OF = {
    "task_handed_over": Kind.TASK,
    "task_returned": Kind.TASK,
    "task_taken_back": Kind.TASK,
    "task_reminded": Kind.REMINDER,
    "opinion_asked": Kind.OPINION,
    "opinion_given": Kind.OPINION,
    "opinion_withdrawn": Kind.OPINION,
    "mentioned": Kind.MENTION,
    "case_copied": Kind.COPY,
    "deputy_named": Kind.ABSENCE,
    "deputy_freed": Kind.ABSENCE,
    "absence_recorded": Kind.ABSENCE,
    "absence_ended": Kind.ABSENCE,
}


def kind_of(code: str, level: str) -> Kind:
    """What a notice is about, by its message and how hard it presses."""
    found = KIND_OF.get(code)
    if found is not None:
        return found
    return Kind.PROCEDURE if level == Level.REMIND else Kind.SUPERVISION


@dataclass(frozen=True)
class Hours:
    """When people may be disturbed: from the opening to the closing of working days."""

    opens: time
    closes: time
    #: Kinds that wait for nothing.
    urgent: frozenset[Kind]

    def leaves(self, kind: Kind, now: datetime, calendar: Calendar) -> datetime:
        """When a notice may leave: now, or when the next working day begins."""
        if kind in self.urgent:
            return now
        local = now.astimezone(COUNTY_ZONE)
        if calendar.is_working(local.date()) and self.opens <= local.time() < self.closes:
            return now
        day = local.date()
        if local.time() >= self.opens:
            day += timedelta(days=1)
        while not calendar.is_working(day):
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, COUNTY_ZONE)


def read_hours(hours: str, urgent: Collection[str]) -> Hours:
    """Hours as the settings write them: ``08:00-18:00``. Raises ValueError."""
    opens, _, closes = hours.partition("-")
    found = Hours(
        time.fromisoformat(opens), time.fromisoformat(closes), frozenset(map(Kind, urgent))
    )
    if not found.opens < found.closes:
        raise ValueError(hours)
    return found
