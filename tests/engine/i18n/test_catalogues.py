from __future__ import annotations

import ast
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from engine import i18n
from engine.i18n import __main__ as command
from engine.i18n import extraction


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of the shipped catalogues that a test may spoil."""
    for locale in i18n.LOCALES:
        for domain in ("messages", "processes"):
            source = i18n.path_of(locale, domain)
            if source.exists():
                copy = tmp_path / locale / "LC_MESSAGES" / f"{domain}.po"
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(source.read_bytes())
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    return tmp_path


def spoil(path: Path, key: str, text: str) -> None:
    locale = path.parts[-3]
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    message = catalogue.get(key)
    assert message is not None
    message.string = text
    with path.open("wb") as file:
        write_po(file, catalogue)


def test_everything_people_can_read_is_in_both_languages() -> None:
    assert command.problems() == []


@pytest.mark.parametrize(
    ("locale", "domain", "key", "text", "problem"),
    [
        ("zh_CN", "messages", "Save draft", "", "not translated"),
        ("zh_CN", "messages", "Completed by {who}, {at}.", "已办结", "placeholders differ"),
        ("en", "messages", "code:required", "", "not translated"),
        ("en", "messages", "code:overdue", "Overdue", "differ between the languages"),
        ("en", "processes", "行政执法投诉举报台账", "", "not translated"),
    ],
)
def test_the_check_finds_what_is_missing(
    catalogues: Path, locale: str, domain: str, key: str, text: str, problem: str
) -> None:
    spoil(catalogues / locale / "LC_MESSAGES" / f"{domain}.po", key, text)
    found = command.problems()
    assert len(found) == 1
    assert problem in found[0]
    assert found[0].endswith(key)
    assert command.main(["check"]) == 1


def test_extracting_again_changes_nothing(catalogues: Path) -> None:
    command.extract()
    before = {path: path.read_bytes() for path in catalogues.rglob("*.po")}
    told = command.extract()
    assert {path: path.read_bytes() for path in catalogues.rglob("*.po")} == before
    assert all(": 0 added, 0 gone" in line for line in told)


def test_codes_are_found_wherever_something_is_refused() -> None:
    source = """
raise Conflict("one", by=name)
raise Invalid("two" if wrong else "three")
return Verdict(False, "four")
return Verdict(False, code="five")
return refused("six", "R2")
Standing(colour, "seven", {})
log("not a code")
"""
    found = set(extraction._codes_in(ast.parse(source)))
    assert found == {"one", "two", "three", "four", "five", "six", "seven"}
