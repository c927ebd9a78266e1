"""Numbers of articles in English: 第五十四条第二款 is art. 54(2). Pure."""

from __future__ import annotations

import re

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMBER = "[零〇一二三四五六七八九十百千两0-9]+"
#: What stands behind the number, and how English writes it.
_PARTS = re.compile(
    rf"第({_NUMBER})(条|章|节|款|项)(?:之({_NUMBER}))?|（({_NUMBER})）|([、，,和及至—-])"
)
_WORDS = {"条": "art. {}", "章": "ch. {}", "节": "s. {}", "款": "({})", "项": "({})"}


def number(text: str) -> int:
    """A Chinese number below ten thousand, or figures."""
    if text.isascii():
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def article(text: str) -> str:
    """The article in English; empty when the text says anything besides numbers of articles."""
    plain = text.replace(" ", "")
    if not plain.startswith("第") or _PARTS.sub("", plain):
        return ""
    words = ""
    for found in _PARTS.finditer(plain):
        if found[5]:
            words += "–" if found[5] in "至—-" else ", "
        elif found[4]:
            words += f"({number(found[4])})"
        else:
            words += _WORDS[found[2]].format(number(found[1]))
            words += f"-{number(found[3])}" if found[3] else ""
    return words
