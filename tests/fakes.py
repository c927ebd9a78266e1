"""Hand-written stand-ins for what tests must steer: the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)) -> None:
        self.set(start)

    def now(self) -> datetime:
        return self._now

    def set(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("a clock tells aware instants")
        self._now = instant.astimezone(UTC)

    def advance(self, **by: float) -> datetime:
        """Move on by ``timedelta(**by)``: ``clock.advance(days=3, hours=1)``."""
        self._now += timedelta(**by)
        return self._now
