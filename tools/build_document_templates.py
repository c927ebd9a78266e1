"""Writes the Word templates in processes/documents from tools/document_texts.toml.

The layout follows GB/T 9704—2012 where it fits: A4, the margins of the standard, a red head with
the issuing body, the document number, a red line, the title, the addressee, text in Fangsong of
size 16 with two characters' indent, signature and date on the right, page numbers outside.

Managers edit the written templates in WPS or Word; run this again only to begin anew:

    .venv/bin/python tools/build_document_templates.py [CODE …]
"""

from __future__ import annotations

import io
import sys
import tomllib
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Sheet
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT / "tools" / "document_texts.toml"
TARGET = ROOT / "processes" / "documents"

TITLE_FONT, TEXT_FONT = "方正小标宋简体", "仿宋"
RED = RGBColor(0xC0, 0x00, 0x00)
FIRST = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write(
    paragraph: Paragraph,
    text: str,
    *,
    size: float = 16,
    font: str = TEXT_FONT,
    bold: bool = False,
    red: bool = False,
) -> None:
    """Add text to a paragraph in one font, east Asian letters included."""
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if red:
        run.font.color.rgb = RED


def line(sheet: Sheet, text: str, **style: Any) -> Paragraph:
    """A paragraph of the text: indented by two characters, 29 points high."""
    indent = style.pop("indent", True)
    align = style.pop("align", None)
    paragraph = sheet.add_paragraph()
    shape = paragraph.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(29)
    shape.space_before = shape.space_after = Pt(0)
    if indent:
        shape.first_line_indent = Pt(32)
    if align is not None:
        paragraph.alignment = align
    write(paragraph, text, **style)
    return paragraph


def red_line(paragraph: Paragraph) -> None:
    """A red line under a paragraph."""
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "4"), ("color", "C00000")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    paragraph._p.get_or_add_pPr().append(border)


def page_numbers(sheet: Sheet) -> None:
    """The page number at the bottom, outside: odd pages right, even pages left, one letter in."""
    sheet.settings.odd_and_even_pages_header_footer = True
    section = sheet.sections[0]
    page_number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    page_number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def page_number(paragraph: Paragraph, align: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 — in Songti of size 14, as the standard has it."""
    paragraph.alignment = align
    shape = paragraph.paragraph_format
    if align == WD_ALIGN_PARAGRAPH.RIGHT:
        shape.right_indent = Pt(14)
    else:
        shape.left_indent = Pt(14)
    write(paragraph, "— ", size=14, font="宋体")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
    write(paragraph, " —", size=14, font="宋体")


def blank() -> Sheet:
    """An empty sheet with the margins of the standard."""
    sheet = Document()
    section = sheet.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    known = sheet.core_properties
    known.author = known.last_modified_by = known.comments = known.title = ""
    known.created = known.modified = FIRST
    section.footer_distance = Mm(28)
    page_numbers(sheet)
    return sheet


def head(sheet: Sheet, numbered: bool) -> None:
    """红头：发文机关标志、发文字号、红色分隔线。"""
    center = WD_ALIGN_PARAGRAPH.CENTER
    mark = sheet.add_paragraph()
    mark.alignment = center
    mark.paragraph_format.space_after = Pt(18)
    write(mark, "{{ issuer }}", size=30, font=TITLE_FONT, red=True)
    under = line(sheet, "{{ number }}" if numbered else "", indent=False, align=center)
    under.paragraph_format.space_after = Pt(10)
    red_line(under)


def title(sheet: Sheet) -> None:
    """The title, centred."""
    center = WD_ALIGN_PARAGRAPH.CENTER
    paragraph = line(sheet, "{{ title }}", indent=False, align=center, size=22, font=TITLE_FONT)
    paragraph.paragraph_format.space_before = Pt(18)
    paragraph.paragraph_format.space_after = Pt(14)
    paragraph.paragraph_format.line_spacing = Pt(34)


def body(sheet: Sheet, texts: list[str]) -> None:
    """Lines of text. ``?x: text`` stands only when x has a value; ``# text`` is a heading."""
    for text in texts:
        condition = ""
        if text.startswith("?"):
            condition, _, text = text[1:].partition(": ")
            line(sheet, f"{{%p if {condition} %}}", indent=False)
        if text.startswith("# "):
            line(sheet, text[2:], font="黑体")
        else:
            line(sheet, text)
        if condition:
            line(sheet, "{%p endif %}", indent=False)


def signature(sheet: Sheet) -> None:
    """The issuing body and the date."""
    line(sheet, "", indent=False)
    for text in ("{{ issuer }}", "{{ date }}"):
        paragraph = line(sheet, text, indent=False, align=WD_ALIGN_PARAGRAPH.RIGHT)
        paragraph.paragraph_format.right_indent = Pt(64)


def imprint(sheet: Sheet) -> None:
    """版记：抄送机关（有的话）、印发机关和印发日期，上下各一条线。"""
    line(sheet, "", indent=False)
    line(sheet, "{%p if p.copies %}", indent=False)
    copies = line(sheet, "抄送：{{ p.copies }}。", indent=False, size=14)
    rule(copies, "top")
    line(sheet, "{%p endif %}", indent=False)
    printed = line(sheet, "{{ issuer }}　　　　{{ date }}印发", indent=False, size=14)
    rule(printed, "top", "bottom")


def rule(paragraph: Paragraph, *sides: str) -> None:
    """Thin black lines above or below a paragraph."""
    border = OxmlElement("w:pBdr")
    for side in sides:
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "2"), ("color", "000000")):
            edge.set(qn(f"w:{name}"), value)
        border.append(edge)
    paragraph._p.get_or_add_pPr().append(border)


def letter(sheet: Sheet, said: dict[str, Any], numbered: bool) -> None:
    """A document with a red head, addressed to somebody."""
    head(sheet, numbered)
    title(sheet)
    if said.get("addressed", True):
        line(sheet, "{%p if recipient %}", indent=False)
        line(sheet, "{{ recipient }}：", indent=False)
        line(sheet, "{%p endif %}", indent=False)
    body(sheet, said["text"])
    for number, name in enumerate(said.get("enclosures", []), 1):
        lead = "附件：" if len(said["enclosures"]) == 1 else f"附件：{number}．"
        line(sheet, (lead if number == 1 else f"　　　{number}．") + name)
    signature(sheet)
    imprint(sheet)


def form(sheet: Sheet, said: dict[str, Any], numbered: bool) -> None:
    """A sheet of labelled facts."""
    title(sheet)
    under = ("{{ number }}　　" if numbered else "") + "案件编号：{{ case.number }}"
    line(sheet, under, indent=False, align=WD_ALIGN_PARAGRAPH.RIGHT, size=12)
    table = sheet.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for label, text in said["rows"]:
        condition = ""
        if label.startswith("?"):
            condition, _, label = label[1:].partition(": ")
            row(table, f"{{%tr if {condition} %}}", "")
        row(table, label, text)
        if condition:
            row(table, "{%tr endif %}", "")
    body(sheet, said.get("text", []))
    signature(sheet)


def row(table: Any, label: str, text: str) -> None:
    """One line of a form."""
    cells = table.add_row().cells
    cells[0].width, cells[1].width = Mm(42), Mm(114)
    write(cells[0].paragraphs[0], label, size=12, font="黑体")
    write(cells[1].paragraphs[0], text, size=12)


def packed(sheet: Sheet) -> bytes:
    """The file with one fixed time stamp, so that building twice gives the same bytes."""
    before, after = io.BytesIO(), io.BytesIO()
    sheet.save(before)
    with (
        zipfile.ZipFile(before) as source,
        zipfile.ZipFile(after, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            if part.filename == "docProps/thumbnail.jpeg":
                continue
            fixed = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, without_thumbnail(part.filename, source.read(part)))
    return after.getvalue()


def without_thumbnail(name: str, content: bytes) -> bytes:
    """The library's own start file carries a picture nobody needs."""
    if name != "_rels/.rels":
        return content
    tree = etree.fromstring(content)
    for relation in list(tree):
        if relation.get("Target", "").endswith("thumbnail.jpeg"):
            tree.remove(relation)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def main(wanted: list[str]) -> None:
    """Write the templates with the given codes, or all."""
    texts = tomllib.loads(TEXTS.read_text("utf-8"))
    kinds = tomllib.loads((ROOT / "processes" / "documents.toml").read_text("utf-8"))
    numbered = {kind["code"]: bool(kind.get("number")) for kind in kinds["document"]}
    for code, said in texts.items():
        if wanted and code not in wanted:
            continue
        sheet = blank()
        (form if "rows" in said else letter)(sheet, said, numbered[code])
        (TARGET / f"{code}.docx").write_bytes(packed(sheet))
        sys.stdout.write(f"{code}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
