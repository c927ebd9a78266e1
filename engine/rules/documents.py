"""Types of official documents: reading ``processes/documents.toml``, wording numbers and dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engine.rules.tables import Problems, load, rows
from engine.values.process import Disclosure

#: Addressed to whoever the case names as its party.
PARTY = "party"


class Place(StrEnum):
    """Where a paper lies in a case file, in order (市场监督管理行政处罚程序规定 art. 78)."""

    #: Where nothing else is said: the last of the main file.
    OTHER = "other"
    # 正卷
    FILING = "filing"
    DECISION = "decision"
    NOTICE = "notice"
    EVIDENCE = "evidence"
    HEARING = "hearing"
    GOODS = "goods"
    # 副卷
    SOURCE = "source"
    REPORT = "report"
    REVIEW = "review"
    HEARING_REPORT = "hearing_report"
    CLOSING = "closing"
    INNER = "inner"

    @property
    def secondary(self) -> bool:
        """Whether it belongs to the secondary file, which stays inside the authority."""
        return self in _SECONDARY

    @property
    def rank(self) -> int:
        """Its place in the order of the file."""
        known = [one for one in Place if one is not Place.OTHER]
        return len(known) if self is Place.OTHER else known.index(self)


_SECONDARY = frozenset(
    {
        Place.SOURCE, Place.REPORT, Place.REVIEW, Place.HEARING_REPORT, Place.CLOSING, Place.INNER,
    }
)  # fmt: skip


@dataclass(frozen=True)
class DocumentType:
    """A type of document: what it is called, who issues it to whom, how it is numbered."""

    code: str
    title: str
    #: Slot of the body in whose name it is issued.
    body: str
    #: 代字 with ``{mark}`` for the issuing body's own; empty is a document without a number.
    number: str = ""
    #: Slot of the body addressed, :data:`PARTY`, or empty when it is addressed to nobody.
    to: str = ""
    disclosure: Disclosure = Disclosure.INTERNAL
    #: Where it is listed when it is published.
    category: str = ""
    #: Key of the time limit within which it must be served, and of those its service starts.
    serve: str = ""
    starts: tuple[str, ...] = ()
    #: Where it lies in the case file.
    place: Place = Place.OTHER

    @property
    def template(self) -> str:
        """Name of its Word template."""
        return f"{self.code}.docx"


DocumentTypes = Mapping[str, DocumentType]


def read(text: str, file: str = "documents.toml") -> dict[str, DocumentType]:
    """The types of a file by code. Raises ``Invalid("not_toml")`` or ``Invalid("bad_table")``."""
    tables, problems = load(text, file), Problems(file)
    for name in tables:
        if name != "document":
            problems.add(name, "unknown_field")
    found: dict[str, DocumentType] = {}
    numbers: dict[str, str] = {}
    for row in rows(tables, "document", "code", problems):
        kind = DocumentType(
            code=row.text("code"),
            title=row.text("title"),
            body=row.text("body"),
            number=row.text("number", optional=True),
            to=row.text("to", optional=True),
            disclosure=row.choice("disclosure", Disclosure),
            category=row.text("category", optional=True),
            serve=row.text("serve", optional=True),
            starts=row.texts("starts"),
            place=row.choice("place", Place, optional=True),
        )
        row.finish()
        if kind.code in found:
            row.problem("code", "twice", value=kind.code)
        if kind.number and kind.number in numbers:
            # Two sequences under one 代字 would give one number to two documents.
            row.problem("number", "twice", value=numbers[kind.number])
        if kind.disclosure is not Disclosure.INTERNAL and not kind.category:
            row.problem("category", "required")
        found[kind.code] = kind
        numbers[kind.number] = kind.code
    problems.raise_any()
    return found


def number(kind: DocumentType, mark: str, year: int, sequence: int) -> str:
    """文号 as GB/T 9704—2012 writes it: six-corner brackets, whole year, no leading zero."""
    return f"{kind.number.replace('{mark}', mark)}〔{year}〕{sequence}号"


def day(value: date) -> str:
    """成文日期 in Arabic figures without leading zeros: 2026年3月2日."""
    return f"{value.year}年{value.month}月{value.day}日"


def day_in_characters(value: date) -> str:
    """The date in Chinese characters: 二〇二六年三月二日."""
    year = "".join("〇一二三四五六七八九"[int(figure)] for figure in str(value.year))
    return f"{year}年{_below_hundred(value.month)}月{_below_hundred(value.day)}日"


def _below_hundred(value: int) -> str:
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{'〇一二三四五六七八九'[tens]}十") + (
        "" if ones == 0 else "一二三四五六七八九"[ones - 1]
    )
