"""The cells of a register in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.rules.registers import Column, ColumnType, Register
from engine.services import wording
from engine.values.process import Field, FieldType
from engine.values.running import Json
from engine.work import Work

_FIELD_TYPES = {
    ColumnType.BODY: FieldType.BODY,
    ColumnType.PERSON: FieldType.PERSON,
    ColumnType.MONEY: FieldType.MONEY,
}


def row(work: Work, register: Register, values: Mapping[str, Json]) -> tuple[str, ...]:
    """Every cell of an entry, in the order of the columns."""
    return tuple(cell(work, column, values.get(column.id)) for column in register.columns)


def cell(work: Work, column: Column, value: Json) -> str:
    """One cell; a date stays ISO 8601, for the page to word in its language."""
    if column.type is ColumnType.DATE:
        return str(value or "")
    if column.type in _FIELD_TYPES:
        shown = Field(column.id, column.label, _FIELD_TYPES[column.type])
        return wording.words(work, shown, value)
    return wording.plain(value)
