"""Fields of a form: what was typed becomes values, values become text to type in or to read.

Raw text is never changed here: whoever gets :class:`Invalid` still holds what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from decimal import Decimal

from engine.errors import Broken, DubanError, Invalid
from engine.rules.inputs import Context, Raw, parse_one
from engine.values.process import Field, FieldType
from engine.values.quorum import Opinion, opinions
from engine.values.running import CaseFile, Json

#: Evaluates a condition over names. Handed in, for policy knows no expression language.
Holds = Callable[[str, CaseFile], bool]

_LISTS = (
    FieldType.MULTIPLE_CHOICE,
    FieldType.CHECKLIST,
    FieldType.FILE,
    FieldType.PEOPLE,
    FieldType.LEGAL_ARTICLE,
    FieldType.OPINIONS,
)


def blank(field: Field) -> Json:
    """The value of a field nobody filled in."""
    return [] if field.type in _LISTS else None


def is_blank(value: Json) -> bool:
    """Whether a value says nothing; zero and no are answers."""
    return value is None or value in ("", [], {})


def parse(
    fields: Sequence[Field],
    raw: Raw,
    data: CaseFile,
    holds: Holds,
    today: date,
    known: Mapping[str, Collection[int]] | None = None,
) -> dict[str, Json]:
    """The values entered, by field id; optional fields left empty are blank.

    A field whose condition does not hold has no value: what was typed there is dropped, and a
    value it had in the case file before becomes blank. Readonly fields are left alone. ``known``
    holds the ids each person, people, body and file field may take; without it the caller checks.
    Raises :class:`Invalid` with one error for every field that is wrong.
    """
    typed = _typed(fields, raw, Context(today, known))
    shown = _shown(fields, typed, data, holds)
    values: dict[str, Json] = {}
    wrong: dict[str, DubanError] = {}
    for field in fields:
        if field.readonly:
            continue
        if field.id not in shown:
            if not is_blank(data.get(field.id)):
                values[field.id] = blank(field)
            continue
        found = typed[field.id]
        if isinstance(found, Invalid):
            wrong[field.id] = found
        elif field.required and is_blank(found):
            wrong[field.id] = Invalid("required")
        else:
            values[field.id] = found
    if wrong:
        raise Invalid("invalid", wrong)
    return values


def visible(
    fields: Sequence[Field], raw: Raw, data: CaseFile, holds: Holds, today: date
) -> frozenset[str]:
    """Ids of the fields asked for under what is typed so far; readonly fields among them."""
    return _shown(fields, _typed(fields, raw, Context(today)), data, holds)


def to_raw(field: Field, value: Json) -> dict[str, list[str]]:
    """The text an input shows for a value: what :func:`parse` would read back."""
    if is_blank(value):
        return {}
    if field.type is FieldType.YES_NO_NOTE and isinstance(value, Mapping):
        answer = "yes" if value.get("answer") else "no"
        return {field.id: [answer], f"{field.id}.note": [str(value.get("note") or "")]}
    if field.type is FieldType.LEGAL_ARTICLE and isinstance(value, list):
        return {
            f"{field.id}.{part}": [str(entry.get(part) or "") for entry in value]
            for part in ("law", "article")
        }
    if field.type is FieldType.OPINIONS:
        return opinions_raw(field.id, opinions(value))
    values = value if isinstance(value, list) else [value]
    return {field.id: [_typeable(item) for item in values]}


def opinions_raw(id: str, lines: Sequence[Opinion]) -> dict[str, list[str]]:
    """The text of minutes: one entry in each list for each person."""
    return {
        f"{id}.person": [str(line.person) for line in lines],
        f"{id}.present": ["yes" if line.present else "no" for line in lines],
        f"{id}.position": [line.position for line in lines],
        f"{id}.words": [line.words for line in lines],
    }


@dataclass(frozen=True)
class Words:
    """What :func:`show` needs to name things: by id, and in the language of the reader."""

    people: Mapping[int, str] = default(default_factory=dict)
    bodies: Mapping[int, str] = default(default_factory=dict)
    files: Mapping[int, str] = default(default_factory=dict)
    #: Translates the Chinese text of a diagram.
    text: Callable[[str], str] = str
    day: Callable[[date], str] = date.isoformat
    yes: str = "是"
    no: str = "否"
    separator: str = "、"
    colon: str = "："
    comma: str = "，"
    absent: str = "缺席"


def show(field: Field, value: Json, words: Words | None = None) -> str:
    """A value as people read it, in one string; empty for a blank one.

    An id nobody knows any more is shown as ``#17``, a value of another shape than the field's
    type (the diagram changed since) as plain text: a record is never hidden by being old.
    """
    words = words or Words()
    if is_blank(value):
        return ""
    match field.type, value:
        case FieldType.MONEY, str():
            return _yuan(value)
        case FieldType.DATE, str():
            return _day(value, words)
        case FieldType.YES_NO_NOTE, {"answer": bool(answer)}:
            said, note = words.yes if answer else words.no, str(value.get("note") or "")
            return f"{said}{words.colon}{note}" if note else said
        case FieldType.LEGAL_ARTICLE, list():
            return words.separator.join(_article(entry) for entry in value)
        case FieldType.OPINIONS, list():
            return "\n".join(_minute(field, line, words) for line in opinions(value))
        case ((FieldType.PERSON | FieldType.PEOPLE), _):
            return _named(value, words.people, words)
        case FieldType.BODY, _:
            return _named(value, words.bodies, words)
        case FieldType.FILE, _:
            return _named(value, words.files, words)
        case ((FieldType.CHOICE | FieldType.MULTIPLE_CHOICE | FieldType.CHECKLIST), _):
            labels = {option.value: words.text(option.label) for option in field.options}
            chosen = value if isinstance(value, list) else [value]
            return words.separator.join(labels.get(str(item), str(item)) for item in chosen)
    return _typeable(value)


def _typed(fields: Sequence[Field], raw: Raw, context: Context) -> dict[str, Json]:
    """What each editable field holds: its value, or the error in its place."""
    found: dict[str, Json] = {}
    for field in fields:
        if not field.readonly:
            try:
                found[field.id] = parse_one(field, raw, context)
            except Invalid as error:
                found[field.id] = error
    return found


def _shown(
    fields: Sequence[Field], typed: Mapping[str, Json], data: CaseFile, holds: Holds
) -> frozenset[str]:
    """Fields whose condition holds. Conditions see dropped fields as blank.

    Dropping one may drop others, so this is repeated until nothing changes, at most once for
    each field: conditions in a circle must not run for ever.
    """
    by_id = {field.id: field for field in fields}
    shown = frozenset(by_id)
    for _ in range(len(by_id) + 1):
        names = dict(data)
        for key, value in typed.items():
            given = key in shown and not isinstance(value, Invalid)
            names[key] = value if given else blank(by_id[key])
        now = frozenset(field.id for field in fields if _asked(field, names, holds))
        if now == shown:
            break
        shown = now
    return shown


def _asked(field: Field, names: CaseFile, holds: Holds) -> bool:
    if not field.visible_when:
        return True
    try:
        return holds(field.visible_when, names)
    except Broken:
        # A condition that cannot be asked yet (a number not typed so far) hides nothing.
        return True


def _typeable(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return str(value)


def _yuan(value: str) -> str:
    try:
        return f"{Decimal(value):,.2f}元"
    except ArithmeticError:
        return value


def _day(value: str, words: Words) -> str:
    try:
        return words.day(date.fromisoformat(value))
    except ValueError:
        return value


def _article(entry: Json) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)
    law, article = str(entry.get("law") or ""), str(entry.get("article") or "")
    return f"{law}{article}" if "〔" in law else f"《{law}》{article}"


def _minute(field: Field, line: Opinion, words: Words) -> str:
    """One line of minutes: who, what they thought and why; or that they were absent."""
    name = words.people.get(line.person, f"#{line.person}")
    labels = {option.value: words.text(option.label) for option in field.options}
    said = labels.get(line.position, line.position) if line.present else words.absent
    told = f"{name}{words.colon}{said}"
    return f"{told}{words.comma}{line.words}" if line.words else told


def _named(value: Json, names: Mapping[int, str], words: Words) -> str:
    ids = value if isinstance(value, list) else [value]
    return words.separator.join(
        names.get(one, f"#{one}") if isinstance(one, int) else str(one) for one in ids
    )
