"""A case file in one printable text: cover, catalogue, papers, timeline, diagram, verification.

In Chinese, as everything that goes into an archive; classes carry the dress, so that a page with a
strict policy can show it too. Every text passes ``escape``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from engine.i18n import translator
from engine.rules import documents as paper
from engine.store.cases import CaseRow
from engine.values.pages import TimelineRow
from engine.values.paper_pages import Block, FileItem, Grid, Line
from engine.values.timing import COUNTY_ZONE

PARTS = {"main": "正卷", "secondary": "副卷"}

STYLE = """
body{font-family:"仿宋",FangSong,STFangsong,"Noto Serif CJK SC",SimSun,serif;color:#111;margin:2em auto;max-width:180mm}
h1,h2{font-family:"方正小标宋简体","Noto Serif CJK SC",SimSun,serif;text-align:center}
table{border-collapse:collapse;width:100%;font-size:11pt}th,td{border:1px solid #333;padding:3pt 5pt;text-align:left}
.paper{page-break-before:always}.pl{margin:0;min-height:1em;white-space:pre-wrap;line-height:1.8}
.a-center{text-align:center}.a-end{text-align:right}.ink-red{color:#c00000}.rule-red{border-bottom:1.5pt solid #c00000}
svg{width:100%;height:auto}code{word-break:break-all;font-size:9pt}.small{font-size:10pt}
"""  # noqa: E501  # a style sheet, one rule a line


def cover(number: str, process: str, row: CaseRow, part: str) -> Iterator[str]:
    """卷皮."""
    name = "、".join(words for code, words in PARTS.items() if part in (code, "both"))
    yield f'<section><h1>{escape(process)}案卷（{name}）</h1><table class="grid">'
    begun = row.started_at.astimezone(COUNTY_ZONE).date()
    ended = row.finished_at.astimezone(COUNTY_ZONE).date() if row.finished_at else None
    for label, text in (
        ("案号", number),
        ("立案日期", paper.day(begun)),
        ("结案日期", paper.day(ended) if ended else "未结"),
    ):
        yield f"<tr><td>{label}</td><td>{escape(text)}</td></tr>"
    yield "</table></section>"


def verification(length: int, head: str) -> Iterator[str]:
    """How much of the audit chain there was, and how it is checked."""
    yield '<section class="paper"><h2>审计记录摘要</h2>'
    yield f"<p>审计链共{length}条，链首摘要 <code>{head}</code>。</p>"
    yield "<p>每条记录的摘要含前一条的摘要，以制作机关保管的密钥计算；"
    yield "增删、改动任何一条都会被发现。核验方法见包内《核验说明》："
    yield "sha256sum -c SHA256SUMS；run.py check-case-file。</p></section>"


def catalogue(items: Sequence[FileItem], part: str) -> Iterator[str]:
    """卷内目录."""
    yield f'<section class="paper"><h2>{PARTS[part]}卷内目录</h2><table class="grid"><thead><tr>'
    for name in ("顺序号", "文号", "责任者", "题名", "日期", "页号", "备注"):
        yield f"<th>{name}</th>"
    yield "</tr></thead><tbody>"
    for one in items:
        last = one.first_page + one.pages - 1
        pages = str(one.first_page) if last == one.first_page else f"{one.first_page}—{last}"
        cells = (
            str(one.number), one.reference, one.author, one.title, paper.day(one.dated), pages,
            one.note,
        )  # fmt: skip
        yield "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in cells) + "</tr>"
    total = sum(one.pages for one in items)
    yield f"</tbody></table><p>共{len(items)}件，{total}页。</p></section>"


def sheet(item: FileItem, blocks: Sequence[Block]) -> Iterator[str]:
    """One paper of the file."""
    head = f"{PARTS[item.part]}第{item.number}件　第{item.first_page}页起"
    yield f'<section class="paper"><p class="small">{head}　SHA-256 <code>{item.sha256}</code></p>'
    yield '<div class="sheet">'
    for block in blocks:
        yield from _grid(block) if isinstance(block, Grid) else _line(block)
    yield "</div></section>"


def _grid(grid: Grid) -> Iterator[str]:
    yield '<table class="grid">'
    for row in grid.rows:
        yield "<tr>"
        for cell in row:
            yield f'<td colspan="{cell.across}" rowspan="{cell.down}">'
            for line in cell.lines:
                yield from _line(line)
            yield "</td>"
        yield "</tr>"
    yield "</table>"


def _line(line: Line) -> Iterator[str]:
    rule = f" rule-{line.rule}" if line.rule else ""
    yield f'<p class="pl a-{line.align}{rule} i-{line.indent} r-{line.inset}">'
    for piece in line.pieces:
        dress = f"z-{piece.size} f-{piece.face or 'text'}{' ink-red' if piece.red else ''}"
        yield f'<span class="{dress}">{escape(piece.text)}</span>'
    yield "</p>"


def timeline(rows: Sequence[TimelineRow]) -> Iterator[str]:
    """What happened, when, by whom."""
    words = translator("zh_CN")
    yield '<section class="paper"><h2>办理经过</h2><table class="grid"><thead><tr>'
    yield "<th>时间</th><th>事项</th><th>经办</th></tr></thead><tbody>"
    for one in rows:
        at = f"{one.at.astimezone(COUNTY_ZONE):%Y-%m-%d %H:%M}"
        said = words.sentence(one.code, one.facts)
        who = one.by + (f"（代{one.by_for}）" if one.by_for else "")
        cells = (at, said, who)
        yield "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in cells) + "</tr>"
    yield "</tbody></table></section>"
