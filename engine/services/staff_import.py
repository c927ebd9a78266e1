"""People from a list, a CSV file or a workbook: all of it or nothing, errors by line.

Columns: login, name, mail, phone, post, body (code), role, auxiliary. A person with several roles
has several lines; people who are there already get the roles they lack and keep the rest.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from engine.errors import DubanError, Forbidden, Invalid, NotFound
from engine.rules.plaintext import keepable
from engine.services import audit, people, staff
from engine.store import bodies
from engine.store import people as store
from engine.values.acts import Act
from engine.work import Work, attempt

MOST_LINES = 5_000
MOST_BYTES = 2_000_000
#: A workbook is packed: what it may unpack to, and the columns looked at.
MOST_UNPACKED, MOST_CELLS = 50_000_000, 40
_ZIP = b"PK\x03\x04"
#: The columns by the names an office gives them.
COLUMNS = {
    "登录名": "login", "姓名": "name", "电子邮箱": "mail", "电话": "phone", "职务": "post",
    "机构代码": "body", "岗位": "role", "辅助人员": "auxiliary",
}  # fmt: skip
_NAMES = tuple(COLUMNS.values())
_YES = ("是", "yes", "true", "1")


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one line, as the sentence of a code."""

    line: int
    error: DubanError


@dataclass(frozen=True)
class Imported:
    """What an import made."""

    people: int
    roles: int
    lines: int


class BadList(Invalid):
    """Lines that cannot be taken."""

    def __init__(self, wrong: list[Wrong]) -> None:
        super().__init__("bad_list")
        self.facts = {"count": len(wrong)}
        self.wrong = wrong


def take(work: Work, content: bytes) -> Imported:
    """Take in a whole list. Raises BadList with every wrong line, Invalid, Forbidden."""
    staff.administrator_only(work)
    rows = _rows(content)
    with attempt(work):
        made, roles = _all(work, rows)
    audit.append(work, None, Act.PEOPLE_IMPORTED, people=made, lines=len(rows))
    return Imported(made, roles, len(rows))


def _all(work: Work, rows: list[tuple[int, dict[str, str]]]) -> tuple[int, int]:
    """Every line, so that all that is wrong is told at once."""
    wrong: list[Wrong] = []
    made = roles = 0
    for line, row in rows:
        try:
            new, given = _one(work, row)
        except (Invalid, Forbidden, NotFound) as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            wrong.append(Wrong(line, next(iter(fields.values()), error)))
        else:
            made += new
            roles += given
    if wrong:
        raise BadList(wrong)
    return made, roles


def _one(work: Work, row: dict[str, str]) -> tuple[int, int]:
    login = people.plain_login(row["login"])
    known = store.person_by_login(work.session, login)
    if known is None:
        person_id = staff.add(work, login, row["name"], row["mail"])
        staff.change(
            work,
            person_id,
            staff.Details(
                row["name"],
                row["mail"],
                row["phone"],
                row["post"],
                row["auxiliary"].lower() in _YES,
            ),
        )
    else:
        person_id = known.id
    if not row["body"] and not row["role"]:
        return int(known is None), 0
    at = bodies.body_by_code(work.session, row["body"])
    if at is None:
        raise NotFound("no_such_body", body=row["body"])
    return int(known is None), int(staff.grant(work, person_id, at.id, row["role"]))


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The lines with their numbers in the file, as an editor counts them."""
    if len(content) > MOST_BYTES:
        raise Invalid("file_too_large", limit=MOST_BYTES)
    lines = _lines(content)
    header = [COLUMNS.get(cell.strip(), cell.strip()) for cell in lines[0][1]] if lines else []
    missing = [name for name in ("login", "name") if name not in header]
    if missing:
        raise Invalid("list_without_columns", columns="、".join(missing))
    rows = []
    for line, cells in lines[1:]:
        given = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        if any(given.values()):
            rows.append((line, {name: given.get(name, "") for name in _NAMES}))
    if not rows:
        raise Invalid("list_empty")
    if len(rows) > MOST_LINES:
        raise Invalid("too_many", maximum=MOST_LINES, count=len(rows))
    return rows


def _lines(content: bytes) -> list[tuple[int, list[str]]]:
    if content.startswith(_ZIP):
        return _cells(content)
    # Lines end as the program that wrote the list ends them; what is no text at all has zeros.
    reader = csv.reader(io.StringIO(keepable(_text(content)), newline=""))
    try:
        return [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        # A quotation mark that is never closed swallows the rest of the file.
        raise Invalid("list_unreadable") from error


def _cells(content: bytes) -> list[tuple[int, list[str]]]:
    """The first sheet of a workbook: text as it stands, whole numbers without a point."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise Invalid("file_too_large", limit=MOST_BYTES)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_row=MOST_LINES + 2, max_col=MOST_CELLS)
        return [(line, [_cell(one.value) for one in row]) for line, row in enumerate(rows, 1)]
    except (zipfile.BadZipFile, InvalidFileException, LookupError, ValueError, OSError) as error:
        raise Invalid("list_unreadable") from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return keepable(str(value))


def _text(content: bytes) -> str:
    """What spreadsheet programs write: UTF-8 with or without a mark, or GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("list_unreadable")
