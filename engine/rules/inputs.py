"""One parser per type of form field: from the text of an HTML form to the value of the case file.

A parser answers the value, or the blank value when nothing was entered, or raises
:class:`Invalid` with the code of what is wrong. Names of inputs: ``<id>`` for everything,
repeated for lists; ``<id>.note`` beside a yes or no; ``<id>.law`` and ``<id>.article`` repeated
in parallel for legal articles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.errors import Invalid
from engine.rules.typed import plain, read_date, read_decimal, tidy
from engine.values.process import Field, FieldType
from engine.values.quorum import OPINION_PARTS
from engine.values.running import Json

Raw = Mapping[str, Sequence[str]]

#: The longest text, in characters, unless the field says less.
LONGEST_TEXT = 500
LONGEST_LONG_TEXT = 20_000
LONGEST_NOTE = 2_000
LONGEST_LAW = 120
#: The most entries of any list.
MOST = 200
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Context:
    """What parsing depends on besides the text."""

    #: The county's today, for bounds that say ``today``.
    today: date
    #: Ids a person, people, body or file field may hold; ``None`` leaves the check to the caller.
    known: Mapping[str, Collection[int]] | None = None


def parse_one(field: Field, raw: Raw, context: Context) -> Json:
    """The value of one field, blank when nothing was entered."""
    return _PARSERS[field.type](field, raw, context)


def _only(field: Field, raw: Raw) -> str:
    """The one text under the field's own name."""
    found = [text for text in raw.get(field.id, ()) if text.strip()]
    if len(found) > 1:
        raise Invalid("one_value_only", count=len(found))
    return found[0] if found else ""


def _many(field: Field, raw: Raw) -> list[str]:
    found = list(dict.fromkeys(text.strip() for text in raw.get(field.id, ()) if text.strip()))
    if len(found) > MOST:
        raise Invalid("too_many", maximum=MOST, count=len(found))
    return found


def _counted(field: Field, values: Sequence[object]) -> None:
    low, high = _whole(field, field.minimum), _whole(field, field.maximum)
    if values and low is not None and len(values) < low:
        raise Invalid("too_few", minimum=low, count=len(values))
    if high is not None and len(values) > high:
        raise Invalid("too_many", maximum=high, count=len(values))


def _whole(field: Field, text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdecimal():
        raise Invalid("bad_bound", field=field.id, bound=text)
    return int(text)


def _length(field: Field, text: str, otherwise: int) -> str:
    low, high = _whole(field, field.minimum), _whole(field, field.maximum) or otherwise
    if len(text) > high:
        raise Invalid("too_long", maximum=high, length=len(text))
    if text and low is not None and len(text) < low:
        raise Invalid("too_short", minimum=low, length=len(text))
    return text


def _text(field: Field, raw: Raw, context: Context) -> Json:
    return _length(field, tidy(_only(field, raw)), LONGEST_TEXT) or None


def _long_text(field: Field, raw: Raw, context: Context) -> Json:
    return _length(field, tidy(_only(field, raw), lines=True), LONGEST_LONG_TEXT) or None


def _within(field: Field, found: Decimal) -> Decimal:
    low, high = _bound(field, field.minimum), _bound(field, field.maximum)
    if low is not None and found < low:
        raise Invalid("below_minimum", minimum=field.minimum)
    if high is not None and found > high:
        raise Invalid("above_maximum", maximum=field.maximum)
    return found


def _bound(field: Field, text: str) -> Decimal | None:
    try:
        return read_decimal(text, "not_a_number") if text else None
    except Invalid:
        raise Invalid("bad_bound", field=field.id, bound=text) from None


def _number(field: Field, raw: Raw, context: Context) -> Json:
    text = _only(field, raw)
    if not text:
        return None
    found = _within(field, read_decimal(text, "not_a_number"))
    return int(found) if found == found.to_integral_value() else float(found)


def _money(field: Field, raw: Raw, context: Context) -> Json:
    text = _only(field, raw)
    if not text:
        return None
    bare = re.sub(r"^[¥￥]|元$", "", plain(text).strip()).strip()
    found = read_decimal(bare, "not_money")
    if found.as_tuple().exponent not in (0, -1, -2):
        raise Invalid("too_many_decimals", maximum=2)
    if not field.minimum and found < 0:
        raise Invalid("below_minimum", minimum="0")
    return f"{_within(field, found):.2f}".replace("-0.00", "0.00")


def _date(field: Field, raw: Raw, context: Context) -> Json:
    text = _only(field, raw)
    if not text:
        return None
    found = read_date(text)
    low, high = _day(field, field.minimum, context), _day(field, field.maximum, context)
    if low is not None and found < low:
        raise Invalid("below_minimum", minimum=low.isoformat())
    if high is not None and found > high:
        raise Invalid("above_maximum", maximum=high.isoformat())
    return found.isoformat()


def _day(field: Field, text: str, context: Context) -> date | None:
    if text == "today":
        return context.today
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("bad_bound", field=field.id, bound=text) from None


def _choice(field: Field, raw: Raw, context: Context) -> Json:
    text = _only(field, raw).strip()
    if text and text not in {option.value for option in field.options}:
        raise Invalid("unknown_option", value=text)
    return text or None


def _choices(field: Field, raw: Raw, context: Context) -> Json:
    picked = _many(field, raw)
    offered = [option.value for option in field.options]
    for text in picked:
        if text not in offered:
            raise Invalid("unknown_option", value=text)
    found = [value for value in offered if value in picked]
    _counted(field, found)
    return found


def _yes_no_note(field: Field, raw: Raw, context: Context) -> Json:
    answer = _only(field, raw).strip()
    notes = [text for text in raw.get(f"{field.id}.note", ()) if text.strip()]
    note = tidy("\n".join(notes), lines=True)
    if len(note) > LONGEST_NOTE:
        raise Invalid("too_long", maximum=LONGEST_NOTE, length=len(note))
    if answer not in ("", "yes", "no"):
        raise Invalid("unknown_option", value=answer)
    if not answer:
        if note:
            raise Invalid("answer_missing")
        return None
    return {"answer": answer == "yes", "note": note}


def _id(text: str, code: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:20]) <= _LARGEST_ID:
        raise Invalid(code, value=text)
    return int(text)


def _known(field: Field, ids: Sequence[int], code: str, context: Context) -> None:
    if context.known is None:
        return
    allowed = context.known.get(field.id, ())
    for one in ids:
        if one not in allowed:
            raise Invalid(code, value=str(one))


def _one_id(code: str) -> Callable[[Field, Raw, Context], Json]:
    def parse(field: Field, raw: Raw, context: Context) -> Json:
        text = _only(field, raw).strip()
        if not text:
            return None
        found = _id(text, code)
        _known(field, [found], code, context)
        return found

    return parse


def _ids(code: str) -> Callable[[Field, Raw, Context], Json]:
    def parse(field: Field, raw: Raw, context: Context) -> Json:
        found = list(dict.fromkeys(_id(text, code) for text in _many(field, raw)))
        _known(field, found, code, context)
        _counted(field, found)
        return found

    return parse


def _legal_article(field: Field, raw: Raw, context: Context) -> Json:
    laws, articles = list(raw.get(f"{field.id}.law", ())), list(raw.get(f"{field.id}.article", ()))
    rows = max(len(laws), len(articles))
    if rows > MOST:
        raise Invalid("too_many", maximum=MOST, count=rows)
    found = []
    for number in range(rows):
        law = tidy(laws[number]) if number < len(laws) else ""
        article = tidy(articles[number]) if number < len(articles) else ""
        law = re.sub(r"^《([^《》]*)》$", r"\1", law).strip()
        if not law and not article:
            continue
        if not law:
            raise Invalid("law_missing", row=number + 1)
        if not article:
            raise Invalid("article_missing", row=number + 1)
        if len(law) > LONGEST_LAW or len(article) > LONGEST_LAW:
            raise Invalid("too_long", maximum=LONGEST_LAW, length=max(len(law), len(article)))
        entry = {"law": law, "article": article}
        if entry not in found:
            found.append(entry)
    _counted(field, found)
    return found


def _opinions(field: Field, raw: Raw, context: Context) -> Json:
    """One line for each member; what an absent one is said to think is dropped."""
    parts = {part: list(raw.get(f"{field.id}.{part}", ())) for part in OPINION_PARTS}
    count = max(len(texts) for texts in parts.values())
    if count > MOST:
        raise Invalid("too_many", maximum=MOST, count=count)
    found: list[Json] = []
    for number in range(count):
        line = {part: texts[number] if number < len(texts) else "" for part, texts in parts.items()}
        if not line["person"].strip():
            continue
        person = _id(line["person"].strip(), "unknown_person")
        _known(field, [person], "unknown_person", context)
        position, words = line["position"].strip(), tidy(line["words"], lines=True)
        if position and position not in {option.value for option in field.options}:
            raise Invalid("unknown_option", value=position)
        if len(words) > LONGEST_NOTE:
            raise Invalid("too_long", maximum=LONGEST_NOTE, length=len(words))
        present = line["present"].strip() == "yes"
        found.append(
            {
                "person": person,
                "present": present,
                "position": position if present else "",
                "words": words,
            }
        )
    return found


_PARSERS: Mapping[FieldType, Callable[[Field, Raw, Context], Json]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _long_text,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
    FieldType.MULTIPLE_CHOICE: _choices,
    FieldType.YES_NO_NOTE: _yes_no_note,
    FieldType.CHECKLIST: _choices,
    FieldType.FILE: _ids("unknown_attachment"),
    FieldType.PERSON: _one_id("unknown_person"),
    FieldType.PEOPLE: _ids("unknown_person"),
    FieldType.BODY: _one_id("unknown_body"),
    FieldType.LEGAL_ARTICLE: _legal_article,
    FieldType.OPINIONS: _opinions,
}
