"""What the data files of ``processes/`` offer to diagrams: documents, registers, messages, roles.

The files that ship are used unless the installation's own folder (``DUBAN_PROCESSES``) holds one of
the same name. They are read once per process and checked whole.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from engine.errors import Broken
from engine.office import Office
from engine.rules import county as counties
from engine.rules import documents, messages, periodic, registers, roles
from engine.rules.county import County
from engine.rules.documents import DocumentType, DocumentTypes
from engine.rules.messages import Message, Messages
from engine.rules.periodic import PeriodicDuties
from engine.rules.registers import Register, Registers
from engine.rules.roles import Roles


@dataclass(frozen=True)
class Offered:
    """Everything the data files say, by code."""

    folder: Path | None
    documents: DocumentTypes
    registers: Registers
    messages: Messages
    periodic: PeriodicDuties
    roles: Roles
    county: County

    def document(self, code: str) -> DocumentType:
        """A type of document. Raises Broken ``unknown_document``."""
        if code not in self.documents:
            raise Broken("unknown_document", type=code)
        return self.documents[code]

    def register(self, code: str) -> Register:
        """A register. Raises Broken ``unknown_register``."""
        if code not in self.registers:
            raise Broken("unknown_register", register=code)
        return self.registers[code]

    def message(self, code: str) -> Message:
        """A message. Raises Broken ``unknown_message``."""
        if code not in self.messages:
            raise Broken("unknown_message", message=code)
        return self.messages[code]

    def template(self, kind: DocumentType) -> bytes:
        """The Word template of a type. Raises Broken ``template_missing``."""
        found = file(self.folder, "documents", kind.template)
        if not found.is_file():
            raise Broken("template_missing", type=kind.code)
        return found.read_bytes()


def of(office: Office) -> Offered:
    """What this installation offers."""
    return offered(office.settings.processes)


@functools.lru_cache(maxsize=8)
def offered(folder: Path | None = None) -> Offered:
    """What a folder offers, filled up with what ships.

    Raises ``Invalid("not_toml")`` or ``Invalid("bad_table")`` naming the file and the places.
    """
    known = roles.read(_text(folder, "roles.toml"))
    return Offered(
        folder,
        documents.read(_text(folder, "documents.toml")),
        registers.read(_text(folder, "registers.toml")),
        messages.read(_text(folder, "messages.toml")),
        periodic.read(_text(folder, "periodic.toml")),
        known,
        counties.read(_text(folder, "county.toml"), tuple(known)),
    )


def file(folder: Path | None, *parts: str) -> Traversable:
    """A data file: the folder's own if there is one, otherwise the one that ships."""
    if folder is not None and (own := folder.joinpath(*parts)).is_file():
        return own
    found = resources.files("processes")
    for part in parts:
        # One at a time: a namespace package's folder takes no more before Python 3.12.
        found = found.joinpath(part)
    return found


def _text(folder: Path | None, name: str) -> str:
    return file(folder, name).read_text("utf-8")
