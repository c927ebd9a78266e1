"""Words for people: codes and facts become sentences in Chinese or English at the edge.

Three kinds of text come from the catalogues under ``engine/locale``:

* text of the interface, written in English in templates (``messages``, translated into Chinese);
* sentences of codes, ``code:<code>`` (``messages``, in both languages);
* text of diagrams, forms, registers and documents, written in Chinese (``processes``, English).

``python -m engine.i18n check`` fails when anything is missing, ``extract`` adds what is new.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from engine.i18n import bilingual
from engine.i18n.articles import article
from engine.i18n.formats import day, instant

CHINESE = "zh_CN"
ENGLISH = "en"
#: Languages a person may choose, the default first.
LOCALES = (CHINESE, ENGLISH)

CATALOGUES = Path(__file__).resolve().parent.parent / "locale"

#: ``{days}`` is the fact, ``{days|day|days}`` the word that goes with its number.
_PLACEHOLDER = re.compile(r"\{(\w+)(?:\|([^{}|]*)\|([^{}|]*))?\}")
#: An instant as audit entries keep it.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)")


@dataclass(frozen=True)
class Translator:
    """Words things in one language. Made by :func:`translator`, once per language."""

    locale: str
    #: English text of the interface -> its forms in this language.
    messages: Mapping[str, tuple[str, ...]] = field(repr=False)
    #: Code -> sentence in this language.
    codes: Mapping[str, str] = field(repr=False)
    #: Chinese text of a definition -> this language.
    processes: Mapping[str, str] = field(repr=False)

    def gettext(self, text: str, **facts: object) -> str:
        """Text of the interface, its ``{placeholders}`` filled."""
        forms = self.messages.get(text)
        return self.fill(forms[0] if forms else text, facts)

    def ngettext(self, singular: str, plural: str, n: int, **facts: object) -> str:
        """Text of the interface that depends on a number; ``{n}`` is the number."""
        forms = self.messages.get(singular)
        if forms is None:
            forms = (singular, plural)
        chosen = forms[0] if n == 1 or len(forms) == 1 else forms[1]
        return self.fill(chosen, {"n": n, **facts})

    def knows(self, code: str) -> bool:
        """Whether there is a sentence for the code."""
        return code in self.codes

    def sentence(self, code: str, facts: Mapping[str, object] | None = None) -> str:
        """The sentence of a code. A code nobody worded is shown as it is, never hidden."""
        return self.fill(self.codes.get(code, code), facts or {})

    def text(self, chinese: str) -> str:
        """Text of a definition; what people typed comes back unchanged."""
        if self.locale == CHINESE:
            return chinese
        return self.processes.get(chinese) or article(chinese) or chinese

    def fill(self, sentence: str, facts: Mapping[str, object]) -> str:
        """The sentence with its placeholders replaced; only plain names are placeholders."""

        def filled(found: re.Match[str]) -> str:
            name, one, many = found.groups()
            if name not in facts:
                return found[0]
            if one is not None:
                return str(one if str(facts[name]) == "1" else many)
            return self.word(name, facts[name])

        return _PLACEHOLDER.sub(filled, sentence)

    def word(self, name: str, value: object) -> str:
        """A fact in words: ``role=supervisor`` reads ``code:role.supervisor``, dates are dated."""
        if isinstance(value, datetime):
            return instant(self.locale, value)
        if isinstance(value, date):
            return day(self.locale, value)
        if isinstance(value, (list, tuple)):
            separator = "、" if self.locale == CHINESE else ", "
            return separator.join(self.word(name, item) for item in value)
        text = str(value)
        if _INSTANT.fullmatch(text):
            return instant(self.locale, datetime.fromisoformat(text))
        named = self.codes.get(f"{name}.{text}")
        # Why an officer is unfit, or an incident happened, is a code of its own.
        return named or (self.codes.get(text) if name in ("why", "code") else "") or self.text(text)


@cache
def translator(locale: str) -> Translator:
    """The translator of a language; an unknown language is Chinese."""
    known = locale if locale in LOCALES else CHINESE
    entries = _entries(known, "messages")
    texts = {key: forms[0] for key, forms in _entries(known, "processes").items()}
    named = _names(known, texts)
    return Translator(
        locale=known,
        messages={key: forms for key, forms in entries.items() if not key.startswith("code:")},
        codes=named
        | {
            key.removeprefix("code:"): forms[0]
            for key, forms in entries.items()
            if key.startswith("code:")
        },
        processes=bilingual.pairs() | texts,
    )


def _names(locale: str, texts: Mapping[str, str]) -> dict[str, str]:
    """What facts call by code and data files call by name: roles, notices, registers."""
    found = {f"role.{code}": name for code, name in bilingual.role_names(locale).items()}
    found |= {f"message.{code}": name for code, name in bilingual.message_names(locale).items()}
    for code, title in bilingual.register_titles().items():
        found[f"register.{code}"] = title if locale == CHINESE else texts.get(title, title)
    return found


def negotiate(accepted: list[str]) -> str:
    """The language to show somebody whose browser prefers these languages, best first."""
    for language in accepted:
        wanted = language.replace("-", "_").lower()
        for locale in LOCALES:
            if wanted.split("_")[0] == locale.split("_")[0].lower():
                return locale
    return CHINESE


def path_of(locale: str, domain: str) -> Path:
    """The file of a catalogue."""
    return CATALOGUES / locale / "LC_MESSAGES" / f"{domain}.po"


def _entries(locale: str, domain: str) -> dict[str, tuple[str, ...]]:
    """Translated entries of a catalogue by message id (the singular one)."""
    path = path_of(locale, domain)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    found: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        ids, forms = strings(message.id), strings(message.string)
        if ids[0] and all(forms) and not message.fuzzy:
            found[ids[0]] = forms
    return found


def strings(value: object) -> tuple[str, ...]:
    """The forms of a message id or translation: one, or one per plural form."""
    if isinstance(value, (list, tuple)):
        return tuple(str(form) for form in value)
    return (str(value or ""),)
