"""What a draft calls and asks for and does not hold itself: procedures and decisions published."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.bundle import Bundle, gather
from engine.services import definitions
from engine.store import definitions as definition_store
from engine.work import Work


def of(work: Work, files: Mapping[str, bytes], main: str) -> dict[str, bytes]:
    """The newest published files of every process called, directly or not, with their tables.

    A file of the draft's own always goes before one of the same name. What nobody published stays
    missing; a rule says so.
    """
    found: dict[str, bytes] = {}
    while True:
        bundle = gather({**found, **files})
        more = {
            name: data
            for process_id in _missing(bundle)
            for name, data in _published(work, process_id).items()
            if name not in found and name not in files
        }
        if not more:
            return found
        found |= more


def decisions(work: Work) -> dict[str, tuple[str, bytes]]:
    """Every decision some newest version pins: its id, with the file and its bytes."""
    found: dict[str, tuple[str, bytes]] = {}
    for _, definition in definitions.all_latest(work):
        tables = {name: data for name, data in definition.sources.items() if name.endswith(".dmn")}
        for ref in definition.decisions:
            for name, data in tables.items():
                if f'id="{ref}"'.encode() in data:
                    found.setdefault(ref, (name, data))
    return found


def _missing(bundle: Bundle) -> list[str]:
    called = (name for process in bundle.processes.values() for name in bundle.calls(process))
    return [name for name in dict.fromkeys(called) if name not in bundle.processes]


def _published(work: Work, process_id: str) -> dict[str, bytes]:
    for row in definition_store.versions(work.session, process_id)[:1]:
        return definition_store.sources(work.session, row.id)
    return {}
