"""Text as people type it: tidied, and read as numbers and dates."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from engine.errors import Invalid
from engine.rules.calendar import FIRST_YEAR, LAST_YEAR

#: Significant digits a number may have: as many as come back unchanged from any database.
DIGITS = 15

_NUMBER = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")
_DATE = re.compile(
    r"([0-9]{4})"
    r"(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))"
)
#: Characters that turn the direction of what follows: a name must read as it is stored.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def tidy(text: str, *, lines: bool = False) -> str:
    """Trimmed, composed (NFC) text. Raises ``Invalid("control_character")``.

    Long text keeps tabs and its line breaks, as line feeds; no other control character stays.
    """
    text = text.strip()
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for character in text:
        if lines and character in "\n\t":
            continue
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _TURNING:
            raise Invalid("control_character", character=f"U+{ord(character):04X}")
    return unicodedata.normalize("NFC", text).strip()


def plain(text: str) -> str:
    """Numbers and dates as typed with a Chinese keyboard: full-width forms become ASCII."""
    return unicodedata.normalize("NFKC", tidy(text)).replace("。", ".").replace("、", ",")


def read_decimal(text: str, code: str) -> Decimal:
    """A number as people write it. Raises ``Invalid`` with the code, or ``too_many_digits``."""
    digits = plain(text).replace(" ", "")
    # Only digits were matched, so nothing like NaN or an exponent can come in.
    if not _NUMBER.fullmatch(digits):
        raise Invalid(code, value=text.strip())
    try:
        found = Decimal(digits.replace(",", ""))
    except InvalidOperation:
        raise Invalid(code, value=text.strip()) from None
    if len(found.as_tuple().digits) > DIGITS:
        raise Invalid("too_many_digits", maximum=DIGITS)
    return found


def read_date(text: str) -> date:
    """A day as people write it: 2026-02-24, 2026/2/24, 2026.2.24, 2026年2月24日, 20260224."""
    matched = _DATE.fullmatch(plain(text).replace(" ", ""))
    if matched is None:
        raise Invalid("not_a_date", value=text.strip())
    year, month, day = (int(part) for part in matched.groups() if part is not None)
    try:
        found = date(year, month, day)
    except ValueError:
        raise Invalid("not_a_date", value=text.strip()) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return found
