"""Log lines for machines: one JSON object each, with request and case, without personal data.

What somebody typed reaches exceptions: of those the line tells class, code and where they were
raised, never their message. The message is kept with the incident, which administrators read.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

#: What lines of this thread tell besides their message.
_facts: ContextVar[dict[str, Any] | None] = ContextVar("duban_log_facts", default=None)

#: As sys.exc_info() gives it.
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Form(StrEnum):
    """How lines look."""

    TEXT = "text"
    JSON = "json"


class Level(StrEnum):
    """The least that is told."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def begin(**facts: Any) -> None:
    """From now on lines of this thread tell these facts and no others."""
    _facts.set(facts)


def bind(**facts: Any) -> None:
    """Further facts for the lines of what this thread is at."""
    _facts.set({**(_facts.get() or {}), **facts})


@contextmanager
def bound(**facts: Any) -> Iterator[None]:
    """Further facts while the block lasts."""
    token = _facts.set({**(_facts.get() or {}), **facts})
    try:
        yield
    finally:
        _facts.reset(token)


def facts() -> dict[str, Any]:
    """What lines of this thread tell now."""
    return dict(_facts.get() or {})


def configure(form: Form, level: Level, *, frank: bool, **told: str) -> None:
    """Send every logger's lines to the error stream.

    ``told`` stands in each JSON line: which process this is. ``frank`` text tells exceptions whole.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_json(told) if form is Form.JSON else _Text(frank=frank))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Their lines say no more than ours, and far more often.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def where(raised: Raised) -> str:
    """Classes and places of an exception and what caused it; no message, no value."""
    kind, error, _ = raised
    if kind is None or error is None:
        return ""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        code = getattr(current, "code", None)
        named = f"({code})" if isinstance(code, str) else ""
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}{named}")
        for frame in traceback.extract_tb(current.__traceback__):
            lines.append(f"  {frame.filename}:{frame.lineno} {frame.name}")
        current = current.__cause__ or current.__context__
    return "\n".join(lines)


def _json(told: dict[str, str]) -> JsonFormatter:
    return _Json(
        "%(levelname)s %(name)s %(message)s",
        rename_fields={"levelname": "level", "name": "logger", "message": "event"},
        static_fields=told,
        timestamp="time",
        json_ensure_ascii=False,
    )


class _Json(JsonFormatter):
    def add_fields(
        self,
        log_data: dict[str, Any],
        record: logging.LogRecord,
        message_dict: dict[str, Any],
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        for name, value in facts().items():
            log_data.setdefault(name, value)

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - the name logging gives it
        return where(ei)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the name logging gives it
        return ""


class _Text(logging.Formatter):
    def __init__(self, *, frank: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._frank = frank

    def format(self, record: logging.LogRecord) -> str:
        # Another formatter may have left its own wording on the record.
        record.exc_text = None
        told = " ".join(f"{name}={value}" for name, value in facts().items())
        text = super().format(record)
        first, line_end, rest = text.partition("\n")
        return f"{first} {told}".rstrip() + line_end + rest

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - the name logging gives it
        return super().formatException(ei) if self._frank else where(ei)
