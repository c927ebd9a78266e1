"""A Word file as a browser can show and print it: paragraphs, faces, sizes, tables, red lines.

Read from the stored file itself, so that what is read is what was issued. A library that turns Word
into HTML by meaning (mammoth) drops what makes an official paper one: alignment, indents, sizes and
the red line.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from engine.values.paper_pages import Block, Cell, Grid, Line, Piece

_ALIGN = {
    WD_ALIGN_PARAGRAPH.CENTER: "center",
    WD_ALIGN_PARAGRAPH.RIGHT: "end",
    WD_ALIGN_PARAGRAPH.JUSTIFY: "both",
    WD_ALIGN_PARAGRAPH.DISTRIBUTE: "both",
}
_FACES = (
    ("小标宋", "title"),
    ("仿宋", "text"),
    ("黑体", "heading"),
    ("楷", "kai"),
    ("宋", "plain"),
)
#: Points of a letter of the text, by which indents are counted.
_LETTER = 16
MOST_INDENT = 20


def blocks(document: bytes) -> tuple[Block, ...]:
    """The body of a Word file in its order."""
    return tuple(_blocks(Document(io.BytesIO(document)).iter_inner_content()))


def words(found: tuple[Block, ...]) -> int:
    """How many letters it has."""
    lines = [one for one in found if isinstance(one, Line)]
    cells = [c for one in found if isinstance(one, Grid) for row in one.rows for c in row]
    return sum(len(line.text) for line in [*lines, *(line for c in cells for line in c.lines)])


def _blocks(content: Iterator[Paragraph | Table]) -> Iterator[Block]:
    for one in content:
        yield _line(one) if isinstance(one, Paragraph) else _grid(one)


def _line(paragraph: Paragraph) -> Line:
    shape = paragraph.paragraph_format
    first = shape.first_line_indent
    right = shape.right_indent
    return Line(
        pieces=tuple(_piece(run) for run in paragraph.runs if run.text),
        align=_ALIGN.get(paragraph.alignment or WD_ALIGN_PARAGRAPH.LEFT, "start"),
        indent=_letters(first.pt) if first is not None else 0,
        inset=_letters(right.pt) if right is not None else 0,
        rule=_rule(paragraph),
    )


def _letters(points: float) -> int:
    return max(0, min(MOST_INDENT, round(points / _LETTER)))


def _piece(run: Run) -> Piece:
    font = run.font
    properties = run._element.rPr
    fonts = properties.rFonts if properties is not None else None
    name = (fonts.get(qn("w:eastAsia")) if fonts is not None else None) or font.name or ""
    color = font.color.rgb if font.color is not None and font.color.type is not None else None
    return Piece(
        text=run.text,
        size=int(font.size.pt * 2) if font.size is not None else 0,
        face=next((face for part, face in _FACES if part in name), ""),
        bold=bool(font.bold),
        underline=bool(font.underline),
        red=color is not None and color[0] > 0x80 and color[1] < 0x50 and color[2] < 0x50,
    )


def _rule(paragraph: Paragraph) -> str:
    properties = paragraph._p.pPr
    border = properties.find(qn("w:pBdr")) if properties is not None else None
    side = border.find(qn("w:bottom")) if border is not None else None
    if side is None:
        side = border.find(qn("w:top")) if border is not None else None
    if side is None:
        return ""
    return "red" if str(side.get(qn("w:color"), "")).upper() in ("C00000", "FF0000") else "black"


def _grid(table: Table) -> Grid:
    """Rows of cells; one that goes on from above is left out and the first grows."""
    found: list[list[Cell]] = []
    #: By column: place of the cell that may grow downwards.
    above: dict[int, tuple[int, int]] = {}
    for row in table.rows:
        line: list[Cell] = []
        column = 0
        for tc in row._tr.tc_lst:
            across = tc.grid_span
            if tc.vMerge == "continue" and column in above:
                r, c = above[column]
                old = found[r][c]
                found[r][c] = Cell(old.lines, old.across, old.down + 1)
            else:
                above[column] = (len(found), len(line))
                cell = _Cell(tc, table)
                line.append(Cell(tuple(_line(one) for one in cell.paragraphs), across))
            column += across
        found.append(line)
    return Grid(tuple(tuple(line) for line in found))
