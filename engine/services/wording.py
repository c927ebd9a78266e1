"""The case file in words, as documents, notices and registers print it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from engine.rules import documents, fields, redaction
from engine.services.dockets import Docket
from engine.services.views import ids_in, is_blank
from engine.services.word import clean
from engine.store import attachments, bodies, people
from engine.values.process import Description, Disclosure, Field, FieldType
from engine.values.quorum import opinions
from engine.values.running import CaseFile, Json
from engine.values.timing import COUNTY_ZONE
from engine.work import Work

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


def fields_of(description: Description) -> Mapping[str, Field]:
    """Every field of the definition by id."""
    return description.fields


class Words(Mapping[str, str]):
    """The filled-in values of a case by field id, in words; remembers which were asked for."""

    def __init__(self, work: Work, description: Description, data: CaseFile) -> None:
        self._work = work
        self._data = data
        self._fields = fields_of(description)
        self.asked: set[str] = set()

    def __getitem__(self, id: str) -> str:
        value = self._data[id]
        if is_blank(value):
            raise KeyError(id)
        self.asked.add(id)
        return clean(self.disclosed(id, words(self._work, self._fields.get(id), value)))

    def __contains__(self, id: object) -> bool:
        return id in self._data and not is_blank(self._data[str(id)])

    def __iter__(self) -> Iterator[str]:
        return (id for id in self._data if id in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def disclosed(self, id: str, text: str) -> str:
        """The words as this reader may have them: here whole."""
        return text

    @property
    def hidden_from(self) -> frozenset[str]:
        """Slots whose people may not see one of the values asked for."""
        return hidden_from(self._fields, self.asked)


class PublicWords(Words):
    """The same as the public may read it; ``whole`` documents leave nothing out but R15."""

    def __init__(
        self, work: Work, description: Description, data: CaseFile, *, whole: bool
    ) -> None:
        super().__init__(work, description, data)
        self._whole = whole

    def disclosed(self, id: str, text: str) -> str:
        """The words with what is not public left out and people's data hidden."""
        field = self._fields.get(id)
        if field is None:
            # Made by a script or an operation: a number may be told, other things are not known.
            value = self._data.get(id)
            number = isinstance(value, dict) and "number" in value
            return text if number or self._whole else redaction.LEFT_OUT
        return public(field, text, whole=self._whole)


def public(field: Field, text: str, *, whole: bool = False) -> str:
    """The words of a value as the public may read them."""
    if field.hidden_from:
        return redaction.LEFT_OUT
    if field.disclosure is Disclosure.REDACT:
        return redaction.personal(text)
    if field.disclosure is Disclosure.PUBLIC or whole:
        return redaction.text(text)
    return redaction.LEFT_OUT


def hidden_from(known: Mapping[str, Field], ids: Iterable[str]) -> frozenset[str]:
    """Slots whose people may not see one of these fields."""
    return frozenset(slot for id in ids if id in known for slot in known[id].hidden_from)


def secrets_in(docket: Docket, texts: Iterable[str]) -> dict[str, str]:
    """Values hidden from somebody (R15) that stand in one of the texts, by field id.

    An expression of a diagram can carry a hidden value anywhere: into a notice, a register, a
    title. Looked for are short texts, such as names and telephones.
    """
    told = [text for text in texts if text]
    found: dict[str, str] = {}
    for id, field in fields_of(docket.description).items():
        value = docket.data.get(id)
        if field.hidden_from and field.type is FieldType.TEXT and isinstance(value, str):
            secret = value.strip()
            if len(secret) > 1 and any(secret in text for text in told):
                found[id] = secret
    return found


def withheld(docket: Docket, text: str) -> str:
    """The text without values that are hidden from somebody, for those who may be that somebody."""
    for secret in sorted(secrets_in(docket, [text]).values(), key=len, reverse=True):
        text = text.replace(secret, redaction.LEFT_OUT)
    return text


def words(work: Work, field: Field | None, value: Json) -> str:
    """A value in Chinese words, whatever form it has."""
    if field is None or is_blank(value):
        return plain(value)
    session, ids = work.session, ids_in(value)
    known = fields.Words(day=documents.day)
    if field.type in (FieldType.PERSON, FieldType.PEOPLE):
        known = replace(known, people=people.names_of_people(session, ids))
    elif field.type is FieldType.OPINIONS:
        ids = [line.person for line in opinions(value)]
        known = replace(known, people=people.names_of_people(session, ids))
    elif field.type is FieldType.BODY:
        known = replace(known, bodies=bodies.names_of_bodies(session, ids))
    elif field.type is FieldType.FILE:
        known = replace(
            known, files={file.id: file.filename for file in attachments.some(session, ids)}
        )
    elif field.type is FieldType.LEGAL_ARTICLE and isinstance(value, list):
        # People type the title's own marks or leave them out: they are set once.
        value = [
            {**entry, "law": str(entry.get("law") or "").strip("《》")}
            for entry in value
            if isinstance(entry, Mapping)
        ]
    return fields.show(field, value, known)


def told(work: Work, docket: Docket, name: str, value: Json) -> str:
    """What an expression of a diagram yields, in words.

    The value of a choice is worded by the field it came from: the one called ``name``, or any whose
    value this is, as long as they all say the same.
    """
    same = {
        id: field
        for id, field in fields_of(docket.description).items()
        if field.options and not is_blank(value) and docket.data.get(id) == value
    }
    if name in same:
        return words(work, same[name], value)
    found = {words(work, field, value) for field in same.values()}
    return found.pop() if len(found) == 1 else plain(value)


def plain(value: Json) -> str:
    """A value whose field is not known: computed by a script, or the result of an operation."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(plain(one) for one in value)
    if isinstance(value, Mapping):
        return plain(value.get("number") or value.get("title") or "")
    text = "" if value is None else str(value)
    if _DAY.fullmatch(text):
        return _day(text)
    if _INSTANT.match(text):
        return _instant(text)
    return text


def _day(text: str) -> str:
    try:
        return documents.day(date.fromisoformat(text))
    except ValueError:
        return text


def _instant(text: str) -> str:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    # Text without a zone is county time already.
    local = instant.astimezone(COUNTY_ZONE) if instant.tzinfo is not None else instant
    return documents.day(local.date())
