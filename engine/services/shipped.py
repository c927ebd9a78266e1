"""The files of ``processes/``: those that ship, or the folder an installation names instead."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from engine.config import Settings
from engine.errors import NotFound
from engine.office import Office
from engine.rules import roles
from engine.rules.roles import Roles


def text(settings: Settings, name: str) -> str:
    """A table of the installation: its own if it has one, else the one that ships.

    Raises NotFound ``no_such_file``.
    """
    for folder in _folders(settings):
        found = folder / name
        if found.is_file():
            return found.read_text("utf-8")
    raise NotFound("no_such_file", name=name)


def sources(settings: Settings) -> Mapping[str, bytes]:
    """Every diagram and decision table of the installation, by file name."""
    return {
        found.name: found.read_bytes()
        for found in sorted(_folders(settings)[0].iterdir(), key=lambda found: found.name)
        if found.name.endswith((".bpmn", ".dmn"))
    }


def _folders(settings: Settings) -> list[Traversable]:
    own: list[Traversable] = [settings.processes] if settings.processes is not None else []
    return [*own, files("processes")]


def county_roles(office: Office) -> Roles:
    """The roles of the county by code."""
    found: Roles = office.kept.get("roles", lambda: roles.read(text(office.settings, "roles.toml")))
    return found
