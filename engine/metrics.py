"""What is counted, and the port it is counted through; who shows the figures is none of ours.

Services say ``work.measure(metric, …)``: figures of a unit of work reach the recorder after its
commit and are forgotten with a rollback. No label tells of a person or a single case.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0


class Kind(Enum):
    """How figures of a metric add up."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Metric:
    """A figure by name; ``labels`` are told in this order with every measurement."""

    name: str
    help: str
    labels: tuple[str, ...]
    #: Upper bounds of a histogram; a counter has none.
    buckets: tuple[float, ...] = ()

    @property
    def kind(self) -> Kind:
        """Counter or histogram."""
        return Kind.HISTOGRAM if self.buckets else Kind.COUNTER


#: Machine time: from the opening of a unit of work to its commit.
_FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: How late the clock came by.
_LATE = (1.0, 5.0, 15.0, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 6 * _HOUR, _DAY, 7 * _DAY)
#: Time of people and of whole procedures.
_LONG = (_HOUR, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 15 * _DAY, 30 * _DAY, 60 * _DAY, 120 * _DAY)

COMPLETIONS = Metric("completions", "Tasks completed.", ("process", "element"))
COMPLETION_SECONDS = Metric(
    "completion_seconds",
    "Machine time of a completion, waiting for locks and the commit included.",
    ("process", "element"),
    _FAST,
)
TASK_OPEN_SECONDS = Metric(
    "task_open_seconds",
    "How long a task was open until it was completed.",
    ("process", "element"),
    _LONG,
)
CASES_STARTED = Metric("cases_started", "Cases started.", ("process",))
CASE_SECONDS = Metric(
    "case_seconds", "From the start of a case to its end.", ("process", "status"), _LONG
)
TIMERS_FIRED = Metric("timers_fired", "Timers that fired.", ("process", "element"))
TIMER_LATE_SECONDS = Metric(
    "timer_late_seconds",
    "From a timer's instant to when it fired.",
    ("process",),
    _LATE,
)
CONFLICTS = Metric(
    "conflicts", "Commands that came second: taken, done, moved or busy meanwhile.", ("code",)
)
INCIDENTS = Metric("incidents", "Incidents recorded.", ("verb", "code"))
MAILS = Metric("mails", "Attempts to deliver mail, by what came of them.", ("state",))
TICK_SECONDS = Metric("tick_seconds", "Time of one tick of a worker's loop.", ("loop",), _FAST)
TICKS_FAILED = Metric("ticks_failed", "Ticks that ended with an error.", ("loop",))
PERIODIC_RUNS = Metric("periodic_runs", "Periodic duties done by this node.", ("job",))
REQUEST_SECONDS = Metric(
    "request_seconds", "Time to answer a request.", ("endpoint", "method", "status"), _FAST
)

METRICS = (
    COMPLETIONS,
    COMPLETION_SECONDS,
    TASK_OPEN_SECONDS,
    CASES_STARTED,
    CASE_SECONDS,
    TIMERS_FIRED,
    TIMER_LATE_SECONDS,
    CONFLICTS,
    INCIDENTS,
    MAILS,
    TICK_SECONDS,
    TICKS_FAILED,
    PERIODIC_RUNS,
    REQUEST_SECONDS,
)


class Recorder(Protocol):
    """Takes figures; must be quick and never fail."""

    def record(self, metric: Metric, value: float, *labels: str) -> None:
        """Add to a counter, or put a value into a histogram."""
        ...


class Unheard:
    """For commands nobody watches."""

    def record(self, metric: Metric, value: float, *labels: str) -> None:
        """Nothing."""
