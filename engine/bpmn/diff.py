"""Two definitions → what differs, element by element, properties included.

Compares what the files say, not how they are written: order of attributes, white space and ids of
the drawing do not matter. Nothing is judged, so a draft full of errors can be compared too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.bpmn import table_diff
from engine.bpmn.properties import REFERENCES, Part, parts
from engine.values.changes import Change, ChangeKind, ChangeWhat

#: More differences than this help nobody; the pages say that there are more.
MOST_CHANGES = 20_000


def changes(
    before: Mapping[str, bytes], after: Mapping[str, bytes], main: tuple[str, str]
) -> tuple[Change, ...]:
    """What differs from the files ``before`` to the files ``after``.

    ``main`` are the names of the two main diagrams; called procedures are compared by file name.
    Raises BadDefinition for a diagram that is no readable XML.
    """
    found: list[Change] = []
    old, new = dict(before), dict(after)
    pairs = [(old.pop(main[0], b""), new.pop(main[1], b""), main[1])]
    for name in sorted({*old, *new}):
        pairs.append((old.get(name, b""), new.get(name, b""), name))
    for one, other, name in pairs:
        if one == other:
            continue
        compare = table_diff.compared if name.endswith(".dmn") else _diagrams
        found += compare(one, other, name)
    return tuple(found[:MOST_CHANGES])


def _diagrams(before: bytes, after: bytes, file: str) -> Iterator[Change]:
    old = parts(before, file) if before else {}
    new = parts(after, file) if after else {}
    # Compared by id, told by name: a lane renamed is one difference, not one for each step in it.
    names = [{id: part.name for id, part in side.items()} for side in (old, new)]
    for id, part in (new | {id: part for id, part in old.items() if id not in new}).items():
        if id not in old or id not in new:
            kind = ChangeKind.ADDED if id in new else ChangeKind.REMOVED
            yield Change(kind, ChangeWhat.ELEMENT, id, part.name, part.kind, file=file)
        if id in new:
            nothing = Part(id, part.kind, part.name, {}, part.place)
            found = _properties(old.get(id, nothing), part, file)
            yield from (_named(one, *names) for one in found if id in old or _telling(one))


def _telling(change: Change) -> bool:
    """Whether a property of an element that is new says more than that it is new."""
    return change.what not in (ChangeWhat.NAME, ChangeWhat.SCOPE) and (
        change.element_kind != "sequenceFlow" or change.what is ChangeWhat.CONDITION
    )


def _named(change: Change, old: Mapping[str, str], new: Mapping[str, str]) -> Change:
    if change.what not in REFERENCES:
        return change
    before, after = change.before, change.after
    return replace(change, before=old.get(before, before), after=new.get(after, after))


def _properties(old: Part, new: Part, file: str) -> Iterator[Change]:
    def change(
        kind: ChangeKind, what: ChangeWhat, before: str = "", after: str = "", detail: str = ""
    ) -> Change:
        return Change(kind, what, new.id, new.name, new.kind, before, after, detail, file)

    for key in dict.fromkeys((*new.said, *old.said)):
        before, after = old.said.get(key, ""), new.said.get(key, "")
        if before != after:
            kind = ChangeKind.CHANGED
            if not before or not after:
                kind = ChangeKind.REMOVED if before else ChangeKind.ADDED
            yield change(kind, key[0], before, after, key[1])
    if old.kind != new.kind:
        yield change(ChangeKind.CHANGED, ChangeWhat.KIND, old.kind, new.kind)
    if old.place != new.place and old.place and new.place:
        yield change(ChangeKind.MOVED, ChangeWhat.PLACE)
