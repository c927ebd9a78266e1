"""``python -m engine.i18n check`` and ``extract``."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from engine.i18n import CHINESE, ENGLISH, extraction, path_of, strings

_PLACEHOLDER = re.compile(r"\{(\w+)[|}]")
#: Catalogues carry no date of their making, so that making them again changes nothing.
_EPOCH = datetime(2018, 8, 13, tzinfo=UTC)

Wanted = Mapping[str, tuple[str, ...]]


def wanted() -> dict[tuple[str, str], Wanted]:
    """What each catalogue must hold: (locale, domain) -> message id -> forms."""
    sentences = {f"code:{code}": (f"code:{code}",) for code in extraction.codes()}
    return {
        (CHINESE, "messages"): {**extraction.interface(), **sentences},
        (ENGLISH, "messages"): sentences,
        (ENGLISH, "processes"): {text: (text,) for text in extraction.definitions()},
    }


def problems() -> list[str]:
    """Everything missing, empty, fuzzy, or with other placeholders than the original."""
    found: list[str] = []
    for (locale, domain), entries in wanted().items():
        name = f"{locale}/{domain}"
        catalogue = _read(path_of(locale, domain), locale)
        for key in sorted(entries):
            found.extend(f"{name}: {problem}: {key}" for problem in _faults(catalogue, key))
    sentences = {locale: _read(path_of(locale, "messages"), locale) for locale in ("zh_CN", "en")}
    for key in sorted(wanted()[ENGLISH, "messages"]):
        said = [_placeholders(catalogue, key) for catalogue in sentences.values()]
        if said[0] != said[1]:
            found.append(f"messages: placeholders differ between the languages: {key}")
    return found


def extract() -> list[str]:
    """Adds what is new to the catalogues and drops what is gone; answers what changed."""
    changed = []
    for (locale, domain), entries in wanted().items():
        path = path_of(locale, domain)
        old = _read(path, locale)
        new = _empty(locale, domain)
        for key, forms in sorted(entries.items()):
            known = old.get(key)
            string = known.string if known is not None and _fits(known.string, forms) else None
            new.add(forms if len(forms) > 1 else key, string)
        added = [key for key in entries if old.get(key) is None]
        gone = [message for message in old if message.id and strings(message.id)[0] not in entries]
        changed.append(
            f"{locale}/{domain}: {len(added)} added, {len(gone)} gone, {len(new)} in all"
        )
        _write(path, new)
    return changed


def _fits(string: object, forms: tuple[str, ...]) -> bool:
    return isinstance(string, str) == (len(forms) == 1)


def _faults(catalogue: Catalog, key: str) -> Iterable[str]:
    message = catalogue.get(key)
    if message is None:
        yield "missing"
        return
    forms = strings(message.string)
    if not all(forms):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    if not key.startswith("code:") and not any(
        set(_PLACEHOLDER.findall(form)) == set(_PLACEHOLDER.findall(said))
        for form in forms
        for said in strings(message.id)
    ):
        yield "placeholders differ"


def _placeholders(catalogue: Catalog, key: str) -> set[str]:
    message = catalogue.get(key)
    return set(_PLACEHOLDER.findall(str(message.string))) if message is not None else set()


def _empty(locale: str, domain: str) -> Catalog:
    return Catalog(
        locale=locale,
        domain=domain,
        project="duban",
        version="1",
        header_comment=f"# Duban: {domain}, {locale}",
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        last_translator="Duban",
        language_team=locale,
        fuzzy=False,
    )


def _read(path: Path, locale: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, no_location=True)


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; exit 1 when the check finds something."""
    parser = argparse.ArgumentParser(prog="python -m engine.i18n", description=__doc__)
    parser.add_argument("command", choices=("check", "extract"))
    command = parser.parse_args(arguments).command
    lines = problems() if command == "check" else extract()
    for line in lines:
        print(line)
    if command == "check" and not lines:
        print("Every text is translated.")
    return 1 if command == "check" and lines else 0


if __name__ == "__main__":
    sys.exit(main())
