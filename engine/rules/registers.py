"""Registers (台账): reading ``processes/registers.toml`` and checking what goes into an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from engine.errors import DubanError, Invalid
from engine.rules import overlaps
from engine.rules.tables import Problems, load, rows
from engine.values.running import Json
from engine.values.timing import COUNTY_ZONE

#: Tables that entries follow.
SOURCES = ("certificates", "bodies", "people")
#: Days before its end in which a validity is shown as running out.
SOON_DAYS = 60
#: Letters of a value that are kept to look it up by.
_MOST = 120


class Validity(StrEnum):
    """How an entry stands with its last day."""

    NONE = "none"
    VALID = "valid"
    SOON = "soon"
    EXPIRED = "expired"


class ColumnType(StrEnum):
    """What a column holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    BODY = "body"
    PERSON = "person"


@dataclass(frozen=True)
class Column:
    """One column of a register."""

    id: str
    label: str
    type: ColumnType = ColumnType.TEXT
    #: Names and numbers of people in it are shown to those who read every entry only.
    personal: bool = False


@dataclass(frozen=True)
class Register:
    """A register: its columns, the one that is its key, and who reads it."""

    code: str
    title: str
    key: str
    columns: tuple[Column, ...]
    summary: str = ""
    clauses: tuple[str, ...] = ()
    #: Column naming the body an entry is about; empty is none.
    body: str = ""
    #: Column of the last day of an entry's validity; empty is none.
    valid_to: str = ""
    #: Kinds of bodies whose people read every entry …
    readers: tuple[str, ...] = ()
    #: … of them only those with one of these roles; empty is everybody there.
    roles: tuple[str, ...] = ()
    #: Columns a list can be narrowed by, indexed by their value.
    filters: tuple[str, ...] = ()
    #: Columns whose lines tell what an entry is about, indexed by enterprise code or line.
    about: tuple[str, ...] = ()
    #: Columns of the first and the last day of what an entry is about.
    begins: str = ""
    ends: str = ""
    #: The table its entries follow: certificates, bodies, people; empty is cases alone.
    source: str = ""

    def column(self, id: str) -> Column | None:
        """The column with this id."""
        return next((column for column in self.columns if column.id == id), None)


Registers = Mapping[str, Register]


def read(text: str, file: str = "registers.toml") -> dict[str, Register]:
    """The registers of a file by code. Raises Invalid ``not_toml`` or ``bad_table``."""
    tables, problems = load(text, file), Problems(file)
    for name in tables:
        if name != "register":
            problems.add(name, "unknown_field")
    found: dict[str, Register] = {}
    for row in rows(tables, "register", "code", problems):
        columns = []
        for line in row.tables("columns"):
            columns.append(
                Column(
                    line.text("id"),
                    line.text("label"),
                    line.choice("type", ColumnType),
                    line.flag("personal"),
                )
            )
            line.finish()
        register = Register(
            code=row.text("code"),
            title=row.text("title"),
            key=row.text("key"),
            columns=tuple(columns),
            summary=row.text("summary", optional=True),
            clauses=row.texts("clauses"),
            body=row.text("body", optional=True),
            valid_to=row.text("valid_to", optional=True),
            readers=row.texts("readers"),
            roles=row.texts("roles"),
            filters=row.texts("filters"),
            about=row.texts("about"),
            begins=row.text("begins", optional=True),
            ends=row.text("ends", optional=True),
            source=row.text("source", optional=True),
        )
        row.finish()
        if register.code in found:
            row.problem("code", "twice", value=register.code)
        if len({column.id for column in columns}) < len(columns):
            row.problem("columns", "twice", value="id")
        for name, wanted, kind in (
            ("key", register.key, None),
            ("body", register.body, ColumnType.BODY),
            ("valid_to", register.valid_to, ColumnType.DATE),
            ("begins", register.begins, ColumnType.DATE),
            ("ends", register.ends, ColumnType.DATE),
            *(("filters", id, None) for id in register.filters),
            *(("about", id, None) for id in register.about),
        ):
            column = register.column(wanted)
            if wanted and (column is None or kind not in (None, column.type)):
                row.problem(name, "unknown_option", value=wanted)
        if register.source not in ("", *SOURCES):
            row.problem("source", "unknown_option", value=register.source)
        found[register.code] = register
    problems.raise_any()
    return found


def take(register: Register, values: Mapping[str, Json]) -> dict[str, Json]:
    """The values as an entry keeps them.

    Raises ``Invalid("bad_entry")`` whose ``fields`` name columns that do not exist or values that
    do not fit theirs.
    """
    taken: dict[str, Json] = {}
    wrong: dict[str, DubanError] = {}
    for id, value in values.items():
        column = register.column(id)
        if column is None:
            wrong[id] = Invalid("unknown_field")
        elif value in (None, ""):
            taken[id] = None
        else:
            try:
                taken[id] = _taken(column.type, value)
            except Invalid as error:
                wrong[id] = error
    if wrong:
        raise Invalid("bad_entry", wrong, register=register.code, columns=" ".join(wrong))
    return taken


def marks(register: Register, values: Mapping[str, Json]) -> set[tuple[str, str]]:
    """(column, value) by which an entry with these values is looked up."""
    found = {
        (id, str(values[id])[:_MOST])
        for id in register.filters
        if values.get(id) not in (None, "", [])
    }
    for id in register.about:
        found |= {(id, mark) for mark in overlaps.marks(str(values.get(id) or ""))}
    return found


def validity(valid_to: date | None, today: date) -> Validity:
    """How an entry whose last day is ``valid_to`` stands."""
    if valid_to is None:
        return Validity.NONE
    if valid_to < today:
        return Validity.EXPIRED
    return Validity.SOON if valid_to <= running_out(today) else Validity.VALID


def running_out(today: date) -> date:
    """The last day of a validity that is shown as running out."""
    return today + timedelta(SOON_DAYS)


def day_before(day: date) -> date:
    """The day before."""
    return day - timedelta(1)


def local_day(value: Json) -> date:
    """The day a date or an instant falls on in the county: expressions of a diagram yield both.

    Raises Invalid ``not_a_date``.
    """
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        raise Invalid("not_a_date", value=value) from None
    return (instant if instant.tzinfo is None else instant.astimezone(COUNTY_ZONE)).date()


def _taken(type: ColumnType, value: Json) -> Json:
    if type in (ColumnType.BODY, ColumnType.PERSON):
        if isinstance(value, bool) or not isinstance(value, int):
            raise Invalid("not_a_number", value=value)
        return value
    if type is ColumnType.DATE:
        return local_day(value).isoformat()
    if type in (ColumnType.NUMBER, ColumnType.MONEY):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise Invalid("not_a_number", value=value) from None
        if not number.is_finite():
            raise Invalid("not_a_number", value=value)
        return str(number) if type is ColumnType.MONEY else _plain(number)
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    return str(value)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
