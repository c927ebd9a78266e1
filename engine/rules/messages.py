"""Messages that are sent to people: reading ``processes/messages.toml`` and filling them in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.rules.tables import Problems, load, rows

#: Languages every message is worded in.
LOCALES = ("zh_CN", "en")
#: Placeholders that can be used in every message.
ALWAYS = frozenset({"case_number", "case_title", "process", "task", "due", "body"})

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Level(StrEnum):
    """How hard a message presses (domain B.1)."""

    REMIND = "remind"
    URGE = "urge"
    SUPERVISE = "supervise"


@dataclass(frozen=True)
class Message:
    """A message with its words by locale."""

    code: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]

    @property
    def placeholders(self) -> frozenset[str]:
        """What its words name."""
        words = [*self.titles.values(), *self.texts.values()]
        return frozenset(name for text in words for name in _PLACEHOLDER.findall(text))


Messages = Mapping[str, Message]


def read(text: str, file: str = "messages.toml") -> dict[str, Message]:
    """The messages of a file by code. Raises Invalid ``not_toml`` or ``bad_table``."""
    tables, problems = load(text, file), Problems(file)
    for name in tables:
        if name != "message":
            problems.add(name, "unknown_field")
    found: dict[str, Message] = {}
    for row in rows(tables, "message", "code", problems):
        words: list[dict[str, str]] = []
        for part in ("title", "text"):
            table = row.table(part)
            if table is None:
                row.problem(part, "required")
                words.append({})
                continue
            words.append({locale: table.text(locale) for locale in LOCALES})
            table.finish()
        message = Message(row.text("code"), *words)
        row.finish()
        if message.code in found:
            row.problem("code", "twice", value=message.code)
        found[message.code] = message
    problems.raise_any()
    return found


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with its placeholders filled; one without a value reads as a dash."""
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1]) or "—", text)
