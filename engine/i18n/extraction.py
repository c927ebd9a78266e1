"""Finds every text that must be worded: in templates, in code, and in the shipped definitions."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree as Tree

from babel.messages.extract import extract

from engine.values.pages import Group, Tab
from engine.values.people import Verdict
from engine.values.process import Disclosure, FieldType, Severity
from engine.values.running import PassedKind
from engine.values.timing import DayKind, Evidence, LedgerKind, Light, Unit

ROOT = Path(__file__).resolve().parent.parent.parent

_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}

#: Calls whose first text argument, or ``code=``, is the code of a sentence.
_REFUSALS = {
    "DubanError", "NotFound", "Forbidden", "Conflict", "Invalid", "Broken", "Problem", "refuse",
    "refused", "sentence",
}  # fmt: skip
#: Calls whose ``code=`` or ``reason=`` argument, or the argument at this position, is a code.
_POSITIONS = {Verdict.__name__: 1, "TimelineRow": 1, "DayLine": 3}

#: Closed vocabularies whose members are shown in words, as ``code:<name>.<member>``.
VOCABULARIES: dict[str, type[StrEnum]] = {
    "light": Light,
    "unit": Unit,
    "day": DayKind,
    "ledger": LedgerKind,
    "evidence": Evidence,
    "group": Group,
    "tab": Tab,
    "severity": Severity,
    "passed": PassedKind,
    "field_type": FieldType,
    "disclosure": Disclosure,
}

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DUBAN = "urn:duban:bpmn:1"
#: Attributes of our own elements that hold text for people.
_TEXT_ATTRIBUTES = (
    "label", "help", "instruction", "stage", "verb", "summary", "usual_length", "law", "article",
)  # fmt: skip


def interface() -> dict[str, tuple[str, ...]]:
    """Texts of the interface: message id -> its forms (singular, plural)."""
    found: dict[str, tuple[str, ...]] = {}
    sources = [
        *((path, "jinja2.ext:babel_extract") for path in _files("web/templates", "*.html")),
        *((path, "python") for path in _files("web", "*.py")),
        *((path, "python") for path in _files("engine", "*.py")),
    ]
    for path, method in sources:
        with path.open("rb") as file:
            for _, message, _, _ in extract(method, file, keywords=_KEYWORDS):
                forms = (message,) if isinstance(message, str) else tuple(message)
                if forms[0]:
                    found[forms[0]] = max(found.get(forms[0], ()), forms, key=len)
    return found


def codes() -> set[str]:
    """Codes of sentences used anywhere in the engine, the pages and the closed vocabularies."""
    found = {f"{name}.{member}" for name, kind in VOCABULARIES.items() for member in kind if member}
    for folder in ("engine", "web"):
        for path in _files(folder, "*.py"):
            found.update(_codes_in(ast.parse(path.read_bytes(), str(path))))
    for path in _files("web/templates", "*.html"):
        found.update(re.findall(r"\bsentence\(\"([\w.]+)\"", path.read_text("utf-8")))
    found.update(f"role.{role}" for role in _roles())
    return found


def definitions() -> set[str]:
    """Chinese texts of the shipped diagrams, decision tables and data files."""
    found: set[str] = set()
    for path in _files("processes", "*.bpmn"):
        found.update(_texts_in_diagram(path))
    for path in _files("processes", "*.dmn"):
        for element in Tree.parse(path).iter():  # noqa: S314 - our own files
            found.update(_said(element.get("name"), element.get("label")))
    for path in _files("processes", "*.toml"):
        # Messages bring both languages with them; the county's names are names.
        if path.name not in ("messages.toml", "county.toml"):
            found.update(_texts_in_data(tomllib.loads(path.read_text("utf-8"))))
    return found


def _files(folder: str, pattern: str) -> list[Path]:
    return sorted((ROOT / folder).rglob(pattern))


def _roles() -> set[str]:
    """Codes of the roles the county knows."""
    county = ROOT / "processes" / "county.toml"
    if not county.exists():
        return set()
    roles = tomllib.loads(county.read_text("utf-8")).get("roles", {})
    return set(roles) if isinstance(roles, dict) else {role["code"] for role in roles}


def _codes_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in _REFUSALS and node.args:
            yield from _constants(node.args[0])
        if name in _POSITIONS:
            yield from _constants(*node.args[_POSITIONS[name] : _POSITIONS[name] + 1])
        if name in _REFUSALS or name in _POSITIONS:
            yield from _constants(*(k.value for k in node.keywords if k.arg in ("code", "reason")))


def _constants(*nodes: ast.expr) -> Iterator[str]:
    """Text constants an expression may yield: itself, or either side of a condition."""
    for node in nodes:
        if isinstance(node, ast.IfExp):
            yield from _constants(node.body, node.orelse)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.value


def _texts_in_diagram(path: Path) -> Iterator[str]:
    for element in Tree.parse(path).iter():  # noqa: S314 - our own files
        if element.tag.startswith(f"{{{_BPMN}}}"):
            yield from _said(element.get("name"))
        elif element.tag.startswith(f"{{{_DUBAN}}}"):
            yield from _said(*(element.get(name) for name in _TEXT_ATTRIBUTES), element.text)


def _texts_in_data(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from _said(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts_in_data(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts_in_data(item)


def _said(*texts: str | None) -> Iterator[str]:
    """Those that contain Chinese, trimmed as the definition's reader trims them."""
    for text in texts:
        if text and _CHINESE.search(text):
            yield text.strip()
