"""Reading the data files of ``processes/``: TOML tables, every problem named by row and field."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from engine.errors import DubanError, Invalid

_Choice = TypeVar("_Choice", bound=StrEnum)
_MISSING = object()


class Problems:
    """What is wrong with a file, by place; raised all at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: dict[str, DubanError] = {}

    def add(self, where: str, code: str, /, **facts: object) -> None:
        """Note a problem; the first one of a place is kept."""
        self.found.setdefault(where, Invalid(code, None, **facts))

    def raise_any(self) -> None:
        """Raise ``Invalid("bad_table")`` with all problems if there are any.

        ``fields`` maps ``PEN.DECIDE.unit`` and the like to what is wrong there; the fact
        ``told`` lists the same in one line for the command line.
        """
        if self.found:
            told = "; ".join(f"{where}: {problem}" for where, problem in self.found.items())
            raise Invalid("bad_table", self.found, file=self.file, count=len(self.found), told=told)


def load(text: str, file: str) -> dict[str, Any]:
    """The file's tables. Raises ``Invalid("not_toml")`` with the parser's own words."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid("not_toml", file=file, told=str(error)) from None


def rows(tables: Mapping[str, Any], name: str, key: str, problems: Problems) -> list[Row]:
    """The rows of an array of tables, each called by its ``key`` field."""
    found = tables.get(name, [])
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        problems.add(name, "not_a_list_of_tables")
        return []
    return [
        Row(values, str(values.get(key) or f"{name}[{number}]"), problems)
        for number, values in enumerate(found, start=1)
    ]


class Row:
    """One table being read. A getter takes a field out; what nobody took is unknown."""

    def __init__(self, values: Mapping[str, Any], where: str, problems: Problems) -> None:
        self.where = where
        self.problems = problems
        self._left = dict(values)

    def problem(self, name: str, code: str, /, **facts: object) -> None:
        """Something is wrong with a field."""
        self.problems.add(f"{self.where}.{name}", code, **facts)

    def text(self, name: str, *, optional: bool = False) -> str:
        """Text; required text is not blank."""
        value = self._take(name, str, "" if optional else _MISSING)
        if value is not None and not optional and not value.strip():
            self.problem(name, "required")
        return str(value or "")

    def number(self, name: str, otherwise: int | None = None) -> int:
        """A whole number; required unless there is one for when it is left out."""
        value = self._take(name, int, _MISSING if otherwise is None else otherwise)
        if isinstance(value, bool):
            self.problem(name, "not_a_number", value=value)
            return 0
        return int(value or 0)

    def flag(self, name: str, otherwise: bool = False) -> bool:
        """A truth value."""
        return bool(self._take(name, bool, otherwise))

    def choice(self, name: str, options: type[_Choice], *, optional: bool = False) -> _Choice:
        """One member of an enumeration; its first one when left out or wrong."""
        value = self.text(name, optional=optional)
        for option in options:
            if option.value == value:
                return option
        if value:
            allowed = " ".join(option.value for option in options)
            self.problem(name, "unknown_option", value=value, allowed=allowed)
        return next(iter(options))

    def day(self, name: str) -> date | None:
        """A TOML date; ``None`` when left out."""
        value = self._take(name, date, None)
        if isinstance(value, datetime):
            self.problem(name, "not_a_date", value=value.isoformat())
            return None
        return value if isinstance(value, date) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty when left out."""
        value = self._take(name, list, [])
        if not all(isinstance(item, str) for item in value or []):
            self.problem(name, "not_a_list_of_texts")
            return ()
        return tuple(value or ())

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers, empty when left out."""
        value = self._take(name, list, []) or []
        if not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            self.problem(name, "not_a_list_of_numbers")
            return ()
        return tuple(value)

    def words(self, name: str) -> dict[str, str]:
        """Texts by name, empty when left out."""
        value = self._take(name, dict, {}) or {}
        if not all(isinstance(item, str) for item in value.values()):
            self.problem(name, "not_a_table_of_texts")
            return {}
        return dict(value)

    def table(self, name: str) -> Row | None:
        """A table within; ``None`` when left out."""
        value = self._take(name, dict, None)
        return None if value is None else Row(value, f"{self.where}.{name}", self.problems)

    def tables(self, name: str) -> list[Row]:
        """A list of tables within."""
        value = self._take(name, list, [])
        if not all(isinstance(item, dict) for item in value or []):
            self.problem(name, "not_a_list_of_tables")
            return []
        return [
            Row(item, f"{self.where}.{name}[{number}]", self.problems)
            for number, item in enumerate(value or [], start=1)
        ]

    def finish(self) -> None:
        """Whatever was not taken does not belong here."""
        for name in self._left:
            self.problem(name, "unknown_field")

    def _take(self, name: str, kind: type, otherwise: object) -> Any:
        value = self._left.pop(name, otherwise)
        if value is _MISSING:
            self.problem(name, "required")
            return None
        if value is not None and not isinstance(value, kind):
            self.problem(name, "wrong_type", wanted=kind.__name__, found=type(value).__name__)
            return None
        return value
