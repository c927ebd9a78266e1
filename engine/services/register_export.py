"""A register as a workbook (.xlsx), for those who may read it: what the list shows, text as text.

openpyxl takes text that begins with ``=`` for a formula: every cell is written with its type named,
so that nothing typed into a case can run in somebody's office.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from engine.errors import Invalid
from engine.rules.registers import Column, ColumnType, Register
from engine.services import audit, registers
from engine.services.registers import RegisterQuery
from engine.values.acts import Act
from engine.values.running import Json
from engine.work import Work

#: Entries of one workbook; who needs more narrows the list, by year or by body.
MOST = 20_000
_PORTION = 500
#: What XML cannot hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: Letters a cell can hold.
_LONGEST = 32_000
_WIDTHS = {ColumnType.LONG_TEXT: 48, ColumnType.DATE: 12, ColumnType.NUMBER: 12}


@dataclass(frozen=True)
class Workfile:
    """A workbook that was made."""

    filename: str
    content: bytes
    rows: int


def workbook(work: Work, code: str, query: RegisterQuery) -> Workfile:
    """Everything a query finds, as the reader may read it; audited.

    Raises as :func:`engine.services.registers.entries`, and Invalid ``too_many_rows``.
    """
    register, wide = registers.opened(work, code)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", register.title)[:31])
    sheet.freeze_panes = "A2"
    for at, column in enumerate(register.columns, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS.get(column.type, 20)
    sheet.append([_text(sheet, column.label, bold=True) for column in register.columns])
    count = 0
    for values, words in _rows(work, register, query, wide=wide):
        count += 1
        sheet.append(
            [
                _cell(sheet, column, values.get(column.id), told)
                for column, told in zip(register.columns, words, strict=True)
            ]
        )
    kept = io.BytesIO()
    book.save(kept)
    audit.append(work, None, Act.REGISTER_EXPORTED, register=code, entries=count)
    return Workfile(f"{register.title}-{work.today.isoformat()}.xlsx", kept.getvalue(), count)


def _rows(
    work: Work, register: Register, query: RegisterQuery, *, wide: bool
) -> Iterator[tuple[dict[str, Json], tuple[str, ...]]]:
    count, after = 0, ""
    while True:
        asked = replace(query, after=after, rows=_PORTION)
        found = registers.found_by(work, register, asked, wide=wide)
        for entry in found[:_PORTION]:
            count += 1
            if count > MOST:
                raise Invalid("too_many_rows", maximum=MOST)
            yield dict(entry.values), registers.row(work, register, entry, wide=wide).cells
        if len(found) <= _PORTION:
            return
        after = str(found[_PORTION - 1].id)


def _cell(sheet: Any, column: Column, value: Json, words: str) -> Any:
    """Numbers and dates as such, everything else as the text the list shows."""
    if column.type is ColumnType.DATE and words:
        cell = WriteOnlyCell(sheet)
        cell.value = date.fromisoformat(words)
        cell.number_format = "yyyy-mm-dd"
        return cell
    if column.type is ColumnType.NUMBER and isinstance(value, (int, float)):
        return WriteOnlyCell(sheet, value)
    return _text(sheet, words)


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.value = _CONTROL.sub("", text)[:_LONGEST]
    # Named after the value is set: what begins with = would be a formula otherwise.
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
