"""Where a page of the inbox ended, as its address carries it to the next one."""

from __future__ import annotations

from datetime import datetime

from engine.errors import Invalid
from engine.store.inbox import Place


def place(cursor: str) -> Place | None:
    """Where a list of open tasks goes on. Raises Invalid ``bad_cursor``, as the others."""
    if not cursor:
        return None
    paused, _, rest = cursor.partition("_")
    instant, _, number = rest.partition("_")
    if paused not in ("0", "1") or not number.isdecimal():
        raise Invalid("bad_cursor")
    return paused == "1", _instant(instant), int(number)


def done_place(cursor: str) -> tuple[datetime, int] | None:
    """Where the list of what was done goes on."""
    if not cursor:
        return None
    instant, _, number = cursor.partition("_")
    if not number.isdecimal():
        raise Invalid("bad_cursor")
    return _instant(instant), int(number)


def number(cursor: str) -> int | None:
    """Where a list in the order of ids goes on."""
    if not cursor:
        return None
    if not cursor.isdecimal():
        raise Invalid("bad_cursor")
    return int(cursor)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("bad_cursor") from error
    if found.tzinfo is None:
        raise Invalid("bad_cursor")
    return found
