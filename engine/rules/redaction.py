"""What the public must not read in a published text (domain W16): people's numbers and addresses.

Text is hidden by its shape, so that a number typed into a free text is found too. Names are hidden
where the form says that a field holds one.
"""

from __future__ import annotations

import re
import unicodedata

HIDDEN = "＊＊＊"
#: Stands for a value that is not published at all.
LEFT_OUT = "（不予公开）"

_SEPARATED = r"[\s\-‐-―]?"
#: Checked in this order: an identity number contains what looks like a bank account.
_SHAPES = (
    # 18-digit identity numbers with a plausible birthday, and those of 15 digits before 1999.
    re.compile(
        r"(?<![0-9A-Za-z])[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
        r"\d{3}[\dXx](?![0-9A-Za-z])"
    ),
    re.compile(
        r"(?<![0-9A-Za-z])[1-8]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9A-Za-z])"
    ),
    # Bank accounts: 16 to 19 digits, often in groups of four.
    re.compile(rf"(?<![0-9A-Za-z])\d{{4}}(?:{_SEPARATED}\d{{4}}){{3}}(?:{_SEPARATED}\d{{1,3}})?(?![0-9A-Za-z])"),
    # Mobile telephones, then land lines with their area code.
    re.compile(
        rf"(?<![0-9A-Za-z])(?:\+?86{_SEPARATED})?1[3-9]\d{_SEPARATED}\d{{4}}{_SEPARATED}\d{{4}}(?!\d)"
    ),
    re.compile(rf"(?<!\d)0\d{{2,3}}{_SEPARATED}\d{{7,8}}(?!\d)"),
    re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"),
    # What follows the word address, up to the next mark.
    re.compile(r"(?<=住址)[:：为是]?[^，。；,;\n]+|(?<=家庭地址)[:：为是]?[^，。；,;\n]+"),
)  # fmt: skip

_CHINESE_NAME = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,6}·[\u3400-\u9fff·]{1,12}")
_TWO_CHARACTER_SURNAMES = (
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "夏侯",
)  # fmt: skip


def text(value: str) -> str:
    """The text without identity numbers, accounts, telephones, mail addresses and home addresses.

    Full-width digits are read like others; everything that is not hidden stays as it was written.
    """
    plain = "".join(_narrow(letter) for letter in value)
    spans = sorted(
        (found.start(), found.end()) for shape in _SHAPES for found in shape.finditer(plain)
    )
    written: list[str] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        written += [value[at : max(start, at)], HIDDEN if start >= at else ""]
        at = end
    return "".join(written) + value[at:]


def personal(value: str) -> str:
    """A value that says who somebody is: a name keeps its surname; other text as :func:`text`."""
    stripped = value.strip()
    if not _CHINESE_NAME.fullmatch(stripped):
        return text(value)
    surname = next((s for s in _TWO_CHARACTER_SURNAMES if stripped.startswith(s)), stripped[0])
    return f"{surname}某"


def _narrow(letter: str) -> str:
    narrow = unicodedata.normalize("NFKC", letter)
    return narrow if len(narrow) == 1 else letter
