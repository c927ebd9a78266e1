"""Differences between two versions of a procedure, in words and as marks on the drawings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.services.design_changes import Comparison, Point
from engine.values.changes import Change, ChangeKind, ChangeWhat
from web.drawings import readable
from web.request import say, translator

#: A long text is cut in the list; the table of the other side says the same.
LONGEST = 400


@dataclass(frozen=True)
class Line:
    """One difference in words."""

    kind: ChangeKind
    element: str
    name: str
    element_kind: str
    what: str
    before: str
    after: str


def lines(changes: Iterable[Change]) -> list[Line]:
    """Every difference in words, in the order of the diagram."""
    return [
        Line(
            change.kind,
            change.element,
            translator().text(change.name),
            _known(f"element.{change.element_kind}", change.element_kind),
            _what(change),
            _value(change, change.before),
            _value(change, change.after),
        )
        for change in changes
    ]


def data(found: Comparison) -> dict[str, Any]:
    """Both drawings with the marks of each, and the list."""
    marks = {
        "before": _marks(found.changes, ChangeKind.REMOVED),
        "after": _marks(found.changes, ChangeKind.ADDED),
    }
    words = translator()
    return {
        "before": _side(found.before, marks["before"]),
        "after": _side(found.after, marks["after"]),
        "words": {text: words.text(text) for text in found.texts if words.text(text) != text},
        "changes": [
            {
                "element": line.element,
                "kind": line.kind.value,
                "name": line.name,
                "what": line.what,
                "before": line.before,
                "after": line.after,
            }
            for line in lines(found.changes)
        ],
    }


def named(key: str) -> str:
    """A point of a comparison in words."""
    kind, _, number = key.partition("-")
    if kind == "version":
        return say("Version {n}", n=number)
    if kind == "save":
        return say("Draft as saved, revision {n}", n=number)
    return say("Draft") if kind == "draft" else say("Nothing yet")


def _side(point: Point, marks: dict[str, str]) -> dict[str, Any]:
    return {
        "key": point.key,
        "name": named(point.key),
        "xml": readable(point.xml) if point.xml else "",
        "marks": marks,
    }


def _marks(changes: Iterable[Change], whole: ChangeKind) -> dict[str, str]:
    """How an element is coloured: it exists on this side only, it changed, or it only moved."""
    found: dict[str, str] = {}
    for change in changes:
        if change.what is ChangeWhat.ELEMENT:
            if change.kind is whole:
                found[change.element] = whole.value
        elif change.kind is ChangeKind.MOVED:
            found.setdefault(change.element, "moved")
        elif found.get(change.element) != whole.value:
            found[change.element] = "changed"
    return found


def _what(change: Change) -> str:
    word = translator().sentence(f"change_of.{change.what}")
    if not change.detail or change.what in (ChangeWhat.BASIS, ChangeWhat.DUTY, ChangeWhat.CHECK):
        return word
    if change.what is ChangeWhat.ATTRIBUTE:
        return _known(f"attribute.{change.detail}", change.detail)
    name, dot, attribute = change.detail.rpartition(".")
    if change.what is ChangeWhat.FIELD and dot:
        return f"{word} {name}: {_known(f'attribute.{attribute}', attribute)}"
    return f"{word} {change.detail}"


def _value(change: Change, text: str) -> str:
    if not text:
        return ""
    words = translator()
    if change.what is ChangeWhat.ROLE:
        return _known(f"role.{text}", text)
    if change.what is ChangeWhat.BODY:
        return _known(f"slot.{text}", text)
    if change.what is ChangeWhat.OPERATION:
        return _known(f"operation.{text}", text)
    if change.what is ChangeWhat.KIND:
        return _known(f"element.{text}", text)
    if text in ("true", "false"):
        return say("yes") if text == "true" else say("no")
    shown = words.text(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


def _known(code: str, otherwise: str) -> str:
    words = translator()
    return words.sentence(code) if words.knows(code) else otherwise
