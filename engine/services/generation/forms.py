"""Fills a form with values that fit its fields, by chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.services.generation.names import Names
from engine.values.pages import FieldView
from engine.values.process import Field, FieldType


@dataclass(frozen=True)
class Filler:
    """What filling a form needs."""

    chance: random.Random
    names: Names
    today: date
    #: Ids of the fields that hold the case's title and party.
    title: str
    party: str
    #: Attaches a file for a field; its id.
    attach: Callable[[Field], int]

    def fill(self, views: Sequence[FieldView]) -> dict[str, list[str]]:
        """Raw text for every field of a form; what is not asked for is dropped by the parser."""
        raw: dict[str, list[str]] = {}
        for view in views:
            if not view.field.readonly:
                raw |= self._one(view)
        return raw

    def _one(self, view: FieldView) -> dict[str, list[str]]:
        field = view.field
        if field.type is FieldType.LEGAL_ARTICLE:
            law, article = self.names.law()
            return {f"{field.id}.law": [law], f"{field.id}.article": [article]}
        if field.type is FieldType.YES_NO_NOTE:
            answer = self.chance.choice(("yes", "yes", "no"))
            return {field.id: [answer], f"{field.id}.note": [self.names.sentence()]}
        return {field.id: _FILL[field.type](self, view)}

    def _text(self, view: FieldView) -> list[str]:
        field = view.field
        if field.id == self.title:
            text = self.names.title()
        elif field.id == self.party:
            text = self.names.party()
        else:
            text = self.names.sentence().rstrip("。")
        low, high = int(field.minimum or 0), int(field.maximum or 200)
        while len(text) < low:
            text += self.names.sentence()
        return [text[:high]]

    def _number(self, view: FieldView) -> list[str]:
        low, high = (
            float(bound or otherwise)
            for bound, otherwise in ((view.field.minimum, 1), (view.field.maximum, 50_000))
        )
        return [str(self.chance.randint(int(low), max(int(low), int(high))))]

    def _date(self, view: FieldView) -> list[str]:
        low = self._day(view.field.minimum) or self.today - timedelta(days=20)
        high = self._day(view.field.maximum) or max(low, self.today) + timedelta(days=20)
        if high < low:
            high = low
        return [(low + timedelta(days=self.chance.randint(0, (high - low).days))).isoformat()]

    def _day(self, text: str) -> date | None:
        if not text:
            return None
        return self.today if text == "today" else date.fromisoformat(text)

    def _choice(self, view: FieldView) -> list[str]:
        return [self.chance.choice(view.field.options).value]

    def _choices(self, view: FieldView) -> list[str]:
        offered = [option.value for option in view.field.options]
        if view.field.type is FieldType.CHECKLIST or self.chance.random() < 0.3:
            return offered[: int(view.field.maximum or len(offered))]
        least = int(view.field.minimum or 1)
        return self.chance.sample(offered, min(len(offered), max(least, 1)))

    def _offered(self, view: FieldView) -> list[str]:
        free = [choice.value for choice in view.choices if choice.verdict.allowed]
        if view.field.type is not FieldType.PEOPLE:
            return [self.chance.choice(free)] if free else []
        least = int(view.field.minimum or 2)
        return self.chance.sample(free, min(len(free), least))

    def _file(self, view: FieldView) -> list[str]:
        return [str(self.attach(view.field))] if view.field.required else []


_FILL: Mapping[FieldType, Callable[[Filler, FieldView], list[str]]] = {
    FieldType.TEXT: Filler._text,
    FieldType.LONG_TEXT: Filler._text,
    FieldType.NUMBER: Filler._number,
    FieldType.MONEY: Filler._number,
    FieldType.DATE: Filler._date,
    FieldType.CHOICE: Filler._choice,
    FieldType.MULTIPLE_CHOICE: Filler._choices,
    FieldType.CHECKLIST: Filler._choices,
    FieldType.FILE: Filler._file,
    FieldType.PERSON: Filler._offered,
    FieldType.PEOPLE: Filler._offered,
    FieldType.BODY: Filler._offered,
}
