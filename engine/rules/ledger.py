"""What a deadline's ledger says: when its clock stood still, and what was added to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.errors import Invalid
from engine.rules.periods import Pause
from engine.values.timing import LedgerEvent, LedgerKind, Span


@dataclass(frozen=True)
class LedgerSum:
    """The ledger added up.

    ``paused_since`` is set while the clock stands; the days since then are in no pause yet, so a
    due date computed from the sum is the one that held when the clock was stopped.
    """

    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Span, ...] = ()
    paused_since: datetime | None = None


def add_up(ledger: Sequence[LedgerEvent]) -> LedgerSum:
    """Read the events in the order they happened.

    Raises ``Invalid("ledger_disordered")`` for a pause within a pause, a resumption without one
    or an extension that says not by how much: a due date must not be guessed.
    """
    pauses: list[Pause] = []
    extensions: list[Span] = []
    since: datetime | None = None
    for event in sorted(ledger, key=lambda event: event.at):
        if event.kind is LedgerKind.PAUSED:
            if since is not None:
                raise _disordered(event)
            since = event.at
        elif event.kind is LedgerKind.RESUMED:
            if since is None:
                raise _disordered(event)
            pauses.append(Pause(since, event.at))
            since = None
        elif event.kind is LedgerKind.EXTENDED:
            if event.span is None or event.span.amount <= 0:
                raise _disordered(event)
            extensions.append(event.span)
    return LedgerSum(tuple(pauses), tuple(extensions), since)


def budget(span: Span, extensions: Sequence[Span]) -> tuple[Span, ...]:
    """The period and its extensions as spans to be counted one after the other.

    Neighbours of one unit are added together, so that three months and one month are four
    months from the start, month ends included. A backward period cannot be extended.
    """
    spans = [span]
    for extension in extensions:
        if span.amount < 0:
            raise Invalid("backward_period_extended", amount=span.amount, unit=span.unit.value)
        last = spans[-1]
        if last.unit is extension.unit:
            spans[-1] = Span(last.amount + extension.amount, last.unit)
        else:
            spans.append(extension)
    return tuple(spans)


def _disordered(event: LedgerEvent) -> Invalid:
    return Invalid("ledger_disordered", kind=event.kind.value, at=event.at.isoformat())
