"""What differs between two versions of a procedure, or between a version and a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn import diff
from engine.bpmn.diagrams import drawn_texts
from engine.errors import NotFound
from engine.services import designs
from engine.store import definitions as definition_store
from engine.store import design_history as history_store
from engine.store import designs as store
from engine.values.changes import Change
from engine.work import Work


@dataclass(frozen=True)
class Point:
    """A state of a procedure: a published version, the draft, or an earlier save of it."""

    #: version-3, draft, save-12
    key: str
    #: version, draft, save
    kind: str
    number: int
    main: str
    files: Mapping[str, bytes]

    @property
    def xml(self) -> bytes:
        """The diagram."""
        return self.files.get(self.main, b"")


@dataclass(frozen=True)
class Comparison:
    """Two states of a procedure and what differs; the one before may be nothing at all."""

    before: Point
    after: Point
    changes: tuple[Change, ...]
    #: Everything written on either drawing, for its translation.
    texts: tuple[str, ...]


def compared(work: Work, process_id: str, before: str = "", after: str = "") -> Comparison:
    """What differs between two points; unless named, the draft and the version it changes, or the
    newest version and the one before it.

    Raises NotFound ``no_such_version`` for a point there is not.
    """
    designs.look(work)
    usual = _usual(work, process_id)
    one = point(work, process_id, before or usual[0])
    other = point(work, process_id, after or usual[1])
    found = diff.changes(one.files, other.files, (one.main, other.main))
    texts = dict.fromkeys(
        text for side in (one, other) if side.xml for text in drawn_texts(side.xml, side.main)
    )
    return Comparison(one, other, found, tuple(texts))


def points(work: Work, process_id: str) -> tuple[str, ...]:
    """What can be compared: the draft, every version, what was saved of the draft."""
    versions = definition_store.versions(work.session, process_id)
    found = [f"version-{row.version}" for row in versions]
    row = store.open_of(work.session, process_id)
    if row is None:
        return tuple(found)
    saves = [
        f"save-{one.revision}"
        for one in history_store.history(work.session, row.id)
        if one.kept and one.revision != row.revision
    ]
    return ("draft", *found, *saves)


def point(work: Work, process_id: str, key: str) -> Point:
    """A state of a procedure. Raises NotFound ``no_such_version``."""
    kind, _, text = key.partition("-")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    row = store.open_of(work.session, process_id)
    if kind == "nothing":
        return Point(key, kind, 0, "", {})
    if kind == "draft" and row is not None:
        files = store.sources(work.session, row.id)
        return Point(key, kind, row.revision, row.main, files)
    if kind == "save" and row is not None:
        kept = history_store.kept(work.session, row.id, number)
        if kept is not None:
            return Point(key, kind, number, row.main, kept)
    if kind == "version":
        version = definition_store.version(work.session, process_id, number)
        if version is not None:
            files = designs.own_sources(work, version.id)
            return Point(key, kind, number, version.main, files)
    raise NotFound("no_such_version", version=key[:40])


def _usual(work: Work, process_id: str) -> tuple[str, str]:
    row = store.open_of(work.session, process_id)
    versions = definition_store.versions(work.session, process_id)
    if row is not None:
        base = next((one for one in versions if one.id == row.base_id), None)
        return (f"version-{base.version}" if base is not None else "nothing", "draft")
    if not versions:
        raise NotFound("no_such_process", process=process_id)
    earlier = f"version-{versions[1].version}" if len(versions) > 1 else "nothing"
    return earlier, f"version-{versions[0].version}"
